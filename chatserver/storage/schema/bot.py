"""The tables of the bot's scripts, and how often rules were shown."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, Table, Text, UniqueConstraint

from chatserver.storage.schema.metadata import Key, metadata

bot_script = Table(
    "bot_script",
    metadata,
    Column("id", Key, primary_key=True),
    Column("site_id", ForeignKey("site.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("document", Text, nullable=False),
    Column("author", Text, nullable=False, server_default=""),
    Column("at_ms", BigInteger, nullable=False),
    Column("decisions", Text, nullable=False, server_default="[]"),
    UniqueConstraint("site_id", "version"),
)

bot_draft = Table(
    "bot_draft",
    metadata,
    Column("site_id", ForeignKey("site.id"), primary_key=True),
    Column("document", Text, nullable=False),
    Column("author", Text, nullable=False, server_default=""),
    Column("at_ms", BigInteger, nullable=False),
)

rule_count = Table(
    "rule_count",
    metadata,
    Column("site_id", ForeignKey("site.id"), primary_key=True),
    Column("rule", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("shown", Integer, nullable=False, server_default="0"),
    Column("opened", Integer, nullable=False, server_default="0"),
    Column("answered", Integer, nullable=False, server_default="0"),
)
