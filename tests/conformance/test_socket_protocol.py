"""Socket.IO, protocol 5, as the protocol's own suite wants it, on a server that says all back."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection

from tests.conformance.conftest import Conformance
from tests.wire import Poller, closing, hear, websocket

BYTES = (b"\x01\x02\x03", b"\x04\x05\x06")
TWO = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}'


@asynccontextmanager
async def opened(server: Conformance) -> AsyncIterator[ClientConnection]:
    """A WebSocket that is in no namespace yet."""
    async with websocket(f"{server.url}/socket.io/") as socket:
        assert str(await hear(socket)).startswith("0")
        yield socket


@asynccontextmanager
async def entered(server: Conformance) -> AsyncIterator[ClientConnection]:
    """A WebSocket that is in the main namespace."""
    async with opened(server) as socket:
        await socket.send("40")
        assert str(await hear(socket)).startswith("40{")
        assert await hear(socket) == '42["auth",{}]'
        yield socket


class TestEntering:
    @pytest.mark.parametrize(
        ("said", "head"),
        [
            ("40", ""),
            ('40{"token":"123"}', ""),
            ("40/custom,", "/custom,"),
            ("40/custom", "/custom,"),
            ('40/custom,{"token":"abc"}', "/custom,"),
            ('40/custom?a=b,{"token":"abc"}', "/custom,"),
        ],
    )
    async def test_a_namespace_with_or_without_auth(
        self, server: Conformance, said: str, head: str
    ) -> None:
        auth = json.loads(said[said.index("{") :]) if "{" in said else {}
        async with opened(server) as socket:
            await socket.send(said)
            answer = str(await hear(socket))
            assert answer.startswith(f"40{head}")
            facts: dict[str, Any] = json.loads(answer[len(f"40{head}") :])
            assert list(facts) == ["sid"] and isinstance(facts["sid"], str)
            assert await hear(socket) == f'42{head}["auth",{json.dumps(auth)}]'.replace(": ", ":")

    async def test_an_unknown_one_is_refused_with_an_object(self, server: Conformance) -> None:
        async with opened(server) as socket:
            await socket.send("40/random")
            assert await hear(socket) == '44/random,{"message":"Invalid namespace"}'

    async def test_something_else_closes(self, server: Conformance) -> None:
        async with opened(server) as socket:
            await socket.send("4abc")
            assert await closing(socket) == 1002

    async def test_nothing_at_all_closes(self, hasty: Conformance) -> None:
        async with opened(hasty) as socket:
            await closing(socket)

    async def test_answered_pings_alone_close_too(self, server: Conformance) -> None:
        async with opened(server) as socket:
            with pytest.raises(Exception, match="received 1000"):
                while True:
                    await hear(socket)


class TestLeaving:
    async def test_the_main_namespace_leaves_the_connection(self, server: Conformance) -> None:
        async with entered(server) as socket:
            await socket.send("41")
            assert await hear(socket, pings=True) == "2"

    async def test_one_of_two(self, server: Conformance) -> None:
        async with entered(server) as socket:
            await socket.send("40/custom")
            assert str(await hear(socket)).startswith("40/custom,")
            assert await hear(socket) == '42/custom,["auth",{}]'
            await socket.send("41/custom")
            await socket.send('42/custom,["message","lost"]')
            await socket.send('42["message","message to main namespace"]')
            assert await hear(socket) == '42["message-back","message to main namespace"]'


class TestEvents:
    async def test_of_text(self, server: Conformance) -> None:
        async with entered(server) as socket:
            await socket.send('42["message",1,"2",{"3":[true]}]')
            assert await hear(socket) == '42["message-back",1,"2",{"3":[true]}]'

    async def test_with_an_acknowledgement(self, server: Conformance) -> None:
        async with entered(server) as socket:
            await socket.send('42456["message-with-ack",1,"2",{"3":[false]}]')
            assert await hear(socket) == '43456[1,"2",{"3":[false]}]'

    @pytest.mark.parametrize(
        ("said", "heard"),
        [
            (f'452-["message",{TWO}]', f'452-["message-back",{TWO}]'),
            (f'452-789["message-with-ack",{TWO}]', f"462-789[{TWO}]"),
        ],
    )
    async def test_of_bytes(self, server: Conformance, said: str, heard: str) -> None:
        async with entered(server) as socket:
            for frame in (said, *BYTES):
                await socket.send(frame)
            assert [await hear(socket) for _ in range(3)] == [heard, *BYTES]

    async def test_of_bytes_by_polling(self, server: Conformance) -> None:
        async with Poller(f"{server.url}/socket.io/") as client:
            assert await client.post("40", f'452-["message",{TWO}]', "bAQID", "bBAUG") == 200
            heard = (await client.poll())[2:]
            assert heard == [f'452-["message-back",{TWO}]', "bAQID", "bBAUG"]

    @pytest.mark.parametrize(
        "frames",
        [
            ["4abc"],
            ["42{}"],
            ['42abc["message-with-ack",1,"2",{"3":[false]}]'],
            ["42"],
            ['43["no id"]'],
            ['44{"message":"from a client"}'],
            ['450-["message"]'],
            [f'4511-["message",{TWO}]'],
            ['459999999999-["message",{"_placeholder":true,"num":0}]'],
            ['451-["message",{"_placeholder":true,"num":7}]', b"x"],
            ['451-["message",{"_placeholder":true,"num":"a"}]', b"x"],
            ['451-{"a":{"_placeholder":true,"num":0}}', b"x"],
            [f'452-["message",{TWO}]', b"x", "4text"],
            [f'452-["message",{TWO}]', '42["message"]'],
            [b"bytes that nobody announced"],
        ],
    )
    async def test_of_another_form_close(
        self, server: Conformance, frames: list[str | bytes]
    ) -> None:
        async with entered(server) as socket:
            for frame in frames:
                await socket.send(frame)
            assert await closing(socket) == 1002
