"""An installation with its starter FAQ, and two editors, on both databases."""

import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import pytest
from sqlalchemy import Connection

from chatserver.clock import ManualClock
from chatserver.domain.ids import StaffId
from chatserver.domain.knowledge import Content, Wording
from chatserver.domain.people import Role
from chatserver.faq_shelf import FaqShelf, LiveShelf, today
from chatserver.services import staff, starter
from chatserver.storage.database import Database
from faq import load_starter
from tests.cast import START_MS
from tests.databases import prepare

P = ParamSpec("P")
R = TypeVar("R")
DAY_MS = 24 * 3600 * 1000


@dataclass
class Room:
    """The editors' room without its walls."""

    database: Database
    clock: ManualClock
    gizem: StaffId
    onur: StaffId
    shelf: LiveShelf

    async def write(
        self, unit: Callable[Concatenate[Connection, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        return await self.database.write(unit, *args, **kwargs)

    async def follow(self) -> bool:
        return await self.shelf.follow(self.database, self.clock)

    @property
    def now(self) -> int:
        return self.clock.now_ms()


def content(question: str, *utterances: str, answer: str = "Bir yanıt.", **more: Any) -> Content:
    """Return an entry's content in Turkish."""
    more.setdefault("category", "deneme")
    return Content(wordings={"tr": Wording(question, tuple(utterances), answer)}, **more)


@pytest.fixture(scope="session")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the starter in it, to copy."""
    file = tmp_path_factory.mktemp("begun") / "chat.sqlite3"
    prepare(f"sqlite:///{file}", now_ms=START_MS)
    database = Database(f"sqlite:///{file}")
    database.run(starter.begin_with_starter, now_ms=START_MS)
    database.shut()
    return file


@pytest.fixture(scope="session")
def first_shelf() -> FaqShelf:
    """What a new installation answers with, built once."""
    entries = load_starter()
    return replace(FaqShelf.of(entries), revision=1, numbers={e.key: 1 for e in entries})


@pytest.fixture
async def room(
    request: pytest.FixtureRequest, tmp_path: Path, begun: Path, first_shelf: FaqShelf
) -> AsyncIterator[Room]:
    """An installation on SQLite; on PostgreSQL for a test that asks for `on_postgresql`."""
    if "on_postgresql" in request.fixturenames:
        url = request.getfixturevalue("postgresql").fresh_database()
        prepare(url, now_ms=START_MS)
    else:
        shutil.copy(begun, tmp_path / "chat.sqlite3")
        url = f"sqlite:///{tmp_path / 'chat.sqlite3'}"
    database = Database(url)
    clock = ManualClock(START_MS)

    def people(connection: Connection) -> list[StaffId]:
        return [
            staff.create_account(
                connection,
                email=f"{name}@shop.example",
                name=name.title(),
                role=Role.EDITOR,
                language="tr",
                password_hash=None,
                now_ms=START_MS,
            ).id
            for name in ("gizem", "onur")
        ]

    gizem, onur = await database.write(people)
    room = Room(database, clock, gizem, onur, LiveShelf(first_shelf, day=today(START_MS)))
    await room.shelf.begin(database, clock)
    yield room
    await database.close()


@pytest.fixture
def on_postgresql() -> None:
    """Asked for by tests that want a room on PostgreSQL."""
