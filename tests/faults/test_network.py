"""Rows F-08, F-09, F-13, F-14: bad lines between browsers and the server, and things said twice."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import websockets
from aiohttp.http import SERVER_SOFTWARE

from tests.clients import fresh_client_id
from tests.faults.people import Crowd
from tests.faults.proxy import Proxy, proxy
from tests.faults.recorder import History, RecordedVisitor
from tests.journeys.conftest import Furnished
from tests.realtime.relay import NAMESPACE, PING_INTERVAL_S, PING_TIMEOUT_S, Relay
from tests.server import ServerProcess
from tests.shop import furnish
from tests.wire import Poller, closing, connected, hear

SECONDS = float(os.environ.get("FAULT_SECONDS", "0.8"))
MESSAGES = int(os.environ.get("FAULT_MESSAGES", "40"))


def half_close(between: Proxy) -> None:
    for number, line in enumerate(between.lines):
        line.half_close("up" if number % 2 else "down")


BREAKS: dict[str, Callable[[Proxy], None]] = {
    "swallowed both ways": lambda between: between.stall(),
    "swallowed on the way up": lambda between: between.stall("up"),
    "swallowed on the way down": lambda between: between.stall("down"),
    "slow and uneven": lambda between: between.slow(0.15, 0.1),
    "reset": Proxy.reset,
    "cut": Proxy.cut,
    "half closed": half_close,
}


async def test_f08_whatever_the_line_does_everybody_sees_the_same_afterwards(
    new_server: Callable[..., Furnished],
) -> None:
    """People talk through a line that breaks in every way, one after the other, and heals."""
    server, accounts = new_server(agents=2, capacity=4)
    async with proxy(("127.0.0.1", server.port)) as between:
        crowd = Crowd([f"http://127.0.0.1:{between.port}"], accounts, visitors=5, patience_s=1.5)
        crowd.begin()
        await crowd.talk(messages=10)
        for happens in BREAKS.values():
            happens(between)
            await asyncio.sleep(crowd.rng.uniform(0.5, 1.5) * SECONDS)
            between.slow(0)
            between.flow()
            await crowd.talk(messages=10, within_s=15)
        between.slow(0.1, 0.05)  # F-09: slow is not broken
        away = len(crowd.away)
        await crowd.talk(messages=20)
        assert len(crowd.away) == away, "a slow line was taken for a broken one"
        between.slow(0)
        await crowd.end()
        took, _snapshot = await crowd.level(server.database_url, within_s=10)
        print(f"\n{crowd.acked} acked, level {took:.2f} s after the last word")
        await crowd.close()
    assert "Traceback" not in server.log and '"exception"' not in server.log


async def test_f08_the_server_notices_a_line_that_swallows_everything(relay: Relay) -> None:
    """Within an interval and a timeout of its pings; the relay's are shorter than the product's."""
    async with proxy(("127.0.0.1", relay.port)) as between:
        url = f"http://127.0.0.1:{between.port}/socket.io/"
        async with connected(url, NAMESPACE, {"room": "r"}) as socket:
            before = relay.state()["left"]
            between.stall()
            async with asyncio.timeout(PING_INTERVAL_S + PING_TIMEOUT_S + 1):
                await relay.until(lambda state: state["left"][len(before) :] == ["ping timeout"])
            between.flow()
            assert await closing(socket) == 1006, "afterwards the browser is told too"


# Things said twice, and transports that change: one server for all, nobody answers but the bot


@pytest.fixture(scope="module")
def lonely(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server where no agent is."""
    folder: Path = tmp_path_factory.mktemp("lonely")
    url = f"sqlite:///{folder / 'chat.sqlite3'}"
    furnish(url)
    server = ServerProcess(folder, url)
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def visitor(lonely: ServerProcess) -> AsyncIterator[RecordedVisitor]:
    """A visitor with a conversation."""
    one = RecordedVisitor(lonely.origin, "visitor", History())
    await one.start()
    assert (await one.say("merhaba"))["ok"]
    yield one
    await one.close()


def auth_of(visitor: RecordedVisitor) -> dict[str, Any]:
    return {"version": 1, "site": "demo", "client": fresh_client_id(), "token": visitor.token}


def send_frame(visitor: RecordedVisitor, number: int, identity: str, text: str) -> str:
    data = {
        "conversation": visitor.conversation,
        "client_id": identity,
        "kind": "text",
        "body": {"text": text},
    }
    return f"42/visitor,{number}{json.dumps(['message_send', data])}"


async def acks(socket: Any, count: int) -> dict[int, dict[str, Any]]:
    """Hear so many acknowledgements, by the number of what they answer."""
    found: dict[int, dict[str, Any]] = {}
    while len(found) < count:
        frame = str(await hear(socket))
        if frame.startswith("43/visitor,"):
            number, _, body = frame.removeprefix("43/visitor,").partition("[")
            found[int(number)] = json.loads(f"[{body}")[0]
    return found


def stored(visitor: RecordedVisitor, log: list[dict[str, Any]]) -> list[str]:
    return [m["body"]["text"] for m in log if m["author"]["kind"] == "visitor"]


async def test_f13_every_frame_up_to_three_times(
    lonely: ServerProcess, visitor: RecordedVisitor
) -> None:
    url = f"{lonely.origin}/socket.io/"
    wanted = [f"soru {number}" for number in range(MESSAGES)]
    async with connected(url, "/visitor", auth_of(visitor)) as socket:
        sent = 0
        for number, text in enumerate(wanted):
            identity = fresh_client_id()
            for _ in range(1 + number % 3):
                await socket.send(send_frame(visitor, sent, identity, text))
                sent += 1
        answers = await acks(socket, sent)
    assert all(answer["ok"] for answer in answers.values())
    assert sum(not answer["duplicate"] for answer in answers.values()) == len(wanted)
    assert stored(visitor, await visitor.sync()) == ["merhaba", *wanted]


async def test_f13_two_tabs_send_the_same_outbox(
    lonely: ServerProcess, visitor: RecordedVisitor
) -> None:
    outbox = [(fresh_client_id(), f"soru {number}") for number in range(MESSAGES)]
    url = f"{lonely.origin}/socket.io/"

    async def flush() -> dict[int, dict[str, Any]]:
        async with connected(url, "/visitor", auth_of(visitor)) as socket:
            answers: dict[int, dict[str, Any]] = {}
            for number, (identity, text) in enumerate(outbox):
                await socket.send(send_frame(visitor, number, identity, text))
                answers |= await acks(socket, 1)
            return answers

    one, other = await asyncio.gather(flush(), flush())
    for number in range(MESSAGES):
        assert one[number]["ok"] and other[number]["ok"]
        assert one[number]["seq"] == other[number]["seq"]
        assert one[number]["duplicate"] != other[number]["duplicate"]
    assert stored(visitor, await visitor.sync()) == ["merhaba", *(text for _, text in outbox)]


async def test_f13_a_whole_connection_is_replayed(
    lonely: ServerProcess, visitor: RecordedVisitor
) -> None:
    """Byte for byte: the handshake, the token, every message."""
    async with proxy(("127.0.0.1", lonely.port)) as between:
        url = f"http://127.0.0.1:{between.port}/socket.io/"
        async with connected(url, "/visitor", auth_of(visitor)) as socket:
            for number in range(5):
                frame = send_frame(visitor, number, fresh_client_id(), f"soru {number}")
                await socket.send(frame)
            answers = await acks(socket, 5)
            said = bytes(between.lines[0].said)
        log = await visitor.sync()
        for _ in range(2):
            handshake, end, frames = said.partition(b"\r\n\r\n")
            last = b'43/visitor,4[{"conversation"'
            heard = await between.replay(handshake + end, frames, enough=last)
            assert heard.count(b'"duplicate":true') >= 4, heard
            assert b'"duplicate":false' not in heard
    assert all(answer["ok"] for answer in answers.values())
    assert stored(visitor, await visitor.sync()) == stored(visitor, log)


async def test_f14_the_transport_changes_while_messages_fly(
    lonely: ServerProcess, visitor: RecordedVisitor
) -> None:
    """From polling to WebSocket: each message once, in the order of sending, each acknowledged."""
    url, count = f"{lonely.origin}/socket.io/", 3 * MESSAGES
    frames = [
        send_frame(visitor, number, fresh_client_id(), f"soru {number}") for number in range(count)
    ]
    heard: list[str] = []
    async with Poller(url) as poller:
        await poller.enter("/visitor", auth_of(visitor))

        async def poll() -> None:
            while True:
                packets = await poller.poll()
                heard.extend(packets)
                if "6" in packets:  # let go: the rest comes by the other way
                    return

        polling = asyncio.ensure_future(poll())
        for frame in frames[:MESSAGES]:
            assert await poller.post(frame) == 200
            await asyncio.sleep(0.005)
        upgrade = f"{url.replace('http', 'ws')}?EIO=4&transport=websocket&sid={poller.sid}"
        # A transport is the browser's that opened it: the same name, or it is refused.
        async with websockets.connect(upgrade, user_agent_header=SERVER_SOFTWARE) as socket:
            await socket.send("2probe")
            assert await socket.recv() == "3probe"
            for frame in frames[MESSAGES : MESSAGES + 5]:
                assert await poller.post(frame) == 200
            await asyncio.wait_for(polling, 5)
            await socket.send("5")
            for frame in frames[MESSAGES + 5 :]:
                await socket.send(frame)
            numbers = {_number(one) for one in heard} - {None}
            while len(numbers) < count:
                numbers |= {_number(str(await hear(socket)))} - {None}
    assert numbers == set(range(count))
    wanted = ["merhaba", *(f"soru {number}" for number in range(count))]
    assert stored(visitor, await visitor.sync()) == wanted


def _number(packet: str) -> int | None:
    if not packet.startswith("43/visitor,"):
        return None
    return int(packet.removeprefix("43/visitor,").partition("[")[0])
