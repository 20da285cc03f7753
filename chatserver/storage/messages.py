"""The log of each conversation: append, look up, read from a seq; knows no body's form."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from chatserver.domain.conversations import Conversation
from chatserver.domain.folding import fold
from chatserver.domain.ids import ClientId, ConversationId, PublicId
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
from chatserver.storage import bodies
from chatserver.storage.schema.conversations import conversation as conversation_table
from chatserver.storage.schema.conversations import message

PREVIEW_CHARS = 140

_columns = conversation_table.c
NEXT_SEQ = _columns.last_seq + 1
"""In the statement that appends a message: its own seq."""

# Built once: building a statement costs more than running it.
_insert = insert(message)
_find_sent = (
    select(message, _columns.public_id)
    .join(conversation_table, _columns.id == message.c.conversation_id)
    .where(
        message.c.author_key == bindparam("author_key"),
        message.c.client_id == bindparam("client_id"),
    )
)


def _author_kind(row: Row[*tuple[Any, ...]]) -> AuthorKind:
    try:
        return AuthorKind(row.author_kind)
    except ValueError:
        return AuthorKind.SYSTEM


def _message(row: Row[*tuple[Any, ...]], public_id: PublicId) -> Message:
    kind, body = bodies.read(row.id, row.kind, row.body)
    return Message(
        conversation=ConversationId(row.conversation_id),
        conversation_public=public_id,
        seq=row.seq,
        previous_seq=row.previous_seq,
        at_ms=row.at_ms,
        author=Author(
            _author_kind(row),
            row.author_name,
            None if row.author_public_id is None else PublicId(row.author_public_id),
        ),
        client_id=None if row.client_id is None else ClientId(row.client_id),
        kind=kind,
        audience=Audience(row.audience),
        body=body,
        why=bodies.read_why(row.why),
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
    return _message(row, PublicId(row.public_id)), ConversationId(row.conversation_id)


def after(
    connection: Connection,
    conversation: Conversation,
    seq: int,
    *,
    limit: int,
    audience: Audience = Audience.AGENTS,
) -> list[Message]:
    """Return messages after a seq, oldest first, as one audience may see them."""
    query = (
        select(message)
        .where(message.c.conversation_id == conversation.id, message.c.seq > seq)
        .order_by(message.c.seq)
        .limit(limit)
    )
    if audience is Audience.EVERYONE:
        query = query.where(message.c.audience == Audience.EVERYONE)
    return [_message(row, conversation.public_id) for row in connection.execute(query)]


def before(
    connection: Connection,
    conversation: Conversation,
    seq: int,
    *,
    limit: int,
    audience: Audience = Audience.AGENTS,
) -> list[Message]:
    """Return the newest messages before a seq, oldest first, as one audience may see them."""
    query = (
        select(message)
        .where(message.c.conversation_id == conversation.id, message.c.seq < seq)
        .order_by(message.c.seq.desc())
        .limit(limit)
    )
    if audience is Audience.EVERYONE:
        query = query.where(message.c.audience == Audience.EVERYONE)
    rows = connection.execute(query).all()
    return [_message(row, conversation.public_id) for row in reversed(rows)]


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
        select(message)
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
