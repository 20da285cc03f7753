"""The tables. Integer keys inside, opaque random ids outside, times in milliseconds UTC."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Key = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only in a column of type INTEGER."""

installation = Table(
    "installation",
    metadata,
    Column("id", Key, primary_key=True),
    Column("epoch", Text, nullable=False),
    Column("queue_revision", BigInteger, nullable=False),
    Column("heartbeat_ms", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="single"),
)

process = Table(
    "process",
    metadata,
    Column("id", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("pid", BigInteger, nullable=False),
    Column("started_ms", BigInteger, nullable=False),
    Column("beat_ms", BigInteger, nullable=False),
)

duty = Table(
    "duty",
    metadata,
    Column("name", Text, primary_key=True),
    Column("process_id", Text, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
)

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

staff = Table(
    "staff",
    metadata,
    Column("id", Key, primary_key=True),
    Column("public_id", Text, nullable=False, unique=True),
    Column("email", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("password_hash", Text),
    Column("created_ms", BigInteger, nullable=False),
    Column("disabled_ms", BigInteger),
    Column("availability", Text, nullable=False, server_default="offline"),
    Column("capacity", Integer, nullable=False, server_default="4"),
    Column("load", Integer, nullable=False, server_default="0"),
    Column("lease_until_ms", BigInteger, nullable=False, server_default="0"),
    Column("idle_since_ms", BigInteger, nullable=False, server_default="0"),
    Column("missed_in_row", Integer, nullable=False, server_default="0"),
    CheckConstraint("load >= 0", name="load"),
)

team_member = Table(
    "team_member",
    metadata,
    Column("team_id", ForeignKey("team.id"), primary_key=True),
    Column("staff_id", ForeignKey("staff.id"), primary_key=True, index=True),
)

staff_session = Table(
    "staff_session",
    metadata,
    Column("id", Key, primary_key=True),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("staff_id", ForeignKey("staff.id"), nullable=False, index=True),
    Column("created_ms", BigInteger, nullable=False),
    Column("used_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("device", Text, nullable=False, server_default=""),
)

setup_link = Table(
    "setup_link",
    metadata,
    Column("id", Key, primary_key=True),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("staff_id", ForeignKey("staff.id")),
    Column("created_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("used_ms", BigInteger),
)

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

conversation = Table(
    "conversation",
    metadata,
    Column("id", Key, primary_key=True),
    Column("public_id", Text, nullable=False, unique=True),
    Column("site_id", ForeignKey("site.id"), nullable=False),
    Column("visitor_id", ForeignKey("visitor.id"), nullable=False),
    Column("team_id", ForeignKey("team.id"), nullable=False),
    Column("status", Text, nullable=False),
    Column("bot_active", Boolean, nullable=False),
    Column("holder_id", ForeignKey("staff.id")),
    Column("last_agent_id", ForeignKey("staff.id")),
    Column("asked_last_id", ForeignKey("staff.id")),
    Column("fence", BigInteger, nullable=False, server_default="0"),
    Column("version", BigInteger, nullable=False, server_default="0"),
    Column("priority", Text, nullable=False, server_default="normal"),
    Column("priority_rank", Integer, nullable=False, server_default="0"),
    Column("last_seq", BigInteger, nullable=False, server_default="0"),
    Column("last_public_seq", BigInteger, nullable=False, server_default="0"),
    Column("prior_public_seq", BigInteger, nullable=False, server_default="0"),
    Column("visitor_seen_seq", BigInteger, nullable=False, server_default="0"),
    Column("agent_seen_seq", BigInteger, nullable=False, server_default="0"),
    Column("bot_answered_seq", BigInteger, nullable=False, server_default="0"),
    Column("bot_wanted_seq", BigInteger, nullable=False, server_default="0"),
    Column("bot_state", Text, nullable=False, server_default="{}"),
    Column("opened_ms", BigInteger, nullable=False),
    Column("waiting_since_ms", BigInteger),
    Column("patience_due_ms", BigInteger),
    Column("answer_due_since_ms", BigInteger),
    Column("first_response_ms", BigInteger),
    Column("resolved_ms", BigInteger),
    Column("resolved_by", Text, nullable=False, server_default=""),
    Column("last_message_ms", BigInteger, nullable=False),
    Column("changed_ms", BigInteger, nullable=False, index=True),
    Column("language", Text, nullable=False),
    Column("handoff_reason", Text, nullable=False, server_default=""),
    Column("details", Text, nullable=False, server_default="{}"),
    Column("tags", Text, nullable=False, server_default="[]"),
    Column("preview", Text, nullable=False, server_default=""),
    Column("preview_author", Text, nullable=False, server_default=""),
    Column("answers_to", Text, nullable=False, server_default=""),
    Index("ix_conversation_visitor_id", "visitor_id", "id"),
    Index("ix_conversation_holder_id", "holder_id", "status"),
    Index(
        "uq_conversation_unresolved",
        "visitor_id",
        unique=True,
        sqlite_where=text("status <> 'resolved'"),
        postgresql_where=text("status <> 'resolved'"),
    ),
    Index(
        "ix_conversation_queue",
        "status",
        "team_id",
        "priority_rank",
        "waiting_since_ms",
    ),
    CheckConstraint("(status = 'open') = (holder_id IS NOT NULL)", name="holder"),
    CheckConstraint("status <> 'waiting' OR waiting_since_ms IS NOT NULL", name="waiting"),
)

message = Table(
    "message",
    metadata,
    Column("id", Key, primary_key=True),
    Column("conversation_id", ForeignKey("conversation.id"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("previous_seq", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("author_kind", Text, nullable=False),
    Column("author_key", Text, nullable=False, server_default=""),
    Column("author_name", Text, nullable=False, server_default=""),
    Column("author_public_id", Text),
    Column("client_id", Text),
    Column("kind", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("folded", Text, nullable=False, server_default=""),
    Column("why", Text, nullable=False, server_default=""),
    UniqueConstraint("conversation_id", "seq"),
    UniqueConstraint("author_key", "client_id"),
)

offer = Table(
    "offer",
    metadata,
    Column("id", Key, primary_key=True),
    Column("conversation_id", ForeignKey("conversation.id"), nullable=False),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),
    Column("outcome", Text, nullable=False, server_default="live"),
    Index(
        "uq_offer_live",
        "conversation_id",
        unique=True,
        sqlite_where=text("outcome = 'live'"),
        postgresql_where=text("outcome = 'live'"),
    ),
    Index("ix_offer_due", "outcome", "expires_ms"),
    Index("ix_offer_staff", "staff_id", "outcome"),
    Index("ix_offer_asked", "conversation_id", "ended_ms"),
)

draft = Table(
    "draft",
    metadata,
    Column("staff_id", ForeignKey("staff.id"), primary_key=True),
    Column("conversation_id", ForeignKey("conversation.id"), primary_key=True),
    Column("text", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)

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

file = Table(
    "file",
    metadata,
    Column("id", Key, primary_key=True),
    Column("public_id", Text, nullable=False, unique=True),
    Column("conversation_id", ForeignKey("conversation.id"), nullable=False, index=True),
    Column("author_key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Index("ix_file_quota", "author_key", "created_ms"),
)

rating = Table(
    "rating",
    metadata,
    Column("conversation_id", ForeignKey("conversation.id"), primary_key=True),
    Column("staff_id", ForeignKey("staff.id"), index=True),
    Column("score", Integer, nullable=False),
    Column("reasons", Text, nullable=False, server_default="[]"),
    Column("at_ms", BigInteger, nullable=False, index=True),
    CheckConstraint("score BETWEEN 1 AND 5", name="score"),
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
