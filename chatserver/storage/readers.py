"""Reads off the event loop, each in a snapshot of its own; knows no table and writes nothing."""

import asyncio
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from chatserver.errors import Code, Refusal
from chatserver.storage.patience import MAX_READS, PATIENCE_S

R = TypeVar("R")

log = structlog.get_logger(__name__)


class _Reading(NamedTuple):
    """A read that is wanted."""

    unit: Callable[[Connection], Any]
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Any]"


class Readers:
    """The threads that read.

    Our own and not the library's pool, whose two futures for each read cost as much as a short
    statement (measured, docs/performance.md).

    Args:
        engine: with a connection for each thread and one more.
        threads: how many read at the same time.
        keeps: whether a thread keeps its connection. On a file, taking it from the pool and giving
            it back costs more than a short read (measured, docs/performance.md); a server's go
            back, as the pool is what notices that they broke.
        is_patient: whether to wait for an answer until there is one: a file answers or fails, a
            server may do neither.
    """

    def __init__(self, engine: Engine, *, threads: int, keeps: bool, is_patient: bool) -> None:
        self._engine = engine
        self._keeps = keeps
        self._is_patient = is_patient
        self._queue: queue.SimpleQueue[_Reading | None] = queue.SimpleQueue()
        self._lane: queue.SimpleQueue[_Reading | None] = queue.SimpleQueue()
        self._own = threading.local()
        self._under_way = 0
        self._threads = [
            threading.Thread(target=self._work, args=(self._queue,), name=f"reader-{number}")
            for number in range(threads)
        ]
        self._threads.append(threading.Thread(target=self._work, args=(self._lane,), name="health"))
        for thread in self._threads:
            thread.daemon = True
            thread.start()

    async def read(self, unit: Callable[[Connection], R]) -> R:
        """Run a reading unit and return its result.

        Raises:
            Refusal: what the unit refused, or `unavailable`.
        """
        try:
            if self._is_patient:
                return await self._put(self._queue, unit)
            if self._under_way >= MAX_READS:
                raise Refusal(Code.UNAVAILABLE)
            self._under_way += 1
            try:
                async with asyncio.timeout(PATIENCE_S):
                    return await self._put(self._queue, unit)
            finally:
                self._under_way -= 1
        except (DBAPIError, PoolTimeoutError, TimeoutError) as error:
            log.error("read failed", error=type(error).__name__)
            raise Refusal(Code.UNAVAILABLE) from error

    async def look(self, unit: Callable[[Connection], R]) -> R:
        """Read past everybody who waits, by a thread and a connection of its own.

        For health alone: thousands who come back at once queue for seconds, and a process that is
        taken out because it is busy makes the others busier.

        Raises:
            Refusal: `unavailable`.
        """
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self._put(self._lane, unit)
        except (DBAPIError, PoolTimeoutError, TimeoutError) as error:
            raise Refusal(Code.UNAVAILABLE) from error

    def _put(
        self, into: "queue.SimpleQueue[_Reading | None]", unit: Callable[[Connection], R]
    ) -> "asyncio.Future[R]":
        loop = asyncio.get_running_loop()
        future: asyncio.Future[R] = loop.create_future()
        into.put(_Reading(unit, loop, future))
        return future

    def shut(self) -> None:
        """Finish what is under way and let go of threads and connections."""
        for thread in self._threads:
            (self._lane if thread.name == "health" else self._queue).put(None)
        for thread in self._threads:
            thread.join(10)
        self._engine.dispose()

    # In a reader's thread

    def _work(self, source: "queue.SimpleQueue[_Reading | None]") -> None:
        while (reading := source.get()) is not None:
            if not reading.future.cancelled():
                self._do(reading)
            # Else it would be kept, with what it returned, until the next one comes.
            del reading
        self._let_go()

    def _do(self, reading: _Reading) -> None:
        result, error = None, None
        try:
            with self._lend() as connection, connection.begin():
                result = reading.unit(connection)
        except Exception as failed:  # whoever asked gets it
            error = failed
        try:
            reading.loop.call_soon_threadsafe(_settle, reading.future, result, error)
        except RuntimeError:
            log.warning("nobody left to tell")  # the loop has ended

    @contextmanager
    def _lend(self) -> Iterator[Connection]:
        if not self._keeps:
            with self._engine.connect() as connection:
                yield connection
            return
        kept: Connection | None = getattr(self._own, "connection", None)
        if kept is None:
            kept = self._own.connection = self._engine.connect()
        try:
            yield kept
        except DBAPIError:
            # Whatever it is, a new one may not have it.
            self._let_go()
            raise

    def _let_go(self) -> None:
        kept: Connection | None = getattr(self._own, "connection", None)
        self._own.connection = None
        if kept is not None:
            kept.close()


def _settle(future: "asyncio.Future[Any]", result: object, error: Exception | None) -> None:
    if future.done():  # whoever asked has gone
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
