"""The Socket.IO edge as one thing: built once, started, drained, stopped."""

import asyncio
import random
from collections.abc import Callable
from typing import Any

import structlog

from chatserver.domain.ids import StaffId
from chatserver.errors import Code, Refusal
from chatserver.origins import is_own_origin
from chatserver.protocol import server_events as server
from chatserver.protocol.registry import AGENT, VISITOR
from chatserver.protocol.server_events import Limits
from chatserver.realtime import rooms, views
from chatserver.realtime.admission import Admission, Guard, refuse
from chatserver.realtime.beacon import Beacon
from chatserver.realtime.broadcaster import SocketBroadcaster
from chatserver.realtime.connections import Connection
from chatserver.realtime.dispatch import Dispatcher
from chatserver.realtime.edge import Edge
from chatserver.realtime.hearing import Hearing
from chatserver.realtime.socket_server import SocketServer
from chatserver.services import sight
from chatserver.services.people import people_of
from chatserver.services.states import VisitorState, visitors_conversations

PING_INTERVAL_S = 20
PING_TIMEOUT_S = 20

log = structlog.get_logger(__name__)


class Realtime:
    """Sockets in, facts out.

    Args:
        edge: what handlers work with; its `server` is set here.
        broadcaster: the one that the chat tells its facts to.
    """

    def __init__(self, edge: Edge, broadcaster: SocketBroadcaster) -> None:
        self.edge = edge
        self._broadcaster = broadcaster
        broadcaster.attach(edge)
        broadcaster.rights.attach(edge, close=self._close)
        self._admission = Admission(edge)
        self.beacon = Beacon(edge, check_rights=broadcaster.rights.check_all)
        self._hearing = Hearing(edge, broadcaster, self.beacon)
        self.sockets = SocketServer(
            dispatch=Dispatcher(edge, close=self._close),
            accepted=self._accepted,
            opened=lambda eio_sid, environ: self.guard.own(eio_sid, environ["asgi.scope"]),
            closed=lambda eio_sid: self.guard.forget(eio_sid),
            cors_allowed_origins=self._is_ours,
            ping_interval=PING_INTERVAL_S,
            ping_timeout=PING_TIMEOUT_S,
            transports=["websocket", "polling"],
        )
        edge.server = self.sockets
        for namespace in (VISITOR, AGENT):
            self.sockets.on("connect", self._connecting(namespace), namespace=namespace)
            self.sockets.on("disconnect", self._disconnected, namespace=namespace)
        self.guard = Guard(self.sockets.handle_request, edge.settings)
        self._tasks: list[asyncio.Task[None]] = []

    def _is_ours(self, origin: str, environ: dict[str, Any]) -> bool:
        return is_own_origin(self.edge.settings, environ["asgi.scope"], origin)

    def name_transports(self, name: Callable[[str], str]) -> None:
        """Let a transport's id say whose it is; `name` turns a random id into such a one."""
        mint = self.sockets.eio.generate_id
        self.sockets.eio.generate_id = lambda: name(mint())

    def start(self) -> None:
        """Start telling facts, the beacon and the lease checks."""
        self._tasks = [
            asyncio.create_task(self._broadcaster.run(), name="broadcaster"),
            asyncio.create_task(self._broadcaster.rows.run(), name="rows"),
            asyncio.create_task(self.beacon.run(), name="beacon"),
            asyncio.create_task(self.beacon.run_leases(), name="leases"),
        ]
        if self.edge.fanout is not None:
            self.edge.fanout.attach(self._hearing)
            self._tasks.append(asyncio.create_task(self.edge.fanout.run(), name="fan-out"))

    # In and out

    def _connecting(self, namespace: str) -> Any:
        admit = self._admission.visitor if namespace == VISITOR else self._admission.agent

        async def connect(sid: str, environ: dict[str, Any], auth: object) -> None:
            eio_sid = self.sockets.manager.eio_sid_from_sid(sid, namespace)
            connection = await admit(sid, eio_sid, environ, auth)
            if not self.edge.rates.open_socket(connection.address):
                raise refuse(Code.RATE_LIMITED)
            self.edge.connections.add(connection)

        return connect

    async def _accepted(self, namespace: str, sid: str) -> None:
        connection = self.edge.connections.get(sid)
        if connection is None:
            return
        try:
            if namespace == VISITOR:
                await self._welcome_visitor(connection)
            else:
                await self._welcome_agent(connection)
        except Refusal as refusal:
            # Without `ready` the client can't begin: it goes and comes back.
            log.warning("not welcomed", code=refusal.code)
            self._close(connection)

    async def _welcome_visitor(self, connection: Connection) -> None:
        edge, site = self.edge, connection.site
        assert site is not None
        await edge.join(connection, rooms.site_visitors(site.id))
        visitor = connection.visitor
        if visitor is not None:
            await edge.join(connection, rooms.visitor(visitor.id))
        now_ms = edge.now_ms()
        people = await edge.chat.sharing.read(
            ("people", site.id),
            lambda: edge.chat.read(people_of, site, now_ms=edge.now_ms()),
        )
        states: list[VisitorState] = []
        if visitor is not None:
            states = await edge.chat.read(visitors_conversations, visitor, now_ms=now_ms)
        await edge.tell(
            connection,
            "ready",
            server.VisitorReady(
                epoch=edge.epoch,
                authenticated=visitor is not None,
                identified=connection.identified,
                conversations=tuple(views.visitor_conversation(state) for state in states),
                people=views.people(people),
                limits=Limits(),
                server_time_ms=now_ms,
            ),
        )

    async def _welcome_agent(self, connection: Connection) -> None:
        edge, agent = self.edge, connection.agent
        assert agent is not None
        await edge.join(connection, rooms.staff())
        await edge.join(connection, rooms.agent(agent))
        for team in connection.teams:
            await edge.join(connection, rooms.team(team))
        now_ms = edge.now_ms()
        picture = await edge.chat.read(sight.queue, agent, now_ms=now_ms)
        queue = views.queue(picture, now_ms=now_ms)
        await edge.tell(
            connection,
            "ready",
            server.AgentReady(
                epoch=edge.epoch,
                heads=tuple(views.heads(state) for state in queue.conversations),
                queue_revision=queue.revision,
                me=queue.me,
                limits=Limits(),
                server_time_ms=now_ms,
            ),
        )

    async def _disconnected(self, sid: str, _reason: str = "") -> None:
        connection = self.edge.connections.remove(sid)
        if connection is not None:
            self.edge.gone(connection)
            self.edge.rates.close_socket(connection.address)

    def _close(self, connection: Connection) -> None:
        self.sockets.close_soon(connection.eio_sid)

    async def close_agent(self, agent: StaffId, *, keep: set[int]) -> None:
        """Close an agent's sockets, but those of sessions that still live, in every process."""
        self.edge.order("agent", agent, room=rooms.agent(agent))
        for connection in self.edge.connections.of_agent(agent):
            if connection.session not in keep:
                self._close(connection)

    # Going away

    async def drain(self, *, spread_ms: int = 3000) -> None:
        """Refuse what is new and tell every client when to come back, not all at once."""
        self.edge.draining = True
        for connection in self.edge.connections:
            await self.edge.tell(
                connection,
                "drain",
                server.Drain(reconnect_in_ms=random.randint(200, spread_ms)),
            )

    async def stop(self) -> None:
        """Tell what is left to tell, then close every socket."""
        try:
            async with asyncio.timeout(2):
                await self._broadcaster.drained()
        except TimeoutError:
            log.warning("facts untold at stop")
        if self.edge.fanout is not None:
            await self.edge.fanout.drained()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for eio_sid in list(self.sockets.eio.sockets):
            await self.sockets.close_transport(eio_sid)
        await self.sockets.shutdown()
