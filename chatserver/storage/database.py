"""Runs units of work off the event loop and commits them in groups; knows no table.

A *unit* is a plain function that takes the `Connection` first. Everything queued while the last
commit ran goes into one transaction; where a unit fails, that transaction is run again with each
unit in a savepoint of its own, so that a refusal takes back that unit alone and an error of the
transaction all of it. A future is settled after the commit and never before, so what a caller is
told is on disk.

Units of one kind may also be run *together*: a function does for all of them in a few statements
what the unit would do for each. Whatever it leaves undone, and all of it where anything fails, is
done by the units.
"""

import asyncio
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Concatenate, ParamSpec, TypeVar

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from chatserver.errors import ChatError, Code, Refusal
from chatserver.storage.engines import create_engines, is_sqlite, normalise_url, wait_for_locks
from chatserver.storage.jobs import Job, Together, run_together, settle, was_refused
from chatserver.storage.patience import Patience
from chatserver.storage.readers import Readers

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

MAX_QUEUED = 5_000
"""Units that may wait for the disk; more are refused as unavailable."""

MAX_BATCH = 256
"""Units in one transaction: bounds what one failure takes back."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Commits:
    """Figures of the writer, for health and benchmarks."""

    transactions: int = 0
    units: int = 0
    failures: int = 0
    last_failure: str = field(default="")


class Database:
    """The one way to the tables.

    Args:
        url: `sqlite:///path` or a PostgreSQL URL.
        workers: writing connections; SQLite always has exactly one.
        readers: reading threads.
        max_queued: units that may wait.
    """

    def __init__(
        self, url: str, *, workers: int = 3, readers: int = 3, max_queued: int = MAX_QUEUED
    ) -> None:
        self.url = normalise_url(url)
        self.is_sqlite = is_sqlite(self.url)
        self._writer, reader = create_engines(self.url, readers=readers + 1)
        self._readers = Readers(
            reader, threads=readers, keeps=self.is_sqlite, is_patient=self.is_sqlite
        )
        self._kept: Connection | None = None
        # Written in C, and a quarter of what the other queue costs; so the bound is ours to keep.
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._max_queued = max_queued
        self._closed = False
        # A file answers or fails; a server may do neither.
        self._patience = None if self.is_sqlite else Patience()
        self.commits = Commits()
        self._threads = [
            threading.Thread(target=self._work, name=f"writer-{number}", daemon=True)
            for number in range(1 if self.is_sqlite else workers)
        ]
        for thread in self._threads:
            thread.start()

    def submit(
        self, unit: Callable[Concatenate[Connection, P], R], /, *args: P.args, **kwargs: P.kwargs
    ) -> "asyncio.Future[R]":
        """Queue a unit; the future is settled after the commit and never before.

        Raises:
            Refusal: `unavailable`, when the queue is full or the database closed.
        """
        return self.submit_job(lambda connection: unit(connection, *args, **kwargs))

    def submit_job(
        self,
        run: Callable[[Connection], R],
        *,
        after: Callable[[R | None], None] | None = None,
        together: "Together[T, R] | None" = None,
        item: T | None = None,
    ) -> "asyncio.Future[R]":
        """Queue a unit that is complete; whoever cancels the future stops nothing.

        Args:
            after: called on the event loop with the result once it is committed, before the
                future is settled; with None when it was not.
            together: does for many items what `run` does for this one.

        Raises:
            Refusal: as `submit`.
        """
        if self._closed:
            raise Refusal(Code.UNAVAILABLE)
        if self._queue.qsize() >= self._max_queued:
            raise Refusal(Code.UNAVAILABLE)
        loop = asyncio.get_running_loop()
        future: asyncio.Future[R] = loop.create_future()
        self._queue.put(Job(run, loop, future, after, together, item))
        if self._patience is not None:
            self._patience.watch(future)
        return future

    async def write(
        self, unit: Callable[Concatenate[Connection, P], R], /, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a unit and return its result after the commit.

        The unit runs to its end even when the caller is cancelled meanwhile.

        Raises:
            Refusal: what the unit refused, or `unavailable` when it could not be stored.
        """
        return await asyncio.shield(self.submit(unit, *args, **kwargs))

    async def read(
        self, unit: Callable[Concatenate[Connection, P], R], /, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a reading unit in a snapshot of its own and return its result.

        Raises:
            Refusal: what the unit refused, or `unavailable`.
        """
        if self._closed:
            raise Refusal(Code.UNAVAILABLE)
        return await self._readers.read(lambda connection: unit(connection, *args, **kwargs))

    async def look(self, unit: Callable[[Connection], R]) -> R:
        """Read past everybody who waits; for health alone, see `Readers`.

        Raises:
            Refusal: `unavailable`.
        """
        if self._closed:
            raise Refusal(Code.UNAVAILABLE)
        return await self._readers.look(unit)

    def run(
        self, unit: Callable[Concatenate[Connection, P], R], /, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run one unit here and now, for commands without an event loop."""
        with self._writer.connect() as connection, connection.begin():
            wait_for_locks(connection)
            return unit(connection, *args, **kwargs)

    @property
    def queued(self) -> int:
        """How many units wait for the disk (about)."""
        return self._queue.qsize()

    async def close(self) -> None:
        """Commit what is queued, then let go of threads and connections."""
        await asyncio.to_thread(self.shut)

    def shut(self) -> None:
        """Do the same without an event loop."""
        if self._closed:
            return
        self._closed = True
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join(10)
        self._readers.shut()
        self._writer.dispose()

    # The writer's thread

    def _work(self) -> None:
        stop = False
        while not stop:
            job = self._queue.get()
            batch: list[Job] = []
            dropped: list[Job] = []
            while job is not None:
                # Who was told "unavailable" before it began asks again: it need not run twice.
                # Who has merely gone (and cancelled) is another matter: that unit is run.
                if self._patience is None or not was_refused(job.future):
                    batch.append(job)
                else:
                    job.error = Refusal(Code.UNAVAILABLE)
                    dropped.append(job)
                if len(batch) >= MAX_BATCH:
                    break
                try:
                    job = self._queue.get_nowait()
                except queue.Empty:
                    break
            stop = job is None
            if dropped:
                self._tell(dropped)
            if batch:
                self._commit(batch)
        self._let_go()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """Lend a writer's thread its connection.

        SQLite's one writer keeps it: taking it from the pool and giving it back costs more than
        the statements of one message (measured, docs/performance.md). A server's connections go
        back, as the pool is what notices that they broke.
        """
        if not self.is_sqlite:
            with self._writer.connect() as connection:
                yield connection
            return
        if self._kept is None:
            self._kept = self._writer.connect()
        try:
            yield self._kept
        except BaseException:
            self._let_go()
            raise

    def _let_go(self) -> None:
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _commit(self, batch: list[Job]) -> None:
        try:
            if not self._commit_plainly(batch):
                with self._writing() as connection, connection.begin():
                    for job in batch:
                        job.attempt(connection)
        except (SQLAlchemyError, OSError) as error:
            self._failed(batch, error)
        else:
            self.commits.transactions += 1
            self.commits.units += len(batch)
        self._tell(batch)

    def _commit_plainly(self, batch: list[Job]) -> bool:
        """Run the batch without savepoints, which cost as much as two statements a unit.

        Most batches have no refusal. One that has, or any other fault of a unit, is taken back as
        a whole and left to the careful way: units are functions of what the database says, so
        running one again is harmless as long as nothing of it was kept.

        Returns:
            Whether it is committed. A fault of the commit itself is raised: what it kept is unknown.
        """
        with self._writing() as connection:
            transaction = connection.begin()
            try:
                for job in run_together(connection, batch):
                    job.result, job.error = job.run(connection), None
            except Exception:
                # Whatever it was, the careful way meets it again and knows whose it is.
                transaction.rollback()
                return False
            transaction.commit()
        return True

    def _failed(self, batch: list[Job], error: Exception) -> None:
        if _is_contention(error):
            log.info("batch taken apart", units=len(batch), error=_sqlstate(error))
            for job in batch:
                job.result, job.error = None, None
                self._commit_alone(job)
            return
        self.commits.failures += 1
        self.commits.last_failure = type(getattr(error, "orig", error)).__name__
        log.error("commit failed", units=len(batch), error=self.commits.last_failure)
        for job in batch:
            if not isinstance(job.error, ChatError):
                job.error = Refusal(Code.UNAVAILABLE)

    def _commit_alone(self, job: Job) -> None:
        for _ in range(3):
            try:
                with self._writing() as connection, connection.begin():
                    wait_for_locks(connection)
                    job.attempt(connection)
                return
            except (SQLAlchemyError, OSError) as error:
                job.error = Refusal(Code.UNAVAILABLE)
                if not _is_contention(error):
                    return

    def _tell(self, batch: list[Job]) -> None:
        loops: dict[asyncio.AbstractEventLoop, list[Job]] = {}
        for job in batch:
            loops.setdefault(job.loop, []).append(job)
        for loop, jobs in loops.items():
            try:
                loop.call_soon_threadsafe(settle, jobs)
            except RuntimeError:  # the loop has ended; what was committed stays committed
                log.warning("nobody left to tell", units=len(jobs))


def _is_contention(error: Exception) -> bool:
    """Whether PostgreSQL gave up a transaction because of another (40P01, 40001)."""
    return _sqlstate(error) in {"40P01", "40001", "55P03"}


def _sqlstate(error: Exception) -> str | None:
    return getattr(getattr(error, "orig", None), "sqlstate", None)
