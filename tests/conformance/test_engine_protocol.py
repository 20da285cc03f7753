"""Engine.IO, protocol 4, as the protocol's own suite wants it, on a server that says all back."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest
import websockets

from tests.conformance.conftest import Conformance
from tests.wire import Poller, closing, hear, websocket

PATHS = ["engine.io", "socket.io"]
KEYS = {"sid", "upgrades", "pingInterval", "pingTimeout", "maxPayload"}


@pytest.fixture
def url(server: Conformance) -> str:
    """The address of the Engine.IO server."""
    return f"{server.url}/engine.io/"


def check_opening(packet: str, upgrades: list[str]) -> None:
    assert packet[0] == "0"
    facts = json.loads(packet[1:])
    assert set(facts) == KEYS
    assert isinstance(facts["sid"], str) and len(facts["sid"]) >= 16
    assert facts["upgrades"] == upgrades
    assert (facts["pingInterval"], facts["pingTimeout"]) == (300, 200)
    assert facts["maxPayload"] == 1_000_000


@pytest.mark.parametrize("path", PATHS)
class TestHandshake:
    async def test_by_polling(self, hasty: Conformance, path: str) -> None:
        async with aiohttp.ClientSession() as http:
            address = f"{hasty.url}/{path}/?EIO=4&transport=polling"
            async with http.get(address) as answer:
                assert answer.status == 200
                assert answer.headers["Content-Type"] == "text/plain; charset=UTF-8"
                assert answer.headers["Cache-Control"] == "no-store"
                check_opening(await answer.text(), ["websocket"])

    async def test_by_websocket(self, hasty: Conformance, path: str) -> None:
        async with websocket(f"{hasty.url}/{path}/") as socket:
            check_opening(str(await hear(socket)), [])

    @pytest.mark.parametrize(
        ("method", "query"),
        [
            ("GET", "transport=polling"),
            ("GET", "EIO=abc&transport=polling"),
            ("GET", "EIO=3&transport=polling"),
            ("GET", "EIO=4"),
            ("GET", "EIO=4&transport=abc"),
            ("GET", "EIO=4&transport=websocket"),
            ("GET", "EIO=4&transport=polling&sid=unknown"),
            ("POST", "EIO=4&transport=polling"),
            ("POST", "EIO=4&transport=polling&sid=unknown"),
            ("PUT", "EIO=4&transport=polling"),
        ],
    )
    async def test_a_wrong_request_is_400(
        self, server: Conformance, path: str, method: str, query: str
    ) -> None:
        async with (
            aiohttp.ClientSession() as http,
            http.request(method, f"{server.url}/{path}/?{query}") as answer,
        ):
            assert answer.status == 400
            assert "message" in json.loads(await answer.text())

    @pytest.mark.parametrize(
        "query",
        ["transport=websocket", "EIO=abc&transport=websocket", "EIO=4", "EIO=4&transport=abc",
         "EIO=4&transport=polling", "EIO=4&transport=websocket&sid=unknown"],
    )  # fmt: skip
    async def test_a_wrong_websocket_is_not_opened(
        self, server: Conformance, path: str, query: str
    ) -> None:
        with pytest.raises(websockets.InvalidStatus):
            await websockets.connect(f"ws://localhost:{server.port}/{path}/?{query}")


class TestPolledMessages:
    @pytest.mark.parametrize(
        "packets",
        [["4hello"], ["4test1", "4test2", "4test3"], ["4hello", "bAQIDBA=="], ["4"], ["4ş😀\n"]],
    )
    async def test_come_back_together(self, url: str, packets: list[str]) -> None:
        async with Poller(url) as client:
            assert await client.post(*packets) == 200
            assert await client.poll() == packets

    @pytest.mark.parametrize("body", ["abc", "", "7", "b!", "4a\x1e"])
    async def test_of_another_form_end_the_session(self, url: str, body: str) -> None:
        async with Poller(url) as client:
            assert await client.post(body) == 400
            assert (await client.request("GET"))[0] == 400

    async def test_two_polls_at_once_end_the_session(self, url: str) -> None:
        async with Poller(url) as client:
            first = asyncio.ensure_future(client.request("GET"))
            await asyncio.sleep(0.01)
            assert (await client.request("GET"))[0] == 400
            assert await first == (200, "1")
            assert (await client.request("GET"))[0] == 400

    async def test_a_poll_that_is_given_up_ends_the_session(self, url: str) -> None:
        async with Poller(url) as client:
            poll = asyncio.ensure_future(client.request("GET"))
            await asyncio.sleep(0.05)
            poll.cancel()
            await asyncio.sleep(0)
            assert (await client.request("GET"))[0] == 400

    async def test_a_body_larger_than_the_server_said_ends_the_session(self, url: str) -> None:
        async with Poller(url) as client:
            assert await client.post("4" + "a" * 1_000_000) == 400
            assert (await client.request("GET"))[0] == 400


class TestWebsocketMessages:
    @pytest.mark.parametrize("frame", ["4hello", "4", "4ş😀", b"\x01\x02\x03\x04", b""])
    async def test_come_back(self, url: str, frame: str | bytes) -> None:
        async with websocket(url) as socket:
            await hear(socket)
            await socket.send(frame)
            assert await hear(socket) == frame

    @pytest.mark.parametrize("frame", ["abc", "", "7", "2", "5"])
    async def test_of_another_form_end_the_session(self, url: str, frame: str) -> None:
        async with websocket(url) as socket:
            await hear(socket)
            await socket.send(frame)
            assert await closing(socket) == 1002


@pytest.mark.parametrize("path", PATHS)
class TestHeartbeat:
    async def test_by_polling(self, pinging: Conformance, path: str) -> None:
        async with Poller(f"{pinging.url}/{path}/") as client:
            for _ in range(3):
                assert await client.poll() == ["2"]
                assert await client.post("3") == 200

    async def test_by_websocket(self, pinging: Conformance, path: str) -> None:
        async with websocket(f"{pinging.url}/{path}/") as socket:
            await hear(socket)
            for _ in range(3):
                assert await hear(socket, pings=True) == "2"
                await socket.send("3")

    async def test_who_does_not_answer_a_poll_is_gone(self, hasty: Conformance, path: str) -> None:
        async with Poller(f"{hasty.url}/{path}/") as client:
            assert await client.poll() == ["2"]
            await asyncio.sleep(0.3)
            assert (await client.request("GET"))[0] == 400

    async def test_who_does_not_answer_on_a_websocket_is_gone(
        self, hasty: Conformance, path: str
    ) -> None:
        async with websocket(f"{hasty.url}/{path}/") as socket:
            await closing(socket)


@pytest.mark.parametrize("path", PATHS)
class TestClosing:
    async def test_by_polling(self, server: Conformance, path: str) -> None:
        async with Poller(f"{server.url}/{path}/") as client:
            poll = asyncio.ensure_future(client.poll())
            await asyncio.sleep(0.05)
            assert await client.post("1") == 200
            assert await poll == ["6"]
            assert (await client.request("GET"))[0] == 400

    async def test_by_polling_when_the_last_poll_comes_late(
        self, server: Conformance, path: str
    ) -> None:
        """It travels by another line than the goodbye, which may overtake it."""
        async with Poller(f"{server.url}/{path}/") as client:
            assert await client.post("1") == 200
            assert await client.poll() == ["6"]
            assert (await client.request("GET"))[0] == 400

    async def test_by_websocket(self, server: Conformance, path: str) -> None:
        async with websocket(f"{server.url}/{path}/") as socket:
            await hear(socket)
            await socket.send("1")
            assert await closing(socket) == 1000


@pytest.mark.parametrize("path", PATHS)
class TestUpgrade:
    async def upgrade(self, socket: Any) -> None:
        await socket.send("2probe")
        assert await hear(socket) == "3probe"

    async def test_moves_the_session(self, server: Conformance, path: str) -> None:
        url = f"{server.url}/{path}/"
        async with Poller(url) as client, websocket(url, client.sid) as socket:
            await self.upgrade(socket)
            assert await client.poll() == ["6"], "the last poll ends at once"
            await socket.send("5")
            assert await hear(socket, pings=True) == "2"
            assert (await client.request("GET"))[0] == 400, "it is polled no more"
            assert await client.post("4hello") == 400

    async def test_ends_a_poll_that_waits(self, server: Conformance, path: str) -> None:
        async with Poller(f"{server.url}/{path}/") as client:
            poll = asyncio.ensure_future(client.poll())
            await asyncio.sleep(0.05)
            async with websocket(f"{server.url}/{path}/", client.sid) as socket:
                await self.upgrade(socket)
                assert await poll == ["6"]

    async def test_happens_once(self, server: Conformance, path: str) -> None:
        url = f"{server.url}/{path}/"
        async with Poller(url) as client, websocket(url, client.sid) as socket:
            await self.upgrade(socket)
            await socket.send("5")
            assert await hear(socket, pings=True) == "2", "it has moved"
            await socket.send("3")
            async with websocket(url, client.sid) as second:
                await closing(second)
            await asyncio.wait_for(await socket.ping(), 5)  # the first goes on


async def test_messages_go_on_over_the_websocket_after_an_upgrade(url: str) -> None:
    async with Poller(url) as client, websocket(url, client.sid) as socket:
        assert await client.post("4before") == 200
        await socket.send("2probe")
        assert await hear(socket) == "3probe"
        await socket.send("5")
        await socket.send("4after")
        assert [await hear(socket), await hear(socket)] == ["4before", "4after"]
