"""Writing to one peer without waiting for it, and hanging up; on lines that are opened by hand."""

import asyncio
from typing import Any

import pytest

from chatserver.realtime.engine import EngineServer
from chatserver.realtime.lines import Line, Started
from chatserver.realtime.transports import (
    MAX_WAITING,
    MAX_WAITING_BYTES,
    SLOW_CONSUMER,
    Transport,
)


class Peer:
    """The other end of a WebSocket: reads when `reads` is set, remembers what it got."""

    def __init__(self) -> None:
        self.reads = asyncio.Event()
        self.reads.set()
        self.got: list[Any] = []
        self.begun = 0
        self.is_gone = False

    async def send(self, message: Any) -> None:
        self.begun += 1
        await self.reads.wait()
        if self.is_gone:
            raise OSError("gone")
        self.got.append(message.get("text", message.get("bytes", message["type"])))

    async def receive(self) -> Any:
        await asyncio.Event().wait()


class Room:
    """A transport with its peer, and who hears of its end."""

    def __init__(self) -> None:
        self.ends: list[str] = []

        async def nothing(*_: Any) -> None: ...

        async def ended(_sid: str, reason: str) -> None:
            self.ends.append(reason)

        self.engine = EngineServer(ping_interval=60, ping_timeout=60)
        for name, handler in (("connect", nothing), ("message", nothing), ("disconnect", ended)):
            self.engine.on(name, handler)
        self.transport = Transport(self.engine, "t1", {})
        self.engine.sockets["t1"] = self.transport
        self.peer = Peer()

    def attach(self) -> None:
        self.transport.attach(self.peer.send, self.peer.receive)


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_who_reads_is_written_to_at_once() -> None:
    room = Room()
    room.attach()
    tasks = len(asyncio.all_tasks())
    room.transport.write("4a")
    room.transport.write(b"b")
    assert room.peer.got == ["4a", b"b"], "before this coroutine ever waited"
    assert len(asyncio.all_tasks()) == tasks


async def test_who_does_not_read_holds_up_nobody_and_misses_nothing() -> None:
    room = Room()
    room.attach()
    room.peer.reads.clear()
    tasks = len(asyncio.all_tasks())
    for number in range(MAX_WAITING):
        room.transport.write(f"4{number}")
    assert len(asyncio.all_tasks()) == tasks + 1, "one task, however much waits"
    assert (room.peer.got, room.peer.begun) == ([], 1)
    room.peer.reads.set()
    await settle()
    assert room.peer.got == [f"4{number}" for number in range(MAX_WAITING)]
    assert len(asyncio.all_tasks()) == tasks
    room.transport.write("4again")
    assert room.peer.got[-1] == "4again", "and then it is written to at once again"


@pytest.mark.parametrize(
    ("frames", "is_kept"),
    [
        (["4"] * (MAX_WAITING + 1), True),
        (["4"] * (MAX_WAITING + 2), False),
        (["4", "4" * MAX_WAITING_BYTES], True),
        (["4", "4" * MAX_WAITING_BYTES, "4"], False),
        (["4", *["4" * (MAX_WAITING_BYTES // 4)] * 5], False),
        (["4", *["ş" * (MAX_WAITING_BYTES // 4)] * 2], False),
    ],
)
async def test_what_waits_is_bounded_by_number_and_weight(frames: list[str], is_kept: bool) -> None:
    """The first is in the hand of `send` and does not count; alone, one may weigh anything."""
    room = Room()
    room.attach()
    room.peer.reads.clear()
    for frame in frames:
        room.transport.write(frame)
    await settle()
    assert room.transport.closed is not is_kept
    assert room.ends == ([] if is_kept else [SLOW_CONSUMER])
    if not is_kept:
        assert room.transport.waiting == 0 and room.engine.sockets == {}
        assert asyncio.all_tasks() == {asyncio.current_task()}, "its task is gone too"


async def test_what_was_written_before_a_websocket_goes_first() -> None:
    room = Room()
    room.transport.write("4a")
    room.transport.write("4b")
    room.attach()
    room.transport.write("4c")
    assert room.peer.got == ["4a", "4b", "4c"]


async def test_a_polite_end_sends_what_waits_and_then_hangs_up() -> None:
    room = Room()
    room.attach()
    room.peer.reads.clear()
    for frame in ("4a", "4b"):
        room.transport.write(frame)
    room.transport.shut("server disconnect")
    room.transport.write("4never")
    await settle()
    assert room.ends == ["server disconnect"], "told at once, though the peer has not read yet"
    room.peer.reads.set()
    await settle()
    assert room.peer.got == ["4a", "4b", "websocket.close"]


async def test_a_line_that_is_gone_raises_nowhere() -> None:
    room = Room()
    room.attach()
    room.peer.is_gone = True
    room.transport.write("4a")
    room.peer.reads.clear()
    room.transport.write("4b")
    room.peer.reads.set()
    await settle()
    await room.transport.lost()
    await settle()
    assert room.ends == ["transport close"]


async def test_the_end_is_told_after_the_packet_in_hand_and_once() -> None:
    room = Room()
    room.attach()
    order: list[str] = []

    async def handle(_sid: str, _data: str) -> None:
        room.transport.shut("ping timeout", abort=True)
        await settle()
        order.append("handled")

    async def ended(_sid: str, reason: str) -> None:
        order.append(reason)

    room.engine.on("message", handle)
    room.engine.on("disconnect", ended)
    await room.transport.handle("4a")
    room.transport.shut("once more")
    await room.transport.handle("4after the end")
    await settle()
    assert order == ["handled", "ping timeout"]


class TestACoroutineBegunByHand:
    async def test_goes_on_in_a_task(self) -> None:
        gate = asyncio.Event()
        steps: list[str] = []

        async def work() -> None:
            steps.append("begun")
            await gate.wait()
            await asyncio.sleep(0)
            steps.append("done")

        coroutine = work()
        waits_for = coroutine.send(None)
        assert steps == ["begun"]

        async def rest() -> None:
            await Started(coroutine, waits_for)

        task = asyncio.ensure_future(rest())
        await settle()
        gate.set()
        await task
        assert steps == ["begun", "done"]

    async def test_is_cancelled_with_its_task(self) -> None:
        ended: list[str] = []

        async def work() -> None:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                ended.append("cancelled")
                raise

        coroutine = work()
        waits_for = coroutine.send(None)

        async def rest() -> None:
            await Started(coroutine, waits_for)

        task = asyncio.ensure_future(rest())
        await settle()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ended == ["cancelled"]


def test_a_line_that_the_server_does_not_show_is_left_to_the_system() -> None:
    async def receive() -> Any: ...

    Line(receive).cut()
