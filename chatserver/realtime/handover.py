"""Hands a long-polling request to the process of this machine that holds its transport.

Workers share one port, and the kernel gives each request to any of them, but a poll makes sense
only to the process that opened the transport. The transport's id begins with that process's name;
whoever gets the request asks the owner over a socket in a folder that only this user can enter.
WebSockets need none of it: they are one connection for life.
"""

import asyncio
import contextlib
import re
from collections.abc import MutableMapping
from pathlib import Path
from struct import Struct
from typing import Any
from urllib.parse import parse_qs

import msgspec
import structlog

from chatserver.realtime.admission import App, Scope
from chatserver.realtime.socket_server import MAX_FRAME_BYTES

TIMEOUT_S = 60.0
"""Longer than any poll is held open."""

MAX_FRAME = 4 * 1024 * 1024
UNKNOWN = b'{"code":1,"message":"Session ID unknown"}'

_LENGTH = Struct(">I")
_NAMED = re.compile(r"([0-9a-f]{8})\.[\w-]+")

log = structlog.get_logger(__name__)


class Asked(msgspec.Struct, frozen=True):
    """A request as it came."""

    method: str
    path: str
    query: bytes
    headers: list[tuple[bytes, bytes]]
    client: tuple[str, int] | None
    scheme: str
    body: bytes


class Answered(msgspec.Struct, frozen=True):
    """What its owner says to it."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


async def _write(writer: asyncio.StreamWriter, value: msgspec.Struct) -> None:
    data = msgspec.msgpack.encode(value)
    writer.write(_LENGTH.pack(len(data)) + data)
    await writer.drain()


async def _read(reader: asyncio.StreamReader) -> bytes:
    (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
    if length > MAX_FRAME:
        raise ValueError("too long")
    return await reader.readexactly(length)


class Handover:
    """Stands before the guard.

    Args:
        app: the guard, for requests of our own.
        process_id: this process's name.
        folder: where the workers of this machine have their sockets.
    """

    def __init__(self, app: App, *, process_id: str, folder: Path) -> None:
        self._app = app
        self._process_id = process_id
        self._folder = folder
        self._server: asyncio.Server | None = None

    def name(self, transport_id: str) -> str:
        """Return a transport's id that says whose it is."""
        return f"{self._process_id}.{transport_id}"

    async def start(self) -> None:
        """Listen to the other workers."""
        path = self._folder / f"{self._process_id}.sock"
        self._server = await asyncio.start_unix_server(self._answer, path)

    async def stop(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
            with contextlib.suppress(OSError):
                (self._folder / f"{self._process_id}.sock").unlink()

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Pass a request on: to the guard, or to the process that it is meant for."""
        path = self._owner(scope)
        if path is None:
            await self._app(scope, receive, send)
            return
        answer = await self._ask(path, scope, receive)
        if answer is not None:
            start = {
                "type": "http.response.start",
                "status": answer.status,
                "headers": answer.headers,
            }
            await send(start)
            await send({"type": "http.response.body", "body": answer.body})

    def _owner(self, scope: Scope) -> Path | None:
        if scope["type"] != "http":
            return None
        ids = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("sid", [])
        named = _NAMED.fullmatch(ids[0]) if ids else None
        if named is None or named[1] == self._process_id:
            return None
        return self._folder / f"{named[1]}.sock"

    # Asking

    async def _ask(self, path: Path, scope: Scope, receive: Any) -> Answered | None:
        """Return the owner's answer; None when whoever asked has gone."""
        body = b""
        while True:
            part = await receive()
            if part["type"] == "http.disconnect":
                return None
            body += part.get("body", b"")
            if len(body) > MAX_FRAME_BYTES:
                return Answered(413, [], b"")
            if not part.get("more_body", False):
                break
        asked = Asked(
            method=scope["method"],
            path=scope["path"],
            query=scope.get("query_string", b""),
            headers=list(scope["headers"]),
            client=tuple(scope["client"]) if scope.get("client") else None,
            scheme=scope.get("scheme", "http"),
            body=body,
        )
        gone = asyncio.ensure_future(_gone(receive))
        asking = asyncio.ensure_future(self._exchange(path, asked))
        try:
            await asyncio.wait({gone, asking}, return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                return None
            return asking.result()
        except (OSError, ValueError, TimeoutError, EOFError, msgspec.DecodeError) as error:
            # Its process has ended, so the transport has: the client opens another.
            log.info("poll of a process that has gone", error=type(error).__name__)
            return Answered(400, [(b"content-type", b"application/json")], UNKNOWN)
        finally:
            for task in (gone, asking):
                task.cancel()

    async def _exchange(self, path: Path, asked: Asked) -> Answered:
        async with asyncio.timeout(TIMEOUT_S):
            reader, writer = await asyncio.open_unix_connection(path)
            try:
                await _write(writer, asked)
                return msgspec.msgpack.decode(await _read(reader), type=Answered)
            finally:
                writer.close()

    # Answering

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked = msgspec.msgpack.decode(await _read(reader), type=Asked)
            await _write(writer, await self._run(asked, reader))
        except (OSError, ValueError, EOFError, msgspec.DecodeError) as error:
            log.info("poll not answered", error=type(error).__name__)
        finally:
            writer.close()

    async def _run(self, asked: Asked, reader: asyncio.StreamReader) -> Answered:
        scope: Scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": asked.method,
            "path": asked.path,
            "raw_path": asked.path.encode(),
            "root_path": "",
            "query_string": asked.query,
            "headers": asked.headers,
            "client": asked.client,
            "server": None,
            "scheme": asked.scheme,
        }
        given = False
        status, headers, body = 500, [], b""

        async def receive() -> MutableMapping[str, Any]:
            nonlocal given
            if not given:
                given = True
                return {"type": "http.request", "body": asked.body, "more_body": False}
            await reader.read()  # nothing comes but the end of the line
            return {"type": "http.disconnect"}

        async def send(message: MutableMapping[str, Any]) -> None:
            nonlocal status, headers, body
            if message["type"] == "http.response.start":
                status, headers = message["status"], list(message.get("headers", []))
            else:
                body += message.get("body", b"")

        await self._app(scope, receive, send)
        return Answered(status, headers, body)


async def _gone(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
