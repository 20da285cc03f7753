"""Where conversations stand, in as few columns as the beacon tells; read often, for everybody."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select

from chatserver.domain.ids import ConversationId, PublicId, StaffId, TeamId, VisitorId
from chatserver.storage.schema.conversations import conversation

_columns = conversation.c

# Built once: building a statement costs more than running it.
_changed = (
    select(
        _columns.id,
        _columns.public_id,
        _columns.visitor_id,
        _columns.team_id,
        _columns.holder_id,
        _columns.last_seq,
        _columns.last_public_seq,
        _columns.agent_seen_seq,
        _columns.visitor_seen_seq,
        _columns.version,
    )
    .where(_columns.changed_ms >= bindparam("since_ms"))
    .order_by(_columns.changed_ms)
)


@dataclass(frozen=True, slots=True)
class Head:
    """One conversation's counters, and what decides who may know them.

    Args:
        last_seq: of the last message, notes included; last_public_seq: of the last for everyone.
        version: goes up with every change of state.
    """

    id: ConversationId
    public_id: PublicId
    visitor: VisitorId
    team: TeamId
    holder: StaffId | None
    last_seq: int
    last_public_seq: int
    agent_seen_seq: int
    visitor_seen_seq: int
    version: int


def changed_since(connection: Connection, since_ms: int) -> list[Head]:
    """Return what changed at or after a time, the latest change last."""
    return [
        Head(*tuple[Any, ...](row))
        for row in connection.execute(_changed, {"since_ms": since_ms}).all()
    ]
