"""thresholds that were learned from what became of answers"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "faq_threshold",
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("answer", sa.Float(), nullable=False),
        sa.Column("clarify", sa.Float(), nullable=False),
        sa.Column("shipped_answer", sa.Float(), nullable=False),
        sa.Column("shipped_clarify", sa.Float(), nullable=False),
        sa.Column("learned_from", sa.BigInteger(), nullable=False),
        sa.Column("is_used", sa.Boolean(), nullable=False),
        sa.Column("learned_ms", sa.BigInteger(), nullable=False),
        sa.Column(
            "decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["staff.id"], name=op.f("fk_faq_threshold_decided_by")
        ),
        sa.PrimaryKeyConstraint("language", name=op.f("pk_faq_threshold")),
    )


def downgrade() -> None:
    op.drop_table("faq_threshold")
