"""The Engine.IO server: handshakes, polls and WebSockets; knows transports and no Socket.IO.

What the library's own server does by itself and must not do here:

- it closes a connection that sends a malformed packet, and says so only when the ping runs out:
  here whoever listens is told at once;
- two polls at the same time, or a poll that was given up, lose packets: here both end the session,
  as in the protocol's reference, and the client comes back and asks for what it misses;
- it cuts `pingInterval` to whole seconds, and walks over all connections to find the dead ones.
"""

import asyncio
import base64
import binascii
from typing import Any
from urllib.parse import parse_qs

import engineio
import orjson
import structlog

from chatserver.realtime.lines import Frame, Line, Message, Receive, Send
from chatserver.realtime.packets import Malformed
from chatserver.realtime.transports import NOOP, OPEN, PARSE_ERROR, SLOW_CONSUMER, Transport

SEPARATOR = "\x1e"
PROTOCOL = "4"
BODY_TIMEOUT_S = 10.0
UPGRADE_TIMEOUT_S = 10.0
SHUTDOWN_TIMEOUT_S = 2.0
LAST_POLL_S = 1.0
"""How long after a client said goodbye its last poll may still come, by another line."""

log = structlog.get_logger(__name__)


def environ_of(scope: Message) -> dict[str, Any]:
    """Return what the library's check of origins and our admission read of a request.

    It is made when it is needed and not kept: the scope has all of it, and lives as long.
    """
    environ: dict[str, Any] = {
        "asgi.scope": scope,
        "REQUEST_METHOD": scope.get("method", "GET"),
        "wsgi.url_scheme": {"ws": "http", "wss": "https"}.get(scope["scheme"], scope["scheme"]),
    }
    for name, value in scope["headers"]:
        key = "HTTP_" + name.decode("latin-1").upper().replace("-", "_")
        text = value.decode("latin-1")
        environ[key] = f"{environ[key]},{text}" if key in environ else text
    return environ


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
        self._body_timeout_s = body_timeout_s
        self._upgrade_timeout_s = upgrade_timeout_s
        self._finishing: set[asyncio.Task[None]] = set()
        self._leaving: set[str] = set()

    # Requests

    async def handle_request(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request or one WebSocket."""
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        sid = query.get("sid", [None])[0]
        transport = self._live(sid)
        is_websocket = scope["type"] == "websocket"
        refusal = self._judge(scope, query, sid, transport)
        if is_websocket:
            await receive()  # websocket.connect
            if refusal is not None:
                await send({"type": "websocket.close", "code": 1008})
            elif transport is not None:
                await self._upgrade(transport, receive, send)
            else:
                await self._open_websocket(scope, receive, send)
            return
        if refusal is not None and scope["method"] == "GET" and sid in self._leaving:
            self._leaving.discard(sid)
            await self._respond(scope, send, 200, NOOP.encode())
        elif refusal is not None:
            await self._respond(scope, send, 400, orjson.dumps({"code": 0, "message": refusal}))
        elif scope["method"] == "OPTIONS":
            await self._respond(scope, send, 200, b"ok")
        elif transport is None:
            await self._open_polling(scope, send)
        elif scope["method"] == "GET":
            await self._poll(transport, scope, receive, send)
        else:
            await self._post(transport, scope, receive, send)

    def _live(self, sid: str | None) -> Transport | None:
        transport = self.sockets.get(sid)
        return None if transport is None or transport.closed else transport

    def _judge(
        self,
        scope: Message,
        query: dict[str, list[str]],
        sid: str | None,
        transport: Transport | None,
    ) -> str | None:
        """Return why a request is not served; None when it is."""
        is_websocket = scope["type"] == "websocket"
        if not self._is_allowed(scope):
            return "Origin not allowed"
        if not is_websocket and scope["method"] == "OPTIONS":
            return None
        way = query.get("transport", [""])[0]
        if way not in self.transports or is_websocket != (way == "websocket"):
            return "Transport unknown"
        if not is_websocket and scope["method"] not in {"GET", "POST"}:
            return "Bad request"
        if sid is None:
            if query.get("EIO") != [PROTOCOL]:
                return "Unsupported protocol version"
            return None if is_websocket or scope["method"] == "GET" else "Bad handshake method"
        if transport is None:
            return "Session ID unknown"
        if not is_websocket and transport.upgraded:
            return "Bad request"
        return None

    def _is_allowed(self, scope: Message) -> bool:
        if self.cors_allowed_origins == []:
            return True
        environ = environ_of(scope)
        origin = environ.get("HTTP_ORIGIN")
        allowed = None if origin is None else self._cors_allowed_origins(environ)
        return allowed is None or origin in allowed

    async def _respond(self, scope: Message, send: Send, status: int, body: bytes) -> None:
        kind = "application/json" if status == 400 else "text/plain; charset=UTF-8"
        headers = [
            ("Content-Type", kind),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            *self._cors_headers(environ_of(scope)),
        ]
        lines = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        await send({"type": "http.response.start", "status": status, "headers": lines})
        await send({"type": "http.response.body", "body": body})

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

    async def _open_polling(self, scope: Message, send: Send) -> None:
        may_upgrade = self.allow_upgrades and "websocket" in self.transports
        transport, opening = await self._begin(scope, ["websocket"] if may_upgrade else [])
        transport.start_heartbeat()
        await self._respond(scope, send, 200, opening.encode())

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
            self._reject(transport, malformed)
        finally:
            await transport.lost()

    def _reject(self, transport: Transport, malformed: Malformed) -> None:
        # Never the payload: it is what somebody typed.
        log.info("socket closed", why="malformed", what=str(malformed))
        transport.shut(PARSE_ERROR, code=1002)

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

    # Polling

    async def _poll(
        self, transport: Transport, scope: Message, receive: Receive, send: Send
    ) -> None:
        if transport.is_polled:
            # Which of the two would the next packet belong to? The first is told goodbye.
            log.info("socket closed", why="two polls at once")
            transport.shut(self.reason.TRANSPORT_ERROR)
            await self._respond(scope, send, 400, b"{}")
            return
        frames = await transport.poll(receive)
        if frames is None:
            transport.shut(self.reason.TRANSPORT_CLOSE)
            return
        texts = [
            frame if isinstance(frame, str) else "b" + base64.b64encode(frame).decode()
            for frame in frames
        ]
        await self._respond(scope, send, 200, SEPARATOR.join(texts).encode())

    async def _post(
        self, transport: Transport, scope: Message, receive: Receive, send: Send
    ) -> None:
        if transport.posting is not None:
            log.info("socket closed", why="two posts at once")
            transport.shut(self.reason.TRANSPORT_ERROR)
            await self._respond(scope, send, 400, b"{}")
            return
        transport.posting = asyncio.get_running_loop().create_future()
        status, body = 200, b"ok"
        was_polled = transport.is_polled
        try:
            for text in (await self._body(receive)).decode().split(SEPARATOR):
                await transport.handle(self._posted(text))
            if transport.reason == self.reason.CLIENT_DISCONNECT and not was_polled:
                self._leaving.add(transport.sid)
                asyncio.get_running_loop().call_later(
                    LAST_POLL_S, self._leaving.discard, transport.sid
                )
        except (Malformed, UnicodeDecodeError) as error:
            self._reject(transport, Malformed(str(error) if isinstance(error, Malformed) else ""))
            status, body = 400, b"{}"
        except (TimeoutError, OSError):
            transport.shut(self.reason.TRANSPORT_ERROR)
            status, body = 400, b"{}"
        finally:
            transport.posting.set_result(None)
            transport.posting = None
        await self._respond(scope, send, status, body)

    def _posted(self, text: str) -> Frame:
        if not text.startswith("b"):
            return text
        if not self.binary:
            raise Malformed("a binary packet")
        try:
            return base64.b64decode(text[1:], validate=True)
        except binascii.Error as error:
            raise Malformed("a binary packet that is none") from error

    async def _body(self, receive: Receive) -> bytes:
        """Return a request's body.

        Raises:
            Malformed: when it is too large.
            TimeoutError: when it does not come.
            OSError: when the client hangs up.
        """
        body = b""
        async with asyncio.timeout(self._body_timeout_s):
            while True:
                event = await receive()
                if event["type"] != "http.request":
                    raise OSError("hung up")
                body += event.get("body") or b""
                if len(body) > self.max_http_buffer_size:
                    raise Malformed("a body too large")
                if not event.get("more_body"):
                    return body

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
