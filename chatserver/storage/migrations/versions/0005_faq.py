"""the FAQ: entries, history, publications, checks, words, questions asked"""

import sqlalchemy as sa
from alembic import op

revision = "0005_faq"
down_revision = "0004_orders"


def upgrade() -> None:
    op.create_table(
        "faq_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("live", sa.BigInteger(), nullable=False),
        sa.Column("drafts", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_faq_state")),
    )
    op.create_table(
        "faq_check",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("entry_key", sa.Text(), nullable=True),
        sa.Column("offered", sa.Boolean(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_faq_check_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_faq_check")),
        sa.UniqueConstraint("language", "folded", name=op.f("uq_faq_check_language_folded")),
    )
    op.create_table(
        "faq_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("live_content", sa.Text(), nullable=True),
        sa.Column("live_number", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("live_version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("live_ms", sa.BigInteger(), nullable=True),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("review_on", sa.Text(), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.Column(
            "changed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.ForeignKeyConstraint(["changed_by"], ["staff.id"], name=op.f("fk_faq_entry_changed_by")),
        sa.ForeignKeyConstraint(["owner_id"], ["staff.id"], name=op.f("fk_faq_entry_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_faq_entry")),
        sa.UniqueConstraint("key", name=op.f("uq_faq_entry_key")),
    )
    op.create_table(
        "faq_publication",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("done_ms", sa.BigInteger(), nullable=True),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("decisions", sa.Text(), server_default="[]", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_faq_publication_staff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_faq_publication")),
    )
    op.create_index("ix_faq_publication_due", "faq_publication", ["status", "due_ms"], unique=False)
    op.create_table(
        "faq_settled",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("entry_key", sa.Text(), nullable=True),
        sa.Column("questions", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_faq_settled_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_faq_settled")),
    )
    op.create_table(
        "faq_word",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("same", sa.Text(), nullable=False),
        sa.Column("near", sa.Text(), server_default="[]", nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_faq_word_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_faq_word")),
        sa.UniqueConstraint(
            "language", "kind", "name", name=op.f("uq_faq_word_language_kind_name")
        ),
    )
    op.create_table(
        "faq_revision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["faq_entry.id"], name=op.f("fk_faq_revision_entry_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_faq_revision_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_faq_revision")),
    )
    op.create_index("ix_faq_revision_entry", "faq_revision", ["entry_id", "id"], unique=False)
    op.create_table(
        "faq_question",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "conversation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("entry_key", sa.Text(), nullable=True),
        sa.Column("entry_number", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("chosen_key", sa.Text(), nullable=True),
        sa.Column("feedback", sa.Text(), nullable=True),
        sa.Column("handed_off", sa.Boolean(), nullable=False),
        sa.Column("settled", sa.Text(), nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_faq_question_conversation_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_faq_question_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_faq_question")),
    )
    op.create_index("ix_faq_question_at_ms", "faq_question", ["at_ms"], unique=False)
    op.create_index(
        "ix_faq_question_conversation", "faq_question", ["conversation_id", "id"], unique=False
    )
    op.create_index("ix_faq_question_entry", "faq_question", ["entry_key", "at_ms"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_faq_question_entry", table_name="faq_question")
    op.drop_index("ix_faq_question_conversation", table_name="faq_question")
    op.drop_index("ix_faq_question_at_ms", table_name="faq_question")
    op.drop_table("faq_question")
    op.drop_index("ix_faq_revision_entry", table_name="faq_revision")
    op.drop_table("faq_revision")
    op.drop_table("faq_word")
    op.drop_table("faq_settled")
    op.drop_index("ix_faq_publication_due", table_name="faq_publication")
    op.drop_table("faq_publication")
    op.drop_table("faq_entry")
    op.drop_table("faq_check")
    op.drop_table("faq_state")
