"""Carries what is told from process to process over Redis; knows rooms and no event.

Each room is a channel, and a process subscribes to those it has sockets in, so Redis itself takes a
message to the processes that have the room and to no other. A room that nobody else has is not
published at all: the answer to a PUBLISH says how many heard it, and whoever joins says so on the
room's own channel. Publishing is written and forgotten: nobody waits, a batch goes out while the
last one is answered, and what can't go out in time is dropped. The beacon repairs it.
"""

import asyncio
import random

import msgspec
import structlog

from chatserver.clock import Clock
from chatserver.realtime.channels import Channels
from chatserver.realtime.envelope import EMIT, ORDER, Emit, Order, Seal, derive_key
from chatserver.realtime.incoming import Incoming, Listener
from chatserver.realtime.outgoing import PUBLISH_TIMEOUT_S, Outgoing, Said
from chatserver.realtime.redis_link import RedisError, RedisLink, Reply, connect, encode

CONNECT_TIMEOUT_S = 1.0
SUBSCRIBE_TIMEOUT_S = 5.0
BACKOFF_S = (0.5, 1.5)
"""Between two tries; with connecting, a Redis that is back is used again within two seconds."""

BEAT_S = 1.0
DEAF_S = 3.0
"""So long without hearing its own heartbeat, a subscription is taken for deaf."""

CHANNELS_AT_ONCE = 1_000

log = structlog.get_logger(__name__)


class Fanout:
    """This process's end of the line to its like.

    Args:
        url: of Redis.
        secret: of the installation.
        process_id: eight characters that name this process.
    """

    def __init__(self, url: str, *, secret: str, process_id: str, clock: Clock) -> None:
        self._url = url
        self._clock = clock
        self._seal = Seal(derive_key(secret, "fan-out"), process_id.encode().ljust(8)[:8])
        # Nobody who lacks the secret can even name our channels.
        self.channels = Channels(f"chat:{derive_key(secret, 'channels').hex()[:16]}:")
        self._own = self.channels.name(f"process:{process_id}")
        self._all = self.channels.name("all")
        self.outgoing = Outgoing(
            answered=self._answered,
            stamp=lambda: self.channels.news,
            slow=lambda: self._hang_up("slow"),
        )
        self.incoming = Incoming(self._seal, self.channels, clock, heard_self=self._heard_self)
        self._publisher: RedisLink | None = None
        self._subscriber: RedisLink | None = None
        self._lost, self._subscribed = asyncio.Event(), asyncio.Event()
        self._unconfirmed = 0
        self._heard_at = 0.0
        self.is_up = False

    def attach(self, listener: Listener) -> None:
        """Say who does something with what is heard."""
        self.incoming.listener = listener

    # Which rooms this process has

    async def join(self, room: str) -> None:
        """Hear a room from now on; returns when others know, or in time without that."""
        is_first = self.channels.add(room)
        if not self.is_up:
            return
        known = self.channels.joining(room)
        if known is None:
            if not is_first:
                return
            known = self.channels.begin_joining(room)
            self._subscribe([room])
        try:
            async with asyncio.timeout(PUBLISH_TIMEOUT_S):
                await asyncio.shield(known)
        except TimeoutError:
            log.warning("room joined unheard")

    def leave(self, room: str) -> None:
        """Hear a room no more, when the last of its sockets here has gone."""
        if self.channels.remove(room) and self._subscriber is not None:
            self._subscriber.send(encode(b"UNSUBSCRIBE", self.channels.name(room)))

    def _subscribe(self, rooms: list[str]) -> None:
        assert self._subscriber is not None
        for start in range(0, len(rooms), CHANNELS_AT_ONCE):
            named = [self.channels.name(room) for room in rooms[start : start + CHANNELS_AT_ONCE]]
            self._subscriber.send(encode(b"SUBSCRIBE", *named))

    # Saying

    def wants(self, room: str) -> bool:
        """Whether a message for a room should be said at all: others may have it."""
        return self.is_up and not self.channels.is_alone(room)

    def emit(self, room: str, emit: Emit) -> None:
        """Tell a room's sockets of other processes; returns at once, never fails."""
        self._say(room, self.channels.name(room), EMIT, msgspec.json.encode(emit))

    def order(self, room: str | None, order: Order) -> None:
        """Tell the processes that have a room, or all of them; returns at once, never fails."""
        channel = self._all if room is None else self.channels.name(room)
        self._say(room or "", channel, ORDER, msgspec.json.encode(order))

    def _say(self, room: str, channel: bytes, kind: bytes, body: bytes) -> None:
        if self.wants(room):
            sealed = self._seal.close(channel, kind, body, now_ms=self._clock.now_ms())
            self.outgoing.add(Said(channel, sealed, room))

    def _answered(self, said: Said, reply: Reply, news: int) -> None:
        if isinstance(reply, int):
            self.channels.learn(said.room, reply, since=news)
        else:
            self._hang_up("refused", error=str(reply))

    async def drained(self) -> None:
        """Wait until what was said has gone out, or could not in time."""
        await self.outgoing.drained()

    # Hearing

    def _pushed(self, item: list[Reply]) -> None:
        match item:
            case [b"subscribe", bytes(channel), int()]:
                self._unconfirmed -= 1
                if self._unconfirmed == 0:
                    self._subscribed.set()
                room = self.channels.room(channel)
                if self.channels.confirm(room) and self.is_up:
                    # Whoever thought the room was theirs alone learns better now.
                    self.order(room, Order("joined"))
            case _:
                pass

    def _heard_self(self, channel: bytes) -> None:
        if channel == self._own:
            self._heard_at = asyncio.get_running_loop().time()

    # The line

    async def run(self) -> None:
        """Hold the line until cancelled: connect, subscribe, listen; again when it is lost."""
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
            self._subscriber = await connect(
                self._url, pushed=self._pushed, told=self.incoming.take, lost=self._line_lost
            )
        rooms = self.channels.every()
        self._unconfirmed = len(rooms) + 2
        self._subscriber.send(encode(b"SUBSCRIBE", self._own, self._all))
        self._subscribe(rooms)
        async with asyncio.timeout(SUBSCRIBE_TIMEOUT_S):
            await self._subscribed.wait()
        if self._lost.is_set():
            raise ConnectionError
        self.outgoing.open(self._publisher)
        self._up(rooms)
        await self._until_lost()

    def _up(self, rooms: list[str]) -> None:
        loop = asyncio.get_running_loop()
        self._heard_at = loop.time()
        self.is_up = True
        self._subscribe(self.channels.unconfirmed())
        self.order(None, Order("rooms"))
        log.info("redis joined", rooms=len(rooms))
        assert self.incoming.listener is not None
        self.incoming.listener.caught_up()

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
        self.outgoing.close()
        self.channels.forget_others()

    # Asking

    async def has_listeners(self, room: str) -> bool:
        """Whether any process has sockets in a room; what this one knows when Redis is away."""
        if room in self.channels or self._publisher is None or not self.is_up:
            return room in self.channels
        try:
            async with asyncio.timeout(PUBLISH_TIMEOUT_S):
                reply = await self._publisher.ask(b"PUBSUB", b"NUMSUB", self.channels.name(room))
        except (TimeoutError, RedisError):
            return False
        match reply:
            case [_, int(count)]:
                return count > 0
        return False
