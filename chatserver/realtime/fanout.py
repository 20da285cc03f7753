"""Carries what is told from process to process over Redis; knows rooms and no event.

Each room is a channel, and a process subscribes to those it has sockets in, so Redis itself takes a
message to the processes that have the room and to no other. A room that nobody else has is not
published at all: the answer to a PUBLISH says how many heard it, and whoever joins says so on the
room's own channel. Publishing is written and forgotten: nobody waits, a batch goes out while the
last one is answered, and what can't go out in time is dropped. The beacon repairs it.
"""

import asyncio
import random
from collections import deque
from typing import Protocol

import msgspec
import structlog

from chatserver.clock import Clock
from chatserver.realtime.envelope import EMIT, ORDER, Emit, Order, Seal, derive_key
from chatserver.realtime.redis_link import RedisError, RedisLink, Reply, connect, encode

PUBLISH_TIMEOUT_S = 0.25
CONNECT_TIMEOUT_S = 1.0
SUBSCRIBE_TIMEOUT_S = 5.0
BACKOFF_S = (0.5, 1.5)
"""Between two tries; with connecting, a Redis that is back is used again within two seconds."""

BEAT_S = 1.0
DEAF_S = 3.0
"""So long without hearing its own heartbeat, a subscription is taken for deaf."""

MAX_BATCH = 256
MAX_QUEUED = 4_096
MAX_QUEUED_BYTES = 4 * 1024 * 1024
MAX_INBOX = 8_192
CHANNELS_AT_ONCE = 1_000

log = structlog.get_logger(__name__)


class Listener(Protocol):
    """What is done with what other processes say."""

    async def deliver(self, room: str, emit: Emit) -> None:
        """Send a worded event to this process's sockets in a room."""
        ...

    def obey(self, order: Order) -> None:
        """Look at something; returns at once."""
        ...

    def caught_up(self) -> None:
        """Repair what was missed: the line was away and is back."""
        ...


class Fanout:
    """This process's end of the line to its like.

    Args:
        url: of Redis.
        secret: of the installation.
        process_id: eight characters that name this process.
        deliver, obey, caught_up: see `Listener`; set by `attach`.
    """

    def __init__(self, url: str, *, secret: str, process_id: str, clock: Clock) -> None:
        self._url = url
        self._clock = clock
        self._seal = Seal(derive_key(secret, "fan-out"), process_id.encode().ljust(8)[:8])
        # Nobody who lacks the secret can even name our channels.
        self._prefix = f"chat:{derive_key(secret, 'channels').hex()[:16]}:"
        self._own = self._channel(f"process:{process_id}")
        self._all = self._channel("all")
        self._listener: Listener | None = None
        self._members: dict[str, int] = {}
        self._joined: set[str] = set()
        self._joining: dict[str, asyncio.Future[None]] = {}
        self._alone: set[str] = set()
        self._news = 0
        self._queue: deque[tuple[bytes, bytes, str]] = deque()
        self._queued_bytes = 0
        self._in_flight = False
        self._flushing: asyncio.Handle | None = None
        self._publisher: RedisLink | None = None
        self._subscriber: RedisLink | None = None
        self._lost, self._subscribed = asyncio.Event(), asyncio.Event()
        self._unconfirmed = 0
        self._heard_at = 0.0
        self._inbox: asyncio.Queue[tuple[str, Emit]] = asyncio.Queue(MAX_INBOX)
        self._forged_said_at = -60.0
        self.is_up = False
        self.published = 0
        self.dropped = 0
        self.heard = 0
        self.forged = 0

    def attach(self, listener: Listener) -> None:
        """Say who does something with what is heard."""
        self._listener = listener

    def _channel(self, room: str) -> bytes:
        return f"{self._prefix}{room}".encode()

    # Which rooms this process has

    async def join(self, room: str) -> None:
        """Hear a room from now on; returns when others know, or in time without that."""
        count = self._members.get(room, 0)
        self._members[room] = count + 1
        if not self.is_up:
            return
        known = self._joining.get(room)
        if known is None:
            if count:
                return
            known = self._joining[room] = asyncio.get_running_loop().create_future()
            self._subscribe([room])
        try:
            async with asyncio.timeout(PUBLISH_TIMEOUT_S):
                await asyncio.shield(known)
        except TimeoutError:
            log.warning("room joined unheard")

    def leave(self, room: str) -> None:
        """Hear a room no more, when the last of its sockets here has gone."""
        count = self._members.get(room, 0) - 1
        if count > 0:
            self._members[room] = count
            return
        self._members.pop(room, None)
        self._joined.discard(room)
        self._alone.discard(room)
        self._news += 1
        self._settle_joining(room)
        if self._subscriber is not None:
            self._subscriber.send(encode(b"UNSUBSCRIBE", self._channel(room)))

    def _subscribe(self, rooms: list[str]) -> None:
        assert self._subscriber is not None
        for start in range(0, len(rooms), CHANNELS_AT_ONCE):
            channels = [self._channel(room) for room in rooms[start : start + CHANNELS_AT_ONCE]]
            self._subscriber.send(encode(b"SUBSCRIBE", *channels))

    def _settle_joining(self, room: str) -> None:
        known = self._joining.pop(room, None)
        if known is not None and not known.done():
            known.set_result(None)

    # Saying

    def wants(self, room: str) -> bool:
        """Whether a message for a room should be said at all: others may have it."""
        return self.is_up and room not in self._alone

    def emit(self, room: str, emit: Emit) -> None:
        """Tell a room's sockets of other processes; returns at once, never fails."""
        self._say(room, self._channel(room), EMIT, msgspec.json.encode(emit))

    def order(self, room: str | None, order: Order) -> None:
        """Tell the processes that have a room, or all of them; returns at once, never fails."""
        if room is None:
            self._say("", self._all, ORDER, msgspec.json.encode(order))
        else:
            self._say(room, self._channel(room), ORDER, msgspec.json.encode(order))

    def _say(self, room: str, channel: bytes, kind: bytes, body: bytes) -> None:
        if not self.is_up or room in self._alone:
            return
        if len(self._queue) >= MAX_QUEUED or self._queued_bytes + len(body) > MAX_QUEUED_BYTES:
            self.dropped += 1
            return
        sealed = self._seal.close(channel, kind, body, now_ms=self._clock.now_ms())
        self._queue.append((channel, sealed, room))
        self._queued_bytes += len(sealed)
        if not self._in_flight and self._flushing is None:
            self._flushing = asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        self._flushing = None
        if not self._queue or self._publisher is None:
            return
        batch = [self._queue.popleft() for _ in range(min(len(self._queue), MAX_BATCH))]
        self._queued_bytes -= sum(len(sealed) for _channel, sealed, _room in batch)
        self._in_flight = True
        link, news = self._publisher, self._news
        timer = asyncio.get_running_loop().call_later(PUBLISH_TIMEOUT_S, self._too_slow, link)

        def answered(replies: list[Reply]) -> None:
            timer.cancel()
            self._in_flight = False
            self.published += len(batch)
            for (_channel, _sealed, room), reply in zip(batch, replies, strict=True):
                self._learn(room, reply, news)
            if self._queue:
                self._flush()

        link.send(
            b"".join(encode(b"PUBLISH", channel, sealed) for channel, sealed, _room in batch),
            replies=len(batch),
            taken=answered,
        )

    def _learn(self, room: str, reply: Reply, news: int) -> None:
        """Note that a room is ours alone, unless anybody joined or left since it was asked."""
        if not isinstance(reply, int):
            self._hang_up("refused", error=str(reply))
            return
        if reply <= 1 and room in self._joined and news == self._news:
            self._alone.add(room)
        self._settle_joining(room)

    def _too_slow(self, link: RedisLink) -> None:
        if link is self._publisher:
            self._hang_up("slow")

    async def drained(self) -> None:
        """Wait until what was said has gone out, or could not in time."""
        for _ in range(6):
            if not (self._queue or self._in_flight):
                return
            await asyncio.sleep(PUBLISH_TIMEOUT_S / 5)

    # Hearing

    def _pushed(self, item: list[Reply]) -> None:
        match item:
            case [b"message", bytes(channel), bytes(sealed)]:
                self._hear(channel, sealed)
            case [b"subscribe", bytes(channel), int()]:
                self._unconfirmed -= 1
                if self._unconfirmed == 0:
                    self._subscribed.set()
                room = channel.decode().removeprefix(self._prefix)
                if room in self._members:
                    self._joined.add(room)
                    if self.is_up:
                        # Whoever thought the room was theirs alone learns better now.
                        self.order(room, Order("joined"))
            case _:
                pass

    def _hear(self, channel: bytes, sealed: bytes) -> None:
        if self._seal.is_own(sealed):
            if channel == self._own:
                self._heard_at = asyncio.get_running_loop().time()
            return
        heard = self._seal.open(channel, sealed, now_ms=self._clock.now_ms())
        if heard is None:
            self._say_forged()
            return
        self.heard += 1
        room = channel.decode().removeprefix(self._prefix)
        try:
            if heard.kind == EMIT:
                self._inbox.put_nowait((room, msgspec.json.decode(heard.body, type=Emit)))
            else:
                self._obey(room, msgspec.json.decode(heard.body, type=Order))
        except asyncio.QueueFull:
            self.dropped += 1
        except msgspec.DecodeError:
            # Of another version, in the middle of an upgrade: the beacon tells it in our words.
            log.warning("not understood", kind=heard.kind.decode())

    def _obey(self, room: str, order: Order) -> None:
        assert self._listener is not None
        match order.what:
            case "beat":
                pass
            case "joined":
                self._news += 1
                self._alone.discard(room)
            case "rooms":
                self._news += 1
                self._alone.clear()
            case _:
                self._listener.obey(order)

    def _say_forged(self) -> None:
        self.forged += 1
        now = self._clock.monotonic()
        if now - self._forged_said_at >= 60:
            self._forged_said_at = now
            log.warning("message from nobody of ours", count=self.forged)

    async def _deliver(self) -> None:
        while True:
            room, emit = await self._inbox.get()
            assert self._listener is not None
            try:
                await self._listener.deliver(room, emit)
            except Exception:
                log.exception("not delivered", event_name=emit.name)

    # The line

    async def run(self) -> None:
        """Hold the line until cancelled: connect, subscribe, listen; again when it is lost."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._deliver(), name="fan-out deliver")
            while True:
                try:
                    await self._hold()
                except (OSError, TimeoutError, RedisError, ValueError) as error:
                    log.warning("redis away", error=type(error).__name__)
                finally:
                    self._down()
                await asyncio.sleep(random.uniform(*BACKOFF_S))

    async def _hold(self) -> None:
        self._lost, self._subscribed = asyncio.Event(), asyncio.Event()
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            self._publisher = await connect(self._url, lost=self._line_lost)
            self._subscriber = await connect(self._url, pushed=self._pushed, lost=self._line_lost)
        rooms = list(self._members)
        self._unconfirmed = len(rooms) + 2
        self._subscriber.send(encode(b"SUBSCRIBE", self._own, self._all))
        self._subscribe(rooms)
        async with asyncio.timeout(SUBSCRIBE_TIMEOUT_S):
            await self._subscribed.wait()
        if self._lost.is_set():
            raise ConnectionError
        self._up(rooms)
        await self._until_lost()

    def _up(self, rooms: list[str]) -> None:
        loop = asyncio.get_running_loop()
        self._heard_at = loop.time()
        self.is_up = True
        self._subscribe([room for room in self._members if room not in self._joined])
        self.order(None, Order("rooms"))
        log.info("redis joined", rooms=len(rooms))
        assert self._listener is not None
        self._listener.caught_up()

    async def _until_lost(self) -> None:
        loop = asyncio.get_running_loop()
        while not self._lost.is_set():
            self._say("", self._own, ORDER, msgspec.json.encode(Order("beat")))
            try:
                async with asyncio.timeout(BEAT_S):
                    await self._lost.wait()
            except TimeoutError:
                if loop.time() - self._heard_at > DEAF_S:
                    raise TimeoutError("deaf") from None
        raise ConnectionError

    def _hang_up(self, why: str, **more: str) -> None:
        log.warning("redis given up", why=why, **more)
        self.is_up = False
        self._line_lost()

    def _line_lost(self) -> None:
        self._lost.set()
        self._subscribed.set()

    def _down(self) -> None:
        self.is_up = False
        for link in (self._publisher, self._subscriber):
            if link is not None:
                link.close()
        self._publisher = self._subscriber = None
        self.dropped += len(self._queue)
        self._queue.clear()
        self._queued_bytes = 0
        self._in_flight = False
        self._joined.clear()
        self._alone.clear()
        self._news += 1
        for room in list(self._joining):
            self._settle_joining(room)

    # Asking

    async def has_listeners(self, room: str) -> bool:
        """Whether any process has sockets in a room; what this one knows when Redis is away."""
        if room in self._members or self._publisher is None or not self.is_up:
            return room in self._members
        try:
            async with asyncio.timeout(PUBLISH_TIMEOUT_S):
                reply = await self._publisher.ask(b"PUBSUB", b"NUMSUB", self._channel(room))
        except (TimeoutError, RedisError):
            return False
        match reply:
            case [_, int(count)]:
                return count > 0
        return False
