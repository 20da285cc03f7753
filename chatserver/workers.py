"""Runs several server processes behind one port: starts, replaces and stops them; serves nothing.

The parent holds the listening socket and every worker inherits it, so a connection waits in one
queue for whoever is free, and none is refused while a worker is replaced. Each worker has a line to
the parent: over it the worker says that it serves, and its end tells the worker that the parent has
died.
"""

import asyncio
import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 20.0
"""Longer than a worker takes to drain: then it is ended."""

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 10.0
LONGEST_FOLDER = 60
STEADY_S = 30.0
"""A worker that lived so long did not fail at its start: the next pause is the first again."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Worker:
    """One process that serves."""

    place: int
    process: asyncio.subprocess.Process
    line: socket.socket
    started_at: float

    async def is_ready(self) -> bool:
        """Wait until it serves; False when it ended before."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                return bool(await loop.sock_recv(self.line, 1))
        except (TimeoutError, OSError):
            return False

    async def stop(self) -> None:
        """Ask it to drain, and end it when it does not."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await self.process.wait()
        except TimeoutError:
            log.error("worker ended by force", place=self.place)
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()
        self.line.close()


class Workers:
    """The parent of the workers behind one port.

    Args:
        listener: bound already; inherited by each.
        count: how many serve at a time.
    """

    def __init__(self, listener: socket.socket, count: int) -> None:
        self._listener = listener
        self._count = count
        # A socket's path may have 107 characters, and some machines have long temporary folders.
        here = None if len(tempfile.gettempdir()) < LONGEST_FOLDER else "/tmp"
        self._folder = tempfile.TemporaryDirectory(prefix="chatserver-", dir=here)
        self._places: dict[int, Worker] = {}
        self._replacing: set[int] = set()
        self._changing = asyncio.Lock()
        self._stopping = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, ready: Callable[[], None]) -> int:
        """Serve until SIGTERM or SIGINT; on SIGHUP replace the workers one after the other.

        Returns:
            The exit status: 1 when a worker could not even start.
        """
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self._stopping.set)
        loop.add_signal_handler(signal.SIGHUP, self._start, self._replace_all)
        try:
            first = await asyncio.gather(*(self._spawn(place) for place in range(self._count)))
            self._places = {worker.place: worker for worker in first}
            if not all(await asyncio.gather(*(worker.is_ready() for worker in first))):
                log.error("a worker did not start")
                return 1
            for worker in first:
                self._watch(worker)
            ready()
            await self._stopping.wait()
            return 0
        finally:
            self._stopping.set()
            for task in list(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await asyncio.gather(*(worker.stop() for worker in self._places.values()))
            self._folder.cleanup()
            log.info("workers stopped")

    def _start(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        task = asyncio.create_task(work())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _spawn(self, place: int) -> Worker:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        handed = f"{self._listener.fileno()},{theirs.fileno()},{self._folder.name}"
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "chatserver", "serve", "--worker", handed),
                pass_fds=(self._listener.fileno(), theirs.fileno()),
                # The terminal's Ctrl-C is the parent's, which stops them in order.
                process_group=0,
                stdin=subprocess.DEVNULL,
            )
        finally:
            theirs.close()
        return Worker(place, process, ours, asyncio.get_running_loop().time())

    def _watch(self, worker: Worker) -> None:
        async def watch() -> None:
            status = await worker.process.wait()
            if self._places.get(worker.place) is worker and not self._stopping.is_set():
                log.error("worker died", place=worker.place, status=status)
                worker.line.close()
                await self._revive(worker)

        self._start(watch)

    async def _revive(self, dead: Worker) -> None:
        loop = asyncio.get_running_loop()
        pause_s = FIRST_PAUSE_S
        began = dead.started_at
        while self._places.get(dead.place) is dead:
            if loop.time() - began < STEADY_S:
                await asyncio.sleep(random.uniform(0.5, 1) * pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
            else:
                pause_s = FIRST_PAUSE_S
            began = loop.time()
            if await self._settle(await self._spawn(dead.place), instead_of=dead):
                return

    async def _settle(self, fresh: Worker, *, instead_of: Worker) -> bool:
        """Put a worker into another's place once it serves; say whether it does."""
        try:
            ready = await fresh.is_ready()
        except asyncio.CancelledError:
            await fresh.stop()
            raise
        if not ready:
            log.error("a worker did not start", place=fresh.place)
            await fresh.stop()
            return False
        if self._places.get(fresh.place) is not instead_of:
            await fresh.stop()  # somebody else was quicker
            return True
        self._places[fresh.place] = fresh
        self._watch(fresh)
        log.info("worker serves", place=fresh.place, pid=fresh.process.pid)
        return True

    async def _replace_all(self) -> None:
        """Replace the workers by fresh ones, which read the code anew, one after the other."""
        async with self._changing:
            for place in sorted(self._places):
                old = self._places[place]
                if not await self._settle(await self._spawn(place), instead_of=old):
                    log.error("replacing given up; the old ones go on")
                    return
                await old.stop()


@dataclass(frozen=True, slots=True)
class Handed:
    """What a worker got from its parent."""

    listener: socket.socket
    line: socket.socket
    folder: Path

    @classmethod
    def parse(cls, text: str) -> "Handed":
        """Return what the hidden option of `serve` names."""
        listener, line, folder = text.split(",", 2)
        return cls(
            socket.socket(fileno=int(listener)), socket.socket(fileno=int(line)), Path(folder)
        )

    def say_ready(self) -> None:
        """Tell the parent that this worker serves."""
        with contextlib.suppress(OSError):
            self.line.send(b"+")


def check_platform() -> None:
    """Fail where processes can't inherit a listening socket.

    Raises:
        OSError: on Windows.
    """
    if os.name != "posix":
        raise OSError("WEB_CONCURRENCY needs a POSIX system")
