"""How long people wait, measured: from asking for a person until somebody took it."""

from statistics import quantiles

import msgspec
from sqlalchemy import Connection, func, select

from chatserver.domain.ids import SiteId, TeamId
from chatserver.domain.messages import ActivityType, AuthorKind, MessageKind
from chatserver.storage.schema.conversations import conversation, message

ENOUGH = 4
"""Fewer waits than this say nothing about the next."""

MOST = 60


_BEGINS = {ActivityType.HANDED_OFF, ActivityType.RETURNED}


def spread(connection: Connection, team: TeamId, *, since_ms: int) -> tuple[int, int] | None:
    """Return between which two waits half of a team's lay, milliseconds; None where too few were."""
    recent = (
        select(conversation.c.id, conversation.c.opened_ms)
        .where(
            conversation.c.team_id == team,
            conversation.c.changed_ms >= since_ms,
            conversation.c.last_agent_id.is_not(None),
        )
        .order_by(conversation.c.changed_ms.desc())
        .limit(MOST)
        .subquery()
    )
    rows = connection.execute(
        select(message.c.conversation_id, message.c.at_ms, message.c.body, recent.c.opened_ms)
        .join(recent, recent.c.id == message.c.conversation_id)
        .where(message.c.kind == MessageKind.ACTIVITY)
        .order_by(message.c.conversation_id, message.c.seq)
    )
    begun: dict[int, int] = {}
    waits = []
    for row in rows:
        begin = begun.setdefault(row.conversation_id, row.opened_ms)
        type_ = msgspec.json.decode(row.body).get("type")
        if type_ in _BEGINS:
            begun[row.conversation_id] = row.at_ms
        elif type_ == ActivityType.AGENT_JOINED and row.at_ms >= since_ms:
            waits.append(row.at_ms - begin)
    if len(waits) < ENOUGH:
        return None
    low, _, high = quantiles(waits, n=4, method="inclusive")
    return round(low), round(high)


def usual_reply_ms(connection: Connection, site: SiteId, *, since_ms: int) -> int | None:
    """Return the median from the first message to the first answer of a person; None where unknown."""
    recent = (
        select(conversation.c.id, conversation.c.opened_ms)
        .where(
            conversation.c.site_id == site,
            conversation.c.opened_ms >= since_ms,
            conversation.c.last_agent_id.is_not(None),
        )
        .order_by(conversation.c.id.desc())
        .limit(MOST)
        .subquery()
    )
    rows = connection.execute(
        select(func.min(message.c.at_ms) - recent.c.opened_ms)
        .join(recent, recent.c.id == message.c.conversation_id)
        .where(message.c.author_kind == AuthorKind.AGENT, message.c.kind == MessageKind.TEXT)
        .group_by(recent.c.id, recent.c.opened_ms)
    )
    replies = sorted(int(reply) for reply in rows.scalars())
    return replies[len(replies) // 2] if len(replies) >= ENOUGH else None
