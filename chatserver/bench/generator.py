"""The load, in a process of its own: reads a plan from standard input, prints what came of it.

Knows what is sent and counted, and nothing of what stands behind the port. Run as
`python -m chatserver.bench.generator`.
"""

import asyncio
import secrets
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any, Literal

import msgspec

from chatserver.bench.machine import Meter, rss_kib
from chatserver.bench.wire import Client

TEXT = "Merhaba, üç gün önce verdiğim siparişim ne zaman gelir acaba?"
CONNECTS_AT_ONCE = 50
DRAIN_S = 1.0


class Person(msgspec.Struct, frozen=True):
    """How one client comes in.

    Args:
        follows: what an agent asks to hear, once it is in.
    """

    port: int
    auth: dict[str, Any]
    cookie: str = ""
    follows: tuple[str, ...] = ()


class Plan(msgspec.Struct, frozen=True):
    """What to do.

    Args:
        mode: `load`: every chat has so many messages in flight. `pace`: every chat sends at an
            interval. `idle`: connect and stay. `connect`: connect and leave.
        chats: who sends, with the conversation they send into.
        servers, helpers: processes to measure; see `Meter`.
        steps: of `idle`: how many visitors are to be there.
        is_product: whether to speak as the product's clients do, beside what the relays know.
    """

    mode: Literal["load", "pace", "idle", "connect"]
    servers: tuple[int, ...]
    helpers: tuple[int, ...] = ()
    chats: tuple[tuple[Person, str], ...] = ()
    agents: tuple[Person, ...] = ()
    window: int = 2
    interval_s: float = 2.0
    warm_s: float = 1.0
    measure_s: float = 3.0
    steps: tuple[int, ...] = ()
    as_browser: bool = False
    is_product: bool = False


class Outcome(msgspec.Struct):
    """What came of it; times in milliseconds, from the send. Per step for `idle`."""

    acked: int = 0
    delivered: int = 0
    refused: int = 0
    ack_ms: tuple[float, float, float] = (0.0, 0.0, 0.0)
    deliver_ms: tuple[float, float, float] = (0.0, 0.0, 0.0)
    meter: dict[str, Any] = {}
    steps: list[tuple[int, int]] = []
    connects_s: float = 0.0


def quantiles(values: list[float]) -> tuple[float, float, float]:
    """Return p50, p95 and p99."""
    if len(values) < 2:
        return (0.0, 0.0, 0.0)
    cuts = statistics.quantiles(values, n=100)
    return (cuts[49], cuts[94], cuts[98])


class Chat:
    """One visitor who sends, and counts what comes back."""

    __slots__ = ("client", "conversation", "ids", "log", "number", "sent_at")

    def __init__(self, log: "Log", conversation: str) -> None:
        self.log = log
        self.conversation = conversation
        self.number = 0
        self.sent_at: dict[int, float] = {}
        self.client: Client | None = None

    def send(self) -> None:
        """Send one message."""
        self.number += 1
        log = self.log
        now = time.perf_counter()
        log.last += 1
        client_id = f"{log.run}{log.last:012d}"
        self.sent_at[self.number] = now
        log.sent_at[client_id] = now
        assert self.client is not None
        self.client.write(
            f'42/visitor,{self.number}["message_send",{{"client_id":"{client_id}",'
            f'"conversation":"{self.conversation}","kind":"text","body":{{"text":"{TEXT}"}}}}]'
        )

    def acked(self, id: int, text: str) -> None:
        """Count an acknowledgement, and go on where messages are kept in flight."""
        log = self.log
        sent = self.sent_at.pop(id)
        if '"ok":true' in text:
            if log.counting:
                log.acks.append(time.perf_counter() - sent)
        else:
            log.refused += 1
            log.sample = log.sample or text
        if log.again:
            self.send()


class Log:
    """What all chats count together."""

    def __init__(self) -> None:
        self.run = secrets.token_hex(6)
        self.last = 0
        self.sent_at: dict[str, float] = {}
        self.acks: list[float] = []
        self.delivered: list[float] = []
        self.refused = 0
        self.counting = False
        self.again = False
        self.sample = ""

    def heard(self, text: str) -> None:
        """Count a message at an agent; everything else the product tells is let pass."""
        if not text.startswith('["message_created"'):
            return
        at = text.find('"client_id":"')
        if at < 0:
            return
        sent = self.sent_at.pop(text[at + 13 : at + 37], None)
        if sent is not None and self.counting:
            self.delivered.append(time.perf_counter() - sent)


async def each(work: list[Callable[[], Awaitable[Any]]], *, at_once: int) -> list[Any]:
    """Do all, so many at once."""
    gate = asyncio.Semaphore(at_once)

    async def one(do: Callable[[], Awaitable[Any]]) -> Any:
        async with gate:
            return await do()

    return await asyncio.gather(*(one(do) for do in work))


async def _bring_in_agent(person: Person, log: Log, *, is_product: bool) -> Client:
    client = await Client.connect(
        person.port, "/agent", person.auth, heard=log.heard, cookie=person.cookie
    )
    if is_product:
        await client.ask("availability_set", {"availability": "available"})
        for start in range(0, len(person.follows), 10):
            wants = [
                {"conversation": public_id, "after": 0}
                for public_id in person.follows[start : start + 10]
            ]
            await client.ask("conversation_sync", {"wants": wants})
    return client


async def converse(plan: Plan) -> Outcome:
    """Let visitors send and agents listen."""
    log = Log()
    chats = [Chat(log, conversation) for _person, conversation in plan.chats]

    async def bring_in(chat: Chat, person: Person) -> None:
        chat.client = await Client.connect(person.port, "/visitor", person.auth, acked=chat.acked)

    agents = await each(
        [
            lambda person=person: _bring_in_agent(person, log, is_product=plan.is_product)  # type: ignore[misc]
            for person in plan.agents
        ],
        at_once=5,
    )
    await each(
        [
            lambda chat=chat, person=person: bring_in(chat, person)  # type: ignore[misc]
            for chat, (person, _) in zip(chats, plan.chats, strict=True)
        ],
        at_once=CONNECTS_AT_ONCE,
    )
    meter = Meter(list(plan.servers), list(plan.helpers))
    if plan.mode == "load":
        log.again = True
        for chat in chats:
            for _ in range(plan.window):
                chat.send()
        senders: list[asyncio.Task[None]] = []
    else:
        senders = [
            asyncio.create_task(_keep_pace(chat, plan.interval_s, number / len(chats)))
            for number, chat in enumerate(chats)
        ]
    await asyncio.sleep(plan.warm_s)
    log.counting = True
    meter.start(time.perf_counter())
    await asyncio.sleep(plan.measure_s)
    used = meter.stop(time.perf_counter())
    acked, delivered = len(log.acks), len(log.delivered)
    log.counting = log.again = False
    for sender in senders:
        sender.cancel()
    await asyncio.sleep(DRAIN_S if plan.mode == "load" else 0.2)
    for client in agents:
        client.close()
    for chat in chats:
        if chat.client is not None:
            chat.client.close()
    await asyncio.sleep(0.1)
    if log.sample:
        print(log.sample, file=sys.stderr)
    return Outcome(
        acked=acked,
        delivered=delivered,
        refused=log.refused,
        ack_ms=quantiles([1000 * value for value in log.acks]),
        deliver_ms=quantiles([1000 * value for value in log.delivered]),
        meter=used,
    )


async def _keep_pace(chat: Chat, interval_s: float, phase: float) -> None:
    loop = asyncio.get_running_loop()
    due = loop.time() + phase * interval_s
    while True:
        await asyncio.sleep(max(0.0, due - loop.time()))
        chat.send()
        due += interval_s


async def stay(plan: Plan) -> Outcome:
    """Connect more and more visitors and look at the server's memory at each step."""
    server = plan.servers[0]
    clients: list[Client] = []
    person = plan.chats[0][0]

    async def one() -> None:
        clients.append(
            await Client.connect(person.port, "/visitor", person.auth, as_browser=plan.as_browser)
        )

    # The first few load what is loaded once.
    await each([one] * 50, at_once=10)
    await asyncio.sleep(0.5)
    base, before = rss_kib(server), len(clients)
    found: list[tuple[int, int]] = []
    for step in plan.steps:
        await each([one] * (step - (len(clients) - before)), at_once=CONNECTS_AT_ONCE)
        await asyncio.sleep(plan.warm_s)
        found.append((step, rss_kib(server) - base))
    for client in clients:
        client.close()
    await asyncio.sleep(0.2)
    return Outcome(steps=found)


async def come_and_go(plan: Plan) -> Outcome:
    """Connect as many visitors as there are chats, so many at once, and say how long each took."""
    took: list[float] = []
    clients: list[Client] = []

    async def one(person: Person) -> None:
        began = time.perf_counter()
        clients.append(
            await Client.connect(person.port, "/visitor", person.auth, as_browser=plan.as_browser)
        )
        took.append(1000 * (time.perf_counter() - began))

    meter = Meter(list(plan.servers), list(plan.helpers))
    meter.start(time.perf_counter())
    began = time.perf_counter()
    await each(
        [lambda person=person: one(person) for person, _ in plan.chats],  # type: ignore[misc]
        at_once=CONNECTS_AT_ONCE,
    )
    wall = time.perf_counter() - began
    used = meter.stop(time.perf_counter())
    for client in clients:
        client.close()
    await asyncio.sleep(0.2)
    return Outcome(
        acked=len(clients), ack_ms=quantiles(took), meter=used, connects_s=len(clients) / wall
    )


MODES = {"load": converse, "pace": converse, "idle": stay, "connect": come_and_go}


def main() -> None:
    """Do what the plan says."""
    import uvloop

    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    outcome = uvloop.run(MODES[plan.mode](plan))
    sys.stdout.buffer.write(msgspec.json.encode(outcome))


if __name__ == "__main__":
    main()
