"""The line under a name in a list: the last visible words and how much is unread."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from chatserver.domain.ids import ConversationId
from chatserver.domain.messages import AuthorKind, MessageKind
from chatserver.storage.schema import conversation, message


@dataclass(frozen=True, slots=True)
class Preview:
    """What a list shows of a conversation.

    Args:
        author: kind of who said the words.
        unread: visitor messages after the newest that an agent has seen.
    """

    text: str
    author: str
    unread: int


def of(connection: Connection, ids: Collection[ConversationId]) -> dict[ConversationId, Preview]:
    """Return the previews of some conversations."""
    if not ids:
        return {}
    counted = connection.execute(
        select(message.c.conversation_id, func.count().label("unread"))
        .join(conversation, conversation.c.id == message.c.conversation_id)
        .where(
            message.c.conversation_id.in_(ids),
            message.c.author_kind == AuthorKind.VISITOR,
            message.c.kind == MessageKind.TEXT,
            message.c.seq > conversation.c.agent_seen_seq,
        )
        .group_by(message.c.conversation_id)
    )
    unread: dict[int, int] = {row.conversation_id: row.unread for row in counted}
    rows = connection.execute(
        select(conversation.c.id, conversation.c.preview, conversation.c.preview_author).where(
            conversation.c.id.in_(ids)
        )
    )
    return {
        ConversationId(row.id): Preview(row.preview, row.preview_author, unread.get(row.id, 0))
        for row in rows
    }
