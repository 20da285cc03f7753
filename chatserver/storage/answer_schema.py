"""The table of answers that go by mail; see `schema.py` for the habits it keeps."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, Table, Text

from chatserver.storage.schema import metadata

answer_mail = Table(
    "answer_mail",
    metadata,
    Column("conversation_id", ForeignKey("conversation.id"), primary_key=True),
    Column("address", Text, nullable=False),
    Column("is_verified", Boolean, nullable=False),
    Column("is_on", Boolean, nullable=False),
    Column("asked_ms", BigInteger, nullable=False),
    Column("sent_seq", BigInteger, nullable=False, server_default="0"),
    Column("due_ms", BigInteger, index=True),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("mailed_ms", BigInteger),
    Column("refused_ms", BigInteger),
)
