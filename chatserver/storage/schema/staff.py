"""The tables of those who answer: people, their teams, sessions and links."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Integer, Table, Text

from chatserver.storage.schema.metadata import Key, metadata

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
