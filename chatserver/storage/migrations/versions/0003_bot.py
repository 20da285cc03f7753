"""why the bot spoke, what it was told, tags, team hours"""

import sqlalchemy as sa
from alembic import op

revision = "0003_bot"
down_revision = "0002"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("message", sa.Column("why", sa.Text(), nullable=False, server_default=""))
    op.add_column("conversation", sa.Column("tags", sa.Text(), nullable=False, server_default="[]"))
    op.add_column("team", sa.Column("hours", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "bot_script",
        sa.Column("id", KEY, nullable=False),
        sa.Column("site_id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False, server_default=""),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_bot_script_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bot_script")),
        sa.UniqueConstraint("site_id", "version", name=op.f("uq_bot_script_site_id_version")),
    )
    op.create_table(
        "bot_draft",
        sa.Column("site_id", KEY, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False, server_default=""),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_bot_draft_site_id_site")),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_bot_draft")),
    )


def downgrade() -> None:
    op.drop_table("bot_draft")
    op.drop_table("bot_script")
    op.drop_column("team", "hours")
    op.drop_column("conversation", "tags")
    op.drop_column("message", "why")
