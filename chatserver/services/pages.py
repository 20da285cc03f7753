"""Pages of what was said earlier, for whoever may read it; to others there is no conversation."""

from sqlalchemy import Connection

from chatserver.domain.ids import StaffId, VisitorId
from chatserver.domain.messages import Message
from chatserver.storage import conversations, messages


def of_visitor(
    connection: Connection, visitor: VisitorId, public_id: str, before: int, *, limit: int
) -> list[Message] | None:
    """Return what was said before a seq in the visitor's own conversation, oldest first.

    Of many, the newest so many; None where there is no such conversation.
    """
    page = messages.page_of_visitor(connection, visitor, public_id, before, limit=limit)
    if not page and conversations.find_of_visitor(connection, visitor, public_id) is None:
        return None
    return page


def for_agent(
    connection: Connection, agent: StaffId, public_id: str, before: int, *, limit: int
) -> list[Message] | None:
    """Return the same of a conversation that an agent may see."""
    page = messages.page_for_agent(connection, agent, public_id, before, limit=limit)
    if not page and conversations.find_visible(connection, agent, public_id) is None:
        return None
    return page
