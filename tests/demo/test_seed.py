"""The two weeks before the demo's first start, at any hour somebody may start it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection

from chatserver.demo.seed import AGENTS, SITE, TEAMS, furnish
from chatserver.domain.conversations import Conversation, Status
from chatserver.domain.messages import ActivityBody, Audience, CardBody, Message, MessageKind
from chatserver.domain.people import Availability
from chatserver.storage import agents, conversations, messages, sites, visitors
from chatserver.storage.database import Database
from chatserver.storage.migrate import migrate
from tests.cast import SHELF, START_MS, check_invariants

HOUR_MS = 3600 * 1000
DAY_MS = 24 * HOUR_MS


@contextmanager
def seeded(folder: Path, now_ms: int) -> Iterator[Connection]:
    url = f"sqlite:///{folder / 'chat.sqlite3'}"
    migrate(url, now_ms=now_ms)
    database = Database(url)
    try:
        database.run(furnish, faq=SHELF, shop_port=8001, now_ms=now_ms)
        with database._reader.connect() as connection:
            yield connection
    finally:
        asyncio.run(database.close())


def everything(connection: Connection) -> list[tuple[Conversation, list[Message]]]:
    found = []
    for visitor in range(1, 40):
        for one in conversations.newest_of(connection, visitor, limit=9):  # type: ignore[arg-type]
            found.append((one, messages.after(connection, one, 0, limit=500)))
    return found


@pytest.mark.parametrize("hours", [0, 15, 50])
def test_whenever_it_starts_the_past_holds_together(tmp_path: Path, hours: int) -> None:
    now_ms = START_MS + hours * HOUR_MS
    with seeded(tmp_path, now_ms) as connection:
        check_invariants(connection)
        told = everything(connection)
        assert len(told) >= 28
        assert all(m.at_ms <= now_ms for _, log in told for m in log)
        assert all(one.opened_ms > now_ms - 16 * DAY_MS for one, _ in told)
        standing = sorted(one.status for one, _ in told if one.status is not Status.RESOLVED)
        assert standing == [Status.BOT, Status.WAITING]
        assert all(a.availability is Availability.OFFLINE for a in agents.every(connection))


def test_it_shows_what_the_product_does(tmp_path: Path) -> None:
    with seeded(tmp_path, START_MS) as connection:
        told = everything(connection)
        every = [message for _, log in told for message in log]
        happened = {str(m.body.type) for m in every if isinstance(m.body, ActivityBody)}
        assert {"agent_joined", "handed_off", "transferred", "resolved"} <= happened
        assert "details_gathered" in happened
        assert any(isinstance(m.body, CardBody) for m in every)
        notes = [m for m in every if m.kind is MessageKind.NOTE]
        assert len(notes) >= 4
        assert all(note.audience is Audience.AGENTS for note in notes)
        assert {one.language for one, _ in told} == {"tr", "en"}
        assert {m.author.name for m in notes} == {agent.name for agent in AGENTS}
        site = sites.find(connection, SITE)
        assert site is not None
        assert tuple(team.name for team in sites.teams(connection, site.id)) == TEAMS
        assert all(visitors.pages(connection, one.visitor) for one, _ in told)


def test_who_waits_left_what_an_agent_needs(tmp_path: Path) -> None:
    with seeded(tmp_path, START_MS) as connection:
        [waiting] = [one for one, _ in everything(connection) if one.status is Status.WAITING]
        assert {"name", "email", "order", "question"} <= set(waiting.details)


def test_a_second_start_adds_nothing(tmp_path: Path) -> None:
    with seeded(tmp_path, START_MS) as connection:
        before = len(everything(connection))
    with seeded(tmp_path, START_MS + DAY_MS) as connection:
        assert len(everything(connection)) == before
