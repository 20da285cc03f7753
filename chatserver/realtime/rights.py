"""Whether live sockets may still be what they were let in as; changes act on them at once.

A session may end, an account may be switched off, and teams may change, in another process or by a
command. Whoever did it says so; this looks by itself as well, so that rights end without Redis too.
"""

from collections.abc import Callable, Iterable

from chatserver.domain.ids import StaffId, TeamId, VisitorId
from chatserver.realtime import rooms
from chatserver.realtime.connections import Connection
from chatserver.realtime.edge import Edge
from chatserver.services import identifying
from chatserver.services.standing import Standing, standing_of


class Rights:
    """Closes sockets whose session is over, and moves those whose teams have changed."""

    def __init__(self) -> None:
        self._edge: Edge | None = None
        self._close: Callable[[Connection], None] | None = None

    def attach(self, edge: Edge, close: Callable[[Connection], None] | None = None) -> None:
        """Say where the sockets are, and how one is closed."""
        self._edge = edge
        self._close = close or self._close

    async def check_all(self) -> None:
        """Look at every agent who is connected here."""
        assert self._edge is not None
        await self.check(self._edge.connections.agents())

    async def check(self, agents: Iterable[StaffId]) -> None:
        """Look at some agents; those who are not connected here are passed over."""
        edge = self._edge
        assert edge is not None
        here = [agent for agent in agents if edge.connections.of_agent(agent)]
        if not here:
            return
        standings = await edge.chat.read(standing_of, here, now_ms=edge.now_ms())
        for agent in here:
            for connection in edge.connections.of_agent(agent):
                await self._apply(connection, standings.get(agent))

    async def check_visitors(self, visitors: Iterable[VisitorId]) -> None:
        """Close the sockets of some visitors that came by a token which is worthless now."""
        edge = self._edge
        assert edge is not None and self._close is not None
        here = {one: edge.connections.of_visitor(one) for one in visitors}
        ids = [one for one, sockets in here.items() if sockets]
        if not ids:
            return
        good = await edge.chat.read(identifying.living, ids)
        for one in ids:
            for connection in here[one]:
                if connection.token_hash not in good and not connection.leaving:
                    self._close(connection)

    async def _apply(self, connection: Connection, standing: Standing | None) -> None:
        edge = self._edge
        assert edge is not None and self._close is not None
        if standing is None or connection.session not in standing.sessions:
            self._close(connection)
            return
        await self._move(connection, standing.teams)

    async def move(self, agent: StaffId, teams: frozenset[TeamId]) -> None:
        """Let an agent's sockets hear the teams the agent is in now."""
        assert self._edge is not None
        for connection in self._edge.connections.of_agent(agent):
            await self._move(connection, teams)

    async def _move(self, connection: Connection, teams: frozenset[TeamId]) -> None:
        edge = self._edge
        assert edge is not None
        before, connection.teams = connection.teams, teams
        for team in teams - before:
            await edge.join(connection, rooms.team(team))
        for team in before - teams:
            await edge.leave(connection, rooms.team(team))
