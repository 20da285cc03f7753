"""Servers of other people, as well or badly behaved as a test wants them; real sockets, real TLS."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import trustme

Serve = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Endpoint:
    """A server and what was asked of it."""

    port: int = 0
    hits: int = 0
    asked: list[bytes] = field(default_factory=list)
    answer: Serve | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/orders"


def says(body: bytes, status: str = "200 OK", *headers: str) -> Serve:
    """Answer every question with this."""

    async def serve(_asked: bytes, writer: asyncio.StreamWriter) -> None:
        head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
        writer.write("\r\n".join(head).encode() + b"\r\n\r\n" + body)

    return serve


def raw(answer: bytes) -> Serve:
    """Answer with these very bytes."""

    async def serve(_asked: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)

    return serve


async def silent(_asked: bytes, _writer: asyncio.StreamWriter) -> None:
    """Take the question and never say a word."""
    await asyncio.sleep(30)


async def endless(_asked: bytes, writer: asyncio.StreamWriter) -> None:
    """Send ten megabytes without saying how many beforehand."""
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(160):
        writer.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
        await writer.drain()
    writer.write(b"0\r\n\r\n")


async def dribbling(_asked: bytes, writer: asyncio.StreamWriter) -> None:
    """Send one byte now and then: always something, never enough."""
    for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b" " * 1000:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.05)


@asynccontextmanager
async def endpoint(
    answer: Serve | None, *, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Endpoint]:
    """Serve on a free port of this machine until the block ends."""
    there = Endpoint(answer=answer)
    running: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        there.hits += 1
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                (
                    int(line.split(b":")[1])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length:")
                ),
                0,
            )
            asked = head + await reader.readexactly(length)
            there.asked.append(asked)
            if there.answer is not None:
                await there.answer(asked, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            running.discard(task)
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
    there.port = server.sockets[0].getsockname()[1]
    try:
        yield there
    finally:
        server.close()
        for task in [*running]:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await asyncio.sleep(0)  # hung up on, not left lying


@dataclass
class Authority:
    """Who certifies the servers of a test."""

    ca: trustme.CA = field(default_factory=trustme.CA)

    def server(self, *names: str) -> ssl.SSLContext:
        """Return what a server of these names shows."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.ca.issue_cert(*names).configure_cert(context)
        return context

    def trusting(self) -> ssl.SSLContext:
        """Return a client's context that believes this authority."""
        context = ssl.create_default_context()
        self.ca.configure_trust(context)
        return context


def resolving(**names: list[str]) -> Callable[[str, int], Awaitable[list[str]]]:
    """Return a resolver that knows these names (dots as `_`) and takes addresses as they are."""

    async def resolve(host: str, _port: int) -> list[str]:
        return names.get(host.replace(".", "_").replace("-", "_"), [host])

    return resolve
