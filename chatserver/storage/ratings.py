"""The rating of each conversation; the newest counts, all of them are in its log."""

import msgspec
from sqlalchemy import Connection, delete, insert, select

from chatserver.domain.ids import ConversationId, StaffId
from chatserver.domain.messages import RatingBody
from chatserver.storage.schema.conversations import rating


def keep(
    connection: Connection,
    conversation: ConversationId,
    agent: StaffId | None,
    body: RatingBody,
    *,
    now_ms: int,
) -> None:
    """Keep a conversation's rating in place of an earlier one.

    Args:
        agent: who answered last, whose rating it is; None for the bot alone.
    """
    connection.execute(delete(rating).where(rating.c.conversation_id == conversation))
    connection.execute(
        insert(rating).values(
            conversation_id=conversation,
            staff_id=agent,
            score=body.score,
            reasons=msgspec.json.encode(body.reasons).decode(),
            at_ms=now_ms,
        )
    )


def score_of(connection: Connection, conversation: ConversationId) -> int | None:
    """Return a conversation's score, 1–5, or None."""
    found = connection.execute(
        select(rating.c.score).where(rating.c.conversation_id == conversation)
    ).scalar()
    return None if found is None else int(found)
