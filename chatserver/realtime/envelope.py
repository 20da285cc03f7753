"""What one process of an installation tells another, sealed; knows no Redis and no socket.

Whoever can write to Redis could otherwise put words into a shopper's chat. So every message carries
a keyed hash over itself *and the channel it was sent on*: what was heard in one room can't be said
in another. A number that only rises and a time keep old messages from being said again.
"""

import hashlib
import hmac
from struct import Struct
from typing import Literal, NamedTuple, TypeAlias

import msgspec

MAC_BYTES = 16
FRESH_MS = 30_000
"""Older than this, or so far ahead, a message is not believed. Clocks are one, see `SharedClock`."""

MAX_ORIGINS = 1_000

_HEAD = Struct(">8sQQ")

EMIT = b"e"
ORDER = b"o"


What: TypeAlias = Literal[
    "beat", "joined", "rooms", "queue", "people", "state", "moved", "agent", "visitor"
]


class Emit(msgspec.Struct, frozen=True, array_like=True):
    """A server event for the sockets of a room, worded already."""

    name: str
    namespace: str
    data: msgspec.Raw


class Order(msgspec.Struct, frozen=True, array_like=True):
    """What another process should look at; an id and no more, so what it does is read from SQL.

    Args:
        what: `beat`: the sender hears itself. `joined`: this room has sockets of one more process;
            `rooms`: any room may. `queue`, `people`: places or people changed. `state`: a
            visitor's conversation (id). `moved`: a conversation's team or holder (id). `agent`:
            somebody's sessions, teams or account (id). `visitor`: a visitor's tokens (id).
    """

    what: What
    id: int = 0


class Heard(NamedTuple):
    """A message that is genuine."""

    origin: bytes
    kind: bytes
    body: bytes


def derive_key(secret: str, purpose: str) -> bytes:
    """Return a key for one purpose alone, from the installation's secret."""
    return hmac.new(secret.encode(), f"chatserver {purpose}".encode(), hashlib.sha256).digest()


class Seal:
    """Seals what this process says and opens what others said.

    Args:
        key: of the installation; who has it is one of us.
        origin: eight bytes that name this process.
    """

    def __init__(self, key: bytes, origin: bytes) -> None:
        self._key = key
        self.origin = origin
        self._number = 0
        self._last: dict[bytes, int] = {}

    def _mac(self, channel: bytes, rest: bytes) -> bytes:
        # The length in front keeps `channel + rest` from being cut in two ways.
        signed = b"%d:%b%b" % (len(channel), channel, rest)
        return hashlib.blake2b(signed, key=self._key, digest_size=MAC_BYTES).digest()

    def close(self, channel: bytes, kind: bytes, body: bytes, *, now_ms: int) -> bytes:
        """Return a message as it travels."""
        self._number += 1
        rest = _HEAD.pack(self.origin, self._number, now_ms) + kind + body
        return self._mac(channel, rest) + rest

    def is_own(self, sealed: bytes) -> bool:
        """Whether this process said it; a message that only claims so is nobody's either."""
        return sealed[MAC_BYTES : MAC_BYTES + 8] == self.origin

    def open(self, channel: bytes, sealed: bytes, *, now_ms: int) -> Heard | None:
        """Return a message when it is genuine and new; None for everything else."""
        mac, rest = sealed[:MAC_BYTES], sealed[MAC_BYTES:]
        if len(rest) <= _HEAD.size or not hmac.compare_digest(mac, self._mac(channel, rest)):
            return None
        origin, number, at_ms = _HEAD.unpack_from(rest)
        if abs(now_ms - at_ms) > FRESH_MS or number <= self._last.get(origin, 0):
            return None
        if len(self._last) >= MAX_ORIGINS and origin not in self._last:
            # Processes that came and went; none of their messages is fresh any more.
            self._last.clear()
        self._last[origin] = number
        return Heard(origin, rest[_HEAD.size : _HEAD.size + 1], rest[_HEAD.size + 1 :])
