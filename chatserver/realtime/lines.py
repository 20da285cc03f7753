"""The way to one peer: writing without waiting, and hanging up for good; knows no protocol."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator, MutableMapping
from typing import Any

Frame = str | bytes
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Coroutine[Any, Any, None]]


MAX_HELD_BYTES = 32 * 1024
"""More than this is not held back to the end of a turn."""


class Started:
    """A coroutine that was begun by hand and waits, for a task to await the rest of.

    Python 3.12 has this as eager tasks. `waits_for` is what the coroutine yielded to the event
    loop: it is yielded once more, by the task this time.
    """

    __slots__ = ("_coroutine", "_waits_for")

    def __init__(self, coroutine: Coroutine[Any, Any, None], waits_for: Any) -> None:
        self._coroutine = coroutine
        self._waits_for = waits_for

    def __await__(self) -> Generator[Any, Any, None]:
        try:
            while True:
                try:
                    woken_by = yield self._waits_for
                except BaseException as error:
                    self._waits_for = self._coroutine.throw(error)
                else:
                    self._waits_for = self._coroutine.send(woken_by)
        except StopIteration:
            return


class Framer:
    """Texts as WebSocket frames; the one made last is kept, as a room is told the same text."""

    def __init__(self) -> None:
        self._text = ""
        self._frame = b"\x81\x00"

    def frame(self, text: str) -> bytes:
        """Return a text in one frame, unmasked and not compressed, as servers send them."""
        if text is not self._text:
            payload = text.encode()
            size = len(payload)
            if size < 126:
                head = bytes((0x81, size))
            elif size < 65536:
                head = b"\x81\x7e" + size.to_bytes(2, "big")
            else:
                head = b"\x81\x7f" + size.to_bytes(8, "big")
            self._text, self._frame = text, head + payload
        return self._frame


_framer = Framer()


class Shortcut:
    """Writes texts to a WebSocket past ASGI, where that comes to the same.

    uvicorn's `send` makes a coroutine, a dictionary, a frame, a list and a system call of every
    message, which is most of what a message costs (measured, docs/performance.md). What it does is:
    wait until the peer reads, frame, write. The shortcut is taken only in the state in which it
    would do just that, without waiting; in all others `write` declines. Texts of one turn of the
    event loop go out together.
    """

    __slots__ = ("_held", "_loop", "_protocol", "_size")

    def __init__(self, protocol: Any) -> None:
        self._protocol = protocol
        self._loop = asyncio.get_running_loop()
        self._held: list[bytes] = []
        self._size = 0

    @classmethod
    def of(cls, receive: Receive) -> "Shortcut | None":
        """Return the shortcut below a `receive`; None where we do not know what is below."""
        protocol: Any = getattr(receive, "__self__", None)
        known = type(protocol).__name__ == "WebSocketsSansIOProtocol" and all(
            hasattr(protocol, name)
            for name in ("transport", "writable", "close_sent", "disconnected", "conn")
        )
        if not known or getattr(protocol.conn, "extensions", None):
            return None  # another server, or a connection that compresses
        return cls(protocol)

    def write(self, text: str) -> bool:
        """Write a text by the end of this turn; False where that can't be, and it was not."""
        protocol = self._protocol
        if (
            protocol.close_sent
            or protocol.disconnected
            or not protocol.writable.is_set()
            or protocol.conn.close_rcvd is not None
        ):
            self.flush()
            return False
        frame = _framer.frame(text)
        self._size += len(frame)
        self._held.append(frame)
        if len(self._held) == 1:
            self._loop.call_soon(self.flush)
        elif self._size > MAX_HELD_BYTES:
            self.flush()
        return True

    def flush(self) -> None:
        """Write what is held back; whatever else is written to this peer must come after it."""
        held = self._held
        if held:
            line = self._protocol.transport
            if not line.is_closing() and not self._protocol.close_sent:
                line.write(held[0] if len(held) == 1 else b"".join(held))
            held.clear()
            self._size = 0


class Line:
    """The way to a peer below ASGI, for hanging up on one that does not read.

    ASGI can only close politely: it waits until everything was sent, which is never. uvicorn's
    `receive` is a method of the object that has the TCP transport; where it is not, the peer is left
    to the operating system's own timeout.
    """

    __slots__ = ("_transport",)

    def __init__(self, receive: Receive) -> None:
        transport = getattr(getattr(receive, "__self__", None), "transport", None)
        # uvloop's transports have asyncio's methods without being of its classes.
        self._transport: asyncio.Transport | None = (
            transport if hasattr(transport, "abort") else None
        )

    def cut(self, *, if_stuck: bool = False) -> None:
        """Hang up at once and forget what was not sent.

        Args:
            if_stuck: only when something is unsent. A proxy may have given a line on which all was
                answered to somebody else's request.
        """
        line = self._transport
        if line is not None and not (if_stuck and line.get_write_buffer_size() == 0):
            line.abort()
