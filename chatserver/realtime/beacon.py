"""The beacon and the lease check: how a connected client repairs itself, and proves that it lives.

An emit never counts as sent: a row is repeated until this socket acknowledges it.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterable
from functools import partial

import structlog
from sqlalchemy import Connection as SqlConnection

from chatserver.domain.ids import PublicId, StaffId
from chatserver.errors import Refusal
from chatserver.protocol import server_events as server
from chatserver.protocol.conversations import Heads
from chatserver.protocol.registry import AGENT
from chatserver.realtime.connections import Connection
from chatserver.realtime.edge import Edge
from chatserver.realtime.pace import Pace
from chatserver.services import presence
from chatserver.storage import heads, installation
from chatserver.storage.heads import Head

INTERVAL_S = 5.0
OVERLAP_MS = 10_000
"""How far back a round looks beyond the last one: longer than any commit takes."""

SPREAD_S = 3.0
"""Over so long sockets are told: each answers, and thousands of answers at once hold everybody up."""

TOLD_AT_ONCE = 10
SLICE_S = 0.02
"""Between so many sockets, or as many as it takes to be done in time, and the next."""

HEADS_AT_ONCE = 500
"""Noted for one socket without letting others on: less than a millisecond."""

log = structlog.get_logger(__name__)


class Change:
    """A conversation that changed, with its row for each audience, worded once for all sockets.

    Twenty agents with a thousand conversations each would else make twenty thousand rows, and the
    collector's look at those holds everybody up (measured, docs/performance.md).
    """

    __slots__ = ("for_agents", "for_visitors", "head")

    def __init__(self, head: Head) -> None:
        self.head = head
        self.for_agents = _row(head, head.last_seq)
        self.for_visitors = _row(head, head.last_public_seq)


def _row(head: Head, seq: int) -> Heads:
    return Heads(
        conversation=head.public_id,
        head=seq,
        seen_by_agent=head.agent_seen_seq,
        seen_by_visitor=head.visitor_seen_seq,
        version=head.version,
    )


def concerns(connection: Connection, head: Head) -> bool:
    """Whether a socket may know of a conversation."""
    if connection.agent is not None:
        return head.team in connection.teams or head.holder == connection.agent
    return connection.visitor is not None and head.visitor == connection.visitor.id


def note_changes(connection: Connection, changed: Iterable[Change]) -> None:
    """Put what this socket has not acknowledged into its next beacon."""
    is_agent = connection.agent is not None
    for change in changed:
        if concerns(connection, change.head):
            row = change.for_agents if is_agent else change.for_visitors
            if connection.acked.get(change.head.public_id) != row:
                connection.pending[change.head.public_id] = row


def told_at_once(sockets: int) -> int:
    """Return how many of so many sockets are told before the others are let on."""
    return max(TOLD_AT_ONCE, math.ceil(sockets * SLICE_S / SPREAD_S))


def beacon_for(connection: Connection, revision: int) -> server.Beacon | None:
    """Return what this socket must still hear; None when nothing."""
    tells_revision = connection.agent is not None and revision != connection.acked_revision
    if not connection.pending and not tells_revision:
        return None
    return server.Beacon(
        heads=tuple(connection.pending.values()),
        queue_revision=revision if tells_revision else None,
    )


def acknowledge(connection: Connection, beacon: server.Beacon) -> None:
    """Take off what was acknowledged, unless it has changed again meanwhile."""
    for row in beacon.heads:
        public_id = PublicId(row.conversation)
        if connection.pending.get(public_id) == row:
            del connection.pending[public_id]
            connection.acked[public_id] = row
    if beacon.queue_revision is not None:
        connection.acked_revision = beacon.queue_revision


def _changed(connection: SqlConnection, since_ms: int) -> tuple[list[Head], int]:
    return heads.changed_since(connection, since_ms), installation.queue_revision(connection)


class Beacon:
    """Sends beacons and lease checks to the sockets of this process.

    Args:
        check_rights: done with every beacon, so that rights end without any word from others.
    """

    def __init__(
        self, edge: Edge, *, check_rights: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        self._edge = edge
        self._check_rights = check_rights
        self._read_to_ms = edge.now_ms()

    async def run(self) -> None:
        """Send a beacon every few seconds until cancelled."""
        loop = asyncio.get_running_loop()
        due = loop.time() + INTERVAL_S
        while True:
            await asyncio.sleep(max(SLICE_S, due - loop.time()))
            due = loop.time() + INTERVAL_S
            try:
                await self.send()
                if self._check_rights is not None:
                    await self._check_rights()
            except Refusal as refusal:
                log.warning("beacon skipped", code=refusal.code)

    async def send(self) -> None:
        """Send each socket what it has not acknowledged."""
        edge = self._edge
        now_ms = edge.now_ms()
        changed, revision = await edge.chat.read(_changed, self._read_to_ms - OVERLAP_MS)
        self._read_to_ms = now_ms
        # By visitor, and not every socket against every conversation: with thousands of both that
        # would hold up everybody for as long as a beacon's interval.
        pace = Pace()
        changes: list[Change] = []
        for head in changed:
            change = Change(head)
            changes.append(change)
            for connection in edge.connections.of_visitor(head.visitor):
                note_changes(connection, (change,))
            await pace.breathe()
        sockets = list(edge.connections)
        slice_of = told_at_once(len(sockets))
        told = 0
        for connection in sockets:
            for start in range(0, len(changes) if connection.agent else 0, HEADS_AT_ONCE):
                note_changes(connection, changes[start : start + HEADS_AT_ONCE])
                await pace.breathe()
            await pace.breathe()
            beacon = beacon_for(connection, revision)
            if beacon is not None:
                await edge.ask(
                    connection, "heads", beacon, partial(acknowledge, connection, beacon)
                )
                told += 1
                if told % slice_of == 0:
                    await pace.rest(SLICE_S)

    async def run_leases(self) -> None:
        """Ask agents whether they are there, until cancelled."""
        while True:
            await asyncio.sleep(self._edge.settings.lease_check_s)
            await self.check_leases()

    async def check_leases(self) -> None:
        """Ask each agent's browsers once; any answer renews the agent's lease."""
        edge = self._edge
        until_ms = edge.now_ms() + edge.settings.lease_s * 1000
        for connection in edge.connections:
            if connection.namespace == AGENT and connection.agent is not None:
                agent = connection.agent
                await edge.ask(
                    connection,
                    "lease_check",
                    server.LeaseCheck(lease_until_ms=until_ms),
                    partial(self._renew, agent, until_ms),
                )

    def _renew(self, agent: StaffId, until_ms: int) -> None:
        self._edge.chat.tasks.start(self._write_lease(agent, until_ms), name=f"lease {agent}")

    async def _write_lease(self, agent: StaffId, until_ms: int) -> None:
        try:
            # From when they were asked: a process that slept finds old answers in its mail, and
            # those prove nothing about now.
            await self._edge.chat.do(presence.renew_lease, agent, until_ms=until_ms)
        except Refusal as refusal:
            log.warning("lease not renewed", agent=agent, code=refusal.code)
