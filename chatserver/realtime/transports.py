"""One Engine.IO connection, whichever way its packets travel; knows nothing of what they carry.

The library's own socket makes a task and a timeout of every packet, in and out, and its queue has no
end. Here:

- a packet is written at once where the WebSocket takes it (`shortcut`, else `_push`); no queue,
  no task;
- what cannot be written waits, up to `MAX_WAITING` packets or `MAX_WAITING_BYTES`, and one task
  writes it as long as something waits; a reader slower than that is hung up on (`SLOW_CONSUMER`);
- packets are read and handled by the task of the connection itself, one after the other, so a
  client that sends faster than we handle is slowed down by TCP and not remembered;
- pings are two timers, of which one runs.
"""

import asyncio
from sys import getsizeof
from typing import Any

import structlog
from engineio.async_socket import AsyncSocket

from chatserver.realtime.lines import Frame, Line, Message, Receive, Send, Shortcut, Started
from chatserver.realtime.packets import Malformed

OPEN, CLOSE, PING, PONG, MESSAGE, UPGRADE, NOOP = "0123456"

MAX_WAITING = 256
MAX_WAITING_BYTES = 1_000_000
MAX_POLLED = 16
"""Packets in one poll's answer; python-socketio's own client takes no more."""

MAX_STRAYS = 64
"""So many packets that nobody asked for (a PONG without a PING …) are one too many."""

CLOSE_GRACE_S = 5.0
"""How long a peer may take to hang up after we did; then the line is cut."""

SLOW_CONSUMER = "slow_consumer"
PARSE_ERROR = "parse error"

log = structlog.get_logger(__name__)


class Transport(AsyncSocket):
    """One connection: an Engine.IO session.

    The library's attributes that its server reads are kept (`connected`, `upgrading`, `upgraded`,
    `closing`, `closed`); its queue and session are not made. An idle one has no task of its own.

    Args:
        server: the Engine.IO server.
        sid: the id of the session.
    """

    __slots__ = (
        "_line", "_poller", "_send", "_timer", "_waiting", "_waiting_bytes", "_writer", "closed",
        "closing", "connected", "connects", "deadline", "ended", "handling", "members", "pinged",
        "posting", "reason", "refused", "scope", "server", "shortcut", "sid", "strays", "upgraded",
        "upgrading",
    )  # fmt: skip

    def __init__(self, server: Any, sid: str, scope: Message) -> None:
        # Not the library's __init__: it makes an asyncio.Queue and a dict for every connection.
        self.server = server
        self.sid = sid
        self.scope = scope
        self.connected = True
        self.upgrading = self.upgraded = self.closing = self.closed = False
        self.reason = ""
        self.ended = self.handling = self.pinged = False
        self.posting: asyncio.Future[None] | None = None
        self.strays = 0
        # For the layer above, which so needs no table of its own by connection.
        self.members: tuple[Any, ...] = ()
        self.deadline: asyncio.TimerHandle | None = None
        self.connects = self.refused = 0
        self._send: Send | None = None
        self.shortcut: Shortcut | None = None
        self._line: Line | None = None
        self._waiting: list[Frame] = []
        self._waiting_bytes = 0
        self._writer: asyncio.Task[None] | None = None
        self._poller: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    # Out

    def write(self, frame: Frame) -> None:
        """Send a packet, now or as soon as the peer reads; after the end, nothing happens."""
        if self.closed:
            return
        if self._send is not None and self._writer is None:
            if self.shortcut is not None:
                if type(frame) is str and self.shortcut.write(frame):
                    return
                self.shortcut.flush()
            self._push({"type": "websocket.send", _kind(frame): frame})
            return
        weight = getsizeof(frame)
        if self._waiting and (
            len(self._waiting) >= MAX_WAITING or self._waiting_bytes + weight > MAX_WAITING_BYTES
        ):
            # What waits alone may weigh more: the answer to a long sync is one packet.
            self.shut(SLOW_CONSUMER, abort=True)
            return
        self._waiting.append(frame)
        self._waiting_bytes += weight
        self._wake()

    def _push(self, message: Message) -> None:
        """Write to the WebSocket without a task; only where it makes us wait, one is begun.

        `send` is a coroutine, and by its first step it has written, unless the peer does not read.
        Awaiting it here would let one such peer hold up everybody else in the room.
        """
        assert self._send is not None
        step = self._send(message)
        try:
            waits_for = step.send(None)
        except StopIteration:
            return
        except (OSError, RuntimeError):
            # The line is gone; whoever reads from it is told so in a moment, and cleans up.
            return
        self._writer = asyncio.get_running_loop().create_task(
            self._write_waiting(Started(step, waits_for))
        )

    async def _write_waiting(self, begun: Started) -> None:
        try:
            await begun
            while self._waiting and self._send is not None:
                frame = self._waiting.pop(0)
                self._waiting_bytes -= getsizeof(frame)
                await self._send({"type": "websocket.send", _kind(frame): frame})
            if self.closed and self._send is not None:
                await self._send({"type": "websocket.close"})
        except (OSError, RuntimeError):
            self._take_waiting()
        finally:
            self._writer = None

    @property
    def waiting(self) -> int:
        """How many packets wait for the peer to read."""
        return len(self._waiting)

    def _take_waiting(self, most: int | None = None) -> list[Frame]:
        """Return what waits, all of it or the first so many packets; those wait no more."""
        frames, self._waiting = self._waiting[:most], self._waiting[most:] if most else []
        self._waiting_bytes = sum(map(getsizeof, self._waiting))
        return frames

    def attach(self, send: Send, receive: Receive) -> None:
        """Write to a WebSocket from now on; what waited goes first."""
        self._send, self._line = send, Line(receive)
        self.shortcut = Shortcut.of(receive)
        self.upgraded, self.upgrading = True, False
        for frame in self._take_waiting():
            self.write(frame)

    # Polls

    @property
    def is_polled(self) -> bool:
        """Whether a poll waits right now."""
        return self._poller is not None

    async def poll(self, receive: Receive) -> list[Frame] | None:
        """Wait for what a poll may carry; None when the client has given it up.

        A poll that was given up takes nothing with it: what waits is looked at only after asking
        whether anybody still does.
        """
        self._poller = asyncio.get_running_loop().create_future()
        try:
            if (await receive())["type"] != "http.request":
                return None
            if not (self._waiting or self.upgrading or self.closed):
                # A GET has no body, so the next message can only be that the client hung up.
                hung_up = asyncio.ensure_future(receive())
                hung_up.add_done_callback(lambda _: self._wake())
                try:
                    await self._poller
                    if hung_up.done():
                        return None
                finally:
                    hung_up.cancel()
        finally:
            self._poller = None
        self._line = Line(receive)
        return self._take_waiting(MAX_POLLED) or [NOOP]

    def _wake(self) -> None:
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(None)

    def begin_upgrade(self) -> None:
        """Let a poll that waits go, empty if need be: the client asks no more before it is over."""
        self.upgrading = True
        self._wake()

    # In

    async def handle(self, frame: Frame) -> None:
        """Handle one packet; packets of one connection are handled one after the other.

        Raises:
            Malformed: when no client of the protocol sends it.
        """
        if self.closed:
            return
        self.handling = True
        try:
            if not isinstance(frame, str):
                await self.server.handlers["message"](self.sid, frame)
                return
            match frame[:1]:
                case "4":
                    await self.server.handlers["message"](self.sid, frame[1:])
                case "3":
                    self._pong()
                case "1" if len(frame) == 1:
                    self.shut(self.server.reason.CLIENT_DISCONNECT, farewell=NOOP)
                case _:
                    raise Malformed("a packet of another kind")
        finally:
            self.handling = False
            if self.reason:  # it ended meanwhile
                self.server.finish(self)

    def stray(self) -> None:
        """Count a packet that does no harm but that nobody asked for.

        Raises:
            Malformed: at one too many.
        """
        self.strays += 1
        if self.strays > MAX_STRAYS:
            raise Malformed("too many packets that nobody asked for")

    # Heartbeat

    def start_heartbeat(self) -> None:
        """Ask now and then whether the peer is there."""
        if not self.closed:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self.server.ping_interval, self._ping)

    def _ping(self) -> None:
        self.pinged = True
        self._expect_pong()
        self.write(PING)

    def _expect_pong(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self.server.ping_timeout, self._expire)

    def _pong(self) -> None:
        if not self.pinged:
            self.stray()
            return
        self.pinged = False
        if self._timer is not None:
            self._timer.cancel()
        self.start_heartbeat()

    def _expire(self) -> None:
        if self.handling:
            # Its answer may lie behind the packet that we are still busy with.
            self._expect_pong()
        else:
            self.shut(self.server.reason.PING_TIMEOUT, abort=True)

    # The end

    def shut(
        self, reason: str, *, abort: bool = False, farewell: str = CLOSE, code: int = 1000
    ) -> None:
        """End the connection, now; who is told of it is told after the packet in hand.

        Args:
            abort: what was not sent yet is forgotten, and the line is cut. Else it goes first, and
                the line is cut if that takes too long.
            farewell: the packet that a waiting poll is answered with.
            code: the WebSocket's.
        """
        if self.closed:
            return
        self.closed = self.closing = True
        self.reason = reason
        if self.shortcut is not None:
            self.shortcut.flush()
            self.shortcut = None
        for timer in (self._timer, self.deadline):
            if timer is not None:
                timer.cancel()
        self._timer = self.deadline = None
        if abort:
            self._take_waiting()
            if self._writer is not None:
                self._writer.cancel()
        if self._send is not None:
            self._hang_up(abort=abort, code=code)
        else:
            if self._poller is not None:
                self._waiting.append(farewell)
            if abort and self._line is not None:
                self._line.cut(if_stuck=True)
            self._wake()
        if not self.handling:
            self.server.finish(self)

    def reject(self, malformed: Malformed) -> None:
        """End the connection of a peer that sent what no client of the protocol sends."""
        # Never the payload: it is what somebody typed.
        log.info("socket closed", why="malformed", what=str(malformed))
        self.shut(PARSE_ERROR, code=1002)

    def _hang_up(self, *, abort: bool, code: int) -> None:
        assert self._line is not None
        if abort:
            self._line.cut()
            return
        if self._writer is None:
            self._push({"type": "websocket.close", "code": code})
        asyncio.get_running_loop().call_later(CLOSE_GRACE_S, self._line.cut)

    async def lost(self) -> None:
        """End because the peer hung up, or because we did and have only to send the last words."""
        if not self.closed:
            self._send = None
            self.shut(self.server.reason.TRANSPORT_CLOSE, abort=True)
        if self._writer is not None:
            await asyncio.wait({self._writer}, timeout=CLOSE_GRACE_S)

    def forget(self) -> None:
        """Let go of what the end leaves behind."""
        self.members = ()

    # The library's names, for whoever uses its server through them

    async def send(self, pkt: Any) -> None:
        """Send a packet of the library's."""
        self.write(pkt.encode())

    async def close(
        self, wait: bool = True, abort: bool = False, reason: str | None = None
    ) -> None:
        """End the connection; there is nothing to wait for."""
        self.shut(reason or self.server.reason.SERVER_DISCONNECT, abort=abort)


def _kind(frame: Frame) -> str:
    return "text" if type(frame) is str else "bytes"
