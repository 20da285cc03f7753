"""why the bot spoke, what it was told, tags, team hours"""

import json
import re

import sqlalchemy as sa
from alembic import op

revision = "0003_bot"
down_revision = "0002"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def as_mask(expression: str) -> str:
    """An order pattern was a regular expression; what no mask can say is left empty."""
    digits = re.sub(r"(?:\\d|\[0-9\])(?:\{(\d+)\})?", lambda m: "#" * int(m[1] or 1), expression)
    mask = re.sub(r"\[A-Z\](?:\{(\d+)\})?", lambda m: "@" * int(m[1] or 1), digits)
    mask = mask.removeprefix("^").removesuffix("$").replace("\\-", "-")
    return "" if re.search(r"[\\\[\](){}+*?.^$|]", mask) else mask


def upgrade() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.text("SELECT id, settings FROM site")).all():
        settings = json.loads(row.settings)
        if settings.get("order_pattern"):
            settings["order_pattern"] = as_mask(settings["order_pattern"])
            connection.execute(
                sa.text("UPDATE site SET settings = :settings WHERE id = :id"),
                {"settings": json.dumps(settings, ensure_ascii=False), "id": row.id},
            )
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
