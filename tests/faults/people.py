"""Shoppers and agents who talk without pause and come back by themselves, under observation."""

import asyncio
import random
import time
from dataclasses import dataclass, field
from typing import Any

import socketio

from tests.clients import fresh_client_id
from tests.faults.checker import Snapshot, check
from tests.faults.recorder import History, RecordedAgent, RecordedVisitor
from tests.staff import Account

NETWORK = (socketio.exceptions.SocketIOError, asyncio.TimeoutError, ConnectionError, OSError)
Person = RecordedVisitor | RecordedAgent
LOOK_S = 0.3
"""So often an agent looks at the queue."""

SENT_AGAIN = 0.3
"""So often a message is sent once more though it was acknowledged."""


@dataclass
class Crowd:
    """People, spread over some origins: one behind which all processes are, or one each.

    Args:
        pause_s: between two things that one person does, on average.
        patience_s: how long anybody waits for an answer before asking again.
    """

    origins: list[str]
    accounts: list[Account]
    visitors: int = 6
    pause_s: float = 0.02
    patience_s: float = 5.0
    seed: int = 1
    history: History = field(default_factory=History)
    away: list[float] = field(default_factory=list)
    took: list[tuple[float, float]] = field(default_factory=list)
    over: bool = False

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.shoppers = [
            RecordedVisitor(self.origins[n % len(self.origins)], f"visitor {n}", self.history)
            for n in range(self.visitors)
        ]
        self.agents = [
            RecordedAgent(self.origins[-1 - n % len(self.origins)], account, self.history)
            for n, account in enumerate(self.accounts)
        ]
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def everyone(self) -> list[Person]:
        return [*self.shoppers, *self.agents]

    @property
    def acked(self) -> int:
        return len(self.history.sent)

    def begin(self) -> None:
        """Let them talk until the end."""
        self._tasks = [
            *(asyncio.create_task(self._shop(one)) for one in self.shoppers),
            *(asyncio.create_task(self._serve(one)) for one in self.agents),
        ]

    async def talk(self, *, messages: int, within_s: float = 20) -> None:
        """Wait until so many more messages were acknowledged."""
        wanted, deadline = self.acked + messages, time.monotonic() + within_s
        while self.acked < wanted:
            assert time.monotonic() < deadline, f"{wanted - self.acked} of {messages} not acked"
            for task in self._tasks:
                if task.done():
                    task.result()
            await asyncio.sleep(0.02)

    async def end(self, *, within_s: float = 60) -> None:
        """Let everybody get through with what they are sending, and stop."""
        self.over = True
        await asyncio.wait_for(asyncio.gather(*self._tasks), within_s)

    async def close(self) -> None:
        self.over = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for one in self.everyone:
            await one.close()

    async def level(self, url: str, *, within_s: float) -> tuple[float, Snapshot]:
        """Wait until everybody's screen shows what the database has; nothing is asked in doubt.

        Only what a broadcast, a head or an ack told of is asked for, so that this also proves that
        whoever is connected hears of everything.

        Returns:
            How long it took, and what the database has: all rules of the checker are kept.
        """
        began = time.monotonic()
        while True:
            for one in self.everyone:
                try:
                    if not one.io.connected:
                        await self._back(one)
                    await one.level()
                except NETWORK:
                    continue
            try:
                snapshot = await asyncio.to_thread(check, self.history, url)
            except AssertionError:
                if time.monotonic() - began > within_s:
                    raise
                await asyncio.sleep(0.2)
            else:
                return time.monotonic() - began, snapshot

    async def _back(self, one: Person) -> None:
        """Come back as a browser does: soon at first, then less and less often."""
        lost, pause = time.monotonic(), 0.1
        while True:
            try:
                await one.connect()
                await one.level(everything=True)
            except NETWORK:
                if self.over and time.monotonic() - lost > 30:
                    raise
                await asyncio.sleep(self.rng.uniform(0.5, 1) * pause)
                pause = min(2 * pause, 2)
            else:
                self.away.append(time.monotonic() - lost)
                return

    async def until_acked(self, one: Person, event: str, **data: Any) -> dict[str, Any]:
        """Ask the very same thing until it is acknowledged or refused for good."""
        while True:
            try:
                if not one.io.connected:
                    await self._back(one)
                began = time.monotonic()
                answer = await one.ask(event, self.patience_s, **data)
            except NETWORK:
                await asyncio.sleep(self.rng.uniform(0.02, 0.1))
                continue
            if answer["ok"] or not answer["retry"]:
                self.took.append((began, time.monotonic() - began))
                return answer
            await asyncio.sleep(self.rng.uniform(0.02, 0.1))

    async def say(self, one: Person, conversation: str | None, text: str, **more: Any) -> Any:
        """Send one message until it is acknowledged; now and then once more."""
        data = {
            "conversation": conversation,
            "client_id": fresh_client_id(),
            "kind": "text",
            "body": {"text": text},
            **more,
        }
        answer = await self.until_acked(one, "message_send", **data)
        while answer["ok"] and self.rng.random() < SENT_AGAIN:
            answer = await self.until_acked(one, "message_send", **data)
        return answer

    async def _pause(self) -> None:
        await asyncio.sleep(self.rng.uniform(0.5, 1.5) * self.pause_s)

    async def _shop(self, one: RecordedVisitor) -> None:
        number = 0
        while one.token is None:
            try:
                await one.start()
            except (*NETWORK, AssertionError):  # no line, or told to come back later
                await asyncio.sleep(0.1)
        while not self.over:
            answer = await self.say(one, one.conversation, f"{one.who} soru {number}")
            if answer["ok"]:
                one.conversation = answer["conversation"]
            number += 1
            await self._quietly(one)
            await self._pause()

    async def _quietly(self, one: Person) -> None:
        try:
            await one.level()
        except NETWORK:
            return

    async def _serve(self, one: RecordedAgent) -> None:
        looked = 0.0
        queue: dict[str, Any] = {"conversations": []}
        while not self.over:
            try:
                if not one.io.connected:
                    await self._back(one)
                await one.available()
                while one.io.connected and not self.over:
                    if time.monotonic() - looked > LOOK_S:
                        queue, looked = await self._look(one), time.monotonic()
                    await self._work(one, queue)
                    await one.level()
                    await self._pause()
            except (*NETWORK, AssertionError):
                await asyncio.sleep(0.05)

    async def _look(self, one: RecordedAgent) -> dict[str, Any]:
        """Accept what is offered and return the whole picture."""
        queue = await one.ask("queue_sync")
        if not queue["ok"]:
            return {"conversations": []}
        for offer in queue["offers"]:
            conversation = offer["conversation"]
            if (await one.accept(conversation))["ok"]:
                self.history.screen(one.who, conversation).head = 1
        return queue

    async def _work(self, one: RecordedAgent, queue: dict[str, Any]) -> None:
        """Answer somebody, write a note, and now and then end one."""
        mine = [i for i in queue["conversations"] if i["holder"] == one.account.public_id]
        if not mine:
            return
        item = self.rng.choice(mine)
        conversation, fence = item["conversation"], item["fence"]
        self.history.screen(one.who, conversation)
        what = self.rng.random()
        if what < 0.1:
            await self.say(
                one, conversation, f"not {self.rng.randrange(1_000_000)}", kind="note", fence=None
            )
        elif what < 0.15:
            await one.ask("conversation_resolve", conversation=conversation, fence=fence)
        else:
            text = f"yanıt {self.rng.randrange(1_000_000)}"
            await self.say(one, conversation, text, fence=fence)
