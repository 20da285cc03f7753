"""Conversations: found through their owner, locked, changed; no rule lives here."""

from collections.abc import Collection, Mapping
from dataclasses import fields
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    case,
    func,
    insert,
    or_,
    select,
    true,
    update,
)

from chatserver.domain.conversations import Conversation, Priority, Status
from chatserver.domain.ids import ConversationId, StaffId, TeamId, VisitorId
from chatserver.storage.schema.conversations import conversation, offer
from chatserver.storage.schema.staff import team_member

MAX_LISTED = 500
"""Most conversations in one list."""

# Built once: building a statement costs more than running it.
_get = select(conversation).where(conversation.c.id == bindparam("id"))
_some = (
    select(conversation)
    .where(conversation.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(conversation.c.id)
)
_find = select(conversation).where(conversation.c.public_id == bindparam("public_id"))
_find_of_visitor = _find.where(conversation.c.visitor_id == bindparam("visitor"))
_may_be_seen = or_(
    conversation.c.holder_id == bindparam("agent"),
    conversation.c.team_id.in_(
        select(team_member.c.team_id).where(team_member.c.staff_id == bindparam("agent"))
    ),
)
_find_visible = _find.where(_may_be_seen)
OWN_ID = _find_of_visitor.with_only_columns(conversation.c.id).scalar_subquery()
"""In a statement: the id of `:visitor`'s own conversation `:public_id`."""

VISIBLE_ID = _find_visible.with_only_columns(conversation.c.id).scalar_subquery()
"""In a statement: the id of the conversation `:public_id` that `:agent` may see."""

_lock = _get.with_for_update()
_unresolved_of = (
    select(conversation)
    .where(
        conversation.c.visitor_id == bindparam("visitor"),
        conversation.c.status != Status.RESOLVED,
    )
    .with_for_update()
)


def _details(text: str) -> dict[str, str]:
    try:
        return msgspec.json.decode(text, type=dict[str, str])
    except msgspec.DecodeError:
        # Changed by hand: one such row must not spoil every list that it stands in.
        return {}


def _tags(text: str) -> tuple[str, ...]:
    try:
        return msgspec.json.decode(text, type=tuple[str, ...])
    except msgspec.DecodeError:
        return ()


_NAMES = {
    "site": "site_id",
    "visitor": "visitor_id",
    "team": "team_id",
    "holder": "holder_id",
    "last_agent": "last_agent_id",
    "asked_last": "asked_last_id",
}
"""Fields of a conversation whose column is called otherwise."""

_FIELDS = tuple(field.name for field in fields(Conversation))

# By place and not by name, which is most of what a row costs (measured, docs/performance.md).
_values = itemgetter(*(conversation.c.keys().index(_NAMES.get(name, name)) for name in _FIELDS))


def _conversation(row: Row[Any]) -> Conversation:
    values: dict[str, Any] = dict(zip(_FIELDS, _values(row), strict=True))
    values["status"] = Status(values["status"])
    values["priority"] = Priority(values["priority"])
    values["details"] = _details(values["details"])
    values["tags"] = _tags(values["tags"])
    return Conversation(**values)


def create(connection: Connection, **values: Any) -> Conversation:
    """Add a conversation.

    Raises:
        IntegrityError: when the visitor has another that is not resolved.
    """
    row = connection.execute(insert(conversation).values(**values).returning(conversation)).one()
    return _conversation(row)


def find(connection: Connection, public_id: str) -> Conversation | None:
    """Return a conversation by its public id; the caller must know who may see it."""
    row = connection.execute(_find, {"public_id": public_id}).first()
    return _conversation(row) if row else None


def find_visible(connection: Connection, agent: StaffId, public_id: str) -> Conversation | None:
    """Return a conversation that an agent may read: of a team of theirs, or held."""
    row = connection.execute(_find_visible, {"agent": agent, "public_id": public_id}).first()
    return _conversation(row) if row else None


def find_of_visitor(
    connection: Connection, visitor: VisitorId, public_id: str
) -> Conversation | None:
    """Return the visitor's own conversation by its public id."""
    row = connection.execute(_find_of_visitor, {"visitor": visitor, "public_id": public_id}).first()
    return _conversation(row) if row else None


def get(connection: Connection, conversation_id: ConversationId) -> Conversation:
    """Return a conversation by its inner id."""
    return _conversation(connection.execute(_get, {"id": conversation_id}).one())


def some(connection: Connection, ids: Collection[ConversationId]) -> list[Conversation]:
    """Return several conversations by their inner ids."""
    return [_conversation(row) for row in connection.execute(_some, {"ids": list(ids)}).all()]


def lock(connection: Connection, conversation_id: ConversationId) -> Conversation:
    """Return a conversation and keep others from changing it until this unit commits."""
    return _conversation(connection.execute(_lock, {"id": conversation_id}).one())


def unresolved_of(connection: Connection, visitor: VisitorId) -> Conversation | None:
    """Return the visitor's one conversation that is not resolved, locked."""
    row = connection.execute(_unresolved_of, {"visitor": visitor}).first()
    return _conversation(row) if row else None


def newest_of(connection: Connection, visitor: VisitorId, *, limit: int = 20) -> list[Conversation]:
    """Return the visitor's conversations, newest first."""
    rows = connection.execute(
        select(conversation)
        .where(conversation.c.visitor_id == visitor)
        .order_by(conversation.c.id.desc())
        .limit(limit)
    )
    return [_conversation(row) for row in rows]


def change(
    connection: Connection,
    conversation_id: ConversationId,
    *,
    now_ms: int,
    state_changed: bool = True,
    **values: Any,
) -> None:
    """Write columns of a locked conversation.

    Args:
        now_ms: when; the beacon finds what changed lately by it.
        state_changed: whether somebody sees the difference; raises the version.
    """
    if "details" in values:
        values["details"] = msgspec.json.encode(values["details"]).decode()
    if "tags" in values:
        values["tags"] = msgspec.json.encode(values["tags"]).decode()
    if state_changed:
        values["version"] = conversation.c.version + 1
    connection.execute(
        update(conversation)
        .where(conversation.c.id == conversation_id)
        .values(changed_ms=now_ms, **values)
    )


def change_if(
    connection: Connection,
    conversation_id: ConversationId,
    condition: Mapping[str, object],
    **values: Any,
) -> bool:
    """Write columns where others still hold what they are believed to hold; say if it did."""
    terms: list[ColumnElement[bool]] = [
        conversation.c[name].is_not_distinct_from(value) for name, value in condition.items()
    ]
    result = connection.execute(
        update(conversation).where(conversation.c.id == conversation_id, *terms).values(**values)
    )
    return result.rowcount == 1


def _queue_order() -> tuple[ColumnElement[Any], ...]:
    return (
        conversation.c.priority_rank.desc(),
        conversation.c.waiting_since_ms,
        conversation.c.id,
    )


def waiting_unoffered(
    connection: Connection, *, teams: Collection[TeamId] | None = None, limit: int = 100
) -> list[Conversation]:
    """Return who waits and is offered to nobody: priority first, then the longest wait.

    Args:
        teams: only what the bot does not cover yet, or what one of these teams could take; so a
            long queue of one team never hides another's. Everything when left out.
    """
    live = select(offer.c.conversation_id).where(offer.c.outcome == "live")
    query = (
        select(conversation)
        .where(conversation.c.status == Status.WAITING, conversation.c.id.not_in(live))
        .order_by(*_queue_order())
        .limit(limit)
    )
    if teams is not None:
        query = query.where(
            or_(conversation.c.bot_active.is_(False), conversation.c.team_id.in_(teams))
        )
    return [_conversation(row) for row in connection.execute(query)]


def position(connection: Connection, of: Conversation) -> int | None:
    """Return the 1-based place in its team's queue; None when it does not wait."""
    if of.status is not Status.WAITING:
        return None
    rank = select(conversation.c.priority_rank).where(conversation.c.id == of.id).scalar_subquery()
    ahead = or_(
        conversation.c.priority_rank > rank,
        and_(
            conversation.c.priority_rank == rank,
            or_(
                conversation.c.waiting_since_ms < of.waiting_since_ms,
                and_(
                    conversation.c.waiting_since_ms == of.waiting_since_ms,
                    conversation.c.id < of.id,
                ),
            ),
        ),
    )
    before = connection.execute(
        select(func.count())
        .select_from(conversation)
        .where(conversation.c.status == Status.WAITING, conversation.c.team_id == of.team, ahead)
    ).scalar_one()
    return int(before) + 1


def waiting_ids(connection: Connection) -> list[tuple[ConversationId, TeamId]]:
    """Return everybody who waits, in queue order."""
    rows = connection.execute(
        select(conversation.c.id, conversation.c.team_id)
        .where(conversation.c.status == Status.WAITING)
        .order_by(*_queue_order())
    )
    return [(ConversationId(row.id), TeamId(row.team_id)) for row in rows]


def held_by(connection: Connection, agent: StaffId) -> list[Conversation]:
    """Return an agent's open conversations."""
    rows = connection.execute(
        select(conversation)
        .where(conversation.c.holder_id == agent, conversation.c.status == Status.OPEN)
        .order_by(conversation.c.id)
    )
    return [_conversation(row) for row in rows]


def visible_to(
    connection: Connection, teams: Collection[TeamId], agent: StaffId, *, resolved_since_ms: int
) -> list[Conversation]:
    """Return what an agent's queue shows.

    Everything unresolved of the agent's teams, what the agent holds, and what was resolved lately.
    Of more than `MAX_LISTED` the agent's own come first, then who waits, in queue order.
    """
    first = case(
        (conversation.c.holder_id == agent, 0),
        (conversation.c.status == Status.WAITING, 1),
        else_=2,
    )
    rows = connection.execute(
        select(conversation)
        .where(
            or_(conversation.c.team_id.in_(teams), conversation.c.holder_id == agent),
            or_(
                conversation.c.status != Status.RESOLVED,
                and_(
                    conversation.c.last_agent_id == agent,
                    conversation.c.resolved_ms >= resolved_since_ms,
                ),
            ),
        )
        .order_by(first, *_queue_order())
        .limit(MAX_LISTED)
    )
    return [_conversation(row) for row in rows]


def owing_bot_turn(
    connection: Connection, *, before_ms: int | None = None, limit: int = 200
) -> list[ConversationId]:
    """Return where the bot still owes an answer.

    Args:
        before_ms: only where nothing changed after this time; everywhere when left out.
    """
    rows = connection.execute(
        select(conversation.c.id)
        .where(
            conversation.c.status != Status.RESOLVED,
            conversation.c.bot_active,
            conversation.c.bot_wanted_seq > conversation.c.bot_answered_seq,
            true() if before_ms is None else conversation.c.changed_ms <= before_ms,
        )
        .order_by(conversation.c.id)
        .limit(limit)
    )
    return [ConversationId(row.id) for row in rows]


def out_of_patience(connection: Connection, *, now_ms: int) -> list[ConversationId]:
    """Return who waited longer than the patience time with nobody accepting."""
    rows = connection.execute(
        select(conversation.c.id).where(
            conversation.c.status == Status.WAITING, conversation.c.patience_due_ms <= now_ms
        )
    )
    return [ConversationId(row.id) for row in rows]


def idle_since(connection: Connection, before_ms: int) -> list[ConversationId]:
    """Return what lies in bot or open without a message since before a time.

    Who waits for an answer by mail is not there to write; their conversation stays with the agent.
    """
    rows = connection.execute(
        select(conversation.c.id)
        .where(
            conversation.c.status.in_([Status.BOT, Status.OPEN]),
            conversation.c.last_message_ms <= before_ms,
            or_(conversation.c.answers_to == "", conversation.c.answer_due_since_ms.is_(None)),
        )
        .limit(200)
    )
    return [ConversationId(row.id) for row in rows]
