"""A network that fails on command: a TCP proxy whose two ways are slowed, stalled, cut or reset."""

import asyncio
import contextlib
import random
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Way = Literal["up", "down"]
"""`up` goes from the client to the server, `down` comes back."""

CHUNK = 65_536
NARROW = 4_096
IN_FLIGHT = 64
"""Chunks that travel at once; behind them TCP itself makes the sender wait."""

_NO_LINGER = struct.pack("ii", 1, 0)


@dataclass
class Weather:
    """How it is to travel one way; may be changed at any time.

    Args:
        latency_s: how long a byte travels.
        jitter_s: by how much more or less; bytes never overtake each other.
        flowing: cleared, nothing gets through and nobody is told.
    """

    latency_s: float = 0.0
    jitter_s: float = 0.0
    flowing: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.flowing.set()

    def delay_s(self) -> float:
        return max(0.0, self.latency_s + random.uniform(-self.jitter_s, self.jitter_s))


class Line:
    """One connection through the proxy; `said` is what its client has sent so far."""

    def __init__(self, near: asyncio.StreamWriter, far: asyncio.StreamWriter) -> None:
        self._ends = {"up": far, "down": near}
        self.said = bytearray()

    def reset(self) -> None:
        """Break off with an RST to both ends: what was under way is gone."""
        for end in self._ends.values():
            line = end.get_extra_info("socket")
            with contextlib.suppress(OSError):
                if line.family != socket.AF_UNIX:
                    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
            end.transport.abort()

    def cut(self) -> None:
        """Hang up on both ends."""
        for end in self._ends.values():
            end.close()

    def half_close(self, way: Way) -> None:
        """Say to whom one way leads that nothing more comes; the other way stays open."""
        with contextlib.suppress(OSError):
            self._ends[way].write_eof()


Watch = Callable[[Line, Way, bytes], bool]
"""Looks at bytes before they go on; False keeps them from it."""


class Proxy:
    """Stands in front of a server and passes everything on, as well as the weather allows.

    Args:
        target: host and port, or the path of a socket.
        narrow: takes little from the server that is not passed on yet, so that a stall shows soon.
    """

    def __init__(self, target: tuple[str, int] | Path, *, narrow: bool = False) -> None:
        self._target = target
        self._narrow = narrow
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.up, self.down = Weather(), Weather()
        self._writers: list[asyncio.StreamWriter] = []
        self.lines: list[Line] = []
        self.watch: Watch = lambda line, way, data: True
        self.refusing = False
        self.port = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=CHUNK)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for line in list(self.lines):
            line.reset()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for writer in self._writers:
            writer.transport.abort()  # what waits for a peer that stalls would wait for ever
        await asyncio.sleep(0.01)

    # What may happen to all lines at once

    def weather(self, way: Way) -> Weather:
        return self.up if way == "up" else self.down

    def stall(self, *ways: Way) -> None:
        """Let nothing through, without a word: a dropped route, a firewall that forgot."""
        for way in ways or ("up", "down"):
            self.weather(way).flowing.clear()

    def flow(self) -> None:
        """Let everything through again; what waited goes first."""
        self.up.flowing.set()
        self.down.flowing.set()

    def slow(self, latency_s: float, jitter_s: float = 0.0) -> None:
        for weather in (self.up, self.down):
            weather.latency_s, weather.jitter_s = latency_s, jitter_s

    def reset(self) -> None:
        for line in list(self.lines):
            line.reset()

    def cut(self) -> None:
        for line in list(self.lines):
            line.cut()

    def shut_out(self) -> None:
        """Reset all lines and take no new ones until `refusing` is off again."""
        self.refusing = True
        self.reset()

    async def replay(self, *said: bytes, enough: bytes, within_s: float = 5) -> bytes:
        """Say once more, over a line of its own, what a client said.

        Args:
            said: in parts; an answer of any kind is waited for after each.
            enough: heard this, listen no more.

        Returns:
            What was answered.
        """
        reader, writer = await self._connect()
        heard = b""
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(within_s):
                for part in said:
                    writer.write(part)
                    heard += await reader.read(CHUNK)
                while enough not in heard and (data := await reader.read(CHUNK)):
                    heard += data
        writer.transport.abort()
        return heard

    # One line

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self._target, Path):
            return await asyncio.open_unix_connection(self._target)
        line = socket.socket()
        line.setblocking(False)
        if self._narrow:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NARROW)
        try:
            await asyncio.get_running_loop().sock_connect(line, self._target)
        except BaseException:
            line.close()
            raise
        return await asyncio.open_connection(sock=line, limit=NARROW if self._narrow else CHUNK)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            if self.refusing:
                writer.transport.abort()
                return
            far_reader, far_writer = await self._connect()
            self._writers += (writer, far_writer)
            line = Line(writer, far_writer)
            self.lines.append(line)
            try:
                await asyncio.gather(
                    self._carry(line, "up", reader, far_writer),
                    self._carry(line, "down", far_reader, writer),
                )
            finally:
                self.lines.remove(line)
                line.cut()
        except (OSError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            self._tasks.discard(task)

    async def _carry(
        self, line: Line, way: Way, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        travelling: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(IN_FLIGHT)
        arriving = asyncio.ensure_future(self._arrive(line, way, travelling, writer))
        loop, weather, due = asyncio.get_running_loop(), self.weather(way), 0.0
        try:
            while data := await reader.read(CHUNK):
                await weather.flowing.wait()
                if way == "up":
                    line.said += data
                due = max(due, loop.time() + weather.delay_s())
                await travelling.put((due, data))
            await travelling.put((due, b""))
            await arriving
        except OSError:
            line.cut()
        finally:
            arriving.cancel()

    async def _arrive(
        self,
        line: Line,
        way: Way,
        travelling: "asyncio.Queue[tuple[float, bytes]]",
        writer: asyncio.StreamWriter,
    ) -> None:
        loop, weather = asyncio.get_running_loop(), self.weather(way)
        with contextlib.suppress(OSError):
            while True:
                due, data = await travelling.get()
                await asyncio.sleep(max(0.0, due - loop.time()))
                await weather.flowing.wait()
                if not data:
                    line.half_close(way)
                    return
                if self.watch(line, way, data):
                    writer.write(data)
                    await writer.drain()


@asynccontextmanager
async def proxy(target: tuple[str, int] | Path, *, narrow: bool = False) -> AsyncIterator[Proxy]:
    """Yield a proxy in front of a server."""
    made = Proxy(target, narrow=narrow)
    await made.start()
    try:
        yield made
    finally:
        await made.stop()
