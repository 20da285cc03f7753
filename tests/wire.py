"""Engine.IO and Socket.IO by hand: what a client library would hide or not do."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any

import aiohttp
import websockets
from websockets.asyncio.client import ClientConnection

TIMEOUT_S = 10.0
SEPARATOR = "\x1e"


@asynccontextmanager
async def websocket(url: str, sid: str | None = None) -> AsyncIterator[ClientConnection]:
    """A WebSocket to an Engine.IO server at an address like `http://…/socket.io/`."""
    query = f"?EIO=4&transport=websocket{f'&sid={sid}' if sid else ''}"
    async with websockets.connect(
        url.replace("http", "ws", 1) + query,
        max_size=None,
        compression=None,
        ping_interval=None,
        open_timeout=TIMEOUT_S,
        close_timeout=1,
    ) as socket:
        yield socket


async def hear(socket: ClientConnection, *, pings: bool = False) -> str | bytes:
    """Return the next packet; PINGs are answered on the way unless they are wanted."""
    while True:
        frame = await asyncio.wait_for(socket.recv(), TIMEOUT_S)
        if frame != "2" or pings:
            return frame
        await socket.send("3")


async def closing(socket: ClientConnection, *, within_s: float = TIMEOUT_S) -> int:
    """Read on, unanswered, until the server hangs up; return the code."""
    async with asyncio.timeout(within_s):
        try:
            while True:
                await socket.recv()
        except websockets.ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006


@asynccontextmanager
async def connected(
    url: str, namespace: str, auth: dict[str, Any] | None = None
) -> AsyncIterator[ClientConnection]:
    """A WebSocket that is in a namespace."""
    async with websocket(url) as socket:
        assert str(await hear(socket)).startswith("0")
        await socket.send(f"40{namespace},{'' if auth is None else json.dumps(auth)}")
        assert str(await hear(socket)).startswith(f"40{namespace},")
        yield socket


class Poller:
    """A polling client that does only what it is told.

    Args:
        url: an address like `http://…/socket.io/`.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S))
        self.sid = ""
        self.opening: dict[str, Any] = {}

    async def __aenter__(self) -> "Poller":
        status, text = await self.request("GET")
        assert status == 200, text
        self.opening = json.loads(text[1:])
        self.sid = self.opening["sid"]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.close()

    async def request(self, method: str, body: str | bytes | None = None) -> tuple[int, str]:
        """Make one request and return status and text."""
        query = {"EIO": "4", "transport": "polling"} | ({"sid": self.sid} if self.sid else {})
        async with self._http.request(method, self._url, params=query, data=body) as answer:
            return answer.status, await answer.text()

    async def post(self, *packets: str) -> int:
        """Send packets in one request."""
        status, text = await self.request("POST", SEPARATOR.join(packets))
        assert status != 200 or text == "ok"
        return status

    async def poll(self) -> list[str]:
        """Return the packets of one poll."""
        status, text = await self.request("GET")
        assert status == 200, (status, text)
        return text.split(SEPARATOR)

    async def enter(self, namespace: str, auth: dict[str, Any]) -> None:
        """Enter a namespace."""
        assert await self.post(f"40{namespace},{json.dumps(auth)}") == 200
        assert (await self.poll())[0].startswith(f"40{namespace},")
