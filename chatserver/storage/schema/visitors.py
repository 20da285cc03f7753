"""The tables of visitors: who they are, which pages they saw, what they agreed to."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Table, Text

from chatserver.storage.schema.metadata import Key, metadata

visitor = Table(
    "visitor",
    metadata,
    Column("id", Key, primary_key=True),
    Column("public_id", Text, nullable=False, unique=True),
    Column("site_id", ForeignKey("site.id"), nullable=False, index=True),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("created_ms", BigInteger, nullable=False),
    Column("last_seen_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("revoked_ms", BigInteger),
    Column("name", Text, nullable=False, server_default=""),
    Column("email", Text, nullable=False, server_default=""),
    Column("phone", Text, nullable=False, server_default=""),
    Column("language", Text, nullable=False, server_default="tr"),
    Column("device", Text, nullable=False, server_default=""),
    Column("details", Text, nullable=False, server_default="{}"),
    Column("context", Text, nullable=False, server_default="{}"),
)

page_view = Table(
    "page_view",
    metadata,
    Column("id", Key, primary_key=True),
    Column("visitor_id", ForeignKey("visitor.id"), nullable=False),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index("ix_page_view_trail", "visitor_id", "id"),
)

consent = Table(
    "consent",
    metadata,
    Column("id", Key, primary_key=True),
    Column("visitor_id", ForeignKey("visitor.id"), nullable=False, index=True),
    Column("given", Boolean, nullable=False),
    Column("version", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("network", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
