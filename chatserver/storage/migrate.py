"""Brings a database to the newest schema; knows Alembic so that nobody else need."""

import secrets
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, insert, select

from chatserver.storage.engines import normalise_url
from chatserver.storage.schema.installation import installation
from chatserver.storage.schema.metadata import metadata


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def head() -> str:
    """Return the newest revision that the code knows."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def revision(connection: Connection) -> str:
    """Return the revision a database is at; "" for an empty one."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def differences(connection: Connection) -> list[object]:
    """Return what the tables lack or have too much, held against the schema in the code."""
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


def migrate(url: str, *, now_ms: int) -> None:
    """Bring a database to the newest revision and give it an epoch when it has none.

    Harmless when there is nothing to do.
    """
    url = normalise_url(url)
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, hide_parameters=True)
    try:
        with engine.begin() as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            if connection.execute(select(installation.c.id)).first() is None:
                connection.execute(
                    insert(installation).values(
                        id=1, epoch=secrets.token_urlsafe(16), queue_revision=0, heartbeat_ms=now_ms
                    )
                )
    finally:
        engine.dispose()
