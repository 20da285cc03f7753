"""Asks servers of other people, whose addresses somebody typed in; knows nothing of what it asks.

An address that somebody may set can point inside: at this machine, its neighbours, a cloud's
metadata. So a name is resolved once, *every* address it has must be public, and the connection goes
to the very address that was looked at: what a name means a moment later can't move it. Nothing is
followed: no redirect, no proxy of the environment, no compressed body that grows on arrival.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from urllib.parse import SplitResult, urlsplit

import h11

from chatserver import __version__
from chatserver.errors import OutboundError

MAX_ANSWER_BYTES = 64 * 1024
MAX_HEAD_BYTES = 16 * 1024
READ_BYTES = 16 * 1024
MAX_URL_CHARS = 500

Resolve = Callable[[str, int], Awaitable[list[str]]]

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_V4_COMPATIBLE = ipaddress.ip_network("::/96")
_names = ThreadPoolExecutor(4, "names")
"""Of its own: names that nobody answers for must not hold up the bot, whose threads these aren't."""


def is_public(address: str) -> bool:
    """Whether an IP address lies in the open internet, whatever IPv4 hides in an IPv6 one."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.scope_id is not None:
            return False
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if inner is None and (ip in _NAT64 or ip in _V4_COMPATIBLE):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner:
            ip = inner
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def is_loopback(address: str) -> bool:
    """Whether an IP address is this machine itself."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def check_url(url: str, *, allow_local: bool = False) -> SplitResult:
    """Return the parts of an address that may be asked, by its looks alone.

    Args:
        allow_local: whether plain HTTP is let through, for a server on this machine.

    Raises:
        OutboundError: `bad_url`.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise OutboundError("bad_url") from None
    schemes = {"https", "http"} if allow_local else {"https"}
    if (
        parts.scheme not in schemes
        or not parts.hostname
        or port == 0
        or parts.username is not None
        or parts.password is not None
        or parts.fragment
        or len(url) > MAX_URL_CHARS
        or not url.isascii()
        or any(char <= " " or char == "\\" for char in url)
    ):
        raise OutboundError("bad_url")
    return parts


async def resolve(host: str, port: int) -> list[str]:
    """Return every address of a name, by the machine's own resolver."""
    loop = asyncio.get_running_loop()
    found = await loop.run_in_executor(
        _names, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    )
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@cache
def _authorities() -> ssl.SSLContext:
    """The machine's authorities, read at the first need: reading takes as long as an import."""
    return ssl.create_default_context()


@dataclass(frozen=True, slots=True)
class Outbound:
    """How others are asked.

    Args:
        allow_local: whether a server on this machine may be asked, over plain HTTP too.
        resolve: how a name becomes addresses.
        tls: whom TLS trusts; the machine's authorities when left out.
        max_bytes: longest body of an answer.
    """

    allow_local: bool = False
    resolve: Resolve = resolve
    tls: ssl.SSLContext | None = None
    max_bytes: int = MAX_ANSWER_BYTES

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, limit_s: float
    ) -> bytes:
        """Send a body and return that of the answer, if it is a `200`.

        Args:
            limit_s: for all of it, from the name to the last byte.

        Raises:
            OutboundError: with its reason; nothing of the other side's words is in it.
        """
        told = {"Accept": "application/json", "Content-Type": "application/json", **headers}
        return await self._ask("POST", url, body, told, limit_s=limit_s)

    async def get(self, url: str, *, accept: str, limit_s: float) -> bytes:
        """Return the body of the answer, if it is a `200`.

        Args:
            accept: media types that are of use.
            limit_s: for all of it, from the name to the last byte.

        Raises:
            OutboundError: as for `post`.
        """
        return await self._ask("GET", url, b"", {"Accept": accept}, limit_s=limit_s)

    async def _ask(
        self, method: str, url: str, body: bytes, headers: Mapping[str, str], *, limit_s: float
    ) -> bytes:
        parts = check_url(url, allow_local=self.allow_local)
        try:
            async with asyncio.timeout(limit_s):
                return await self._exchange(parts, method, body, headers)
        except TimeoutError:
            raise OutboundError("timeout") from None

    async def _exchange(
        self, parts: SplitResult, method: str, body: bytes, headers: Mapping[str, str]
    ) -> bytes:
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        addresses = await self._addresses(host, port, needs_local=parts.scheme == "http")
        reader, writer = await self._connect(addresses, host, port, parts.scheme == "https")
        try:
            peer = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD_BYTES)
            writer.write(_request(peer, parts, method, body, headers))
            await writer.drain()
            return await self._answer(peer, reader)
        except (OSError, ssl.SSLError):
            raise OutboundError("connection") from None
        finally:
            # Not closed politely: a peer that never says goodbye must not cost more time.
            writer.transport.abort()

    async def _addresses(self, host: str, port: int, *, needs_local: bool) -> list[str]:
        try:
            addresses = await self.resolve(host, port)
        except (OSError, UnicodeError):
            raise OutboundError("name") from None
        if not addresses:
            raise OutboundError("name")
        if self.allow_local and all(is_loopback(address) for address in addresses):
            return addresses
        if needs_local or not all(is_public(address) for address in addresses):
            raise OutboundError("forbidden_address")
        return addresses

    async def _connect(
        self, addresses: list[str], host: str, port: int, secure: bool
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        trusted = (self.tls or await asyncio.to_thread(_authorities)) if secure else None
        for address in addresses:
            try:
                return await asyncio.open_connection(
                    address,
                    port,
                    ssl=trusted,
                    server_hostname=host if secure else None,
                )
            except ssl.SSLError:
                raise OutboundError("certificate") from None
            except OSError:
                continue
        raise OutboundError("connection")

    async def _answer(self, peer: h11.Connection, reader: asyncio.StreamReader) -> bytes:
        body = bytearray()
        try:
            while True:
                match peer.next_event():
                    case h11.NEED_DATA:
                        peer.receive_data(await reader.read(READ_BYTES))
                    case h11.Response() as head:
                        self._check_head(head)
                    case h11.Data(data=data):
                        body += data
                        if len(body) > self.max_bytes:
                            raise OutboundError("too_large")
                    case h11.EndOfMessage():
                        return bytes(body)
                    case h11.ConnectionClosed():
                        raise OutboundError("malformed")
                    case _:
                        pass
        except h11.RemoteProtocolError:
            raise OutboundError("malformed") from None

    def _check_head(self, head: h11.Response) -> None:
        if 300 <= head.status_code < 400:
            raise OutboundError("redirect")
        if head.status_code != 200:
            raise OutboundError("status", status=head.status_code)
        told = dict(head.headers)
        if told.get(b"content-encoding", b"identity") != b"identity":
            raise OutboundError("malformed")
        length = told.get(b"content-length", b"0")
        if length.isdigit() and int(length) > self.max_bytes:
            raise OutboundError("too_large")


def _request(
    peer: h11.Connection, parts: SplitResult, method: str, body: bytes, headers: Mapping[str, str]
) -> bytes:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    head = h11.Request(
        method=method,
        target=target,
        headers=[
            ("Host", parts.netloc),
            ("User-Agent", f"chatserver/{__version__}"),
            ("Accept-Encoding", "identity"),
            *([("Content-Length", str(len(body)))] if body else []),
            ("Connection", "close"),
            *headers.items(),
        ],
    )
    pieces = (peer.send(head), peer.send(h11.Data(data=body)), peer.send(h11.EndOfMessage()))
    return b"".join(piece for piece in pieces if piece)
