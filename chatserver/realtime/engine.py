"""The Engine.IO server: handshakes, WebSockets and the end; knows transports and no Socket.IO.

What the library's own server does by itself and must not do here:

- it closes a connection that sends a malformed packet, and says so only when the ping runs out:
  here whoever listens is told at once;
- two polls at the same time, or a poll that was given up, lose packets: here both end the session,
  as in the protocol's reference, and the client comes back and asks for what it misses;
- it cuts `pingInterval` to whole seconds, and walks over all connections to find the dead ones.
"""

import asyncio
from typing import Any

import engineio
import orjson
import structlog

from chatserver.realtime.lines import Frame, Line, Message, Receive, Send
from chatserver.realtime.packets import Malformed
from chatserver.realtime.polling import BODY_TIMEOUT_S, Polling
from chatserver.realtime.requests import Request, environ_of
from chatserver.realtime.transports import NOOP, OPEN, SLOW_CONSUMER, Transport

UPGRADE_TIMEOUT_S = 10.0
SHUTDOWN_TIMEOUT_S = 2.0

log = structlog.get_logger(__name__)


class EngineServer(engineio.AsyncServer):
    """An Engine.IO server over ASGI.

    Handlers are the library's (`on("connect" | "message" | "disconnect")`), all coroutines. Of its
    options these have a meaning: ping_interval and ping_timeout (fractions too),
    max_http_buffer_size, allow_upgrades, cors_allowed_origins, cors_credentials, transports.

    Args:
        binary: whether binary packets are taken.
        body_timeout_s: how long a posted body may take to arrive.
        upgrade_timeout_s: how long a WebSocket may take to take a session over.
    """

    def __init__(
        self,
        *,
        binary: bool = False,
        body_timeout_s: float = BODY_TIMEOUT_S,
        upgrade_timeout_s: float = UPGRADE_TIMEOUT_S,
        **options: Any,
    ) -> None:
        super().__init__(
            async_mode="asgi", monitor_clients=False, http_compression=False, **options
        )
        self.binary = binary
        self._upgrade_timeout_s = upgrade_timeout_s
        self._finishing: set[asyncio.Task[None]] = set()
        self._polling = Polling(self, body_timeout_s=body_timeout_s)

    # Requests

    async def handle_request(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request or one WebSocket."""
        if scope["type"] == "websocket":
            # What was read of the request is not kept while the WebSocket lasts.
            transport, refusal = self._judge(Request(self, scope))
            await receive()  # websocket.connect
            if refusal is not None:
                await send({"type": "websocket.close", "code": 1008})
            elif transport is not None:
                await self._upgrade(transport, receive, send)
            else:
                await self._open_websocket(scope, receive, send)
            return
        request = Request(self, scope)
        transport, refusal = self._judge(request)
        if refusal is not None and self._polling.is_last(request):
            await request.respond(send, 200, NOOP.encode())
        elif refusal is not None:
            await request.respond(send, 400, orjson.dumps({"code": 0, "message": refusal}))
        elif request.method == "OPTIONS":
            await request.respond(send, 200, b"ok")
        elif transport is None:
            await self._open_polling(request, scope, send)
        elif request.method == "GET":
            await self._polling.poll(transport, request, receive, send)
        else:
            await self._polling.post(transport, request, receive, send)

    def _judge(self, request: Request) -> tuple[Transport | None, str | None]:
        """Return a request's live session, and why it is not served."""
        transport = self._live(request.sid)
        refusal = request.refusal(
            is_known=transport is not None,
            is_upgraded=transport is not None and transport.upgraded,
        )
        return transport, refusal

    def _live(self, sid: str | None) -> Transport | None:
        transport = self.sockets.get(sid)
        return None if transport is None or transport.closed else transport

    # Opening

    async def _begin(self, scope: Message, upgrades: list[str]) -> tuple[Transport, str]:
        """Make a transport, tell whoever listens, and return it with its OPEN packet."""
        transport = Transport(self, self.generate_id(), scope)
        self.sockets[transport.sid] = transport
        await self.handlers["connect"](transport.sid, environ_of(scope))
        facts = {
            "sid": transport.sid,
            "upgrades": upgrades,
            "pingInterval": round(self.ping_interval * 1000),
            "pingTimeout": round(self.ping_timeout * 1000),
            "maxPayload": self.max_http_buffer_size,
        }
        return transport, OPEN + orjson.dumps(facts).decode()

    async def _open_polling(self, request: Request, scope: Message, send: Send) -> None:
        may_upgrade = self.allow_upgrades and "websocket" in self.transports
        transport, opening = await self._begin(scope, ["websocket"] if may_upgrade else [])
        transport.start_heartbeat()
        await request.respond(send, 200, opening.encode())

    async def _open_websocket(self, scope: Message, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})
        transport, opening = await self._begin(scope, [])
        transport.attach(send, receive)
        transport.write(opening)
        transport.start_heartbeat()
        await self._read(transport, receive)

    # WebSocket

    async def _read(self, transport: Transport, receive: Receive) -> None:
        """Handle what comes over a WebSocket until its end; this is the connection's only task."""
        limit = self.max_http_buffer_size
        try:
            while not transport.closed:
                event = await receive()
                frame: Frame | None = event.get("text")
                if frame is None:
                    frame = event.get("bytes")
                    if frame is None:
                        break  # websocket.disconnect
                    if not self.binary:
                        raise Malformed("a binary packet")
                if len(frame) > limit:
                    raise Malformed("a packet too large")
                await transport.handle(frame)
        except Malformed as malformed:
            transport.reject(malformed)
        finally:
            await transport.lost()

    async def _upgrade(self, transport: Transport, receive: Receive, send: Send) -> None:
        """Move a polled session to this WebSocket, if the client goes through with it.

        Until its last word (UPGRADE) the session is polled, and a WebSocket that does not say it in
        time, or says anything else, is closed and was never there.
        """
        await send({"type": "websocket.accept"})
        if transport.upgraded or transport.upgrading:
            await send({"type": "websocket.close"})
            return
        loop = asyncio.get_running_loop()
        patience = loop.call_later(self._upgrade_timeout_s, Line(receive).cut)
        try:
            if (await receive()).get("text") != "2probe" or transport.closed:
                await send({"type": "websocket.close"})
                return
            transport.begin_upgrade()
            await send({"type": "websocket.send", "text": "3probe"})
            is_agreed = (await receive()).get("text") == "5"
            if transport.posting is not None:
                await transport.posting  # what was posted before comes before
            if not is_agreed or transport.closed:
                await send({"type": "websocket.close"})
                return
        except (OSError, RuntimeError):
            return  # hung up meanwhile
        finally:
            patience.cancel()
            transport.upgrading = False
        transport.attach(send, receive)
        await self._read(transport, receive)

    # The end

    def finish(self, transport: Transport) -> None:
        """Tell whoever listens that a transport has ended; once, and without waiting for them."""
        if transport.ended:
            return
        transport.ended = True
        task = asyncio.get_running_loop().create_task(self._tell_end(transport))
        self._finishing.add(task)
        task.add_done_callback(self._finishing.discard)

    async def _tell_end(self, transport: Transport) -> None:
        if transport.reason == SLOW_CONSUMER:
            log.warning("socket closed", why=SLOW_CONSUMER)
        try:
            await self.handlers["disconnect"](transport.sid, transport.reason)
        except Exception:
            # The edge's own boundary: nobody else would hear of it.
            log.exception("disconnect failed")
        finally:
            self.sockets.pop(transport.sid, None)
            transport.forget()

    async def shutdown(self) -> None:
        """End every connection and see that everybody is told."""
        for transport in list(self.sockets.values()):
            transport.shut(self.reason.SERVER_DISCONNECT)
        if self._finishing:
            await asyncio.wait(self._finishing, timeout=SHUTDOWN_TIMEOUT_S)

    # The library's names

    async def send(self, sid: str, data: Frame) -> None:
        """Send a message; nothing happens where there is no such connection."""
        transport = self._live(sid)
        if transport is not None:
            transport.write(data if isinstance(data, bytes) else f"4{data}")

    async def disconnect(self, sid: str | None = None) -> None:
        """End one connection, or all."""
        for transport in list(self.sockets.values()) if sid is None else [self._live(sid)]:
            if transport is not None:
                transport.shut(self.reason.SERVER_DISCONNECT)
