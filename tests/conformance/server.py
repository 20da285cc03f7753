"""Our server classes as the protocols' own test suites want to meet them.

`python -m tests.conformance.server [PORT] [--calm | --patient]`, port 3000 by default, on localhost;
`--calm` has rarer pings than the suites want and waits longer for their answers, `--patient` only
waits longer. Engine.IO at
`/engine.io/` echoes text and bytes; Socket.IO at `/socket.io/` has the namespaces `/` and `/custom`,
says back what it was sent (`message` → `message-back`, `message-with-ack` → acknowledgement) and
begins with what it was told at connect (`auth`). Bytes are on here; the product has them off.
"""

import sys
from typing import Any

import uvicorn

from chatserver.realtime.engine import EngineServer
from chatserver.realtime.socket_server import SocketServer

PINGS = {
    "": {"ping_interval": 0.3, "ping_timeout": 0.2},
    "--calm": {"ping_interval": 1.0, "ping_timeout": 20.0},
    "--patient": {"ping_interval": 0.3, "ping_timeout": 20.0},
}
MAX_PAYLOAD = 1_000_000
CONNECT_TIMEOUT_S = 2.0
NAMESPACES = ("/", "/custom")


def build_engine(**options: Any) -> EngineServer:
    """Return an Engine.IO server that says everything back."""
    engine = EngineServer(
        binary=True,
        max_http_buffer_size=MAX_PAYLOAD,
        cors_allowed_origins="*",
        **options,
    )

    async def opened(_sid: str, _environ: dict[str, Any]) -> None: ...

    async def echo(sid: str, data: str | bytes) -> None:
        await engine.send(sid, data)

    async def closed(_sid: str, _reason: str) -> None: ...

    engine.on("connect", opened)
    engine.on("message", echo)
    engine.on("disconnect", closed)
    return engine


def build_sockets(**options: Any) -> SocketServer:
    """Return a Socket.IO server that says everything back."""
    told: dict[str, object] = {}

    async def admit(sid: str, _environ: dict[str, Any], auth: object) -> None:
        told[sid] = auth or {}

    async def left(sid: str, _reason: str) -> None:
        told.pop(sid, None)

    async def accepted(namespace: str, sid: str) -> None:
        await sockets.emit("auth", told[sid], to=sid, namespace=namespace)

    async def dispatch(namespace: str, sid: str, data: list[Any]) -> object:
        name, *arguments = data
        if name == "message":
            await sockets.emit("message-back", tuple(arguments), to=sid, namespace=namespace)
        return tuple(arguments)

    sockets = SocketServer(
        dispatch=dispatch,
        accepted=accepted,
        binary=True,
        max_http_buffer_size=MAX_PAYLOAD,
        connect_timeout_s=CONNECT_TIMEOUT_S,
        cors_allowed_origins="*",
        **options,
    )
    for namespace in NAMESPACES:
        sockets.on("connect", admit, namespace=namespace)
        sockets.on("disconnect", left, namespace=namespace)
    return sockets


class ConformanceApp:
    """Both servers under one roof."""

    def __init__(self, pings: dict[str, float]) -> None:
        self.engine = build_engine(**pings)
        self.sockets = build_sockets(**pings)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["path"].startswith("/engine.io/"):
            await self.engine.handle_request(scope, receive, send)
        elif scope["path"].startswith("/socket.io/"):
            await self.sockets.handle_request(scope, receive, send)
        elif scope["type"] == "http":
            await send({"type": "http.response.start", "status": 404, "headers": []})
            await send({"type": "http.response.body", "body": b""})
        else:
            await receive()
            await send({"type": "websocket.close"})


def main(port: int, pings: dict[str, float]) -> None:
    """Serve until told to stop."""
    uvicorn.run(
        ConformanceApp(pings),
        host="localhost",
        port=port,
        lifespan="off",
        log_level="warning",
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        ws_max_size=MAX_PAYLOAD,
    )


if __name__ == "__main__":
    ports = [int(word) for word in sys.argv[1:] if word.isdigit()]
    (named,) = [word for word in sys.argv[1:] if word in PINGS] or [""]
    main(ports[0] if ports else 3000, PINGS[named])
