"""orders: where they are asked for, uploaded ones, one-time codes"""

import sqlalchemy as sa
from alembic import op

revision = "0004_orders"
down_revision = "0003_bot"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "order_source",
        sa.Column("site_id", KEY, nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("key", sa.Text(), server_default="", nullable=False),
        sa.Column("batch", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_order_source_site_id")),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_order_source")),
    )
    op.create_table(
        "shop_order",
        sa.Column("id", KEY, nullable=False),
        sa.Column("site_id", KEY, nullable=False),
        sa.Column("number_key", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), server_default="", nullable=False),
        sa.Column("placed_on", sa.Text(), server_default="", nullable=False),
        sa.Column("batch", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_shop_order_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_order")),
        sa.UniqueConstraint("site_id", "number_key", name=op.f("uq_shop_order_site_id_number_key")),
    )
    op.create_index("ix_shop_order_email", "shop_order", ["site_id", "email_key"])
    op.create_index("ix_shop_order_batch", "shop_order", ["site_id", "batch"])
    op.create_table(
        "order_code",
        sa.Column("id", KEY, nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("visitor_id", KEY, nullable=False),
        sa.Column("number_key", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("tries_left", sa.Integer(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("proven_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_order_code_conversation_id")
        ),
        sa.ForeignKeyConstraint(
            ["visitor_id"], ["visitor.id"], name=op.f("fk_order_code_visitor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_code")),
    )
    op.create_table(
        "visitor_identity",
        sa.Column("visitor_id", KEY, nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), server_default="", nullable=False),
        sa.Column("verified_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["visitor_id"], ["visitor.id"], name=op.f("fk_visitor_identity_visitor_id")
        ),
        sa.PrimaryKeyConstraint("visitor_id", name=op.f("pk_visitor_identity")),
    )
    op.create_index("ix_order_code_asked", "order_code", ["conversation_id", "number_key", "id"])
    op.create_index(op.f("ix_order_code_expires_ms"), "order_code", ["expires_ms"])


def downgrade() -> None:
    op.drop_table("visitor_identity")
    op.drop_table("order_code")
    op.drop_table("shop_order")
    op.drop_table("order_source")
