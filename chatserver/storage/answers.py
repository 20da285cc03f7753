"""Where answers go by mail, and up to where they went; decides nothing."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from chatserver.domain.ids import ConversationId
from chatserver.storage.schema.conversations import answer_mail

MOST_DUE = 100


@dataclass(frozen=True, slots=True)
class Answers:
    """How the answers of one conversation go by mail.

    Args:
        is_verified: whether the site vouches for the address.
        is_on: whether they go there now.
        sent_seq: everything up to here was mailed, or need not be.
        due_ms: when it is looked at again whether something is to be mailed; None when nothing is.
        tries: how often in a row the mail server was asked in vain.
        mailed_ms: when a mail was last handed over; None before the first.
        refused_ms: when whoever has the address asked for no more; None when they did not.
    """

    conversation: ConversationId
    address: str
    is_verified: bool
    is_on: bool
    sent_seq: int
    due_ms: int | None
    tries: int
    mailed_ms: int | None
    refused_ms: int | None


def of(connection: Connection, conversation: ConversationId) -> Answers | None:
    """Return how a conversation's answers go by mail; None where nobody ever asked for it."""
    row = connection.execute(
        select(answer_mail).where(answer_mail.c.conversation_id == conversation)
    ).first()
    if row is None:
        return None
    return Answers(
        ConversationId(row.conversation_id),
        row.address,
        row.is_verified,
        row.is_on,
        row.sent_seq,
        row.due_ms,
        row.tries,
        row.mailed_ms,
        row.refused_ms,
    )


def add(connection: Connection, conversation: ConversationId, **values: Any) -> None:
    """Keep where a conversation's answers go."""
    connection.execute(insert(answer_mail).values(conversation_id=conversation, **values))


def change(connection: Connection, conversation: ConversationId, **values: Any) -> None:
    """Write columns of what is kept."""
    connection.execute(
        update(answer_mail).where(answer_mail.c.conversation_id == conversation).values(**values)
    )


def wake(connection: Connection, conversation: ConversationId, *, due_ms: int) -> None:
    """Have it looked at, unless that is to happen already."""
    connection.execute(
        update(answer_mail)
        .where(
            answer_mail.c.conversation_id == conversation,
            answer_mail.c.is_on,
            answer_mail.c.due_ms.is_(None),
        )
        .values(due_ms=due_ms)
    )


def due(connection: Connection, *, now_ms: int) -> list[ConversationId]:
    """Return what is to be looked at now, the longest due first."""
    rows = connection.execute(
        select(answer_mail.c.conversation_id)
        .where(answer_mail.c.due_ms <= now_ms)
        .order_by(answer_mail.c.due_ms)
        .limit(MOST_DUE)
    )
    return [ConversationId(row.conversation_id) for row in rows]


def forget(connection: Connection, conversation: ConversationId) -> None:
    """Drop a conversation's address and all that stands with it."""
    connection.execute(delete(answer_mail).where(answer_mail.c.conversation_id == conversation))
