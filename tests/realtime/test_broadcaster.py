"""What the database does not answer for is told a little later, in the order in which it was done."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from chatserver.errors import Code, Refusal
from chatserver.realtime import broadcaster as module
from chatserver.realtime.broadcaster import SocketBroadcaster
from chatserver.services.facts import ConversationChanged, MessagePosted
from tests.cast import Stage


class Edge:
    """As much of the edge as the broadcaster needs; reads fail while told to."""

    epoch = "epoch"
    fanout = None

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.chat = SimpleNamespace(read=self.read)
        self.fails = 0
        self.with_code = Code.UNAVAILABLE
        self.told: list[str] = []
        self.connections = SimpleNamespace(
            of_visitor=lambda _: [SimpleNamespace()],
            of_agent=lambda _: [],
            agents=list,
            visitor_sites=list,
        )

    def now_ms(self) -> int:
        return self.stage.clock.now_ms()

    async def read(self, unit: Any, *args: Any, **kwargs: Any) -> Any:
        if self.fails:
            self.fails -= 1
            raise Refusal(self.with_code)
        return await self.stage.chat.read(unit, *args, **kwargs)

    def send(self, name: str, worded: bytes, *, room: str, to: str) -> None:
        if to == "/visitor":
            self.told.append(name)

    async def tell(self, connection: Any, name: str, fact: Any) -> None:
        self.told.append(f"{name}:{fact.state.status}")

    async def emit(self, name: str, fact: Any, *, room: str, namespace: str) -> None:
        return None

    def order(self, what: str, id: int = 0, *, room: str | None = None) -> None:
        return None


@pytest.fixture
async def telling(
    sqlite_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Edge, SocketBroadcaster, tuple[Any, ...]]]:
    """A broadcaster that runs, and the facts of one message with a change of state."""
    monkeypatch.setattr(module, "AGAIN_S", 0.01)
    posted = await sqlite_stage.says(sqlite_stage.ada, "merhaba")
    found = await sqlite_stage.conversation(posted.conversation)
    message = sqlite_stage.told.of(MessagePosted)[0]
    edge = Edge(sqlite_stage)
    broadcaster = SocketBroadcaster()
    broadcaster.attach(edge)  # type: ignore[arg-type]
    running = asyncio.create_task(broadcaster.run())
    yield edge, broadcaster, (message, ConversationChanged(found.id))
    running.cancel()


async def until(true: Any) -> None:
    for _ in range(1_000):
        if true():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("never")


@pytest.mark.parametrize("fails", range(6))
async def test_a_read_that_fails_costs_nobody_what_happened(telling: Any, fails: int) -> None:
    edge, broadcaster, facts = telling
    edge.fails = fails
    broadcaster.tell(facts)
    await until(lambda: any(one.startswith("conversation_updated") for one in edge.told))
    await broadcaster.drained()
    assert edge.told[0] == "message_created", "a message waits for no read"
    assert edge.told.count("message_created") == 1, "what was told is not told again"


async def test_what_is_not_there_any_more_holds_nobody_up(telling: Any) -> None:
    edge, broadcaster, facts = telling
    edge.fails, edge.with_code = 1, Code.NOT_FOUND
    broadcaster.tell(facts)
    await broadcaster.drained()
    edge.told.clear()
    broadcaster.tell(facts)
    await until(lambda: any(one.startswith("conversation_updated") for one in edge.told))
