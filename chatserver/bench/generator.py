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
from chatserver.bench.wire import Client, Refused, frame_head

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
            interval. `idle`: connect and stay. `connect`: connect and leave. `pages`: the first
            agent reads.
        chats: who sends, with the conversation they send into.
        servers, helpers: processes to measure; see `Meter`.
        steps: of `idle`: how many visitors are to be there.
        pages: of `pages`: conversations, of each of which the newest `page` messages are asked for.
        is_product: whether to speak as the product's clients do, beside what the relays know.
    """

    mode: Literal["load", "pace", "idle", "connect", "pages"]
    servers: tuple[int, ...]
    helpers: tuple[int, ...] = ()
    chats: tuple[tuple[Person, str], ...] = ()
    agents: tuple[Person, ...] = ()
    window: int = 2
    interval_s: float = 2.0
    warm_s: float = 1.0
    measure_s: float = 3.0
    steps: tuple[int, ...] = ()
    pages: tuple[str, ...] = ()
    page: int = 50
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


FIRST_ID = 100_000
IDS = 900_000
"""Acknowledgements are asked for by numbers of six digits, so that all frames have one length."""

SAMPLED = 10
"""Of a load at saturation one message in ten is timed: all are counted."""


class Chat:
    """One visitor who sends, and counts what comes back.

    A message is a frame made once, with two numbers that are new each time.
    """

    __slots__ = ("_after", "_before", "_between", "client", "log", "number", "sent_at")

    def __init__(self, log: "Log", conversation: str) -> None:
        self.log = log
        self.number = 0
        self.sent_at: dict[int, float] = {}
        self.client: Client | None = None
        opening = b"42/visitor,"
        self._between = b'["message_send",{"client_id":"' + log.run
        self._after = (
            f'","conversation":"{conversation}","kind":"text","body":{{"text":"{TEXT}"}}}}]'
        ).encode()
        size = len(opening) + 6 + len(self._between) + 12 + len(self._after)
        self._before = frame_head(size) + opening

    def send(self) -> None:
        """Send one message."""
        log = self.log
        self.number = (self.number + 1) % IDS
        id = FIRST_ID + self.number
        log.last += 1
        if log.last % log.every == 0:
            log.sent_at[b"%012d" % log.last] = self.sent_at[id] = time.perf_counter()
        assert self.client is not None
        self.client.write_frame(
            b"%b%06d%b%012d%b" % (self._before, id, self._between, log.last, self._after)
        )

    def acked(self, id: int, text: bytes) -> None:
        """Count an acknowledgement, and go on where messages are kept in flight."""
        log = self.log
        sent = self.sent_at.pop(id, None)
        if b'"ok":true' not in text:
            log.refused += 1
            log.sample = log.sample or text.decode()
        elif log.counting:
            log.acked += 1
            if sent is not None:
                log.acks.append(time.perf_counter() - sent)
        if log.again:
            self.send()


class Log:
    """What all chats count together.

    Args:
        every: which messages are timed: each, or one in so many.
    """

    def __init__(self, *, every: int) -> None:
        self.every = every
        self.run = secrets.token_hex(6).encode()
        self.last = 0
        self.sent_at: dict[bytes, float] = {}
        self.acked = self.heard_of = self.refused = 0
        self.acks: list[float] = []
        self.delivered: list[float] = []
        self.counting = False
        self.again = False
        self.sample = ""

    def heard(self, text: bytes) -> None:
        """Count a message at an agent; everything else the product tells is let pass."""
        if not text.startswith(b'["message_created"'):
            return
        self.heard_of += self.counting
        at = text.find(b'"client_id":"') + 13
        sent = self.sent_at.pop(text[at + 12 : at + 24], None)
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
    log = Log(every=SAMPLED if plan.mode == "load" else 1)
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
    acked, delivered = log.acked, log.heard_of
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


WARM_PAGES = 100


async def leaf(plan: Plan) -> Outcome:
    """Ask for one page after the other, and say how long each took to be here, unparsed."""
    person = plan.agents[0]
    client = await Client.connect(person.port, "/agent", person.auth, cookie=person.cookie)
    took: list[float] = []
    meter = Meter(list(plan.servers), list(plan.helpers))
    for number, conversation in enumerate(plan.pages):
        if number == min(WARM_PAGES, len(plan.pages) // 2):
            took.clear()
            meter.start(time.perf_counter())
        wanted = {"conversation": conversation, "before": 2**53, "limit": plan.page}
        began = time.perf_counter()
        text = await client.answer("history_get", wanted)
        took.append(1000 * (time.perf_counter() - began))
        if text.count(b'"seq":') != plan.page:
            raise Refused(text[:300].decode(errors="replace"))
    used = meter.stop(time.perf_counter())
    client.close()
    await asyncio.sleep(0.1)
    return Outcome(acked=len(took), ack_ms=quantiles(took), meter=used)


MODES = {
    "load": converse,
    "pace": converse,
    "idle": stay,
    "connect": come_and_go,
    "pages": leaf,
}


def main() -> None:
    """Do what the plan says."""
    import uvloop

    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    outcome = uvloop.run(MODES[plan.mode](plan))
    sys.stdout.buffer.write(msgspec.json.encode(outcome))


if __name__ == "__main__":
    main()
