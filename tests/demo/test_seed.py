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
from chatserver.services import questions, unanswered
from chatserver.storage import agents, conversations, messages, question_log, sites, visitors
from chatserver.storage.database import Database
from chatserver.storage.migrate import migrate
from faq.clusters import clusters
from tests.cast import SHELF, START_MS, check_invariants

HOUR_MS = 3600 * 1000
DAY_MS = 24 * HOUR_MS


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """A demo that started once, to read in."""
    with seeded(tmp_path_factory.mktemp("begun"), START_MS) as connection:
        yield connection


@contextmanager
def seeded(folder: Path, now_ms: int) -> Iterator[Connection]:
    url = f"sqlite:///{folder / 'chat.sqlite3'}"
    migrate(url, now_ms=now_ms)
    database = Database(url)
    try:
        database.run(furnish, faq=SHELF, shop_port=8001, now_ms=now_ms)
        with database._writer.connect() as connection:
            yield connection
    finally:
        asyncio.run(database.close())


def everything(connection: Connection) -> list[tuple[Conversation, list[Message]]]:
    found = []
    for visitor in range(1, 150):
        for one in conversations.newest_of(connection, visitor, limit=9):  # type: ignore[arg-type]
            found.append((one, messages.after(connection, one, 0, limit=500)))
    return found


@pytest.mark.parametrize("hours", [15, 50])
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


def test_it_shows_what_the_product_does(begun: Connection) -> None:
    told = everything(begun)
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
    site = sites.find(begun, SITE)
    assert site is not None
    assert tuple(team.name for team in sites.teams(begun, site.id)) == TEAMS
    assert all(visitors.pages(begun, one.visitor) for one, _ in told)


def test_the_editors_room_is_alive(begun: Connection) -> None:
    since_ms = START_MS - 15 * DAY_MS
    rows = question_log.unanswered(begun, since_ms=since_ms)
    found = unanswered.groups(rows, SHELF.base, clusters, now_ms=START_MS)
    often = [group for group in found if group.times >= 3]
    assert len(often) >= 5
    assert {group.language for group in often} == {"tr", "en"}
    assert {group.why for group in found} >= {"none", "clarify", "did_not_help"}
    assert {group.trend for group in often} >= {"rising", "falling"}
    assert all(START_MS - 14 * DAY_MS <= row.at_ms < START_MS for row in rows)
    _, lines = questions.excerpt(begun, rows[0].id)
    assert [line.text for line in lines if line.is_question] == [rows[0].message]
    used = question_log.usage(begun, since_ms=since_ms)
    assert used["track-order"].asked >= 10
    assert {used["refund-time"].helpfulness, used["track-order"].helpfulness} != {None}
    assert any(one.handed_off for one in used.values())
    assert not any(row.message.startswith("[") for row in rows)  # no detail is a question


def test_who_waits_left_what_an_agent_needs(begun: Connection) -> None:
    [waiting] = [one for one, _ in everything(begun) if one.status is Status.WAITING]
    assert {"name", "email", "order", "question"} <= set(waiting.details)


def test_a_second_start_adds_nothing(tmp_path: Path) -> None:
    with seeded(tmp_path, START_MS) as connection:
        before = len(everything(connection))
    with seeded(tmp_path, START_MS + DAY_MS) as connection:
        assert len(everything(connection)) == before
