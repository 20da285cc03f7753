"""The tables of orders: where they come from, those uploaded, codes that prove whose they are."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from chatserver.storage.schema.metadata import Key, metadata

order_source = Table(
    "order_source",
    metadata,
    Column("site_id", ForeignKey("site.id"), primary_key=True),
    Column("url", Text, nullable=False, server_default=""),
    Column("key", Text, nullable=False, server_default=""),
    Column("batch", BigInteger, nullable=False, server_default="0"),
    Column("changed_ms", BigInteger, nullable=False),
)

shop_order = Table(
    "shop_order",
    metadata,
    Column("id", Key, primary_key=True),
    Column("site_id", ForeignKey("site.id"), nullable=False),
    Column("number_key", Text, nullable=False),
    Column("email_key", Text, nullable=False, server_default=""),
    Column("placed_on", Text, nullable=False, server_default=""),
    Column("batch", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("site_id", "number_key"),
    Index("ix_shop_order_email", "site_id", "email_key"),
    Index("ix_shop_order_batch", "site_id", "batch"),
)

order_code = Table(
    "order_code",
    metadata,
    Column("id", Key, primary_key=True),
    Column("conversation_id", ForeignKey("conversation.id"), nullable=False),
    Column("visitor_id", ForeignKey("visitor.id"), nullable=False),
    Column("number_key", Text, nullable=False),
    Column("code_hash", Text, nullable=False),
    Column("tries_left", Integer, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False, index=True),
    Column("proven_ms", BigInteger),
    Index("ix_order_code_asked", "conversation_id", "number_key", "id"),
)
