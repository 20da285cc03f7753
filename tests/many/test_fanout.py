"""The line between processes on a real Redis: who hears what, who does not, and what is not sent."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import msgspec
import pytest

from chatserver.clock import SystemClock
from chatserver.realtime.envelope import EMIT, Emit, Order, Seal, derive_key
from chatserver.realtime.fanout import Fanout
from chatserver.realtime.outgoing import MAX_QUEUED
from tests.redis import Redis

SECRET = "a-test-secret-0123456789-abcdefghijklm"
HELLO = Emit("message_created", "/visitor", msgspec.Raw(b'{"text":"hello"}'))


class Ears:
    """Remembers what a process heard."""

    def __init__(self) -> None:
        self.emits: list[tuple[str, Emit]] = []
        self.orders: list[Order] = []
        self.caught = 0

    def deliver(self, room: str, emit: Emit) -> None:
        self.emits.append((room, emit))

    def obey(self, order: Order) -> None:
        self.orders.append(order)

    def caught_up(self) -> None:
        self.caught += 1


async def until(true: Callable[[], object], *, s: float = 5) -> None:
    deadline = time.monotonic() + s
    while not true():
        assert time.monotonic() < deadline, "never"
        await asyncio.sleep(0.005)


@asynccontextmanager
async def process(
    url: str, name: str, *, secret: str = SECRET
) -> AsyncIterator[tuple[Fanout, Ears]]:
    ears = Ears()
    line = Fanout(url, secret=secret, process_id=name, clock=SystemClock())
    line.attach(ears)
    task = asyncio.create_task(line.run())
    try:
        await until(lambda: line.is_up)
        yield line, ears
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_room_is_heard_where_it_is_and_nowhere_else(redis_server: Redis) -> None:
    async with AsyncExitStack() as stack:
        (a, a_ears), (b, b_ears), (c, c_ears) = [
            await stack.enter_async_context(process(redis_server.url, name * 8)) for name in "abc"
        ]
        await b.join("visitor:1")
        await c.join("visitor:2")
        a.emit("visitor:1", HELLO)
        await until(lambda: b_ears.emits)
        assert b_ears.emits == [("visitor:1", HELLO)]
        b.leave("visitor:1")
        await b.join("visitor:3")
        a.emit("visitor:1", HELLO)
        a.emit("visitor:3", HELLO)
        await until(lambda: len(b_ears.emits) == 2)
        assert b_ears.emits[1][0] == "visitor:3"
        assert (a_ears.emits, c_ears.emits) == ([], [])
        assert (
            c.incoming.heard <= 3
        )  # a bystander hears of the arrivals of others, and of nothing else


async def test_a_room_that_is_wholly_local_is_not_published(redis_server: Redis) -> None:
    async with (
        process(redis_server.url, "aaaaaaaa") as (a, _a_ears),
        process(redis_server.url, "bbbbbbbb") as (b, b_ears),
    ):
        await a.join("visitor:1")
        while a.wants("visitor:1"):  # until an answer to it is not spoilt by who came meanwhile
            a.emit("visitor:1", HELLO)
            await asyncio.sleep(0.02)
        published = a.outgoing.published
        for _ in range(100):
            a.emit("visitor:1", HELLO)
        await asyncio.sleep(0.2)
        assert a.outgoing.published - published <= 2  # its own heartbeat
        # As soon as the other has joined, it hears.
        await b.join("visitor:1")
        await until(lambda: a.wants("visitor:1"), s=0.5)  # it is said, and a moment later heard
        a.emit("visitor:1", HELLO)
        await until(lambda: b_ears.emits)
        # And when it has left, the room is ours alone again.
        b.leave("visitor:1")
        while a.wants("visitor:1"):
            a.emit("visitor:1", HELLO)
            await asyncio.sleep(0.02)


async def test_orders_reach_all_or_those_who_have_the_room(redis_server: Redis) -> None:
    async with (
        process(redis_server.url, "aaaaaaaa") as (a, a_ears),
        process(redis_server.url, "bbbbbbbb") as (b, b_ears),
        process(redis_server.url, "cccccccc") as (_c, c_ears),
    ):
        await b.join("agent:7")
        a.order("agent:7", Order("agent", 7))
        a.order(None, Order("queue"))
        await until(lambda: len(b_ears.orders) == 2 and c_ears.orders)
        assert b_ears.orders == [Order("agent", 7), Order("queue")]
        assert (a_ears.orders, c_ears.orders) == ([], [Order("queue")])


async def test_a_hundred_processes_worth_of_text_stays_in_order(redis_server: Redis) -> None:
    async with (
        process(redis_server.url, "aaaaaaaa") as (a, _ears),
        process(redis_server.url, "bbbbbbbb") as (b, b_ears),
    ):
        await b.join("agents:1")
        for number in range(2000):
            a.emit("agents:1", Emit("n", "/agent", msgspec.Raw(b"%d" % number)))
        await until(lambda: len(b_ears.emits) == 2000)
        assert [int(bytes(emit.data)) for _room, emit in b_ears.emits] == list(range(2000))


async def test_what_others_write_to_redis_reaches_nobody(redis_server: Redis) -> None:
    async with process(redis_server.url, "bbbbbbbb") as (b, ears):
        await b.join("visitor:1")
        channel = b.channels.name("visitor:1")
        stranger = Seal(derive_key("not the secret of this one", "fan-out"), b"xxxxxxxx")
        body = msgspec.json.encode(HELLO)
        forged = stranger.close(channel, EMIT, body, now_ms=SystemClock().now_ms())
        for payload in (forged, body, b"", b"junk", forged[:20]):
            redis_server.say("PUBLISH", channel.decode(), payload.decode("latin-1"))
        await until(lambda: b.incoming.forged >= 5)
        assert ears.emits == [] and ears.orders == []


async def test_another_installation_on_the_same_redis_is_not_heard(redis_server: Redis) -> None:
    async with (
        process(redis_server.url, "aaaaaaaa", secret="another-secret-0123456789-abcdef") as (a, _),
        process(redis_server.url, "bbbbbbbb") as (b, ears),
    ):
        await b.join("visitor:1")
        a.emit("visitor:1", HELLO)
        a.order(None, Order("queue"))
        await asyncio.sleep(0.2)
        assert ears.emits == [] and ears.orders == [] and b.incoming.forged == 0


async def test_a_line_that_was_cut_is_joined_again_with_all_its_rooms(own_redis: Redis) -> None:
    async with (
        process(own_redis.url, "aaaaaaaa") as (a, _),
        process(own_redis.url, "bbbbbbbb") as (b, ears),
    ):
        for number in range(50):
            await b.join(f"visitor:{number}")
        own_redis.kill()
        await until(lambda: not a.is_up and not b.is_up)
        await b.join("visitor:50")  # does not wait for what is not there
        a.emit("visitor:1", HELLO)  # lost, and nobody is held up
        own_redis.start()
        back = time.monotonic()
        await until(lambda: a.is_up and b.is_up)
        assert time.monotonic() - back <= 2.5  # two seconds, and a busy machine
        assert ears.caught == 2
        for number in range(51):
            a.emit(f"visitor:{number}", HELLO)
        await until(lambda: len(ears.emits) == 51)


async def test_a_redis_that_hangs_holds_nobody_up_and_fills_no_memory(own_redis: Redis) -> None:
    async with process(own_redis.url, "aaaaaaaa") as (a, _):
        own_redis.hang()
        slowest = 0.0
        for _ in range(3 * MAX_QUEUED):
            before = time.perf_counter()
            a.emit("visitor:1", HELLO)
            slowest = max(slowest, time.perf_counter() - before)
        assert len(a.outgoing) <= MAX_QUEUED
        await until(lambda: not a.is_up and not a.outgoing, s=2)
        assert a.outgoing.dropped >= MAX_QUEUED
        own_redis.go_on()
        await until(lambda: a.is_up, s=4)


async def test_a_subscription_that_went_deaf_is_noticed(
    redis_server: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with process(redis_server.url, "aaaaaaaa") as (a, ears):
        # Redis forgets the subscription, and the line itself stays whole.
        assert a._subscriber is not None
        a._subscriber._told = lambda _channel, _message: None
        await until(lambda: ears.caught == 2, s=8)


async def test_listeners_are_found_in_any_process(redis_server: Redis) -> None:
    async with (
        process(redis_server.url, "aaaaaaaa") as (a, _),
        process(redis_server.url, "bbbbbbbb") as (b, _b),
    ):
        assert not await a.has_listeners("visitor:9")
        await b.join("visitor:9")
        assert await a.has_listeners("visitor:9")


async def test_a_line_ends_when_told_to_though_it_is_lost_at_that_moment(
    redis_server: Redis,
) -> None:
    line = Fanout(redis_server.url, secret=SECRET, process_id="aaaaaaaa", clock=SystemClock())
    line.attach(Ears())
    task = asyncio.create_task(line.run())
    await until(lambda: line.is_up)
    line._line_lost()
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task}, timeout=1)
    assert task.cancelled()
