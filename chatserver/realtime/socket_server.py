"""The Socket.IO server with its traps closed; knows no event, only how events travel.

What python-socketio does by itself and must not do here (each was seen in a running server):

- events of one client run concurrently: here in order, one at a time for each connection;
- a client's event *named* `connect` or `disconnect` runs our own handler with forged arguments:
  here a client's events never reach the library's handlers, they go through `dispatch` alone;
- a socket that never sends CONNECT lives for ever: here for five seconds;
- binary placeholders may announce any number of attachments: here there are no binary frames.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import socketio
import structlog
from socketio import packet

from chatserver.realtime import codec

CONNECT_TIMEOUT_S = 5.0
"""How long a transport may stay open without an accepted namespace."""

MAX_FRAME_BYTES = 64 * 1024
MAX_REFUSED_CONNECTS = 5

log = structlog.get_logger(__name__)

Dispatch = Callable[[str, str, list[Any]], Awaitable[object]]
Accepted = Callable[[str, str], Awaitable[None]]


class SocketServer(socketio.AsyncServer):
    """A Socket.IO server that hands every client event to one function.

    Args:
        dispatch: (namespace, sid, [name, …arguments]) → what the acknowledgement carries.
        accepted: (namespace, sid), after the client was told that it is connected.
        opened, closed: told of each transport, by its id.
    """

    def __init__(
        self,
        *,
        dispatch: Dispatch,
        accepted: Accepted,
        opened: Callable[[str, dict[str, Any]], None],
        closed: Callable[[str], None],
        **options: Any,
    ) -> None:
        super().__init__(
            async_mode="asgi",
            async_handlers=False,
            json=codec,
            max_http_buffer_size=MAX_FRAME_BYTES,
            http_compression=False,
            **options,
        )
        self._dispatch = dispatch
        self._accepted = accepted
        self._opened = opened
        self._closed = closed
        self._refused: dict[str, int] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._closing: set[asyncio.Task[None]] = set()

    async def _handle_eio_connect(self, eio_sid: str, environ: dict[str, Any]) -> None:
        await super()._handle_eio_connect(eio_sid, environ)
        self._opened(eio_sid, environ)
        loop = asyncio.get_running_loop()
        self._timers[eio_sid] = loop.call_later(CONNECT_TIMEOUT_S, self._expect_connect, eio_sid)

    def _expect_connect(self, eio_sid: str) -> None:
        self._timers.pop(eio_sid, None)
        if not self._is_accepted(eio_sid):
            log.info("socket closed", why="no connect in time")
            self.close_soon(eio_sid)

    def _is_accepted(self, eio_sid: str) -> bool:
        return any(
            self.manager.is_connected(sid, namespace)
            for namespace in list(self.manager.get_namespaces())
            if (sid := self.manager.sid_from_eio_sid(eio_sid, namespace)) is not None
        )

    def close_soon(self, eio_sid: str) -> None:
        """Close a transport without waiting for it."""
        task = asyncio.get_running_loop().create_task(self.close_transport(eio_sid))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def close_transport(self, eio_sid: str) -> None:
        """Say goodbye and hang up.

        The library only says goodbye and leaves hanging up to the client, and it waits for a
        client that does not read. The None ends the writer, which closes the WebSocket.
        """
        transport = self.eio.sockets.pop(eio_sid, None)
        if transport is not None:
            await transport.close(wait=False, reason=self.reason.SERVER_DISCONNECT)
            await transport.queue.put(None)

    async def _handle_eio_message(self, eio_sid: str, data: Any) -> None:
        try:
            if not isinstance(data, str) or data[:1] in {"5", "6"} or eio_sid not in self.environ:
                raise ValueError("binary or unreadable frame")
            await super()._handle_eio_message(eio_sid, data)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
            # Never the payload: it is what somebody typed.
            log.info("socket closed", why="bad frame", error=type(error).__name__)
            self.close_soon(eio_sid)

    async def _handle_connect(self, eio_sid: str, namespace: str | None, data: Any) -> None:
        namespace = namespace or "/"
        if self.manager.sid_from_eio_sid(eio_sid, namespace) is not None:
            raise ValueError("a second connect")
        await super()._handle_connect(eio_sid, namespace, data)
        sid = self.manager.sid_from_eio_sid(eio_sid, namespace)
        if sid is None or not self.manager.is_connected(sid, namespace):
            self._refused[eio_sid] = self._refused.get(eio_sid, 0) + 1
            if self._refused[eio_sid] >= MAX_REFUSED_CONNECTS:
                raise ValueError("too many refused connects")
            return
        await self._accepted(namespace, sid)

    async def _handle_event(
        self, eio_sid: str, namespace: str | None, id: int | None, data: list[Any]
    ) -> None:
        namespace = namespace or "/"
        sid = self.manager.sid_from_eio_sid(eio_sid, namespace)
        if sid is None or not self.manager.is_connected(sid, namespace):
            return
        if not isinstance(data, list) or not data:
            raise ValueError("an event without a name")
        answer = await self._dispatch(namespace, sid, data)
        if id is not None and eio_sid in self.environ:
            await self._send_packet(
                eio_sid,
                self.packet_class(packet.ACK, namespace=namespace, id=id, data=[answer]),
            )

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        self._refused.pop(eio_sid, None)
        self._closed(eio_sid)
        timer = self._timers.pop(eio_sid, None)
        if timer is not None:
            timer.cancel()
        await super()._handle_eio_disconnect(eio_sid, reason)
