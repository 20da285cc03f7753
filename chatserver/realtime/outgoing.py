"""What waits to be said to other processes, and how it goes out: in batches, bounded, unwaited for.

A batch is written while nobody waits; the next one gathers until the last one is answered. What is
not answered in time means that Redis is too slow to be of use.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from chatserver.realtime.redis_link import RedisLink, Reply, encode_publish

PUBLISH_TIMEOUT_S = 0.25

MAX_BATCH = 256
MAX_QUEUED = 4_096
MAX_QUEUED_BYTES = 4 * 1024 * 1024


class Said(NamedTuple):
    """One message on its way: the channel it is said on, its sealed text, and the room."""

    channel: bytes
    sealed: bytes
    room: str


class Outgoing:
    """The queue in front of the publishing connection.

    Args:
        answered: told each message that Redis took, with how many heard it (or why it did not),
            and what `stamp` said when it was written.
        stamp: asked when a batch is written.
        slow: told when a batch was not answered in time.
    """

    def __init__(
        self,
        *,
        answered: Callable[[Said, Reply, int], None],
        stamp: Callable[[], int],
        slow: Callable[[], None],
    ) -> None:
        self._answered, self._stamp, self._slow = answered, stamp, slow
        self._queue: deque[Said] = deque()
        self._bytes = 0
        self._in_flight = False
        self._flushing: asyncio.Handle | None = None
        self._link: RedisLink | None = None
        self.published = 0
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._queue)

    def open(self, link: RedisLink) -> None:
        """Write to a connection from now on."""
        self._link = link

    def add(self, said: Said) -> None:
        """Say something by the end of this turn or as soon as possible; never fails."""
        size = len(said.sealed)
        if len(self._queue) >= MAX_QUEUED or self._bytes + size > MAX_QUEUED_BYTES:
            self.dropped += 1
            return
        self._queue.append(said)
        self._bytes += size
        if not self._in_flight and self._flushing is None:
            self._flushing = asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        self._flushing = None
        if not self._queue or self._link is None:
            return
        batch = [self._queue.popleft() for _ in range(min(len(self._queue), MAX_BATCH))]
        self._bytes -= sum(len(said.sealed) for said in batch)
        self._in_flight = True
        link, stamp = self._link, self._stamp()
        timer = asyncio.get_running_loop().call_later(PUBLISH_TIMEOUT_S, self._too_slow, link)

        def taken(replies: list[Reply]) -> None:
            timer.cancel()
            self._in_flight = False
            self.published += len(batch)
            for said, reply in zip(batch, replies, strict=True):
                self._answered(said, reply, stamp)
            if self._queue:
                self._flush()

        link.send(
            b"".join(encode_publish(said.channel, said.sealed) for said in batch),
            replies=len(batch),
            taken=taken,
        )

    def _too_slow(self, link: RedisLink) -> None:
        if link is self._link:
            self._slow()

    def close(self) -> None:
        """Drop what waits: the line is away."""
        self._link = None
        self.dropped += len(self._queue)
        self._queue.clear()
        self._bytes = 0
        self._in_flight = False

    async def drained(self) -> None:
        """Wait until what was said has gone out, or could not in time."""
        for _ in range(6):
            if not (self._queue or self._in_flight):
                return
            await asyncio.sleep(PUBLISH_TIMEOUT_S / 5)
