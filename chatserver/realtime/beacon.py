"""The beacon and the lease check: how a connected client repairs itself, and proves that it lives.

An emit never counts as sent: a row is repeated until this socket acknowledges it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import partial

import structlog
from sqlalchemy import Connection as SqlConnection

from chatserver.domain.ids import PublicId, StaffId
from chatserver.errors import Refusal
from chatserver.protocol import server_events as server
from chatserver.protocol.registry import AGENT
from chatserver.protocol.shared import Heads
from chatserver.realtime.connections import Connection, Row
from chatserver.realtime.edge import Edge
from chatserver.realtime.pace import Pace
from chatserver.services import presence
from chatserver.storage import heads, installation
from chatserver.storage.heads import Head

INTERVAL_S = 5.0
OVERLAP_MS = 10_000
"""How far back a round looks beyond the last one: longer than any commit takes."""

HEADS_AT_ONCE = 500
"""Noted for one socket without letting others on: less than a millisecond."""

log = structlog.get_logger(__name__)


def row_for(connection: Connection, head: Head) -> Row:
    """Return one conversation's row as this socket may know it."""
    is_agent = connection.agent is not None
    return (
        head.last_seq if is_agent else head.last_public_seq,
        head.agent_seen_seq,
        head.visitor_seen_seq,
        head.version,
    )


def concerns(connection: Connection, head: Head) -> bool:
    """Whether a socket may know of a conversation."""
    if connection.agent is not None:
        return head.team in connection.teams or head.holder == connection.agent
    return connection.visitor is not None and head.visitor == connection.visitor.id


def note_changes(connection: Connection, changed: Iterable[Head]) -> None:
    """Put what this socket has not acknowledged into its next beacon."""
    for head in changed:
        if concerns(connection, head):
            row = row_for(connection, head)
            if connection.acked.get(head.public_id) != row:
                connection.pending[head.public_id] = row


def beacon_for(connection: Connection, revision: int) -> server.Beacon | None:
    """Return what this socket must still hear; None when nothing."""
    tells_revision = connection.agent is not None and revision != connection.acked_revision
    if not connection.pending and not tells_revision:
        return None
    return server.Beacon(
        heads=tuple(
            Heads(
                conversation=public_id,
                head=row[0],
                seen_by_agent=row[1],
                seen_by_visitor=row[2],
                version=row[3],
            )
            for public_id, row in connection.pending.items()
        ),
        queue_revision=revision if tells_revision else None,
    )


def acknowledge(connection: Connection, beacon: server.Beacon) -> None:
    """Take off what was acknowledged, unless it has changed again meanwhile."""
    for told in beacon.heads:
        public_id = PublicId(told.conversation)
        row = (told.head, told.seen_by_agent, told.seen_by_visitor, told.version)
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
        while True:
            await asyncio.sleep(INTERVAL_S)
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
        for head in changed:
            for connection in edge.connections.of_visitor(head.visitor):
                note_changes(connection, (head,))
            await pace.breathe()
        for connection in edge.connections:
            for start in range(0, len(changed) if connection.agent else 0, HEADS_AT_ONCE):
                note_changes(connection, changed[start : start + HEADS_AT_ONCE])
                await pace.breathe()
            await pace.breathe()
            beacon = beacon_for(connection, revision)
            if beacon is not None:
                await edge.ask(
                    connection, "heads", beacon, partial(acknowledge, connection, beacon)
                )

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
