"""Long-polling: packets that go out with a GET and come in with a POST; knows no Socket.IO.

Two polls at the same time, or a poll that was given up, lose packets in the library's own server.
Here both end the session, as in the protocol's reference: the client comes back and asks for what it
misses.
"""

import asyncio
import base64
import binascii
from typing import Any

import structlog

from chatserver.realtime.lines import Frame, Receive, Send
from chatserver.realtime.packets import Malformed
from chatserver.realtime.requests import Request
from chatserver.realtime.transports import Transport

SEPARATOR = "\x1e"
BODY_TIMEOUT_S = 10.0
LAST_POLL_S = 1.0
"""How long after a client said goodbye its last poll may still come, by another line."""

log = structlog.get_logger(__name__)


class Polling:
    """The polled side of an Engine.IO server.

    Args:
        server: the `EngineServer`.
        body_timeout_s: how long a posted body may take to arrive.
    """

    def __init__(self, server: Any, *, body_timeout_s: float) -> None:
        self._server = server
        self._body_timeout_s = body_timeout_s
        self._leaving: set[str] = set()

    def is_last(self, request: Request) -> bool:
        """Whether this is the one poll that may still come of a client that said goodbye."""
        if request.method != "GET" or request.sid not in self._leaving:
            return False
        self._leaving.discard(request.sid)
        return True

    async def poll(
        self, transport: Transport, request: Request, receive: Receive, send: Send
    ) -> None:
        """Answer a GET with what waits, or with what comes."""
        if transport.is_polled:
            # Which of the two would the next packet belong to? The first is told goodbye.
            log.info("socket closed", why="two polls at once")
            transport.shut(self._server.reason.TRANSPORT_ERROR)
            await request.respond(send, 400, b"{}")
            return
        frames = await transport.poll(receive)
        if frames is None:
            transport.shut(self._server.reason.TRANSPORT_CLOSE)
            return
        texts = [
            frame if isinstance(frame, str) else "b" + base64.b64encode(frame).decode()
            for frame in frames
        ]
        await request.respond(send, 200, SEPARATOR.join(texts).encode())

    async def post(
        self, transport: Transport, request: Request, receive: Receive, send: Send
    ) -> None:
        """Handle the packets of a POST, in order."""
        if transport.posting is not None:
            log.info("socket closed", why="two posts at once")
            transport.shut(self._server.reason.TRANSPORT_ERROR)
            await request.respond(send, 400, b"{}")
            return
        transport.posting = asyncio.get_running_loop().create_future()
        status, body = 200, b"ok"
        was_polled = transport.is_polled
        try:
            for text in (await self._body(receive)).decode().split(SEPARATOR):
                await transport.handle(self._posted(text))
            if transport.reason == self._server.reason.CLIENT_DISCONNECT and not was_polled:
                self._leaving.add(transport.sid)
                asyncio.get_running_loop().call_later(
                    LAST_POLL_S, self._leaving.discard, transport.sid
                )
        except (Malformed, UnicodeDecodeError) as error:
            transport.reject(error if isinstance(error, Malformed) else Malformed("no UTF-8"))
            status, body = 400, b"{}"
        except (TimeoutError, OSError):
            transport.shut(self._server.reason.TRANSPORT_ERROR)
            status, body = 400, b"{}"
        finally:
            transport.posting.set_result(None)
            transport.posting = None
        await request.respond(send, status, body)

    def _posted(self, text: str) -> Frame:
        if not text.startswith("b"):
            return text
        if not self._server.binary:
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
                if len(body) > self._server.max_http_buffer_size:
                    raise Malformed("a body too large")
                if not event.get("more_body"):
                    return body
