"""The installation's single row: epoch, queue revision, heartbeat."""

from sqlalchemy import Connection, select, update

from chatserver.storage.schema.installation import installation

_queue_revision = select(installation.c.queue_revision)


def epoch(connection: Connection) -> str:
    """Return the random word that names this database's life; a restore replaces it."""
    return str(connection.execute(select(installation.c.epoch)).scalar_one())


def queue_revision(connection: Connection) -> int:
    """Return the revision of queue and assignments."""
    return int(connection.execute(_queue_revision).scalar_one())


def raise_queue_revision(connection: Connection) -> int:
    """Count one more change of queue or assignments and return the new revision."""
    return int(
        connection.execute(
            update(installation)
            .values(queue_revision=installation.c.queue_revision + 1)
            .returning(installation.c.queue_revision)
        ).scalar_one()
    )


def beat(connection: Connection, *, now_ms: int) -> None:
    """Record that a process is alive."""
    connection.execute(update(installation).values(heartbeat_ms=now_ms))


def last_beat_ms(connection: Connection) -> int:
    """Return when a process was last known alive."""
    return int(connection.execute(select(installation.c.heartbeat_ms)).scalar_one())
