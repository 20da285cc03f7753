"""Thousands of shoppers in one process: the least that a browser's panel does, over bare sockets.

Connect, enter, sync what is missing, answer pings and beacons, come back as the widget does: full
jitter between half a second and a ceiling that doubles with every try.
"""

import asyncio
import base64
import json
import os
import random
import struct
import time
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, insert, update

from chatserver.domain.ids import PublicId
from chatserver.domain.messages import SYSTEM, TextBody
from chatserver.domain.sites import Site
from chatserver.services import visitors
from chatserver.services.work import Work
from chatserver.storage import conversations, messages, sites
from chatserver.storage.schema import conversations as s
from tests.clock import now_ms
from tests.faults.recorder import Screen

LEAST_S, MOST_S = 0.5, 30.0
READY_WITHIN_S = 10.0


@dataclass(frozen=True)
class Seat:
    """A visitor who has a conversation."""

    token: str
    conversation: str


def seed(connection: Connection, count: int, *, said: int) -> list[Seat]:
    """Put visitors into a database, each with a conversation that somebody has said things in."""
    site = sites.every(connection)[0]
    team = sites.teams(connection, site.id)[0]
    return [_seat(connection, site, int(team.id), said) for _ in range(count)]


def _seat(connection: Connection, site: Site, team: int, said: int) -> Seat:
    now = now_ms()
    started = visitors.start_visitor(Work(connection, now), site, language="tr", device="", days=30)
    public_id = base64.urlsafe_b64encode(os.urandom(16)).decode().rstrip("=")
    connection.execute(
        insert(s.conversation).values(
            public_id=public_id,
            site_id=site.id,
            visitor_id=started.visitor.id,
            team_id=team,
            status="bot",
            bot_active=False,
            opened_ms=now,
            last_message_ms=now,
            changed_ms=now,
            language="tr",
        )
    )
    for number in range(said):
        say(connection, public_id, f"satır {number}")
    return Seat(started.token, public_id)


def say(connection: Connection, conversation: str, text: str) -> None:
    """Add a line to a conversation by hand, as if while nobody was there."""
    found = conversations.find(connection, PublicId(conversation))
    assert found is not None
    messages.append(connection, found, author=SYSTEM, body=TextBody(text), at_ms=now_ms())


def forget_changes(connection: Connection) -> None:
    """Let what was seeded be old: no beacon has to tell of it."""
    connection.execute(update(s.conversation).values(changed_ms=0))


class Shopper(asyncio.Protocol):
    """One panel.

    Args:
        port: of the server.
        seat: whose panel.
    """

    def __init__(self, port: int, seat: Seat) -> None:
        self._port = port
        self._seat = seat
        self._transport: asyncio.Transport | None = None
        self._data = bytearray()
        self._open = False
        self._timer: asyncio.TimerHandle | None = None
        self._tries = 0
        self.wanted = True
        self.screen = Screen()
        self.level_at = 0.0
        self.failed = 0

    @property
    def is_level(self) -> bool:
        return self.level_at > 0

    def come(self) -> None:
        """Connect."""
        task = asyncio.ensure_future(self._connect())
        task.add_done_callback(lambda done: done.exception())

    def go(self) -> None:
        """Hang up and stay away."""
        self.wanted = False
        if self._timer is not None:
            self._timer.cancel()
        if self._transport is not None:
            self._transport.abort()

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        self._data.clear()
        self._open = False
        try:
            transport, _ = await loop.create_connection(lambda: self, "127.0.0.1", self._port)
        except OSError:
            self._later()
            return
        if not self.wanted:
            transport.abort()
            return
        self._timer = loop.call_later(READY_WITHIN_S, transport.abort)
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            (
                "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
                f"Host: 127.0.0.1:{self._port}\r\nOrigin: http://127.0.0.1:{self._port}\r\n"
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                f"Sec-WebSocket-Key: {key}\r\n\r\n"
            ).encode()
        )

    def _later(self) -> None:
        self.failed += 1
        if self.wanted:
            ceiling = min(MOST_S, 2 * LEAST_S * 2 ** min(self._tries, 10))
            self._tries += 1
            wait_s = LEAST_S + random.random() * (ceiling - LEAST_S)
            asyncio.get_running_loop().call_later(wait_s, self.come)

    # The line

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self.level_at = 0.0
        if self._timer is not None:
            self._timer.cancel()
        self._later()

    def data_received(self, data: bytes) -> None:
        self._data += data
        if not self._open:
            end = self._data.find(b"\r\n\r\n")
            if end < 0:
                return
            if b" 101 " not in self._data[:20] and self._transport is not None:
                self._transport.abort()
                return
            del self._data[: end + 4]
            self._open = True
        while (frame := self._next()) is not None:
            self._hear(frame)

    def _next(self) -> str | None:
        data = self._data
        if len(data) < 2:
            return None
        size, at = data[1] & 127, 2
        if size > 125:
            at = 4 if size == 126 else 10
            if len(data) < at:
                return None
            (size,) = struct.unpack(">H" if at == 4 else ">Q", data[2:at])
        if len(data) < at + size:
            return None
        text = bytes(data[at : at + size]).decode() if data[0] & 15 == 1 else ""
        del data[: at + size]
        return text

    def _send(self, text: str) -> None:
        body = text.encode()
        size = len(body)
        length = bytes([128 | size]) if size < 126 else bytes([254]) + struct.pack(">H", size)
        if self._transport is not None:
            self._transport.write(b"\x81" + length + b"\0\0\0\0" + body)

    # What is said

    def _hear(self, frame: str) -> None:
        if frame.startswith("0"):
            auth = {"version": 1, "site": "demo", "client": "c" * 22, "token": self._seat.token}
            self._send("40/visitor," + json.dumps(auth))
        elif frame == "2":
            self._send("3")
        elif frame.startswith("42/visitor,["):
            self._told(*json.loads(frame.partition(",")[2]))
        elif frame.startswith("42/visitor,"):  # it wants an answer: the beacon
            self._send(f"43/visitor,{frame[11 : frame.index('[')]}[]")
        elif frame.startswith("43/visitor,1["):
            (answer,) = json.loads(frame[12:])
            (one,) = answer["conversations"]
            self.screen.take_answer(one)
            if self.screen.is_behind:
                self._ask()
            else:
                self._tries = 0
                self.level_at = time.monotonic()

    def _told(self, name: str, fact: dict[str, Any]) -> None:
        if name == "ready":
            if self._timer is not None:
                self._timer.cancel()
            assert fact["authenticated"], "a token was forgotten"
            self._ask()
        elif name == "message_created":
            self.screen.take(fact["message"])

    def _ask(self) -> None:
        want: dict[str, Any] = {"conversation": self._seat.conversation, "after": self.screen.last}
        if self.screen.epoch:
            want["epoch"] = self.screen.epoch
        self._send("42/visitor,1" + json.dumps(["conversation_sync", {"wants": [want]}]))
