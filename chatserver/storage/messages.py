"""The log of each conversation: append, look up, read from a seq; knows no body's form."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Integer, bindparam, insert, select, update

from chatserver.domain.conversations import Conversation
from chatserver.domain.folding import fold
from chatserver.domain.ids import ClientId, ConversationId, PublicId, StaffId, VisitorId
from chatserver.domain.messages import (
    ActivityBody,
    ActivityType,
    Audience,
    Author,
    AuthorKind,
    Body,
    Message,
    MessageKind,
    RatingBody,
    TextBody,
    plain_text,
)
from chatserver.domain.why import Why
from chatserver.storage import bodies, conversations
from chatserver.storage.compiled import Compiled
from chatserver.storage.schema.conversations import conversation as conversation_table
from chatserver.storage.schema.conversations import message

_AUTHOR_KINDS = {str(kind): kind for kind in AuthorKind}
_AUDIENCES = {str(audience): audience for audience in Audience}

PREVIEW_CHARS = 140

_columns = conversation_table.c
NEXT_SEQ = _columns.last_seq + 1
"""In the statement that appends a message: its own seq."""

_log = message.c
_READ = (
    *(_log.conversation_id, _log.seq, _log.previous_seq, _log.at_ms),
    *(_log.author_kind, _log.author_name, _log.author_public_id, _log.client_id),
    *(_log.kind, _log.audience, _log.body, _log.why, _log.id),
)
"""What a message is made of, in the order in which `_message` takes it."""

# Built once: building a statement costs more than running it.
_insert = insert(message)
_limited = select(*_READ).limit(bindparam("limit", type_=Integer))
_this = _log.conversation_id == bindparam("conversation")
_after = _limited.where(_this, _log.seq > bindparam("seq")).order_by(_log.seq)
_newest = _limited.where(_log.seq < bindparam("seq")).order_by(_log.seq.desc())
_before = _newest.where(_this)
_public = _log.audience == Audience.EVERYONE
_AFTER = {Audience.AGENTS: Compiled(_after), Audience.EVERYONE: Compiled(_after.where(_public))}
_BEFORE = {Audience.AGENTS: Compiled(_before), Audience.EVERYONE: Compiled(_before.where(_public))}
_page_of_visitor = Compiled(_newest.where(_log.conversation_id == conversations.OWN_ID, _public))
_page_for_agent = Compiled(_newest.where(_log.conversation_id == conversations.VISIBLE_ID))
_find_sent = (
    select(*_READ, _columns.public_id)
    .join(conversation_table, _columns.id == message.c.conversation_id)
    .where(
        message.c.author_key == bindparam("author_key"),
        message.c.client_id == bindparam("client_id"),
    )
)


def _message(row: Sequence[Any], public_id: PublicId) -> Message:
    """Return the message of a row of `_READ`: by place, which is most of what a row costs."""
    of, seq, previous, at_ms, who, name, author, client_id, kind, audience, text, why, id = row
    known, body = bodies.read(id, kind, text)
    return Message(
        of,
        public_id,
        seq,
        previous,
        at_ms,
        Author(_AUTHOR_KINDS.get(who, AuthorKind.SYSTEM), name, author),
        client_id,
        known,
        _AUDIENCES[audience],
        body,
        bodies.read_why(why),
    )


@cache
def _advance(public: bool, given: frozenset[str], own_seq: frozenset[str]) -> Any:
    """Return the statement that moves a conversation's counters for one message.

    Args:
        public: whether everyone may see the message.
        given: columns that get a bound value `to_<name>`.
        own_seq: columns that get the message's seq.
    """
    values: dict[str, Any] = {name: bindparam(f"to_{name}") for name in given}
    values |= dict.fromkeys(own_seq, NEXT_SEQ)
    values["last_seq"] = NEXT_SEQ
    if public:
        values["last_public_seq"] = NEXT_SEQ
        values["prior_public_seq"] = _columns.last_public_seq
    return (
        update(conversation_table)
        .where(_columns.id == bindparam("of"))
        .values(**values)
        .returning(_columns.last_seq, _columns.last_public_seq, _columns.prior_public_seq)
    )


def append(
    connection: Connection,
    conversation: Conversation,
    *,
    author: Author,
    body: Body,
    at_ms: int,
    kind: MessageKind | None = None,
    audience: Audience = Audience.EVERYONE,
    author_key: str = "",
    client_id: ClientId | None = None,
    also: Mapping[str, object] | None = None,
    why: Why | None = None,
) -> Message:
    """Add one message at the end of a log and return it with its seq.

    The counter is raised by the very statement that locks the conversation, so two senders never
    get one seq. Counts as the conversation's last message only when it is not an activity.

    Args:
        author_key: `v<id>` or `a<id>`; with `client_id` unique across conversations.
        also: other columns of the conversation to write in the same statement; `NEXT_SEQ` stands
            for the message's own seq.
    """
    kind = kind or bodies.kind_of(body)
    public = audience is Audience.EVERYONE
    text = plain_text(body)
    given: dict[str, object] = {"changed_ms": at_ms}
    if kind is not MessageKind.ACTIVITY:
        given["last_message_ms"] = at_ms
    if text and public:
        given["preview"] = text[:PREVIEW_CHARS]
        given["preview_author"] = author.kind
    own_seq = frozenset(name for name, value in (also or {}).items() if value is NEXT_SEQ)
    given |= {name: value for name, value in (also or {}).items() if name not in own_seq}
    counters = connection.execute(
        _advance(public, frozenset(given), own_seq),
        {"of": conversation.id, **{f"to_{name}": value for name, value in given.items()}},
    ).one()
    previous = counters.prior_public_seq if public else counters.last_public_seq
    connection.execute(
        _insert,
        {
            "conversation_id": conversation.id,
            "seq": counters.last_seq,
            "previous_seq": previous,
            "at_ms": at_ms,
            "author_kind": author.kind,
            "author_key": author_key,
            "author_name": author.name,
            "author_public_id": author.public_id,
            "client_id": client_id,
            "kind": kind,
            "audience": audience,
            "body": bodies.write(body),
            "folded": fold(text),
            "why": bodies.write_why(why),
        },
    )
    return Message(
        conversation=conversation.id,
        conversation_public=conversation.public_id,
        seq=counters.last_seq,
        previous_seq=previous,
        at_ms=at_ms,
        author=author,
        client_id=client_id,
        kind=kind,
        audience=audience,
        body=body,
        why=why,
    )


def find_sent(
    connection: Connection, author_key: str, client_id: ClientId
) -> tuple[Message, ConversationId] | None:
    """Return what this author already sent under that client_id, in whichever conversation."""
    row = connection.execute(_find_sent, {"author_key": author_key, "client_id": client_id}).first()
    if row is None:
        return None
    *columns, public_id = row
    return _message(columns, public_id), row.conversation_id


def after(
    connection: Connection,
    conversation: Conversation,
    seq: int,
    *,
    limit: int,
    audience: Audience = Audience.AGENTS,
) -> list[Message]:
    """Return messages after a seq, oldest first, as one audience may see them."""
    rows = _AFTER[audience].rows(
        connection, {"conversation": conversation.id, "seq": seq, "limit": limit}
    )
    return [_message(row, conversation.public_id) for row in rows]


def before(
    connection: Connection,
    conversation: Conversation,
    seq: int,
    *,
    limit: int,
    audience: Audience = Audience.AGENTS,
) -> list[Message]:
    """Return the newest messages before a seq, oldest first, as one audience may see them."""
    rows = _BEFORE[audience].rows(
        connection, {"conversation": conversation.id, "seq": seq, "limit": limit}
    )
    return [_message(row, conversation.public_id) for row in reversed(rows)]


def page_of_visitor(
    connection: Connection, visitor: VisitorId, public_id: str, before: int, *, limit: int
) -> list[Message]:
    """Return the newest messages before a seq of the visitor's own conversation, oldest first.

    Whose it is, is asked in the same statement; of what is not theirs there is nothing.
    """
    rows = _page_of_visitor.rows(
        connection, {"visitor": visitor, "public_id": public_id, "seq": before, "limit": limit}
    )
    return [_message(row, PublicId(public_id)) for row in reversed(rows)]


def page_for_agent(
    connection: Connection, agent: StaffId, public_id: str, before: int, *, limit: int
) -> list[Message]:
    """Return the same of a conversation that an agent may see, notes included."""
    rows = _page_for_agent.rows(
        connection, {"agent": agent, "public_id": public_id, "seq": before, "limit": limit}
    )
    return [_message(row, PublicId(public_id)) for row in reversed(rows)]


def blank(connection: Connection, conversation: Conversation) -> None:
    """Take out of a log what was written and sent; seqs, times, changes of state and scores stay."""
    rows = connection.execute(
        select(message).where(message.c.conversation_id == conversation.id)
    ).all()
    for row in rows:
        kind, said = bodies.read(row.id, row.kind, row.body)
        gone = _emptied(said, is_visitors=row.author_kind == AuthorKind.VISITOR)
        values: dict[str, object] = {
            "body": bodies.write(gone),
            "kind": kind if kind is MessageKind.NOTE else bodies.kind_of(gone),
            "folded": "",
        }
        if row.author_kind == AuthorKind.VISITOR:
            values["author_name"] = ""
        connection.execute(update(message).where(message.c.id == row.id).values(**values))


def _emptied(said: Body, *, is_visitors: bool) -> Body:
    match said:
        case RatingBody(score=score, reasons=reasons):
            return RatingBody(score, reasons)
        case ActivityBody(type=type_, actor=actor, target=target, reason=reason):
            is_typed = type_ is ActivityType.TRANSFER_REASON
            is_address = type_.startswith("answers_")
            return ActivityBody(
                type_,
                "" if is_visitors else actor,
                "" if is_address else target,
                "" if is_typed else reason,
            )
        case _:
            return TextBody("")


def by_kinds(
    connection: Connection,
    conversation: Conversation,
    *,
    after_seq: int,
    up_to_seq: int,
    kinds: Iterable[MessageKind],
) -> list[Message]:
    """Return messages of some kinds in a stretch of the log, oldest first."""
    rows = connection.execute(
        select(*_READ)
        .where(
            message.c.conversation_id == conversation.id,
            message.c.seq > after_seq,
            message.c.seq <= up_to_seq,
            message.c.kind.in_(list(kinds)),
        )
        .order_by(message.c.seq)
    )
    return [_message(row, conversation.public_id) for row in rows]


def last_of(connection: Connection, conversation: Conversation, author: AuthorKind) -> int:
    """Return the seq of the newest public message of one kind of author; 0 when there is none."""
    found = connection.execute(
        select(message.c.seq)
        .where(
            message.c.conversation_id == conversation.id,
            message.c.author_kind == author,
            message.c.audience == Audience.EVERYONE,
            message.c.kind != MessageKind.ACTIVITY,
        )
        .order_by(message.c.seq.desc())
        .limit(1)
    ).scalar()
    return int(found or 0)
