"""Parts that many tests share: real databases, a clock turned by hand, a small cast."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import settings

from tests.cast import START_MS, Stage, build_stage
from tests.databases import prepare
from tests.postgresql import PostgreSQL, start_postgresql

# A busy machine is no bug, and what was green is green again for the same code; new ground is
# searched by `HYPOTHESIS_PROFILE=hunt`, with other examples each time and many more of them.
settings.register_profile("check", deadline=None, derandomize=True, max_examples=50)
settings.register_profile("hunt", deadline=None, max_examples=5_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "check"))
# Servers are started two hundred times: what they are made of is compiled once.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
_configure = structlog.configure


def _configure_anew(**how: Any) -> None:
    """Configure logs so that a module's logger heeds the next test too: none is kept when used."""
    _configure(**{**how, "cache_logger_on_first_use": False})


structlog.configure(logger_factory=structlog.ReturnLoggerFactory())


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """Undo what a command that ran in here configured."""
    before = structlog.get_config()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(structlog, "configure", _configure_anew)
        yield
    structlog.configure(**before)


@pytest.fixture(autouse=True)
def patient(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine's database is slow and not away, save where that is what is looked at."""
    if "faults" not in request.path.parts:
        for module in ("readers", "patience"):
            monkeypatch.setattr(f"chatserver.storage.{module}.PATIENCE_S", 20.0)


WAITING = {"bench", "conformance", "demo", "faults", "journeys", "many", "realtime"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mix the files: browsers keep a processor busy, real processes wait for each other.

    Workers take files in this order, so at any time some of them compute while others wait.
    """
    kinds: dict[str, list[Path]] = {}
    for file in dict.fromkeys(Path(item.fspath) for item in items):
        folder = file.parent.name
        kind = "waiting" if folder in WAITING else "browser" if folder == "browser" else "quick"
        kinds.setdefault(kind, []).append(file)
    place = {
        file: (number + 0.5) / len(files)
        for files in kinds.values()
        for number, file in enumerate(files)
    }
    items.sort(key=lambda item: place[Path(item.fspath)])


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgreSQL]:
    """A real PostgreSQL server of this run's own."""
    server = start_postgresql(tmp_path_factory.mktemp("postgresql"))
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a fresh, migrated database: every such test runs on both."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'chat.sqlite3'}"
    else:
        url = request.getfixturevalue("postgresql").fresh_database()
    prepare(url, now_ms=START_MS)
    return url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a fresh, migrated SQLite database."""
    url = f"sqlite:///{tmp_path / 'chat.sqlite3'}"
    prepare(url, now_ms=START_MS)
    return url


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    """The chat with its cast, on both databases, at a standing time."""
    stage = await build_stage(database_url)
    yield stage
    await stage.close()


@pytest.fixture
async def sqlite_stage(sqlite_url: str) -> AsyncIterator[Stage]:
    """The chat with its cast on SQLite alone, where the database makes no difference."""
    stage = await build_stage(sqlite_url)
    yield stage
    await stage.close()
