"""The line under a name in a list: the last visible words and how much is unread."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, select

from chatserver.domain.ids import ConversationId
from chatserver.domain.messages import AuthorKind, MessageKind
from chatserver.storage.schema.conversations import conversation, message

# Built once: building a statement costs more than running it.
_unread = (
    select(func.count())
    .where(
        message.c.conversation_id == conversation.c.id,
        message.c.author_kind == AuthorKind.VISITOR,
        message.c.kind == MessageKind.TEXT,
        message.c.seq > conversation.c.agent_seen_seq,
    )
    .scalar_subquery()
)
_previews = select(
    conversation.c.id, conversation.c.preview, conversation.c.preview_author, _unread
).where(conversation.c.id.in_(bindparam("ids", expanding=True)))


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
    rows = connection.execute(_previews, {"ids": list(ids)}).all()
    return {ConversationId(id): Preview(text, author, unread) for id, text, author, unread in rows}
