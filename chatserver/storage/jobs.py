"""Units on their way through the writer: what to run, with what others, and whom to tell."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError

R = TypeVar("R")
T = TypeVar("T")

Together = Callable[[Connection, Sequence[T]], Sequence[R | None]]
"""Does for many what a unit does for one; None where it is left to the unit."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Job:
    """One unit on its way: what to run, and whom to tell how it went.

    Args:
        after: told the result on the event loop, also when nobody waits for it any more; None when
            there is none.
        together, item: how many of this kind are run at once, and this one's part of it.
    """

    run: Callable[[Connection], Any]
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Any]"
    after: Callable[[Any], None] | None = None
    together: Together[Any, Any] | None = None
    item: Any = None
    result: Any = None
    error: BaseException | None = None

    def attempt(self, connection: Connection) -> None:
        """Run in a savepoint; once more where a unique index says somebody was quicker."""
        for last in (False, True):
            try:
                with connection.begin_nested():
                    self.result = self.run(connection)
                self.error = None
                return
            except IntegrityError as error:
                if last:
                    self.error = error
            except DBAPIError:
                raise
            except Exception as error:  # the unit's own: its caller gets it, the others go on
                self.error = error
                return


def settle(jobs: Sequence[Job]) -> None:
    """Tell everybody how theirs went; on the event loop, after the commit."""
    for job in jobs:
        if job.after is not None:
            try:
                job.after(job.result if job.error is None else None)
            except Exception:
                # What follows from a commit is somebody else's; the others must be told theirs.
                log.exception("after a commit")
        if job.future.done():  # the caller has gone; the unit ran to its end all the same
            continue
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.result)


def was_refused(future: "asyncio.Future[Any]") -> bool:
    """Whether somebody was told already that it failed; to have gone is another matter."""
    return future.done() and not future.cancelled()


def run_together(connection: Connection, batch: list[Job]) -> list[Job]:
    """Run what can be run together, and put it first; return the jobs that are still to be run.

    The batch is told in the order in which it was done, so that nobody hears of an answer before
    what it answers.
    """
    groups: dict[Together[Any, Any], list[Job]] = {}
    for job in batch:
        if job.together is not None:
            groups.setdefault(job.together, []).append(job)
    done: list[Job] = []
    for together, jobs in groups.items():
        for job, result in zip(jobs, together(connection, [job.item for job in jobs]), strict=True):
            if result is not None:
                job.result, job.error = result, None
                done.append(job)
    if not done:
        return batch
    ids = {id(job) for job in done}
    left = [job for job in batch if id(job) not in ids]
    batch[:] = done + left
    return left
