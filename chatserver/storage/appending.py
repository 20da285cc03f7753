"""Appending many messages at once, by the driver's own cursor; knows no rule but where they belong.

SQLAlchemy costs more than the statements themselves (measured, docs/performance.md), and this is
the one path that every message takes. What it writes is what `messages.append` writes; tests hold
the two against each other on both databases.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection

from chatserver.domain.folding import fold
from chatserver.domain.ids import ClientId, ConversationId, PublicId, VisitorId
from chatserver.domain.messages import Audience, Author, Message, MessageKind, TextBody
from chatserver.storage import bodies
from chatserver.storage.messages import PREVIEW_CHARS


@dataclass(frozen=True, slots=True)
class Said:
    """One text of a visitor.

    Args:
        conversation: the public id it is meant for; None for whichever is open.
        author_key: with `client_id` unique across conversations.
    """

    visitor: VisitorId
    conversation: str | None
    author: Author
    author_key: str
    client_id: ClientId
    body: TextBody
    language: str


@dataclass(slots=True)
class _Open:
    """A conversation that is not resolved, and what becomes of it."""

    id: ConversationId
    public_id: PublicId
    last_seq: int
    last_public_seq: int
    bot_active: bool
    answer_due_since_ms: int | None
    prior_public_seq: int = 0
    last: Said | None = None


ROWS_AT_ONCE = (64, 16, 4, 1)
"""Rows in one statement on SQLite: few forms, so that each is prepared once and kept."""

_COLUMNS = "visitor_id, id, public_id, last_seq, last_public_seq, bot_active, answer_due_since_ms"
_FIND_SQLITE = (
    f"SELECT {_COLUMNS} FROM conversation "
    "WHERE visitor_id IN (SELECT value FROM json_each(?)) AND status <> 'resolved'"
)
_FIND_POSTGRESQL = (
    f"SELECT {_COLUMNS} FROM conversation "
    # In one order, so that two batches do not wait for each other.
    "WHERE visitor_id = ANY(%s) AND status <> 'resolved' ORDER BY id FOR UPDATE"
)
_MOVE = (
    "UPDATE conversation SET last_seq = ?, last_public_seq = ?, prior_public_seq = ?, "
    "bot_wanted_seq = ?, visitor_seen_seq = ?, answer_due_since_ms = ?, language = ?, "
    "preview = ?, preview_author = 'visitor', last_message_ms = ?, changed_ms = ? WHERE id = ?"
)
_INSERT = (
    "INSERT INTO message (conversation_id, seq, previous_seq, at_ms, author_kind, author_key, "
    "author_name, author_public_id, client_id, kind, audience, body, folded) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'text', 'everyone', ?, ?)"
)


def append_from_visitors(
    connection: Connection, said: Sequence[Said], *, now_ms: int
) -> list[tuple[Message, bool] | None]:
    """Add each text at the end of its visitor's open conversation, in the order given.

    Returns:
        For each the message and whether the bot may speak there; None where the visitor has no
        open conversation, or has another than was meant: then nothing of it was written.

    Raises:
        The driver's error, where one of them was sent before: the transaction must be taken back.
    """
    cursor: Any = connection.connection.cursor()
    try:
        found = _find(connection, cursor, {item.visitor for item in said})
        rows: list[tuple[object, ...]] = []
        answers: list[tuple[Message, bool] | None] = []
        for item in said:
            into = found.get(item.visitor)
            if into is None or item.conversation not in (None, into.public_id):
                answers.append(None)
                continue
            message = _add(into, item, now_ms)
            rows.append(_row(message, item))
            answers.append((message, into.bot_active))
        if rows:
            moved = [_moved(into, now_ms) for into in found.values() if into.last is not None]
            cursor.executemany(_in(connection, _MOVE), moved)
            insert_rows(connection, cursor, _INSERT, rows)
    finally:
        cursor.close()
    return answers


@cache
def _several(statement: str, rows: int) -> str:
    """Return an INSERT of one row as one of several."""
    head, values = statement.split(" VALUES ")
    return f"{head} VALUES {', '.join([values] * rows)}"


def insert_rows(
    connection: Connection, cursor: Any, statement: str, rows: Sequence[tuple[object, ...]]
) -> None:
    """Insert rows by a statement `INSERT … VALUES (?, …)`.

    SQLite's driver lets go of the interpreter's lock at every row and has to get it back from the
    event loop; rows in one statement cost it once (measured, docs/performance.md). PostgreSQL's
    sends them all in one go anyway.
    """
    if connection.dialect.name != "sqlite":
        cursor.executemany(statement.replace("?", "%s"), rows)
        return
    at = 0
    for count in ROWS_AT_ONCE:
        while len(rows) - at >= count:
            values = list(chain.from_iterable(rows[at : at + count]))
            cursor.execute(_several(statement, count), values)
            at += count


def _in(connection: Connection, statement: str) -> str:
    """Return a statement with the driver's own marks for values."""
    return statement if connection.dialect.name == "sqlite" else statement.replace("?", "%s")


def _find(connection: Connection, cursor: Any, visitors: set[VisitorId]) -> dict[VisitorId, _Open]:
    if connection.dialect.name == "sqlite":
        cursor.execute(_FIND_SQLITE, (json.dumps(list(visitors)),))
    else:
        cursor.execute(_FIND_POSTGRESQL, (list(visitors),))
    return {row[0]: _Open(*row[1:]) for row in cursor.fetchall()}


def _add(into: _Open, item: Said, now_ms: int) -> Message:
    previous = into.last_public_seq
    into.last_seq += 1
    into.prior_public_seq, into.last_public_seq = previous, into.last_seq
    into.last = item
    return Message(
        conversation=into.id,
        conversation_public=into.public_id,
        seq=into.last_seq,
        previous_seq=previous,
        at_ms=now_ms,
        author=item.author,
        client_id=item.client_id,
        kind=MessageKind.TEXT,
        audience=Audience.EVERYONE,
        body=item.body,
    )


def _row(message: Message, item: Said) -> tuple[object, ...]:
    return (
        message.conversation,
        message.seq,
        message.previous_seq,
        message.at_ms,
        item.author.kind.value,
        item.author_key,
        item.author.name,
        item.author.public_id,
        item.client_id,
        bodies.write(item.body),
        fold(item.body.text),
    )


def _moved(into: _Open, now_ms: int) -> tuple[object, ...]:
    assert into.last is not None
    seq = into.last_seq
    return (
        seq,
        into.last_public_seq,
        into.prior_public_seq,
        seq,
        seq,
        into.answer_due_since_ms or now_ms,
        into.last.language,
        into.last.body.text[:PREVIEW_CHARS],
        now_ms,
        now_ms,
        into.id,
    )
