"""The processes that serve one database, and the duties that one of them holds at a time."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, or_, select, text, update

from chatserver.storage.schema.installation import duty, process


@dataclass(frozen=True, slots=True)
class ProcessRow:
    """One process that said it lives."""

    id: str
    host: str
    pid: int
    started_ms: int
    beat_ms: int


def clock_ms(connection: Connection) -> int:
    """Return what PostgreSQL's own clock says, milliseconds UTC."""
    seconds = connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one()
    return round(float(seconds) * 1000)


def add(connection: Connection, row: ProcessRow) -> None:
    """Enter a process."""
    connection.execute(
        insert(process).values(
            id=row.id, host=row.host, pid=row.pid, started_ms=row.started_ms, beat_ms=row.beat_ms
        )
    )


def beat(connection: Connection, process_id: str, *, now_ms: int) -> bool:
    """Say that a process lives; whether its row was still there."""
    result = connection.execute(
        update(process).where(process.c.id == process_id).values(beat_ms=now_ms)
    )
    return result.rowcount == 1


def every(connection: Connection) -> list[ProcessRow]:
    """Return all that are entered, the oldest first."""
    rows = connection.execute(select(process).order_by(process.c.started_ms, process.c.id))
    return [ProcessRow(row.id, row.host, row.pid, row.started_ms, row.beat_ms) for row in rows]


def remove(connection: Connection, process_id: str) -> None:
    """Forget a process, and free the duties it holds."""
    connection.execute(delete(process).where(process.c.id == process_id))
    connection.execute(delete(duty).where(duty.c.process_id == process_id))


def remove_silent(connection: Connection, *, before_ms: int) -> None:
    """Forget processes that said nothing since a time."""
    connection.execute(delete(process).where(process.c.beat_ms < before_ms))


def lock(connection: Connection) -> None:
    """Let one process at a time look who else is there, until its unit commits."""
    connection.execute(text("SELECT pg_advisory_xact_lock(6703118)"))


def holder_of(connection: Connection, name: str, *, now_ms: int) -> str | None:
    """Return which process holds a duty right now."""
    found = connection.execute(
        select(duty.c.process_id).where(duty.c.name == name, duty.c.until_ms > now_ms)
    ).scalar()
    return None if found is None else str(found)


def take_duty(
    connection: Connection, name: str, process_id: str, *, now_ms: int, until_ms: int
) -> bool:
    """Hold a duty on, or take it over when its holder let it run out; say whether it is held.

    One conditional statement, so that of two who want it exactly one gets it.
    """
    result = connection.execute(
        update(duty)
        .where(duty.c.name == name, or_(duty.c.process_id == process_id, duty.c.until_ms <= now_ms))
        .values(process_id=process_id, until_ms=until_ms)
    )
    if result.rowcount == 1:
        return True
    if connection.execute(select(duty.c.name).where(duty.c.name == name)).first() is not None:
        return False
    # Two that insert at once: the loser's unit is run again and finds the row.
    connection.execute(insert(duty).values(name=name, process_id=process_id, until_ms=until_ms))
    return True
