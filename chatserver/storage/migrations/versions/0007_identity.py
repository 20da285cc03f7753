"""whom a site vouches for: its secrets, tokens of devices, signed words that were used"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column(
        "visitor_identity", sa.Column("said", sa.Text(), server_default="{}", nullable=False)
    )
    op.create_index("ix_visitor_identity_customer", "visitor_identity", ["customer"])
    op.create_table(
        "visitor_token",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("visitor_id", KEY, nullable=False),
        sa.Column("replaces", sa.Text(), server_default="", nullable=False),
        sa.Column("claims", sa.Text(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("used_ms", sa.BigInteger(), nullable=True),
        sa.Column("vouched_until_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["visitor_id"], ["visitor.id"], name=op.f("fk_visitor_token_visitor_id")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_visitor_token")),
    )
    op.create_index(op.f("ix_visitor_token_visitor_id"), "visitor_token", ["visitor_id"])
    op.create_table(
        "identity_use",
        sa.Column("jwt_hash", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("ends_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("jwt_hash", name=op.f("pk_identity_use")),
    )
    op.create_index(op.f("ix_identity_use_token_hash"), "identity_use", ["token_hash"])
    op.create_index(op.f("ix_identity_use_ends_ms"), "identity_use", ["ends_ms"])
    op.create_table(
        "identity_key",
        sa.Column("id", KEY, nullable=False),
        sa.Column("site_id", KEY, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("ends_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_identity_key_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_key")),
    )
    op.create_index(op.f("ix_identity_key_site_id"), "identity_key", ["site_id"])
