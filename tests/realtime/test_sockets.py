"""The socket layer in a real process: slow readers, malformed packets, upgrades, lost polls."""

import asyncio
import json
import socket as tcp
from typing import Any

import psutil
import pytest
from websockets.asyncio.client import ClientConnection

from tests.realtime.relay import NAMESPACE, Relay
from tests.wire import Poller, closing, connected, hear, websocket

MIB = 1024 * 1024


def url(relay: Relay) -> str:
    return f"{relay.url}/socket.io/"


def event(*arguments: object, id: int | str = "") -> str:
    return f"42{NAMESPACE},{id}{json.dumps(arguments)}"


async def said(socket: ClientConnection) -> Any:
    """Return what the next `said` carries."""
    prefix = f"42{NAMESPACE},"
    while True:
        frame = str(await hear(socket))
        if frame.startswith(prefix):
            return json.loads(frame[len(prefix) :])[1]


async def gone(relay: Relay, reason: str, before: dict[str, Any]) -> dict[str, Any]:
    """Wait until one more has left for a reason and nothing is left of it; return the state."""
    count = before["left"].count(reason)
    return await relay.until(
        lambda state: (
            state["left"].count(reason) == count + 1
            and state["transports"] <= before["transports"]
            and state["objects"] <= before["objects"]
            and state["members"] <= before["members"]
            and state["rooms"] <= before["rooms"]
        )
    )


class TestASlowReader:
    """Rows F-11 and R12 of the catalogue: it costs little, is let go, and its memory comes back."""

    @pytest.fixture
    def fresh(self) -> Any:
        server = Relay()
        yield server
        server.stop()

    @pytest.mark.parametrize(("count", "size"), [(20_000, 1_000), (1_000, 100_000)])
    async def test_by_websocket_costs_little_and_is_cut_off(
        self, fresh: Relay, count: int, size: int
    ) -> None:
        process = psutil.Process(fresh.process.pid)
        before = fresh.state()
        files = process.num_fds()
        rss = process.memory_info().rss
        async with connected(url(fresh), NAMESPACE, {"room": "flooded"}) as reader:
            # It stops reading, and the kernel takes little for it: from here on, TCP stalls.
            raw = reader.transport.get_extra_info("socket")
            raw.setsockopt(tcp.SOL_SOCKET, tcp.SO_RCVBUF, 4096)
            reader.transport.pause_reading()
            async with connected(url(fresh), NAMESPACE, {"room": "flooded"}) as other:
                await other.send(event("flood", count, size))
                numbers = [int((await said(other))[:6]) for _ in range(count)]
                assert numbers == list(range(count)), "who reads, misses nothing"
                await fresh.until(lambda state: state["left"] == ["slow_consumer"])
                assert process.memory_info().rss - rss < 8 * MIB
            after = await fresh.until(lambda state: state["transports"] == 0)
            assert (after["objects"], after["members"], after["rooms"]) == (0, 0, 0)
            assert after["tasks"] <= before["tasks"]
            await fresh.until(lambda state: process.num_fds() <= files)  # the connection itself

    async def test_by_polling_is_let_go_too(self, fresh: Relay) -> None:
        async with Poller(url(fresh)) as reader:
            await reader.enter(NAMESPACE, {"room": "flooded"})
            async with connected(url(fresh), NAMESPACE, {"room": "flooded"}) as other:
                await other.send(event("flood", 300, 10))
                await fresh.until(lambda state: "slow_consumer" in state["left"])
                assert (await reader.request("GET"))[0] == 400
                assert await said(other) == "000000" + "a" * 10

    async def test_of_a_polled_answer_is_cut_off_by_the_ping(self, fresh: Relay) -> None:
        process = psutil.Process(fresh.process.pid)
        files = process.num_fds()
        async with Poller(url(fresh)) as other:
            await other.enter(NAMESPACE, {"room": "stuck"})
            assert await other.post(event("flood", 1, 20_000_000)) == 200
            reader, writer = await asyncio.open_connection("localhost", fresh.port, limit=1024)
            query = f"/socket.io/?EIO=4&transport=polling&sid={other.sid}"
            writer.write(f"GET {query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
            await fresh.until(lambda state: "ping timeout" in state["left"])
        await fresh.until(lambda state: process.num_fds() <= files)
        writer.close()

    async def test_one_answer_may_weigh_more_than_the_queue(self, fresh: Relay) -> None:
        async with Poller(url(fresh)) as reader:
            await reader.enter(NAMESPACE, {"room": "alone"})
            assert await reader.post(event("flood", 1, 2_000_000)) == 200
            (frame,) = await reader.poll()
            assert len(frame) > 2_000_000


class TestMalformedPackets:
    """Hazard H7: whoever sends one is hung up on, and that they have left is told at once."""

    @pytest.mark.parametrize(
        "frame",
        ["abc", "", "4", "9", "5", "6", "2", "2probe", "0{}", "4abc", "42{}", "4[[[[[[",
         f"42{NAMESPACE},abc[1]", f"42{NAMESPACE},{'9' * 40}[1]", f"43{NAMESPACE},[1]",
         f"44{NAMESPACE},{{}}", f"41{NAMESPACE},5", f"40{NAMESPACE},5{{}}", f"40{NAMESPACE},{{}}",
         f"451-{NAMESPACE},[1]", f"450-{NAMESPACE},[1]", "42/" + "a" * 200 + ",[1]", b"x", b"",
         f"42{NAMESPACE},[{'1,' * 40_000}1]"],
    )  # fmt: skip
    async def test_end_the_connection_at_once(self, relay: Relay, frame: str | bytes) -> None:
        before = relay.state()
        async with connected(url(relay), NAMESPACE, {"room": "r"}) as socket:
            await socket.send(frame)
            assert await closing(socket) in {1002, 1003, 1009}
            reason = "transport close" if len(frame) > 65_536 else "parse error"
            await gone(relay, reason, before)

    @pytest.mark.parametrize("body", ["abc", "", "4abc", "bAQID", "3\x1eabc", "\x1e", "é"])
    async def test_end_a_polled_session_at_once(self, relay: Relay, body: str) -> None:
        before = relay.state()
        async with Poller(url(relay)) as client:
            await client.enter(NAMESPACE, {"room": "r"})
            assert await client.post(body) == 400
            await gone(relay, "parse error", before)
            assert (await client.request("GET"))[0] == 400

    async def test_of_bytes_that_are_no_text(self, relay: Relay) -> None:
        async with Poller(url(relay)) as client:
            assert (await client.request("POST", b"4\xff\xfe"))[0] == 400

    async def test_a_body_too_large(self, relay: Relay) -> None:
        async with Poller(url(relay)) as client:
            assert (await client.request("POST", "4" + "a" * 70_000))[0] == 400

    @pytest.mark.parametrize("frame", ["3", f"43{NAMESPACE},7[]", '42/elsewhere,["a"]'])
    async def test_what_nobody_asked_for_is_let_be_for_a_while(
        self, relay: Relay, frame: str
    ) -> None:
        async with connected(url(relay), NAMESPACE, {"room": "r"}) as socket:
            for _ in range(20):
                await socket.send(frame)
            await socket.send(event("say", "still here", id=1))
            assert await hear(socket) == f'43{NAMESPACE},1[{{"ok":true}}]'
            for _ in range(60):
                await socket.send(frame)
            assert await closing(socket) == 1002


class TestNamespaces:
    async def test_one_that_is_not_there_is_refused_with_an_object(self, relay: Relay) -> None:
        async with websocket(url(relay)) as socket:
            await hear(socket)
            for namespace in ("/nowhere", "/admin"):
                await socket.send(f"40{namespace},")
                assert await hear(socket) == f'44{namespace},{{"message":"Invalid namespace"}}'
            await socket.send("40")
            assert await hear(socket) == '44{"message":"Invalid namespace"}'
            for _ in range(2):
                await socket.send("40/nowhere,")
            assert await closing(socket) == 1002, "nobody's client tries five times"

    async def test_leaving_all_of_them_is_no_way_to_stay_for_ever(self, relay: Relay) -> None:
        async with connected(url(relay), NAMESPACE, {"room": "r"}) as socket:
            await socket.send(f"41{NAMESPACE},")
            async with asyncio.timeout(5):
                with pytest.raises(Exception, match=r"no close frame|received 1000|sent 1000"):
                    while True:
                        await hear(socket)

    async def test_entering_and_leaving_over_and_over_ends(self, relay: Relay) -> None:
        async with connected(url(relay), NAMESPACE, {"room": "r"}) as socket:
            for _ in range(40):
                await socket.send(f"41{NAMESPACE},")
                await socket.send(f'40{NAMESPACE},{{"room":"r"}}')
            assert await closing(socket) == 1002

    async def test_who_hangs_up_while_being_let_in_is_told_as_having_left(
        self, relay: Relay
    ) -> None:
        before = relay.state()
        async with websocket(url(relay)) as socket:
            await hear(socket)
            await socket.send(f'40{NAMESPACE},{{"room":"r","pause_s":0.3}}')
        await gone(relay, "transport close", before)


class TestClosing:
    @pytest.mark.parametrize("size", [1, 500_000])
    async def test_says_first_what_was_to_be_said(self, relay: Relay, size: int) -> None:
        before = relay.state()
        async with connected(url(relay), NAMESPACE, {"room": "r"}) as socket:
            await socket.send(event("close", size))
            assert [await said(socket), await said(socket)] == ["a" * size, "last"]
            assert await closing(socket) == 1000
            await gone(relay, "server disconnect", before)

    async def test_does_not_wait_for_ever_for_a_peer_that_does_not_read(self, relay: Relay) -> None:
        process = psutil.Process(relay.process.pid)
        before, files = relay.state(), process.num_fds()
        async with connected(url(relay), NAMESPACE, {"room": "r"}) as socket:
            raw = socket.transport.get_extra_info("socket")
            raw.setsockopt(tcp.SOL_SOCKET, tcp.SO_RCVBUF, 4096)
            socket.transport.pause_reading()
            await socket.send(event("close", 10_000_000))
            await gone(relay, "server disconnect", before)
            await relay.until(lambda state: process.num_fds() <= files)


async def test_a_body_that_does_not_come_ends_the_session(relay: Relay) -> None:
    """Row T10: a length is announced and nothing follows."""
    before = relay.state()
    async with Poller(url(relay)) as client:
        await client.enter(NAMESPACE, {"room": "r"})
        reader, writer = await asyncio.open_connection("localhost", relay.port)
        query = f"/socket.io/?EIO=4&transport=polling&sid={client.sid}"
        head = f"POST {query} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n42"
        writer.write(head.encode())
        assert (await asyncio.wait_for(reader.readline(), 10)).startswith(b"HTTP/1.1 400")
        writer.close()
        await gone(relay, "transport error", before)


class TestHeartbeat:
    async def test_fractions_of_a_second_are_told(self, relay: Relay) -> None:
        async with Poller(url(relay)) as client:
            assert client.opening["pingInterval"] == 1500
            assert client.opening["pingTimeout"] == 1500

    async def test_who_does_not_answer_is_let_go(self, relay: Relay) -> None:
        before = relay.state()
        async with connected(url(relay), NAMESPACE, {"room": "r"}) as socket:
            await closing(socket)
            await gone(relay, "ping timeout", before)

    async def test_a_long_handler_does_not_look_like_a_dead_peer(self, relay: Relay) -> None:
        async with connected(url(relay), NAMESPACE, {"room": "r"}) as socket:
            await socket.send(event("pause", 4.5, id=1))
            assert await hear(socket) == f'43{NAMESPACE},1[{{"ok":true}}]'


async def test_a_fault_of_ours_ends_the_connection_and_nothing_else(relay: Relay) -> None:
    before = relay.state()
    async with connected(url(relay), NAMESPACE, {"room": "r"}) as socket:
        await socket.send(event("fail"))
        assert await closing(socket) == 1011
    await gone(relay, "transport error", before)


class TestPolls:
    async def test_one_that_was_given_up_takes_no_event_along(self, relay: Relay) -> None:
        """Hazard H11: the session ends, so the client knows, comes back and asks what it missed."""
        before = relay.state()
        async with Poller(url(relay)) as client:
            await client.enter(NAMESPACE, {"room": "polled"})
            poll = asyncio.ensure_future(client.poll())
            await asyncio.sleep(0.1)
            poll.cancel()
            await gone(relay, "transport close", before)
            assert (await client.request("GET"))[0] == 400

    async def test_two_at_once_end_the_session(self, relay: Relay) -> None:
        before = relay.state()
        async with Poller(url(relay)) as client:
            await client.enter(NAMESPACE, {"room": "polled"})
            first = asyncio.ensure_future(client.poll())
            await asyncio.sleep(0.1)
            assert (await client.request("GET"))[0] == 400
            assert await first == ["1"]
            await gone(relay, "transport error", before)

    async def test_two_posts_at_once_end_the_session(self, relay: Relay) -> None:
        before = relay.state()
        async with Poller(url(relay)) as client:
            await client.enter(NAMESPACE, {"room": "polled"})
            first = asyncio.ensure_future(client.post(event("pause", 0.5)))
            await asyncio.sleep(0.1)
            assert await client.post(event("say", "between")) == 400
            await first
            state = await gone(relay, "transport error", before)
            assert "between" not in state["heard"]

    async def test_what_came_meanwhile_comes_together_and_in_order(self, relay: Relay) -> None:
        async with (
            Poller(url(relay)) as client,
            connected(url(relay), NAMESPACE, {"room": "polled"}) as other,
        ):
            await client.enter(NAMESPACE, {"room": "polled"})
            for number in range(100):
                await other.send(event("say", number))
            heard: list[str] = []
            while len(heard) < 100:
                packets = await client.poll()
                assert len(packets) <= 16, "the Python client takes no more at once"
                heard += [packet for packet in packets if packet not in {"2", "6"}]
            assert heard == [event("said", number).replace(" ", "") for number in range(100)]


class TestUpgrade:
    async def test_no_packet_is_lost_or_overtaken(self, relay: Relay) -> None:
        """Row F-14: events fly in both directions while the transport changes."""
        async with (
            Poller(url(relay)) as client,
            connected(url(relay), NAMESPACE, {"room": "moving"}) as other,
        ):
            await client.enter(NAMESPACE, {"room": "moving"})
            stop = asyncio.Event()

            async def talk() -> int:
                number = 0
                while not stop.is_set():
                    await other.send(event("say", number))
                    number += 1
                    await asyncio.sleep(0.001)
                return number

            talking = asyncio.ensure_future(talk())
            heard = [*await client.poll(), *await client.poll()]
            async with websocket(url(relay), client.sid) as socket:
                await socket.send("2probe")
                assert await socket.recv() == "3probe"
                await client.post(*(event("say", f"mine {number}") for number in range(10)))
                heard += await client.poll()
                await socket.send("5")
                for number in range(10, 20):
                    await socket.send(event("say", f"mine {number}"))
                for _ in range(50):
                    heard.append(str(await hear(socket)))
                stop.set()
                sent = await talking
                packets = [packet for packet in heard if packet not in {"2", "6"}]
                while len(packets) < sent:
                    packets.append(str(await hear(socket)))
                assert packets == [event("said", n).replace(" ", "") for n in range(sent)]
                mine = [f"mine {number}" for number in range(20)]
                state = await relay.until(lambda state: mine[-1] in state["heard"])
                assert [text for text in state["heard"] if text in mine] == mine

    @pytest.mark.parametrize("frame", ["5", "2", "hello", "4hello", b"2probe"])
    async def test_one_that_begins_otherwise_never_was(
        self, relay: Relay, frame: str | bytes
    ) -> None:
        async with Poller(url(relay)) as client:
            await client.enter(NAMESPACE, {"room": "staying"})
            async with websocket(url(relay), client.sid) as socket:
                await socket.send(frame)
                await closing(socket)
            await client.post(event("say", "on the old way", id=3))
            assert f'43{NAMESPACE},3[{{"ok":true}}]' in await client.poll()

    async def test_one_that_is_not_finished_leaves_the_old_way_open(self, relay: Relay) -> None:
        async with Poller(url(relay)) as client:
            await client.enter(NAMESPACE, {"room": "staying"})
            async with websocket(url(relay), client.sid) as socket:
                await socket.send("2probe")
                assert await socket.recv() == "3probe"
                assert await client.poll() == ["6"], "the client may pause its polling"
            for number in range(2):
                await client.post(event("say", "on the old way", id=number))
                assert f'43{NAMESPACE},{number}[{{"ok":true}}]' in await client.poll()

    async def test_one_that_takes_too_long_is_closed(self, relay: Relay) -> None:
        async with Poller(url(relay)) as client:
            await client.enter(NAMESPACE, {"room": "staying"})
            async with websocket(url(relay), client.sid) as socket:
                await closing(socket)
            await client.post(event("say", "on the old way", id=1))
            assert f'43{NAMESPACE},1[{{"ok":true}}]' in await client.poll()

    async def test_a_second_one_is_closed_and_the_first_goes_on(self, relay: Relay) -> None:
        async with Poller(url(relay)) as client:
            await client.enter(NAMESPACE, {"room": "moving"})
            async with websocket(url(relay), client.sid) as socket:
                await socket.send("2probe")
                assert await socket.recv() == "3probe"
                async with websocket(url(relay), client.sid) as second:
                    await closing(second)
                await socket.send("5")
                await socket.send(event("say", "hello", id=1))
                assert await hear(socket) == f'43{NAMESPACE},1[{{"ok":true}}]'
