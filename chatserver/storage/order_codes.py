"""One-time codes, hashed, and what they proved; tells nobody a code and knows no mail."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from chatserver.domain.ids import ConversationId, VisitorId
from chatserver.storage.schema.orders import order_code


@dataclass(frozen=True, slots=True)
class SentCode:
    """One code that was sent, or that looks to everybody as if it had been.

    Args:
        code_hash: keyed; of nothing anybody knows when no code was sent.
        proven_ms: when the right one was typed; None before.
    """

    id: int
    code_hash: str
    tries_left: int
    expires_ms: int
    proven_ms: int | None


def add(
    connection: Connection,
    *,
    conversation: ConversationId,
    visitor: VisitorId,
    number_key: str,
    code_hash: str,
    tries: int,
    now_ms: int,
    expires_ms: int,
) -> None:
    """Keep a code; the ones before it in this conversation are worth nothing any more."""
    connection.execute(
        insert(order_code).values(
            conversation_id=conversation,
            visitor_id=visitor,
            number_key=number_key,
            code_hash=code_hash,
            tries_left=tries,
            created_ms=now_ms,
            expires_ms=expires_ms,
        )
    )


def newest(
    connection: Connection, *, conversation: ConversationId, visitor: VisitorId, number_key: str
) -> SentCode | None:
    """Return the newest code for an order in a conversation of this very visitor."""
    row = connection.execute(
        select(order_code)
        .where(
            order_code.c.conversation_id == conversation,
            order_code.c.visitor_id == visitor,
            order_code.c.number_key == number_key,
        )
        .order_by(order_code.c.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return SentCode(row.id, row.code_hash, row.tries_left, row.expires_ms, row.proven_ms)


def spend_try(connection: Connection, code: int) -> int | None:
    """Take one try and return how many are left; None when there was none to take.

    Before the code is compared: a hundred guesses at once are still counted one by one.
    """
    left = connection.execute(
        update(order_code)
        .where(order_code.c.id == code, order_code.c.tries_left > 0)
        .values(tries_left=order_code.c.tries_left - 1)
        .returning(order_code.c.tries_left)
    ).scalar()
    return None if left is None else int(left)


def prove(connection: Connection, code: int, *, now_ms: int) -> None:
    """Note that the right code was typed; it can't be typed again."""
    connection.execute(
        update(order_code).where(order_code.c.id == code).values(proven_ms=now_ms, tries_left=0)
    )


def forget_of(connection: Connection, visitor: VisitorId) -> None:
    """Drop every code that a visitor asked for."""
    connection.execute(delete(order_code).where(order_code.c.visitor_id == visitor))


def forget(connection: Connection, *, before_ms: int) -> int:
    """Drop codes that ran out before a moment; return how many."""
    return int(
        connection.execute(delete(order_code).where(order_code.c.expires_ms < before_ms)).rowcount
    )
