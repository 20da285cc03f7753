"""The tables of sites and their teams."""

from sqlalchemy import BigInteger, Column, ForeignKey, Table, Text, UniqueConstraint

from chatserver.storage.schema.metadata import Key, metadata

site = Table(
    "site",
    metadata,
    Column("id", Key, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("settings", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
)

team = Table(
    "team",
    metadata,
    Column("id", Key, primary_key=True),
    Column("public_id", Text, nullable=False, unique=True),
    Column("site_id", ForeignKey("site.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("hours", Text, nullable=False, server_default=""),
    UniqueConstraint("site_id", "name"),
)
