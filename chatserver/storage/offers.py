"""Offers: who was asked for which conversation, until when, and what became of it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from chatserver.domain.ids import ConversationId, OfferId, StaffId
from chatserver.storage.schema.conversations import offer

LIVE = "live"


@dataclass(frozen=True, slots=True)
class Offer:
    """One agent asked for one conversation."""

    id: OfferId
    conversation: ConversationId
    agent: StaffId
    made_ms: int
    expires_ms: int


_live = select(offer).where(offer.c.outcome == LIVE)


def _offer(row: Row[*tuple[Any, ...]]) -> Offer:
    return Offer(
        OfferId(row.id),
        ConversationId(row.conversation_id),
        StaffId(row.staff_id),
        row.made_ms,
        row.expires_ms,
    )


def make(
    connection: Connection,
    conversation: ConversationId,
    agent: StaffId,
    *,
    now_ms: int,
    expires_ms: int,
) -> Offer:
    """Add a live offer.

    Raises:
        IntegrityError: when the conversation has one already.
    """
    row = connection.execute(
        insert(offer)
        .values(conversation_id=conversation, staff_id=agent, made_ms=now_ms, expires_ms=expires_ms)
        .returning(offer)
    ).one()
    return _offer(row)


def live_of(connection: Connection, conversation: ConversationId) -> Offer | None:
    """Return the conversation's live offer."""
    row = connection.execute(
        select(offer).where(offer.c.conversation_id == conversation, offer.c.outcome == LIVE)
    ).first()
    return _offer(row) if row else None


def live_for(connection: Connection, agent: StaffId) -> list[Offer]:
    """Return an agent's live offers."""
    rows = connection.execute(
        select(offer).where(offer.c.staff_id == agent, offer.c.outcome == LIVE).order_by(offer.c.id)
    )
    return [_offer(row) for row in rows]


def live(connection: Connection) -> list[Offer]:
    """Return every live offer."""
    return [_offer(row) for row in connection.execute(_live)]


def due(connection: Connection, *, now_ms: int) -> list[Offer]:
    """Return live offers that have run out."""
    rows = connection.execute(
        select(offer).where(offer.c.outcome == LIVE, offer.c.expires_ms <= now_ms)
    )
    return [_offer(row) for row in rows]


def end(connection: Connection, offer_id: OfferId, outcome: str, *, now_ms: int) -> bool:
    """End a live offer; say whether it was this call that did."""
    result = connection.execute(
        update(offer)
        .where(offer.c.id == offer_id, offer.c.outcome == LIVE)
        .values(outcome=outcome, ended_ms=now_ms)
    )
    return result.rowcount == 1


def asked_since(
    connection: Connection, conversation: ConversationId, since_ms: int
) -> set[StaffId]:
    """Return who declined or missed this conversation after a time."""
    rows = connection.execute(
        select(offer.c.staff_id).where(
            offer.c.conversation_id == conversation,
            offer.c.outcome.in_(["declined", "missed"]),
            offer.c.ended_ms > since_ms,
        )
    )
    return {StaffId(row.staff_id) for row in rows}


def forgive_downtime(
    connection: Connection, *, last_beat_ms: int, now_ms: int, fresh_ms: int
) -> None:
    """Give offers that had not run out at the last heartbeat a fresh stretch."""
    connection.execute(
        update(offer)
        .where(offer.c.outcome == LIVE, offer.c.expires_ms > last_beat_ms)
        .values(expires_ms=now_ms + fresh_ms)
    )
