"""what was decided about dialogue checks when rules were put in use"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column(
        "bot_script", sa.Column("decisions", sa.Text(), nullable=False, server_default="[]")
    )


def downgrade() -> None:
    op.drop_column("bot_script", "decisions")
