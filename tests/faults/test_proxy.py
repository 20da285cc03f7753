"""The proxy does what it says: otherwise the fault tests would prove nothing."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.faults.proxy import Line, Proxy, Way, proxy

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[[Proxy], Awaitable[Streams]]


@pytest.fixture
async def echo() -> AsyncIterator[Proxy]:
    """A proxy in front of a server that says everything back, and at the end `bye`."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
            writer.write(b"bye")
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with proxy(server.sockets[0].getsockname()[:2]) as made:
        yield made
    server.close()


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Return a function that opens a line through a proxy; all are hung up afterwards."""
    opened: list[asyncio.StreamWriter] = []

    async def connect(through: Proxy) -> Streams:
        reader, writer = await asyncio.open_connection("127.0.0.1", through.port)
        opened.append(writer)
        return reader, writer

    yield connect
    for writer in opened:
        writer.transport.abort()


async def said(streams: Streams, data: bytes, *, within_s: float = 2) -> bytes:
    reader, writer = streams
    writer.write(data)
    return await asyncio.wait_for(reader.readexactly(len(data)), within_s)


async def test_what_goes_through_comes_out_as_it_went_in(echo: Proxy, connect: Connect) -> None:
    streams = await connect(echo)
    sent = bytes(range(256)) * 4_000
    assert await said(streams, sent) == sent
    assert bytes(echo.lines[0].said) == sent


async def test_latency_delays_and_never_reorders(echo: Proxy, connect: Connect) -> None:
    echo.slow(0.05, 0.04)
    reader, writer = await connect(echo)
    began = time.monotonic()
    for number in range(20):
        writer.write(b"%02d" % number)
        await asyncio.sleep(0.002)
    heard = await asyncio.wait_for(reader.readexactly(40), 3)
    assert heard == b"".join(b"%02d" % number for number in range(20))
    assert time.monotonic() - began >= 0.02


@pytest.mark.parametrize("way", ["up", "down"])
async def test_one_way_stalls_without_a_word_and_loses_nothing(
    echo: Proxy, connect: Connect, way: Way
) -> None:
    streams = await connect(echo)
    assert await said(streams, b"before") == b"before"
    echo.stall(way)
    with pytest.raises(TimeoutError):
        await said(streams, b"during", within_s=0.1)
    echo.flow()
    assert await asyncio.wait_for(streams[0].readexactly(6), 2) == b"during"


async def test_a_reset_is_heard_as_one(echo: Proxy, connect: Connect) -> None:
    reader, writer = await connect(echo)
    assert await said((reader, writer), b"hello") == b"hello"
    echo.reset()
    with pytest.raises(ConnectionResetError):
        await asyncio.wait_for(reader.read(1), 2)


async def test_a_cut_is_the_end_of_both_ways(echo: Proxy, connect: Connect) -> None:
    reader, writer = await connect(echo)
    assert await said((reader, writer), b"hello") == b"hello"
    echo.cut()
    assert await asyncio.wait_for(reader.read(), 2) in {b"", b"bye"}


async def test_a_half_closed_line_still_answers(echo: Proxy, connect: Connect) -> None:
    reader, writer = await connect(echo)
    assert await said((reader, writer), b"hello") == b"hello"
    echo.lines[0].half_close("up")
    assert await asyncio.wait_for(reader.read(), 2) == b"bye"


async def test_bytes_can_be_kept_from_going_on(echo: Proxy, connect: Connect) -> None:
    def watch(line: Line, way: Way, data: bytes) -> bool:
        return not (way == "up" and b"secret" in data)

    echo.watch = watch
    streams = await connect(echo)
    assert await said(streams, b"plain") == b"plain"
    with pytest.raises(TimeoutError):
        await said(streams, b"secret", within_s=0.1)


async def test_what_was_said_can_be_said_again(echo: Proxy, connect: Connect) -> None:
    await said(await connect(echo), b"once more")
    assert await echo.replay(bytes(echo.lines[0].said), enough=b"more") == b"once more"


async def test_nobody_gets_through_to_who_refuses(echo: Proxy, connect: Connect) -> None:
    echo.refusing = True
    reader, _writer = await connect(echo)
    with contextlib.suppress(ConnectionResetError):
        assert await asyncio.wait_for(reader.read(), 2) == b""


async def test_a_socket_of_a_folder_is_a_server_too(tmp_path: Path, connect: Connect) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.read(10))
        writer.close()

    path = tmp_path / "s"
    async with await asyncio.start_unix_server(answer, path), proxy(path) as through:
        assert await said(await connect(through), b"hello") == b"hello"
