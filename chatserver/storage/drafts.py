"""Half-written replies, one for each agent and conversation."""

from sqlalchemy import Connection, delete, insert, select

from chatserver.domain.ids import ConversationId, PublicId, StaffId
from chatserver.storage.schema.conversations import conversation, draft


def save(
    connection: Connection,
    agent: StaffId,
    conversation_id: ConversationId,
    *,
    text: str,
    now_ms: int,
) -> None:
    """Keep a draft in place of the one before; empty text drops it."""
    connection.execute(
        delete(draft).where(draft.c.staff_id == agent, draft.c.conversation_id == conversation_id)
    )
    if text:
        connection.execute(
            insert(draft).values(
                staff_id=agent, conversation_id=conversation_id, text=text, at_ms=now_ms
            )
        )


def of_agent(connection: Connection, agent: StaffId) -> dict[PublicId, str]:
    """Return an agent's drafts by conversation."""
    rows = connection.execute(
        select(conversation.c.public_id, draft.c.text)
        .join(conversation, conversation.c.id == draft.c.conversation_id)
        .where(draft.c.staff_id == agent, conversation.c.status != "resolved")
    )
    return {PublicId(row.public_id): row.text for row in rows}
