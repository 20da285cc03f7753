"""The processes of one installation: who lives, what the time is, who does what only one may do.

SQLite has one process and needs none of it. On PostgreSQL there may be many, on many machines.
"""

import os
import secrets
import socket

from sqlalchemy import Connection

from chatserver.clock import SharedClock, SystemClock
from chatserver.services import presence
from chatserver.services.work import Work
from chatserver.storage import processes
from chatserver.storage.database import Database
from chatserver.storage.processes import ProcessRow

SILENT_MS = 15_000
"""Three heartbeats: who missed them is taken for dead."""

FORGET_MS = 120_000
SWEEP = "sweep"
DUTY_MS = 5_000
"""How long a duty is held without a word: so long nobody sweeps after its holder died."""


def mint_process_id() -> str:
    """Return a word that names this process among its like; a path and an id may contain it."""
    return secrets.token_hex(4)


def _is_gone(row: ProcessRow, *, now_ms: int) -> bool:
    """Whether a process that entered itself can be taken for dead.

    On our own machine the system knows at once, so a crash and a start right after it count as what
    they are. The number of our own process can only be that of one that died before us.
    """
    if now_ms - row.beat_ms > SILENT_MS:
        return True
    if row.host != socket.gethostname():
        return False
    if row.pid == os.getpid():
        return True
    try:
        os.kill(row.pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def enter(work: Work, process_id: str, *, lease_ms: int) -> bool:
    """Enter this process; the first one, with no other alive, forgives the downtime.

    Harmless when it was entered already: a start whose answer was lost asks again.

    Returns:
        Whether others are alive.
    """
    processes.lock(work.connection)
    processes.remove(work.connection, process_id)
    others = processes.every(work.connection)
    living = [row for row in others if not _is_gone(row, now_ms=work.now_ms)]
    for row in others:
        if row not in living:
            processes.remove(work.connection, row.id)
    processes.add(
        work.connection,
        ProcessRow(process_id, socket.gethostname(), os.getpid(), work.now_ms, work.now_ms),
    )
    if not living:
        presence.forgive_downtime(work, lease_ms=lease_ms)
    return bool(living)


def beat(work: Work, process_id: str) -> None:
    """Say that this process lives; who was taken for dead while asleep enters again."""
    presence.beat(work)
    if not processes.beat(work.connection, process_id, now_ms=work.now_ms):
        processes.add(
            work.connection,
            ProcessRow(process_id, socket.gethostname(), os.getpid(), work.now_ms, work.now_ms),
        )
    processes.remove_silent(work.connection, before_ms=work.now_ms - FORGET_MS)


def leave(work: Work, process_id: str) -> None:
    """Say that this process goes, so that another takes its duties over at once."""
    processes.remove(work.connection, process_id)


def hold_sweep(work: Work, process_id: str) -> bool:
    """Hold the duty to sweep, or take it over; say whether this process has it."""
    return processes.take_duty(
        work.connection, SWEEP, process_id, now_ms=work.now_ms, until_ms=work.now_ms + DUTY_MS
    )


def sweeper(connection: Connection, *, now_ms: int) -> str | None:
    """Return which process sweeps."""
    return processes.holder_of(connection, SWEEP, now_ms=now_ms)


def living(connection: Connection, *, now_ms: int) -> int:
    """Return how many processes are alive."""
    return sum(row.beat_ms > now_ms - SILENT_MS for row in processes.every(connection))


def _offset(connection: Connection) -> tuple[int, int]:
    """Return the shortest round trip of a few and by how much the database's clock is ahead."""
    machine = SystemClock()
    found: list[tuple[int, int]] = []
    for _ in range(3):
        before = machine.now_ms()
        theirs = processes.clock_ms(connection)
        after = machine.now_ms()
        found.append((after - before, theirs - (before + after) // 2))
    return min(found)


async def set_clock(clock: SharedClock, database: Database) -> None:
    """Set a process's clock by the database's, which all processes share.

    Raises:
        Refusal: `unavailable`; the clock goes on as it was.
    """
    trip_ms, offset_ms = await database.read(_offset)
    clock.correct(offset_ms, trip_ms=trip_ms)
