"""One connection to Redis, spoken to without waiting; knows the protocol and no channel.

The library's own connection spends four times as much on a message (37 µs against 10 µs for a
publish and its receipt, measured on one core), has timeouts of its own and retries by itself. Of
the protocol (RESP 2) this needs five kinds of reply, so it is spoken here.

Source: https://redis.io/docs/latest/develop/reference/protocol-spec/
"""

import asyncio
import ssl
from collections import deque
from collections.abc import Callable
from typing import TypeAlias, cast
from urllib.parse import unquote, urlsplit

Reply: TypeAlias = "int | bytes | RedisError | list[Reply] | None"
Taken: TypeAlias = Callable[[list[Reply]], None]
Told: TypeAlias = Callable[[bytes, bytes], None]

_PARTIAL = -1
_MESSAGE = b"*3\r\n$7\r\nmessage\r\n$"
"""How a message of a subscription begins: nearly all that a link under load reads."""

MAX_REPLY_BYTES = 16 * 1024 * 1024


class RedisError(Exception):
    """Redis refused a command, or said what nobody understands."""


def encode(*parts: bytes) -> bytes:
    """Return one command as it stands on the line."""
    said = [b"*%d\r\n" % len(parts)]
    said += [b"$%d\r\n%b\r\n" % (len(part), part) for part in parts]
    return b"".join(said)


def encode_publish(channel: bytes, message: bytes) -> bytes:
    """Return the one command of which there are many."""
    return b"*3\r\n$7\r\nPUBLISH\r\n$%d\r\n%b\r\n$%d\r\n%b\r\n" % (
        len(channel),
        channel,
        len(message),
        message,
    )


def _parse(data: bytes, at: int) -> tuple[Reply, int]:
    """Return the reply that begins at an offset and where it ends; -1 while it is not all there."""
    end = data.find(b"\r\n", at)
    if end < 0:
        return None, _PARTIAL
    kind, rest = data[at : at + 1], data[at + 1 : end]
    at = end + 2
    match kind:
        case b":":
            return int(rest), at
        case b"+":
            return rest, at
        case b"-":
            return RedisError(rest.decode("utf-8", "replace")), at
        case b"$":
            length = int(rest)
            if length < 0:
                return None, at
            if length > MAX_REPLY_BYTES:
                raise RedisError("a reply too long")
            if len(data) < at + length + 2:
                return None, _PARTIAL
            return data[at : at + length], at + length + 2
        case b"*":
            items: list[Reply] = []
            for _ in range(int(rest)):
                item, at = _parse(data, at)
                if at == _PARTIAL:
                    return None, _PARTIAL
                items.append(item)
            return items, at
    raise RedisError("a reply of an unknown kind")


def _parse_text(data: bytes, at: int) -> tuple[bytes, int]:
    """Return the text whose length stands at an offset, and where it ends; -1 while it is partial."""
    end = data.find(b"\r\n", at)
    if end < 0:
        return b"", _PARTIAL
    start = end + 2
    length = int(data[at:end])
    if length > MAX_REPLY_BYTES:
        raise RedisError("a reply too long")
    if len(data) < start + length + 2:
        return b"", _PARTIAL
    return data[start : start + length], start + length + 2


class RedisLink(asyncio.Protocol):
    """One connection.

    Args:
        pushed: told what a subscription says of itself; such a link answers no other commands.
        told: told each of its messages, with the channel.
        lost: told once when the line ends, whoever ended it.
    """

    def __init__(
        self,
        *,
        pushed: Callable[[list[Reply]], None] | None = None,
        told: Told | None = None,
        lost: Callable[[], None] | None = None,
    ) -> None:
        self._pushed = pushed
        self._told = told
        self._lost = lost
        self._transport: asyncio.Transport | None = None
        self._rest = b""
        self._waiting: deque[tuple[int, list[Reply], Taken]] = deque()

    # What the loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the line."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are of no such class

    def data_received(self, data: bytes) -> None:
        """Read whatever has come whole."""
        if self._rest:
            data = self._rest + data
        at = 0
        try:
            while at < len(data):
                if self._told is not None and data.startswith(_MESSAGE, at):
                    end = self._take_message(data, at + len(_MESSAGE))
                else:
                    reply, end = _parse(data, at)
                    if end != _PARTIAL:
                        self._take(reply)
                if end == _PARTIAL:
                    break
                at = end
        except (RedisError, ValueError):
            self.close()
            return
        self._rest = data[at:]

    def _take_message(self, data: bytes, at: int) -> int:
        channel, end = _parse_text(data, at)
        if end == _PARTIAL:
            return _PARTIAL
        message, end = _parse_text(data, end + 1)
        if end != _PARTIAL:
            assert self._told is not None
            self._told(channel, message)
        return end

    def _take(self, reply: Reply) -> None:
        if self._waiting:
            wanted, replies, taken = self._waiting[0]
            replies.append(reply)
            if len(replies) == wanted:
                self._waiting.popleft()
                taken(replies)
        elif self._pushed is not None and isinstance(reply, list):
            self._pushed(reply)
        else:
            raise RedisError("an answer that nobody asked for")

    def connection_lost(self, exc: Exception | None) -> None:
        """Say that the line has ended."""
        self._transport = None
        lost, self._lost = self._lost, None
        if lost is not None:
            lost()

    # What others call

    def send(self, data: bytes, *, replies: int = 0, taken: Taken | None = None) -> None:
        """Write commands and go on; nothing where the line has ended.

        Args:
            data: commands, encoded.
            replies: how many answers they have; 0 for subscriptions, whose answers are pushed.
            taken: told the answers, all at once and in order.
        """
        if self._transport is None:
            return
        if taken is not None:
            self._waiting.append((replies, [], taken))
        self._transport.write(data)

    async def ask(self, *parts: bytes) -> Reply:
        """Send one command and wait for its answer; the caller sees to a timeout."""
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()

        def taken(replies: list[Reply]) -> None:
            if not future.done():
                future.set_result(replies[0])

        self.send(encode(*parts), replies=1, taken=taken)
        reply = await future
        if isinstance(reply, RedisError):
            raise reply
        return reply

    def close(self) -> None:
        """Hang up at once, whatever is still unsent."""
        if self._transport is not None:
            self._transport.abort()


async def connect(
    url: str,
    *,
    pushed: Callable[[list[Reply]], None] | None = None,
    told: Told | None = None,
    lost: Callable[[], None] | None = None,
) -> RedisLink:
    """Open a connection and sign in; the caller sees to a timeout.

    Args:
        url: `redis://[user[:password]@]host[:port][/db]`, `rediss://…` (TLS, certificate checked)
            or `unix://[user[:password]@]/path`.

    Raises:
        OSError, RedisError: when it can't be had.
    """
    parts = urlsplit(url)
    loop = asyncio.get_running_loop()

    def make() -> RedisLink:
        return RedisLink(pushed=pushed, told=told, lost=lost)

    if parts.scheme == "unix":
        _transport, link = await loop.create_unix_connection(make, parts.path)
        number = ""
    else:
        secure = ssl.create_default_context() if parts.scheme == "rediss" else None
        _transport, link = await loop.create_connection(
            make, parts.hostname or "localhost", parts.port or 6379, ssl=secure
        )
        number = parts.path.strip("/")
    try:
        if parts.password is not None:
            words = [unquote(parts.username or ""), unquote(parts.password)]
            await link.ask(b"AUTH", *(word.encode() for word in words if word))
        if number not in ("", "0"):
            await link.ask(b"SELECT", number.encode())
    except BaseException:
        link.close()
        raise
    return link
