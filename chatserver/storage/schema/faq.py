"""The tables of the FAQ: entries, their history, publications, checks, words, questions asked."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from chatserver.storage.schema.metadata import Key, metadata

faq_state = Table(
    "faq_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("live", BigInteger, nullable=False),
    Column("drafts", BigInteger, nullable=False),
)

faq_entry = Table(
    "faq_entry",
    metadata,
    Column("id", Key, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("content", Text, nullable=False),
    Column("folded", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("live_content", Text),
    Column("live_number", BigInteger, nullable=False, server_default="0"),
    Column("live_version", BigInteger, nullable=False, server_default="0"),
    Column("live_ms", BigInteger),
    Column("archived", Boolean, nullable=False),
    Column("owner_id", ForeignKey("staff.id")),
    Column("review_on", Text),
    Column("created_ms", BigInteger, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Column("changed_by", ForeignKey("staff.id")),
)

faq_revision = Table(
    "faq_revision",
    metadata,
    Column("id", Key, primary_key=True),
    Column("entry_id", ForeignKey("faq_entry.id"), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("content", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("number", BigInteger, nullable=False, server_default="0"),
    Column("note", Text, nullable=False, server_default=""),
    Column("at_ms", BigInteger, nullable=False),
    Column("staff_id", ForeignKey("staff.id")),
    Index("ix_faq_revision_entry", "entry_id", "id"),
)

faq_publication = Table(
    "faq_publication",
    metadata,
    Column("id", Key, primary_key=True),
    Column("status", Text, nullable=False),
    Column("due_ms", BigInteger, nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("done_ms", BigInteger),
    Column("staff_id", ForeignKey("staff.id")),
    Column("changes", Text, nullable=False),
    Column("decisions", Text, nullable=False, server_default="[]"),
    Column("note", Text, nullable=False, server_default=""),
    Index("ix_faq_publication_due", "status", "due_ms"),
)

faq_check = Table(
    "faq_check",
    metadata,
    Column("id", Key, primary_key=True),
    Column("language", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("folded", Text, nullable=False),
    Column("entry_key", Text),
    Column("offered", Boolean, nullable=False),
    Column("origin", Text, nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("staff_id", ForeignKey("staff.id")),
    UniqueConstraint("language", "folded"),
)

faq_word = Table(
    "faq_word",
    metadata,
    Column("id", Key, primary_key=True),
    Column("language", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("same", Text, nullable=False),
    Column("near", Text, nullable=False, server_default="[]"),
    Column("changed_ms", BigInteger, nullable=False),
    Column("staff_id", ForeignKey("staff.id")),
    UniqueConstraint("language", "kind", "name"),
)

faq_question = Table(
    "faq_question",
    metadata,
    Column("id", Key, primary_key=True),
    Column("site_id", ForeignKey("site.id"), nullable=False),
    Column("conversation_id", ForeignKey("conversation.id")),
    Column("seq", BigInteger, nullable=False, server_default="0"),
    Column("source", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("folded", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("entry_key", Text),
    Column("entry_number", BigInteger, nullable=False, server_default="0"),
    Column("chosen_key", Text),
    Column("feedback", Text),
    Column("handed_off", Boolean, nullable=False),
    Column("settled", Text),
    Column("at_ms", BigInteger, nullable=False),
    Index("ix_faq_question_at_ms", "at_ms"),
    Index("ix_faq_question_entry", "entry_key", "at_ms"),
    Index("ix_faq_question_conversation", "conversation_id", "id"),
)

faq_settled = Table(
    "faq_settled",
    metadata,
    Column("id", Key, primary_key=True),
    Column("language", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("how", Text, nullable=False),
    Column("entry_key", Text),
    Column("questions", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("staff_id", ForeignKey("staff.id")),
)
"""What editors did with groups of unanswered questions."""

faq_threshold = Table(
    "faq_threshold",
    metadata,
    Column("language", Text, primary_key=True),
    Column("answer", Float, nullable=False),
    Column("clarify", Float, nullable=False),
    Column("shipped_answer", Float, nullable=False),
    Column("shipped_clarify", Float, nullable=False),
    Column("learned_from", BigInteger, nullable=False),
    Column("is_used", Boolean, nullable=False),
    Column("learned_ms", BigInteger, nullable=False),
    Column("decided_by", ForeignKey("staff.id")),
)
"""What was learned last in each language, and whether editors let it hold."""
