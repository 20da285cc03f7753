"""Files that people sent, their content included; knows nothing of what may be in them.

Content lies in the database: one backup has all of it, every process reads it, and what is erased is
gone with its row.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from chatserver.domain.ids import ConversationId, PublicId
from chatserver.storage.schema.conversations import file

_COLUMNS = (file.c.public_id, file.c.conversation_id, file.c.name, file.c.media_type, file.c.size)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file without its content. size: bytes."""

    public_id: PublicId
    conversation: ConversationId
    name: str
    media_type: str
    size: int


def _file(row: Row[*tuple[Any, ...]]) -> StoredFile:
    return StoredFile(
        PublicId(row.public_id),
        ConversationId(row.conversation_id),
        row.name,
        row.media_type,
        row.size,
    )


def create(
    connection: Connection,
    *,
    public_id: PublicId,
    conversation: ConversationId,
    author_key: str,
    name: str,
    media_type: str,
    content: bytes,
    now_ms: int,
) -> None:
    """Keep a file."""
    connection.execute(
        insert(file).values(
            public_id=public_id,
            conversation_id=conversation,
            author_key=author_key,
            name=name,
            media_type=media_type,
            size=len(content),
            created_ms=now_ms,
            content=content,
        )
    )


def of_conversation(connection: Connection, conversation: ConversationId) -> list[StoredFile]:
    """Return a conversation's files, oldest first."""
    rows = connection.execute(
        select(*_COLUMNS).where(file.c.conversation_id == conversation).order_by(file.c.id)
    )
    return [_file(row) for row in rows]


def find(connection: Connection, public_id: str) -> tuple[StoredFile, bytes] | None:
    """Return a file with its content."""
    row = connection.execute(
        select(*_COLUMNS, file.c.content).where(file.c.public_id == public_id)
    ).first()
    return (_file(row), bytes(row.content)) if row else None


def bytes_since(connection: Connection, author_key: str, since_ms: int) -> int:
    """Return how many bytes an author has sent since a moment."""
    found = connection.execute(
        select(func.sum(file.c.size)).where(
            file.c.author_key == author_key, file.c.created_ms >= since_ms
        )
    ).scalar()
    return int(found or 0)


def remove_of(connection: Connection, conversation: ConversationId) -> None:
    """Remove every file of a conversation."""
    connection.execute(delete(file).where(file.c.conversation_id == conversation))
