"""One request to the Engine.IO server: whether it is served, and its answer; knows no session."""

from typing import Any
from urllib.parse import parse_qs

import engineio

from chatserver.realtime.lines import Message, Send

PROTOCOL = "4"


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


class Request:
    """What a scope says that the Engine.IO server acts on.

    Args:
        server: whose options say what is allowed.
    """

    __slots__ = ("_query", "_scope", "_server", "is_websocket", "method", "sid")

    def __init__(self, server: engineio.AsyncServer, scope: Message) -> None:
        self._server = server
        self._scope = scope
        self._query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        self.sid: str | None = self._query.get("sid", [None])[0]
        self.is_websocket = scope["type"] == "websocket"
        self.method: str = "" if self.is_websocket else scope["method"]

    def refusal(self, *, is_known: bool, is_upgraded: bool) -> str | None:
        """Return why it is not served; None when it is.

        Args:
            is_known, is_upgraded: whether its session lives, and has left polling.
        """
        if not self.is_allowed():
            return "Origin not allowed"
        if self.method == "OPTIONS":
            return None
        way = self._query.get("transport", [""])[0]
        if way not in self._server.transports or self.is_websocket != (way == "websocket"):
            return "Transport unknown"
        if not self.is_websocket and self.method not in {"GET", "POST"}:
            return "Bad request"
        if self.sid is None:
            if self._query.get("EIO") != [PROTOCOL]:
                return "Unsupported protocol version"
            return None if self.is_websocket or self.method == "GET" else "Bad handshake method"
        if not is_known:
            return "Session ID unknown"
        if not self.is_websocket and is_upgraded:
            return "Bad request"
        return None

    def is_allowed(self) -> bool:
        """Whether it comes from where requests may come from."""
        if self._server.cors_allowed_origins == []:
            return True
        environ = environ_of(self._scope)
        origin = environ.get("HTTP_ORIGIN")
        allowed = None if origin is None else self._server._cors_allowed_origins(environ)
        return allowed is None or origin in allowed

    async def respond(self, send: Send, status: int, body: bytes) -> None:
        """Answer it."""
        kind = "application/json" if status == 400 else "text/plain; charset=UTF-8"
        headers = [
            ("Content-Type", kind),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            *self._server._cors_headers(environ_of(self._scope)),
        ]
        lines = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        await send({"type": "http.response.start", "status": status, "headers": lines})
        await send({"type": "http.response.body", "body": body})
