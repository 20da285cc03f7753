"""The baselines: servers that acknowledge and forward, and know nothing of a shop.

`stock`: the library as its own tutorial would use it. `own`: our socket classes under the same
handlers. `kept`: `own` with every message on the disk before its acknowledgement, by our writer and
without the product's logic. Run as `python -m chatserver.bench.relays KIND PORT [--database URL]
[--redis URL --number N]`.
"""

import argparse
import asyncio
import gc
import itertools
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import uvicorn

Seqs = dict[str, int]


def stock() -> Any:
    """Return the tutorial's relay."""
    import socketio

    server = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins="*")
    seqs: Seqs = {}

    async def connect(sid: str, _environ: dict[str, Any], auth: dict[str, Any]) -> None:
        await server.enter_room(sid, auth["room"], namespace="/visitor")

    async def connect_agent(sid: str, _environ: dict[str, Any], auth: dict[str, Any]) -> None:
        for room in auth["rooms"]:
            await server.enter_room(sid, room, namespace="/agent")

    async def message_send(_sid: str, data: dict[str, Any]) -> dict[str, Any]:
        room = data["conversation"]
        seq = seqs[room] = seqs.get(room, 0) + 1
        await server.emit("message_created", {"seq": seq, **data}, room=room, namespace="/agent")
        return {"ok": True, "seq": seq}

    server.on("connect", connect, namespace="/visitor")
    server.on("message_send", message_send, namespace="/visitor")
    server.on("connect", connect_agent, namespace="/agent")
    return socketio.ASGIApp(server)


class Relay:
    """The same over our socket classes.

    Args:
        database: keeps every message before its acknowledgement, where it is given.
        redis: the line to other relays, and this one's number among them.
    """

    def __init__(self, *, database: str = "", redis: str = "", number: int = 0) -> None:
        from chatserver.realtime.socket_server import SocketServer

        self.sockets = SocketServer(
            dispatch=self._dispatch, accepted=self._accepted, cors_allowed_origins="*"
        )
        self.sockets.on("connect", self._connect, namespace="/visitor")
        self.sockets.on("connect", self._connect, namespace="/agent")
        self._seqs: Seqs = {}
        self._kept = None
        if database:
            from chatserver.bench.keeping import Keeper

            self._kept = Keeper(database)
        self._line = None
        if redis:
            from chatserver.clock import SystemClock
            from chatserver.realtime.fanout import Fanout

            self._line = Fanout(
                redis, secret="bench" * 8, process_id=f"bench{number:03d}", clock=SystemClock()
            )
            self._line.attach(self)
        self._tasks: list[asyncio.Task[None]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await receive()
            if self._line is not None:
                self._tasks.append(asyncio.create_task(self._line.run()))
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        await self.sockets.handle_request(scope, receive, send)

    async def _connect(self, sid: str, _environ: dict[str, Any], auth: dict[str, Any]) -> None:
        rooms = auth.get("rooms", ()) if auth else ()
        for room in rooms:
            await self.sockets.enter_room(sid, room, namespace="/agent")
            if self._line is not None:
                await self._line.join(room)

    async def _accepted(self, namespace: str, sid: str) -> None:
        pass

    async def _dispatch(self, namespace: str, sid: str, arguments: list[Any]) -> object:
        data = arguments[1]
        room = data["conversation"]
        if self._kept is not None:
            seq = await self._kept.keep(room, data["client_id"], data["body"]["text"])
        else:
            seq = self._seqs[room] = self._seqs.get(room, 0) + 1
        told = {"seq": seq, **data}
        if self._line is not None and self._line.wants(room):
            self._say(room, told)
        await self.sockets.emit("message_created", told, room=room, namespace="/agent")
        return {"ok": True, "seq": seq}

    def _say(self, room: str, told: dict[str, Any]) -> None:
        import msgspec

        from chatserver.realtime.envelope import Emit

        assert self._line is not None
        self._line.emit(
            room, Emit("message_created", "/agent", msgspec.Raw(msgspec.json.encode(told)))
        )

    # The line's listener

    def deliver(self, room: str, emit: Any) -> None:
        """Send what another relay said."""
        import orjson

        worded = orjson.Fragment(bytes(emit.data))
        frames = self.sockets.encode_event(emit.namespace, emit.name, (worded,))
        self.sockets.manager.deliver(emit.namespace, room, frames)

    def obey(self, order: Any) -> None:
        """Relays give no orders."""

    def caught_up(self) -> None:
        """Nothing to repair."""


def _options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="chatserver.bench.relays")
    parser.add_argument("kind", choices=["stock", "own", "kept"])
    parser.add_argument("port", type=int)
    parser.add_argument("--database", default="")
    parser.add_argument("--redis", default="")
    parser.add_argument("--number", type=int, default=0)
    return parser.parse_args(arguments)


async def _serve_own(relay: Relay, port: int) -> None:
    """Serve as the product serves: the same options, the same care of the garbage collector."""
    from chatserver.realtime.socket_server import MAX_FRAME_BYTES

    config = uvicorn.Config(
        relay,
        host="127.0.0.1",
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        ws_max_size=MAX_FRAME_BYTES,
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    for _ in itertools.count():
        if server.started or running.done():
            break
        await asyncio.sleep(0.01)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    with suppress(asyncio.CancelledError):
        await running


def main() -> None:
    """Serve until told to stop."""
    given = _options()
    if given.kind == "stock":
        uvicorn.run(stock(), host="127.0.0.1", port=given.port, log_level="warning")
        return
    import uvloop

    relay = Relay(database=given.database, redis=given.redis, number=given.number)
    uvloop.run(_serve_own(relay, given.port))


if __name__ == "__main__":
    main()
