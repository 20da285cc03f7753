"""Attacks on the wire: rows T01 to T07, T09 and T11 of the threat catalogue, on a real server."""

import asyncio
import json
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psutil
import pytest
import websockets
from websockets.asyncio.client import ClientConnection

from tests.clients import AgentClient, VisitorClient, fresh_client_id
from tests.server import ServerProcess
from tests.staff import Account


@asynccontextmanager
async def raw(
    server: ServerProcess, *, origin: str | None = "own", headers: dict[str, str] | None = None
) -> AsyncIterator[ClientConnection]:
    """A WebSocket without a Socket.IO client, past the Engine.IO open packet."""
    extra = dict(headers or {})
    url = f"ws://127.0.0.1:{server.port}/socket.io/?EIO=4&transport=websocket"
    async with websockets.connect(
        url,
        origin=server.origin if origin == "own" else origin,  # type: ignore[arg-type]
        additional_headers=extra,
        max_size=None,
        compression=None,
        open_timeout=5,
    ) as socket:
        assert str(await socket.recv()).startswith("0")
        yield socket


async def connect(socket: ClientConnection, namespace: str, auth: dict[str, Any]) -> str:
    """Send CONNECT and return the answer."""
    await socket.send(f"40{namespace},{json.dumps(auth)}")
    while True:
        frame = str(await asyncio.wait_for(socket.recv(), 5))
        if frame.startswith(("40", "44")):
            return frame


def visitor_auth(**more: Any) -> dict[str, Any]:
    return {"version": 1, "site": "demo", "client": fresh_client_id(), **more}


async def ack_of(socket: ClientConnection, number: int, namespace: str) -> Any:
    """Return what the acknowledgement of a numbered event carries."""
    prefix = f"43{namespace},{number}["
    while True:
        frame = str(await asyncio.wait_for(socket.recv(), 5))
        if frame.startswith(prefix):
            return json.loads(frame[len(prefix) - 1 :])[0]


def status_of(url: str, *, headers: dict[str, str], data: bytes | None = None) -> int:
    request = urllib.request.Request(url, headers=headers, data=data)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def foreign_origins(server: ServerProcess) -> list[str]:
    return [
        "null",
        "http://evil.example",
        f"http://127.0.0.1.evil.example:{server.port}",
        f"http://evil127.0.0.1:{server.port}",
        f"HTTP://127.0.0.1:{server.port}",
        f"http://127.0.0.1:{server.port + 1}",
        f"https://127.0.0.1:{server.port}",
        f"http://127.0.0.1:{server.port}/",
        f"http://127.0.0.1:{server.port}.",
        f"http://127.0.0.1:{server.port}@evil.example",
        "http://127.0.0.1",
        "http://xn--shp-5qa.example",
        "http://shop.example",  # may embed the panel, may not open sockets
        "",
    ]


class TestT01AForeignOriginGetsNoSocket:
    async def test_by_websocket(self, server: ServerProcess, grace: Account) -> None:
        cookie = {"Cookie": f"__Host-staff={grace.token}"}
        for origin in foreign_origins(server):
            with pytest.raises(
                (websockets.InvalidStatus, websockets.ConnectionClosed, ConnectionError)
            ):
                async with raw(server, origin=origin, headers=cookie):
                    raise AssertionError(f"let in: {origin!r}")

    def test_by_polling(self, server: ServerProcess, grace: Account) -> None:
        for origin in foreign_origins(server):
            status = status_of(
                f"{server.origin}/socket.io/?EIO=4&transport=polling",
                headers={"Origin": origin, "Cookie": f"__Host-staff={grace.token}"},
            )
            assert status in {400, 403}, origin

    async def test_our_own_origin_gets_one(self, server: ServerProcess) -> None:
        async with raw(server) as socket:
            assert (await connect(socket, "/visitor", visitor_auth())).startswith("40/visitor")


async def test_t02_agents_need_an_origin(server: ServerProcess, grace: Account) -> None:
    cookie = {"Cookie": f"__Host-staff={grace.token}"}
    async with raw(server, origin=None, headers=cookie) as socket:
        answer = await connect(socket, "/agent", {"version": 1, "client": fresh_client_id()})
    assert answer.startswith("44/agent") and "forbidden" in answer
    for site in ("cross-site", "same-site", "none", "SAME-ORIGIN"):
        async with raw(server, origin=None, headers={**cookie, "Sec-Fetch-Site": site}) as socket:
            answer = await connect(socket, "/agent", {"version": 1, "client": fresh_client_id()})
        assert answer.startswith("44/agent"), site
    async with raw(server, headers=cookie) as socket:
        answer = await connect(socket, "/agent", {"version": 1, "client": fresh_client_id()})
    assert answer.startswith("40/agent")
    # What a browser says of itself where it leaves the Origin out (a polling GET of our own page).
    ours = {**cookie, "Sec-Fetch-Site": "same-origin"}
    async with raw(server, origin=None, headers=ours) as socket:
        answer = await connect(socket, "/agent", {"version": 1, "client": fresh_client_id()})
    assert answer.startswith("40/agent")


async def test_t03_forged_forwarding_headers_change_nothing(server: ServerProcess) -> None:
    forged = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": "203.0.113.9",
        "Forwarded": "host=evil.example;proto=https",
    }
    for origin in ("http://evil.example", "https://evil.example"):
        with pytest.raises((websockets.InvalidStatus, websockets.ConnectionClosed)):
            async with raw(server, origin=origin, headers=forged):
                raise AssertionError("let in")
    async with raw(server, headers=forged) as socket:
        assert (await connect(socket, "/visitor", visitor_auth())).startswith("40/visitor")


def test_t04_jsonp_is_refused(server: ServerProcess) -> None:
    for query in ("EIO=4&transport=polling&j=0", "EIO=4&transport=polling&j=abc"):
        url = f"{server.origin}/socket.io/?{query}"
        assert status_of(url, headers={"Origin": server.origin}) == 400


def test_t05_a_borrowed_transport_id_is_worth_nothing(server: ServerProcess) -> None:
    url = f"{server.origin}/socket.io/?EIO=4&transport=polling"
    mine = {"Origin": server.origin, "User-Agent": "Ada's browser"}
    request = urllib.request.Request(url, headers=mine)
    with urllib.request.urlopen(request, timeout=5) as answer:
        sid = json.loads(answer.read()[1:])["sid"]
    assert len(sid) >= 16
    theirs = {"Origin": server.origin, "User-Agent": "somebody else's"}
    assert status_of(f"{url}&sid={sid}", headers=theirs) == 403
    assert status_of(f"{url}&sid={sid}", headers=theirs, data=b"40/visitor,") == 403
    posted = status_of(
        f"{url}&sid={sid}",
        headers={**mine, "Content-Type": "text/plain"},
        data=f"40/visitor,{json.dumps(visitor_auth())}".encode(),
    )
    assert posted == 200, "its owner goes on"


@pytest.mark.parametrize("namespace", ["/visitor", "/agent"])
async def test_t06_reserved_names_run_nothing_and_close_on_repeat(
    server: ServerProcess, grace: Account, namespace: str
) -> None:
    names = ["connect", "disconnect", "connect_error", "disconnecting", "newListener", "ready"]
    auth = visitor_auth() if namespace == "/visitor" else {"version": 1, "client": "c" * 22}
    async with raw(server, headers={"Cookie": f"__Host-staff={grace.token}"}) as socket:
        assert (await connect(socket, namespace, auth)).startswith("40")
        forged = {"HTTP_COOKIE": "__Host-staff=forged", "REMOTE_ADDR": "1.2.3.4"}
        for number, name in enumerate(names[:4]):
            await socket.send(f"42{namespace},{number}{json.dumps([name, forged, auth])}")
            answer = await ack_of(socket, number, namespace)
            assert (answer["ok"], answer["code"]) == (False, "bad_request"), name
        await socket.send(f"42{namespace},9{json.dumps([names[4], {}])}")
        with pytest.raises(websockets.ConnectionClosed):
            for _ in range(50):
                await asyncio.wait_for(socket.recv(), 5)


MALFORMED = {
    "NaN": '["message_send",{"a":NaN}]',
    "Infinity": '["message_send",{"a":-Infinity}]',
    "1e999": '["message_send",{"a":1e999}]',
    "101 digits": '["message_send",{"a":' + "9" * 101 + "}]",
    "a key twice": '["message_send",{"kind":"text","kind":"note"}]',
    "depth": "[" * 10_000 + "]" * 10_000,
    "many keys": '["message_send",{' + ",".join(f'"k{i}":1' for i in range(4000)) + "}]",
    "half a surrogate": '["message_send",{"body":{"text":"\\ud800"}}]',
    "NUL": '["message_send",{"body":{"text":"\\u0000"}}]',
    "BOM": '\ufeff["message_send",{}]',
    "not JSON": '["message_send",{',
    "a number": "[5]",
    "no name": '[{"a":1}]',
}


class TestT07WhatNoBrowserSends:
    @pytest.mark.parametrize("what", MALFORMED)
    async def test_is_refused_for_good_and_hurts_nobody(
        self, server: ServerProcess, grace: Account, what: str
    ) -> None:
        victim = AgentClient(server.origin, grace)
        await victim.connect()
        async with raw(server) as socket:
            await connect(socket, "/visitor", visitor_auth())
            await socket.send(f"42/visitor,7{MALFORMED[what]}")
            try:
                answer = await ack_of(socket, 7, "/visitor")
            except websockets.ConnectionClosed:
                answer = {"code": "closed", "retry": False}
            assert answer["code"] in {"bad_request", "unauthenticated", "closed"}, answer
            assert not answer["retry"]
        assert (await victim.ask("queue_sync"))["ok"], "the victim is still there"
        await victim.close()

    async def test_text_that_databases_differ_on_is_never_stored(
        self, server: ServerProcess
    ) -> None:
        visitor = VisitorClient(server.origin)
        await visitor.start()
        for text in ("a\x00b", "   ", "\u200b" * 0 + " \t\n"):
            answer = await visitor.say(text)
            assert (answer["ok"], answer["code"], answer["retry"]) == (False, "bad_request", False)
        odd = "\u202emerhaba\u2066 \u200b\ufeff😀 İıŞş"
        assert (await visitor.say(odd))["ok"], "odd but honest text is text"
        log = await visitor.sync()
        assert [m["body"]["text"] for m in log if m["author"]["kind"] == "visitor"] == [odd]
        await visitor.close()

    async def test_wrong_shapes_are_refused(self, server: ServerProcess) -> None:
        visitor = VisitorClient(server.origin)
        await visitor.start()
        good: dict[str, Any] = {"client_id": "x" * 22, "kind": "text", "body": {"text": "a"}}
        shapes: list[dict[str, Any]] = [
            {**good, "client_id": "short"},
            {**good, "client_id": ["x" * 22]},
            {**good, "client_id": "x" * 21 + "/"},
            {**good, "kind": "note"},
            {**good, "kind": "activity"},
            {**good, "body": "a"},
            {**good, "body": {"text": 5}},
            {**good, "body": {"text": "a", "html": "<b>"}},
            {**good, "conversation": {"$ne": None}},
            {**good, "conversation": "../../etc"},
            {},
        ]
        for shape in shapes:
            answer = await visitor.ask("message_send", **shape)
            assert (answer["ok"], answer["code"]) == (False, "bad_request"), shape
        await visitor.close()

    async def test_a_text_too_long_says_so(self, server: ServerProcess) -> None:
        visitor = VisitorClient(server.origin)
        await visitor.start()
        answer = await visitor.say("a" * 4001)
        assert (answer["code"], answer["retry"]) == ("too_large", False)
        assert (await visitor.say("ş" * 4000))["ok"]
        await visitor.close()


class TestT09Sizes:
    async def test_a_frame_over_the_limit_closes_the_socket(self, server: ServerProcess) -> None:
        before = psutil.Process(server.process.pid).memory_info().rss  # type: ignore[union-attr]
        for size in (64 * 1024 + 1, 16 * 1024 * 1024):
            async with raw(server) as socket:
                await connect(socket, "/visitor", visitor_auth())
                with pytest.raises((websockets.ConnectionClosed, ConnectionError)) as closed:
                    await socket.send("42/visitor," + "a" * size)
                    for _ in range(20):
                        await asyncio.wait_for(socket.recv(), 5)
                if isinstance(closed.value, websockets.ConnectionClosed) and closed.value.rcvd:
                    assert closed.value.rcvd.code == 1009
        after = psutil.Process(server.process.pid).memory_info().rss  # type: ignore[union-attr]
        assert after - before < 8 * 1024 * 1024

    async def test_a_fragmented_frame_never_finished_is_bounded(
        self, server: ServerProcess
    ) -> None:
        async with raw(server) as socket:
            await connect(socket, "/visitor", visitor_auth())

            async def endless() -> AsyncIterator[str]:
                for _ in range(400):
                    yield "a" * 1024
                    await asyncio.sleep(0)

            with pytest.raises((websockets.ConnectionClosed, ConnectionError)):
                await socket.send(endless())
                for _ in range(20):
                    await asyncio.wait_for(socket.recv(), 5)

    async def test_compression_is_not_negotiated(self, server: ServerProcess) -> None:
        url = f"ws://127.0.0.1:{server.port}/socket.io/?EIO=4&transport=websocket"
        async with websockets.connect(url, origin=server.origin, compression="deflate") as socket:  # type: ignore[arg-type]
            assert socket.response is not None
            assert "Sec-WebSocket-Extensions" not in socket.response.headers

    def test_a_polled_body_over_the_limit_is_refused(self, server: ServerProcess) -> None:
        url = f"{server.origin}/socket.io/?EIO=4&transport=polling"
        headers = {"Origin": server.origin, "User-Agent": "big"}
        with urllib.request.urlopen(
            urllib.request.Request(url, headers=headers), timeout=5
        ) as answer:
            sid = json.loads(answer.read()[1:])["sid"]
        big = b"4" + b"a" * (200 * 1024)
        assert status_of(f"{url}&sid={sid}", headers=headers, data=big) == 413


class TestT11Floods:
    async def test_events_beyond_the_rate_are_refused_then_the_socket_is_cut(
        self, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        from tests.shop import furnish

        folder = tmp_path_factory.mktemp("flood")
        url = f"sqlite:///{folder / 'chat.sqlite3'}"
        furnish(url)
        server = ServerProcess(folder, url, env={"CHATSERVER_EVENTS_PER_SECOND": "25"})
        server.start()
        try:
            async with raw(server) as socket:
                await connect(socket, "/visitor", visitor_auth())
                codes = set()
                with pytest.raises((websockets.ConnectionClosed, ConnectionError)):
                    for number in range(5000):
                        await socket.send(f'42/visitor,{number}["conversation_sync",{{}}]')
                        if number % 10 == 0:
                            codes.add((await ack_of(socket, number, "/visitor"))["code"])
                assert "rate_limited" in codes
            neighbour = VisitorClient(server.origin)
            await neighbour.start()
            assert (await neighbour.say("merhaba"))["ok"]
            await neighbour.close()
        finally:
            server.stop()

    async def test_a_visitor_who_writes_too_fast_is_told_when_to_go_on(
        self, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        from tests.shop import furnish

        folder = tmp_path_factory.mktemp("fast")
        url = f"sqlite:///{folder / 'chat.sqlite3'}"
        furnish(url)
        server = ServerProcess(
            folder,
            url,
            env={"CHATSERVER_SENDS_PER_MINUTE": "5", "CHATSERVER_STARTS_PER_HOUR": "2"},
        )
        server.start()
        try:
            visitor = VisitorClient(server.origin)
            await visitor.start()
            answers = [await visitor.say(f"mesaj {number}") for number in range(7)]
            refused = [answer for answer in answers if not answer["ok"]]
            assert len(refused) == 2
            assert {answer["code"] for answer in refused} == {"rate_limited"}
            assert all(answer["retry"] and answer["after_ms"] > 0 for answer in refused)
            await visitor.close()
            second = VisitorClient(server.origin)
            await second.start()
            third = VisitorClient(server.origin)
            await third.connect()
            answer = await third.ask("visitor_start", site="demo")
            assert (answer["code"], answer["retry"]) == ("rate_limited", True)
            await second.close()
            await third.close()
        finally:
            server.stop()

    async def test_connects_to_ever_new_namespaces_are_cut(self, server: ServerProcess) -> None:
        async with raw(server) as socket:
            with pytest.raises(websockets.ConnectionClosed):
                for number in range(10_000):
                    await socket.send(f"40/n{number},")
                    await asyncio.wait_for(socket.recv(), 5)

    async def test_a_transport_without_connect_lives_five_seconds(
        self, server: ServerProcess
    ) -> None:
        async with raw(server) as socket:
            began = time.monotonic()
            with pytest.raises(websockets.ConnectionClosed):
                while True:
                    frame = str(await asyncio.wait_for(socket.recv(), 10))
                    if frame == "2":
                        await socket.send("3")
            assert 3 < time.monotonic() - began < 8

    async def test_binary_frames_close_the_socket(self, server: ServerProcess) -> None:
        for frame in ('459999999999-/visitor,["message_send",{"_placeholder":true,"num":0}]', b"x"):
            async with raw(server) as socket:
                await connect(socket, "/visitor", visitor_auth())
                await socket.send(frame)
                with pytest.raises(websockets.ConnectionClosed):
                    for _ in range(20):
                        await asyncio.wait_for(socket.recv(), 5)


async def test_events_of_one_connection_are_handled_in_order(server: ServerProcess) -> None:
    visitor = VisitorClient(server.origin)
    await visitor.start()
    await visitor.say("ilk")
    answers = await asyncio.gather(
        *(
            visitor.ask(
                "message_send",
                client_id=fresh_client_id(),
                conversation=visitor.conversation,
                kind="text",
                body={"text": f"sıra {number}"},
            )
            for number in range(30)
        )
    )
    assert [answer["seq"] for answer in answers] == sorted(answer["seq"] for answer in answers)
    await visitor.close()
