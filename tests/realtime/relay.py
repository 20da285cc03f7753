"""A small server on our socket layer, in a process of its own, that shows its inside.

`python -m tests.realtime.relay PORT` serves one namespace, `/relay`: who connects names a room, and
every event `say` goes to that room. `flood` sends the room so many events of so many characters.
`GET /state` says what the process holds, and who has left for what reason.
"""

import asyncio
import gc
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import Any

import uvicorn

from chatserver.realtime.engine import EngineServer
from chatserver.realtime.socket_server import SocketServer
from chatserver.realtime.transports import Transport
from tests.server import ROOT, free_port

NAMESPACE = "/relay"
PING_INTERVAL_S = 1.5
PING_TIMEOUT_S = 1.5
CONNECT_TIMEOUT_S = 1.0
TIMEOUT_S = 1.0
MAX_FRAME_BYTES = 64 * 1024


class RelayApp:
    """The server and its window."""

    def __init__(self) -> None:
        self.rooms: dict[str, str] = {}
        self.heard: list[str] = []
        self.left: list[str] = []
        self.sockets = SocketServer(
            dispatch=self.dispatch,
            accepted=self.accepted,
            connect_timeout_s=CONNECT_TIMEOUT_S,
            ping_interval=PING_INTERVAL_S,
            ping_timeout=PING_TIMEOUT_S,
            body_timeout_s=TIMEOUT_S,
            upgrade_timeout_s=TIMEOUT_S,
            cors_allowed_origins="*",
        )
        self.sockets.on("connect", self.connect, namespace=NAMESPACE)
        self.sockets.on("disconnect", self.disconnect, namespace=NAMESPACE)

    async def connect(self, sid: str, _environ: dict[str, Any], auth: Any) -> None:
        await asyncio.sleep(auth.get("pause_s", 0))
        self.rooms[sid] = auth["room"]

    async def accepted(self, namespace: str, sid: str) -> None:
        await self.sockets.enter_room(sid, self.rooms[sid], namespace=namespace)

    async def disconnect(self, sid: str, reason: str) -> None:
        del self.rooms[sid]
        self.left.append(reason)

    async def dispatch(self, namespace: str, sid: str, data: list[Any]) -> object:
        room = self.rooms[sid]
        match data:
            case ["say", text]:
                self.heard.append(text)
                await self.sockets.emit("said", text, room=room, skip_sid=sid, namespace=namespace)
            case ["flood", int(count), int(size)]:
                asker = self.sockets.manager.find(sid, namespace).transport
                for number in range(count):
                    body = f"{number:06}" + "a" * size
                    await self.sockets.emit("said", body, room=room, namespace=namespace)
                    while asker.waiting > 1 and not asker.is_polled:  # noqa: ASYNC110
                        await asyncio.sleep(0.001)  # as fast as whoever asked for it reads
            case ["close", int(size)]:
                await self.sockets.emit("said", "a" * size, to=sid, namespace=namespace)
                await self.sockets.emit("said", "last", to=sid, namespace=namespace)
                self.sockets.close_soon(self.sockets.manager.eio_sid_from_sid(sid, namespace))
            case ["pause", int() | float() as seconds]:
                await asyncio.sleep(seconds)
            case ["fail"]:
                raise RuntimeError("as asked")
        return {"ok": True}

    def state(self) -> dict[str, Any]:
        gc.collect()
        engine: EngineServer = self.sockets.eio
        return {
            "transports": len(engine.sockets),
            "objects": sum(isinstance(item, Transport) for item in gc.get_objects()),
            "members": len(self.rooms),
            "rooms": len(list(self.sockets.manager.rooms_of(NAMESPACE))),
            "tasks": len(asyncio.all_tasks()),
            "heard": self.heard,
            "left": self.left,
        }

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] != "/state":
            await self.sockets.handle_request(scope, receive, send)
            return
        body = json.dumps(self.state()).encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})


class Relay:
    """The server in its process, seen from outside."""

    def __init__(self, module: str = "tests.realtime.relay", path: str = "/state") -> None:
        self.port = free_port()
        self.process = subprocess.Popen([sys.executable, "-m", module, str(self.port)], cwd=ROOT)
        self._wait(path)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def _wait(self, path: str) -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                urllib.request.urlopen(self.url + path, timeout=2).close()
                return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.02)
        raise AssertionError("the server did not start")

    def state(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.url}/state", timeout=10) as answer:
            return dict(json.loads(answer.read()))

    async def until(self, true: Any, *, timeout_s: float = 10) -> dict[str, Any]:
        """Wait until a condition on the state holds, and return that state."""
        deadline = time.monotonic() + timeout_s
        while True:
            state = await asyncio.to_thread(self.state)
            if true(state):
                return state
            assert time.monotonic() < deadline, state
            await asyncio.sleep(0.02)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


if __name__ == "__main__":
    uvicorn.run(
        RelayApp(),
        host="localhost",
        port=int(sys.argv[1]),
        lifespan="off",
        log_level="warning",
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        ws_max_size=MAX_FRAME_BYTES,
    )
