"""People who talk without pause through several processes, and a check of what became of it."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import socketio
from sqlalchemy import select

from chatserver.storage.database import Database
from chatserver.storage.schema.conversations import message
from tests.cast import check_invariants
from tests.clients import AgentClient, VisitorClient, fresh_client_id
from tests.staff import Account

NETWORK = (socketio.exceptions.SocketIOError, asyncio.TimeoutError, ConnectionError, OSError)


@dataclass
class Traffic:
    """Visitors and agents spread over some origins, who come back by themselves.

    Args:
        origins: where the processes are; one behind which several are, or one each.
    """

    origins: list[str]
    accounts: list[Account]
    visitors: int = 6
    pause_s: float = 0.05
    seed: int = 1
    acked: dict[str, tuple[str, int]] = field(default_factory=dict)
    took: list[tuple[float, float]] = field(default_factory=list)
    away: list[float] = field(default_factory=list)
    failed: list[dict[str, Any]] = field(default_factory=list)
    over: bool = False

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self._visitors = [
            VisitorClient(self.origins[n % len(self.origins)]) for n in range(self.visitors)
        ]
        self._agents = [
            AgentClient(self.origins[-1 - n % len(self.origins)], account)
            for n, account in enumerate(self.accounts)
        ]
        self._tasks: list[asyncio.Task[None]] = []

    async def begin(self) -> None:
        for agent in self._agents:
            await agent.connect()
            await agent.available()
        self._tasks = [
            *(asyncio.create_task(self._visit(visitor)) for visitor in self._visitors),
            *(asyncio.create_task(self._answer(agent)) for agent in self._agents),
        ]

    async def end(self) -> None:
        self.over = True
        await asyncio.gather(*self._tasks)

    def is_over(self) -> bool:
        return self.over

    async def close(self) -> None:
        for client in (*self._visitors, *self._agents):
            await client.close()

    async def _back(self, client: VisitorClient | AgentClient) -> None:
        """Come back as a browser does: soon, and then less and less often."""
        lost, pause = time.monotonic(), 0.1
        while not self.over:
            try:
                await client.connect()
            except NETWORK:
                await asyncio.sleep(self.rng.uniform(0.5, 1) * pause)
                pause = min(2 * pause, 2)
            else:
                self.away.append(time.monotonic() - lost)
                return

    async def _until(self, client: Any, send: Callable[[], Awaitable[dict[str, Any]]]) -> Any:
        """Send the very same thing until it is acked; a final refusal is what must not be."""
        while not self.over:
            try:
                if not client.io.connected:
                    await self._back(client)
                if self.is_over():
                    return None
                began = time.monotonic()
                answer = await send()
            except NETWORK:
                await asyncio.sleep(self.rng.uniform(0.02, 0.1))
                continue
            if answer["ok"]:
                self.took.append((began, time.monotonic() - began))
                return answer
            if not answer["retry"]:
                self.failed.append(answer)
                return None
            await asyncio.sleep(self.rng.uniform(0.02, 0.1))
        return None

    async def _visit(self, visitor: VisitorClient) -> None:
        number = 0
        while visitor.token is None and not self.over:
            try:
                await visitor.start()
            except (*NETWORK, AssertionError):  # no line, or told to try again
                await asyncio.sleep(0.1)
        while not self.over:
            identity, text = fresh_client_id(), f"soru {number}"

            async def send(identity: str = identity, text: str = text) -> dict[str, Any]:
                return await visitor.say(text, client_id=identity)

            answer = await self._until(visitor, send)
            if answer is not None:
                self.acked[identity] = (answer["conversation"], answer["seq"])
            number += 1
            await asyncio.sleep(self.rng.uniform(0.5, 1.5) * self.pause_s)

    async def _answer(self, agent: AgentClient) -> None:
        seen = 0
        while not self.over:
            try:
                if not agent.io.connected:
                    await self._back(agent)
                    await agent.available()
                offers = agent.of("offer_made")
                for offer in offers[seen:]:
                    await agent.accept(offer["offer"]["conversation"])
                seen = len(offers)
                for conversation, fence in list(agent.fences.items()):
                    await agent.ask(
                        "message_send",
                        conversation=conversation,
                        client_id=fresh_client_id(),
                        kind="text",
                        body={"text": "cevap"},
                        fence=fence,
                    )
            except NETWORK:
                pass
            await asyncio.sleep(self.rng.uniform(1, 3) * self.pause_s)

    # What must hold

    async def check(self, url: str) -> None:
        """Everything acked is stored once, under the number it was acked with, in one order."""
        assert not self.failed, self.failed[:3]
        assert self.acked, "nothing was said"
        database = Database(url)
        try:
            rows = await database.read(
                lambda connection: connection.execute(
                    select(message.c.client_id, message.c.seq).where(
                        message.c.client_id.is_not(None)
                    )
                ).all()
            )
            stored: dict[str, list[int]] = {}
            for client_id, seq in rows:
                stored.setdefault(client_id, []).append(seq)
            lost = [one for one, (_, seq) in self.acked.items() if stored.get(one) != [seq]]
            assert not lost, f"{len(lost)} of {len(self.acked)} lost or doubled"
            await database.read(check_invariants)
        finally:
            await database.close()

    async def converged(self, *, within_s: float) -> float:
        """Wait until every visitor who is connected was told everything; return how long it took.

        A message counts as told when a broadcast brought it, or when the beacon told of a head at
        least as high, which makes a client ask for what it lacks.
        """
        began = time.monotonic()
        while True:
            behind = [visitor for visitor in self._visitors if not await _is_level(visitor)]
            if not behind:
                return time.monotonic() - began
            assert time.monotonic() - began < within_s, f"{len(behind)} still behind"
            await asyncio.sleep(0.1)


async def _is_level(visitor: VisitorClient) -> bool:
    if visitor.conversation is None or not visitor.io.connected:
        return True
    head = (await visitor.sync())[-1]["seq"]
    told = {
        item["message"]["seq"]
        for item in visitor.of("message_created")
        if item["message"]["conversation"] == visitor.conversation
    }
    heads = [
        line["head"]
        for item in visitor.of("heads")
        for line in item["heads"]
        if line["conversation"] == visitor.conversation
    ]
    ready = [
        state["head"]
        for item in visitor.of("ready")
        for state in item["conversations"]
        if state["conversation"] == visitor.conversation
    ]
    return bool(head <= max([*told, *heads, *ready, 0]))


def percentile(values: list[float], share: float) -> float:
    """Return the value that a share of the values does not exceed."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))] if ranked else 0.0
