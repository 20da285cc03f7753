"""Clients as people have them: every minor version of the browser's, and the Python client.

The browser's run in Node, all in one process, over WebSocket, polling and the upgrade from the one
to the other; half-way the server is killed and comes back.
"""

import asyncio
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import socketio

from tests.assets import node
from tests.conformance.conftest import CALM, Conformance
from tests.machine import CLIENTS, socket_clients

VERSIONS = sorted(json.loads((CLIENTS / "package.json").read_text("utf-8"))["dependencies"])
WAYS = ["websocket", "polling", "upgrade"]


def test_every_minor_version_is_there() -> None:
    assert [f"sio-3.{n}" for n in range(2)] + [f"sio-4.{n}" for n in range(9)] == VERSIONS


@dataclass
class Matrix:
    """What the browser's clients said, by client, way and stage."""

    said: dict[tuple[str, str, str], str | None] = field(default_factory=dict)

    def hear(self, process: "subprocess.Popen[str]") -> None:
        """Take lines until the clients wait for the server's restart, or are done."""
        assert process.stdout is not None
        for line in process.stdout:
            fact = json.loads(line)
            if "restart" in fact:
                return
            self.said[fact["client"], fact["way"], fact["stage"]] = fact["error"]


@pytest.fixture(scope="module")
def matrix() -> Iterator[Matrix]:
    """Everything is run once; the tests look at what came out."""
    folder = socket_clients()
    server = Conformance(CALM)
    process = subprocess.Popen(
        [node(), str(folder / "matrix.mjs"), server.url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    found = Matrix()
    try:
        found.hear(process)
        server.kill()
        server.start()
        assert process.stdin is not None
        process.stdin.write("back\n")
        process.stdin.flush()
        found.hear(process)
        process.wait(10)
    finally:
        process.kill()
        process.communicate()
        server.kill()
    yield found


@pytest.mark.parametrize("stage", ["first", "again"])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("client", VERSIONS)
def test_the_browsers_client(matrix: Matrix, client: str, way: str, stage: str) -> None:
    """first: connect, server event, event, ack, order; again: the same after a server's death."""
    assert matrix.said[client, way, stage] is None


@pytest.mark.parametrize(
    "transports", [["websocket"], ["polling"], ["polling", "websocket"]], ids=WAYS
)
async def test_the_python_client(transports: list[str]) -> None:
    server = Conformance(CALM)
    client = socketio.AsyncClient(
        handle_sigint=False, reconnection_delay=0.2, reconnection_delay_max=0.5
    )
    heard: asyncio.Queue[tuple[Any, ...]] = asyncio.Queue()

    async def hear(name: str, *data: Any) -> None:
        heard.put_nowait((name, *data))

    client.on("*", hear, namespace="/custom")

    async def talk() -> None:
        assert await asyncio.wait_for(heard.get(), 20) == ("auth", {"token": "x"})
        await client.emit("message", (1, "ş😀", {"a": [True, None]}), namespace="/custom")
        back = await asyncio.wait_for(heard.get(), 10)
        assert back == ("message-back", 1, "ş😀", {"a": [True, None]})
        answer = await client.call("message-with-ack", {"b": 2}, namespace="/custom", timeout=10)
        assert answer == {"b": 2}
        for number in range(50):
            await client.emit("message", number, namespace="/custom")
        for number in range(50):
            assert await asyncio.wait_for(heard.get(), 10) == ("message-back", number)
        wanted = "polling" if transports == ["polling"] else "websocket"
        assert client.transport() == wanted

    try:
        await client.connect(
            server.url, namespaces=["/custom"], auth={"token": "x"}, transports=transports
        )
        await talk()
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
        await talk()
    finally:
        await client.disconnect()
        http = getattr(client.eio, "http", None)
        if http is not None and not http.closed:
            await http.close()
        server.kill()
