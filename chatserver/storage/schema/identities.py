"""The tables of whom a site vouches for."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text

from chatserver.storage.schema.metadata import Key, metadata

visitor_identity = Table(
    "visitor_identity",
    metadata,
    Column("visitor_id", ForeignKey("visitor.id"), primary_key=True),
    Column("customer", Text, nullable=False),
    Column("email", Text, nullable=False, server_default=""),
    Column("verified_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("said", Text, nullable=False, server_default="{}"),
    Index("ix_visitor_identity_customer", "customer"),
)

visitor_token = Table(
    "visitor_token",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("visitor_id", ForeignKey("visitor.id"), nullable=False, index=True),
    Column("replaces", Text, nullable=False, server_default=""),
    Column("claims", Text, nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("used_ms", BigInteger),
    Column("vouched_until_ms", BigInteger, nullable=False),
)

identity_use = Table(
    "identity_use",
    metadata,
    Column("jwt_hash", Text, primary_key=True),
    Column("token_hash", Text, nullable=False, index=True),
    Column("ends_ms", BigInteger, nullable=False, index=True),
)

identity_key = Table(
    "identity_key",
    metadata,
    Column("id", Key, primary_key=True),
    Column("site_id", ForeignKey("site.id"), nullable=False, index=True),
    Column("key", Text, nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("ends_ms", BigInteger),
)
