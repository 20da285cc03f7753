"""A Socket.IO client that costs little: a hand-written WebSocket that counts and never parses JSON.

The library's own client would be the slower side of every measurement.
"""

import asyncio
import base64
import os
import zlib
from collections.abc import Callable
from typing import Any

import orjson

BROWSER = (
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: tr-TR,tr;q=0.9,en;q=0.8\r\n"
    "Cache-Control: no-cache\r\nPragma: no-cache\r\n"
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
)
"""What a browser says beside what every client says."""

TAIL = b"\x00\x00\xff\xff"


class Refused(Exception):
    """The server did not let this client in, or closed it."""


def frame(payload: bytes) -> bytes:
    """Return a text as a client's WebSocket frame; the mask is zero, so it costs nothing here."""
    return frame_head(len(payload)) + payload


def frame_head(size: int) -> bytes:
    """Return what stands before a text of so many bytes."""
    if size < 126:
        return bytes((0x81, 0x80 | size)) + b"\0\0\0\0"
    return b"\x81\xfe" + size.to_bytes(2, "big") + b"\0\0\0\0"


class Client(asyncio.Protocol):
    """One socket in one namespace.

    Args:
        heard: called with each event's text, from its `[` on.
        acked: called with an acknowledgement's id and text. What is written meanwhile goes out
            together.
    """

    def __init__(
        self,
        namespace: str,
        auth: dict[str, object],
        *,
        heard: Callable[[bytes], None],
        acked: Callable[[int, bytes], None],
    ) -> None:
        self._heard, self._acked = heard, acked
        self._namespace = namespace
        self._auth = auth
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._open = False
        self._inflate: zlib._Decompress | None = None
        self._event = f"42{namespace},".encode()
        self._ack = f"43{namespace},".encode()
        self._out: list[bytes] | None = None
        self.joined: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._asked: dict[int, asyncio.Future[bytes]] = {}
        self._last_id = 1_000_000

    @classmethod
    async def connect(
        cls,
        port: int,
        namespace: str,
        auth: dict[str, object],
        *,
        heard: Callable[[bytes], None] = lambda text: None,
        acked: Callable[[int, bytes], None] = lambda id, text: None,
        cookie: str = "",
        as_browser: bool = False,
    ) -> "Client":
        """Open a socket and enter the namespace."""
        loop = asyncio.get_running_loop()
        client = cls(namespace, auth, heard=heard, acked=acked)
        transport, _ = await loop.create_connection(lambda: client, "127.0.0.1", port)
        origin = f"http://127.0.0.1:{port}"
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            (
                "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
                f"Host: 127.0.0.1:{port}\r\nOrigin: {origin}\r\n"
                "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                f"Sec-WebSocket-Key: {key}\r\n"
                + (BROWSER if as_browser else "")
                + (f"Cookie: {cookie}\r\n" if cookie else "")
                + "\r\n"
            ).encode()
        )
        await client.joined
        return client

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the line."""
        assert isinstance(transport, asyncio.Transport) or hasattr(transport, "write")
        self._transport = transport  # type: ignore[assignment]

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail whoever still waits."""
        waiting: list[asyncio.Future[Any]] = [self.joined, *self._asked.values()]
        for future in waiting:
            if not future.done():
                future.set_exception(Refused("the line was closed"))

    def data_received(self, data: bytes) -> None:
        """Take whole frames out of what has come."""
        buffer = self._buffer + data if self._buffer else data
        if not self._open:
            end = buffer.find(b"\r\n\r\n")
            if end < 0:
                self._buffer = buffer
                return
            self._begin(buffer[:end])
            buffer = buffer[end + 4 :]
        self._out = []
        at, size = 0, len(buffer)
        while size - at >= 2:
            first, length = buffer[at], buffer[at + 1]
            start = at + 2
            if length == 126:
                start = at + 4
                length = int.from_bytes(buffer[at + 2 : start], "big")
            elif length == 127:
                start = at + 10
                length = int.from_bytes(buffer[at + 2 : start], "big")
            if size < start or size - start < length:
                break
            at = start + length
            payload = buffer[start:at]
            if first & 0x0F == 1:
                if first & 0x40 and self._inflate is not None:
                    payload = self._inflate.decompress(payload + TAIL)
                self._take(payload)
        self._buffer = buffer[at:]
        written, self._out = self._out, None
        if written and self._transport is not None:
            self._transport.write(b"".join(written))

    def _begin(self, head: bytes) -> None:
        if b" 101 " not in head[:20]:
            if not self.joined.done():
                self.joined.set_exception(Refused(head[:200].decode("latin-1")))
            return
        self._open = True
        if b"permessage-deflate" in head:
            self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)

    def _take(self, text: bytes) -> None:
        if text.startswith(self._ack):
            bracket = text.index(b"[")
            id = int(text[len(self._ack) : bracket])
            asked = self._asked.pop(id, None)
            if asked is not None:
                asked.set_result(text[bracket:])
            else:
                self._acked(id, text[bracket:])
        elif text.startswith(self._event):
            self._take_event(text[len(self._event) :])
        elif text.startswith(b"0"):
            self.write(b"40%b,%b" % (self._namespace.encode(), orjson.dumps(self._auth)))
        elif text.startswith(b"2"):
            self.write(b"3")
        elif text.startswith(b"40"):
            self.joined.set_result(None)
        elif text.startswith(b"44") and not self.joined.done():
            self.joined.set_exception(Refused(text.decode()))

    def _take_event(self, rest: bytes) -> None:
        if not rest.startswith(b"["):  # the server wants an acknowledgement: the lease, the beacon
            bracket = rest.index(b"[")
            self.write(b"43%b,%b[]" % (self._namespace.encode(), rest[:bracket]))
            rest = rest[bracket:]
        self._heard(rest)

    # What a measurement calls

    def write(self, packet: bytes) -> None:
        """Send one packet."""
        self.write_frame(frame(packet))

    def write_frame(self, framed: bytes) -> None:
        """Send one packet that is a frame already."""
        if self._out is not None:
            self._out.append(framed)
        else:
            assert self._transport is not None
            self._transport.write(framed)

    async def ask(self, event: str, data: object) -> dict[str, object]:
        """Send an event and return its acknowledgement, which must be a success."""
        fact: dict[str, object] = orjson.loads(await self.answer(event, data))[0]
        if not fact.get("ok", True):
            raise Refused(str(fact))
        return fact

    async def answer(self, event: str, data: object) -> bytes:
        """Send an event and return the text of its acknowledgement, from its `[` on."""
        self._last_id += 1
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._asked[self._last_id] = answer
        said = orjson.dumps([event, data])
        self.write(b"%b%d%b" % (self._event, self._last_id, said))
        async with asyncio.timeout(30):
            return await answer

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()
