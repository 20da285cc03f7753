"""The rows of the agents' lists: at once when something comes alone, paced when much comes."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from chatserver.domain.ids import ConversationId
from chatserver.realtime import rows as rows_module
from chatserver.realtime.rows import MIN_TOLD, ROUND_S, ROW_S, SHARE_TOLD, Rows
from chatserver.storage import previews
from tests.cast import Stage


class Told:
    """As much of the edge as rows need; remembers what was told when."""

    def __init__(self, stage: Stage) -> None:
        self.chat = stage.chat
        self.fanout = None
        self.connections = SimpleNamespace(agents=lambda: [stage.grace], of_agent=lambda _: [])
        self.told: list[tuple[float, str, str]] = []

    async def emit(self, name: str, fact: Any, *, room: str, namespace: str) -> None:
        assert (name, namespace) == ("conversation_updated", "/agent")
        now = asyncio.get_running_loop().time()
        self.told.append((now, fact.state.conversation, fact.state.preview))

    def agents_connections(self) -> list[Any]:
        return []


@pytest.fixture
async def told(sqlite_stage: Stage) -> AsyncIterator[tuple[Stage, Told, Rows]]:
    edge: Any = Told(sqlite_stage)
    rows = Rows(edge)
    running = asyncio.create_task(rows.run())
    yield sqlite_stage, edge, rows
    running.cancel()


async def test_a_message_alone_is_told_at_once_and_many_once_a_second(
    told: tuple[Stage, Told, Rows],
) -> None:
    stage, edge, rows = told
    posted = await stage.says(stage.ada, "bir")
    found = await stage.conversation(posted.conversation)
    began = asyncio.get_running_loop().time()
    rows.note(found.id)
    await asyncio.sleep(0.1)
    assert len(edge.told) == 1
    while len(edge.told) < 3:
        rows.note(found.id)
        await asyncio.sleep(0.02)
        assert asyncio.get_running_loop().time() - began < 30 * ROW_S
    gaps = [later[0] - earlier[0] for earlier, later in zip(edge.told, edge.told[1:], strict=False)]
    assert min(gaps) >= ROW_S * 0.95


async def test_a_change_of_state_waits_for_nothing(told: tuple[Stage, Told, Rows]) -> None:
    stage, edge, rows = told
    found = await stage.conversation((await stage.says(stage.ada, "bir")).conversation)
    for _ in range(5):
        await rows.tell([found.id])
    assert len(edge.told) == 5


async def test_the_last_words_are_told_before_the_end(told: tuple[Stage, Told, Rows]) -> None:
    stage, edge, rows = told
    first = await stage.says(stage.ada, "ilk")
    found = await stage.conversation(first.conversation)
    await rows.tell([found.id])
    await stage.says(stage.ada, "son", to=first.conversation)
    rows.note(found.id)
    await rows.drained()
    assert len(edge.told) >= 2
    assert edge.told[-1][2] == (await stage.chat.read(_preview, found.id))


def _preview(connection: Any, conversation: Any) -> str:
    return previews.of(connection, [conversation])[conversation].text


async def test_more_rows_than_are_read_together_are_all_told(
    told: tuple[Stage, Told, Rows],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage, edge, rows = told
    monkeypatch.setattr(rows_module, "MAX_READ", 4)
    ids = []
    for _ in range(11):
        posted = await stage.says(await stage.new_visitor(), "merhaba")
        ids.append((await stage.conversation(posted.conversation)).id)
    await rows.tell(ids)
    assert len({conversation for _at, conversation, _text in edge.told}) == len(ids)


async def test_where_more_change_than_anybody_reads_each_waits_a_few_rounds() -> None:
    edge: Any = SimpleNamespace()
    rows = Rows(edge)
    for number in range(40):
        rows.note(ConversationId(number))
    assert rows.due(0.0) == list(range(40)), "few are told at once"
    for number in range(1000):
        rows.note(ConversationId(number))
    assert rows.due(0.0) == list(range(1000 // SHARE_TOLD)), "those who wait longest come first"
    waiting, rounds = 1000, 0
    while waiting > 0:
        waiting -= max(MIN_TOLD, waiting // SHARE_TOLD)
        rounds += 1
    assert rounds * ROUND_S <= 5
