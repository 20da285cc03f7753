"""The way to one peer: writing without waiting, and hanging up for good; knows no protocol."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator, MutableMapping
from typing import Any

Frame = str | bytes
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Coroutine[Any, Any, None]]


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
