"""Brings a database to the newest schema; knows Alembic so that nobody else need.

Alembic is loaded where a schema is behind, and nowhere else: that takes as long as loading a third of
the product.
"""

import re
import secrets
from pathlib import Path

from sqlalchemy import Connection, create_engine, insert, inspect, select, text

from chatserver.storage.engines import normalise_url
from chatserver.storage.schema.installation import installation
from chatserver.storage.schema.metadata import metadata

MIGRATIONS = Path(__file__).parent / "migrations"
_REVISION = re.compile(r'^revision = "(.+)"$', re.MULTILINE)


def head() -> str:
    """Return the newest revision that the code knows: that of the file with the highest number."""
    newest = max((MIGRATIONS / "versions").glob("[0-9]*.py"))
    (found,) = _REVISION.findall(newest.read_text(encoding="utf-8"))
    return str(found)


def revision(connection: Connection) -> str:
    """Return the revision a database is at; "" for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def differences(connection: Connection) -> list[object]:
    """Return what the tables lack or have too much, held against the schema in the code."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

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
            if revision(connection) != head():
                _upgrade(connection)
            if connection.execute(select(installation.c.id)).first() is None:
                connection.execute(
                    insert(installation).values(
                        id=1, epoch=secrets.token_urlsafe(16), queue_revision=0, heartbeat_ms=now_ms
                    )
                )
    finally:
        engine.dispose()


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
