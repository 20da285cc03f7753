"""How a database URL becomes engines: SQLite with its pragmas, PostgreSQL with its driver."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url

BUSY_TIMEOUT_S = 2.0
"""How long a write waits for another process's lock before it is refused as unavailable."""

HASTY_LOCK_MS = 300
"""How long a batch of units waits for a lock that another transaction holds."""

POSTGRESQL: dict[str, Any] = {
    # A process that sleeps in the middle of a transaction must not keep its locks: the server
    # ends it, and what it would have written late is taken back.
    "options": "-c statement_timeout=5000 -c lock_timeout=4000 "
    "-c idle_in_transaction_session_timeout=5000",
    "connect_timeout": 2,
    # A server that vanished without a word (a cut cable, a dropped route) is noticed within 10 s.
    "keepalives": 1,
    "keepalives_idle": 4,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 8000,
}
"""How PostgreSQL is spoken to: nobody waits for ever, on either side."""


def normalise_url(url: str) -> str:
    """Return a URL with the driver this product uses (`postgres://` is what many hosts hand out)."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def is_sqlite(url: str) -> bool:
    """Whether this URL names an SQLite file."""
    return make_url(url).get_backend_name() == "sqlite"


def create_engines(url: str, *, readers: int) -> tuple[Engine, Engine]:
    """Return the engine that writes and the engine that reads.

    Args:
        url: `sqlite:///path` or a PostgreSQL URL.
        readers: most reading connections at once.
    """
    url = normalise_url(url)
    if is_sqlite(url):
        # Two that write: the writer's thread keeps one, a command may need another.
        return _sqlite_engine(url, size=2, writes=True), _sqlite_engine(
            url, size=readers, writes=False
        )
    options: dict[str, Any] = {
        "max_overflow": 0,
        "hide_parameters": True,
        "connect_args": POSTGRESQL,
    }
    writer = create_engine(url, pool_size=8, **options | {"connect_args": _hasty()})
    reader = create_engine(url, pool_size=readers, pool_pre_ping=True, **options)
    return writer, reader


def _hasty() -> dict[str, Any]:
    """Return how the writers connect: a batch that waits for a lock is soon run unit by unit.

    Batches of several processes lock many rows each, and PostgreSQL looks for a deadlock only after
    a second, which everybody in the batch would wait.
    """
    options = POSTGRESQL["options"].replace("lock_timeout=4000", f"lock_timeout={HASTY_LOCK_MS}")
    return POSTGRESQL | {"options": options}


def wait_for_locks(connection: Connection) -> None:
    """Let this transaction of a writer wait for locks as long as a single unit may."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL lock_timeout = '4s'")


def _sqlite_engine(url: str, *, size: int, writes: bool) -> Engine:
    path = make_url(url).database
    if not path or path == ":memory:":
        raise ValueError("SQLite needs a file: several connections share it")
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        pool_size=size,
        max_overflow=0,
        hide_parameters=True,  # an error's text would carry what somebody typed into the log
        connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(dbapi_connection: sqlite3.Connection, _record: Any) -> None:
        # The driver would open transactions by itself and commit behind our back.
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        if not writes:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        if writes:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            # Touches no file, so there is no error to translate, and the driver is ten times faster.
            connection.connection.driver_connection.execute("BEGIN")

    return engine
