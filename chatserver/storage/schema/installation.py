"""The tables of the installation itself: its epoch, its processes, who has which duty."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Table, Text

from chatserver.storage.schema.metadata import Key, metadata

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
