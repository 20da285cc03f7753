"""Publications of the FAQ, made or to come: which entries, by whom, and what was decided."""

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, insert, select, update

from chatserver.domain.ids import StaffId
from chatserver.storage.schema.faq import faq_publication
from chatserver.storage.schema.staff import staff


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of a publication.

    Args:
        content: encoded, what shoppers get from then on; None takes the entry away.
        version: which state of the entry that is.
    """

    key: str
    content: str | None
    version: int


@dataclass(frozen=True, slots=True)
class Decision:
    """A drop that somebody took upon themselves.

    Args:
        was, will: verdict and key, as the page showed them.
    """

    language: str
    message: str
    was: str
    will: str
    reason: str


@dataclass(frozen=True, slots=True)
class PublicationRow:
    """One publication. status: `scheduled`, `done` or `cancelled`."""

    id: int
    status: str
    due_ms: int
    made_ms: int
    done_ms: int | None
    by: str
    changes: tuple[Change, ...]
    decisions: tuple[Decision, ...]
    note: str


def add(
    connection: Connection,
    changes: tuple[Change, ...],
    *,
    status: str,
    due_ms: int,
    now_ms: int,
    by: StaffId | None,
    decisions: tuple[Decision, ...] = (),
    note: str = "",
) -> int:
    """Record a publication; return its inner id."""
    return int(
        connection.execute(
            insert(faq_publication)
            .values(
                status=status,
                due_ms=due_ms,
                made_ms=now_ms,
                done_ms=now_ms if status == "done" else None,
                staff_id=by,
                changes=msgspec.json.encode(changes).decode(),
                decisions=msgspec.json.encode(decisions).decode(),
                note=note,
            )
            .returning(faq_publication.c.id)
        ).scalar_one()
    )


def move(connection: Connection, publication: int, status: str, *, now_ms: int) -> bool:
    """Do or cancel what is scheduled; say whether it still was."""
    moved = connection.execute(
        update(faq_publication)
        .where(faq_publication.c.id == publication, faq_publication.c.status == "scheduled")
        .values(status=status, done_ms=now_ms)
    )
    return moved.rowcount == 1


def _publication(row: Row[*tuple[Any, ...]]) -> PublicationRow:
    return PublicationRow(
        id=row.id,
        status=row.status,
        due_ms=row.due_ms,
        made_ms=row.made_ms,
        done_ms=row.done_ms,
        by=row.name or "",
        changes=msgspec.json.decode(row.changes, type=tuple[Change, ...]),
        decisions=msgspec.json.decode(row.decisions, type=tuple[Decision, ...]),
        note=row.note,
    )


def _query() -> Any:
    return select(faq_publication, staff.c.name).outerjoin(
        staff, staff.c.id == faq_publication.c.staff_id
    )


def due(connection: Connection, *, now_ms: int) -> list[PublicationRow]:
    """Return what is scheduled and due, the earliest first."""
    query = _query().where(
        faq_publication.c.status == "scheduled", faq_publication.c.due_ms <= now_ms
    )
    rows = connection.execute(query.order_by(faq_publication.c.due_ms, faq_publication.c.id))
    return [_publication(row) for row in rows]


def is_due(connection: Connection, *, now_ms: int) -> bool:
    """Whether anything scheduled is due."""
    query = select(faq_publication.c.id).where(
        faq_publication.c.status == "scheduled", faq_publication.c.due_ms <= now_ms
    )
    return connection.execute(query.limit(1)).first() is not None


def scheduled(connection: Connection) -> list[PublicationRow]:
    """Return what is still to come, the earliest first."""
    query = _query().where(faq_publication.c.status == "scheduled")
    return [
        _publication(row) for row in connection.execute(query.order_by(faq_publication.c.due_ms))
    ]


def latest(connection: Connection, *, limit: int = 20) -> list[PublicationRow]:
    """Return what was published last, the newest first."""
    query = _query().where(faq_publication.c.status == "done")
    rows = connection.execute(query.order_by(faq_publication.c.id.desc()).limit(limit))
    return [_publication(row) for row in rows]
