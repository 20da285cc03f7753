"""Fresh databases, made by copying a migrated one: migrating takes longer than most tests."""

import atexit
import secrets
import shutil
import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import create_engine, update

from chatserver.storage.engines import normalise_url
from chatserver.storage.migrate import migrate
from chatserver.storage.schema.installation import installation


@cache
def _migrated() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="migrated-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    migrate(f"sqlite:///{folder / 'chat.sqlite3'}", now_ms=0)
    return folder / "chat.sqlite3"


def prepare(url: str, *, now_ms: int) -> None:
    """Leave an installation's database at a URL, as `migrate` does for a new one.

    Args:
        url: of an SQLite file that is not there yet, or of a `PostgreSQL.fresh_database`.
    """
    if url.startswith("sqlite:///"):
        file = Path(url.removeprefix("sqlite:///"))
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(_migrated(), file)
    engine = create_engine(normalise_url(url))
    with engine.begin() as connection:
        fresh = {"epoch": secrets.token_urlsafe(16), "heartbeat_ms": now_ms}
        connection.execute(update(installation).values(**fresh))
    engine.dispose()
