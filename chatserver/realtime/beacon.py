"""The beacon and the lease check: how a connected client repairs itself, and proves that it lives.

An emit never counts as sent: a row is repeated until this socket acknowledges it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import partial

import structlog
from sqlalchemy import Connection as SqlConnection

from chatserver.domain.conversations import Conversation
from chatserver.domain.ids import PublicId, StaffId
from chatserver.errors import Refusal
from chatserver.protocol import server_events as server
from chatserver.protocol.registry import AGENT
from chatserver.protocol.shared import Heads
from chatserver.realtime.connections import Connection, Row
from chatserver.realtime.edge import Edge
from chatserver.services import presence
from chatserver.storage import conversations, installation

INTERVAL_S = 5.0
OVERLAP_MS = 10_000
"""How far back a round looks beyond the last one: longer than any commit takes."""

log = structlog.get_logger(__name__)


def row_for(connection: Connection, conversation: Conversation) -> Row:
    """Return one conversation's row as this socket may know it."""
    is_agent = connection.agent is not None
    return (
        conversation.last_seq if is_agent else conversation.last_public_seq,
        conversation.agent_seen_seq,
        conversation.visitor_seen_seq,
        conversation.version,
    )


def concerns(connection: Connection, conversation: Conversation) -> bool:
    """Whether a socket may know of a conversation."""
    if connection.agent is not None:
        return conversation.team in connection.teams or conversation.holder == connection.agent
    return connection.visitor is not None and conversation.visitor == connection.visitor.id


def note_changes(connection: Connection, changed: Iterable[Conversation]) -> None:
    """Put what this socket has not acknowledged into its next beacon."""
    for conversation in changed:
        if concerns(connection, conversation):
            row = row_for(connection, conversation)
            if connection.acked.get(conversation.public_id) != row:
                connection.pending[conversation.public_id] = row


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
    for heads in beacon.heads:
        public_id = PublicId(heads.conversation)
        row = (heads.head, heads.seen_by_agent, heads.seen_by_visitor, heads.version)
        if connection.pending.get(public_id) == row:
            del connection.pending[public_id]
            connection.acked[public_id] = row
    if beacon.queue_revision is not None:
        connection.acked_revision = beacon.queue_revision


def _changed(connection: SqlConnection, since_ms: int) -> tuple[list[Conversation], int]:
    return conversations.changed_since(connection, since_ms), installation.queue_revision(
        connection
    )


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
        agents = edge.agents_connections()
        for conversation in changed:
            for connection in edge.connections.of_visitor(conversation.visitor):
                note_changes(connection, (conversation,))
            for connection in agents:
                note_changes(connection, (conversation,))
        for connection in edge.connections:
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
