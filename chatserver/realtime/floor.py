"""What this process's visitors hear of the floor: how they stand, their place, who is there.

It remembers what was said last, so that nothing is said when nothing changed; each process keeps
this for its own visitors.
"""

from chatserver.domain.ids import ConversationId, VisitorId
from chatserver.protocol import server_events as server
from chatserver.protocol.registry import VISITOR
from chatserver.realtime import rooms, views
from chatserver.realtime.edge import Edge
from chatserver.services.people import people_of
from chatserver.services.states import visitor_state_of
from chatserver.storage import conversations, sites


class Floor:
    """Reads the floor and tells it to the visitors who are connected here."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._positions: dict[ConversationId, tuple[VisitorId, int]] = {}
        self._people: dict[int, server.PeopleChanged] = {}

    async def tell_visitor(self, conversation: ConversationId, visitor: VisitorId) -> None:
        """Tell a visitor how their conversation stands, if they are here."""
        edge = self._edge
        if not edge.connections.of_visitor(visitor):
            self._positions.pop(conversation, None)
            return
        seen = await edge.chat.read(visitor_state_of, conversation, now_ms=edge.now_ms())
        if seen.position is None:
            self._positions.pop(conversation, None)
        else:
            self._positions[conversation] = (visitor, seen.position)
        state = views.visitor_conversation(seen)
        for connection in edge.connections.of_visitor(visitor):
            await edge.tell(
                connection,
                "conversation_updated",
                server.VisitorConversationUpdated(state=state),
            )

    async def tell_people(self) -> None:
        """Tell a site's visitors when people come or go; nothing when nothing changed."""
        edge = self._edge
        for site_id in edge.connections.visitor_sites():
            site = await edge.chat.read(sites.get, site_id)
            people = await edge.chat.read(people_of, site, now_ms=edge.now_ms())
            fact = server.PeopleChanged(people=views.people(people))
            if self._people.get(site_id) != fact:
                self._people[site_id] = fact
                await edge.emit_here(
                    "people_changed", fact, room=rooms.site_visitors(site_id), namespace=VISITOR
                )

    async def tell_positions(self) -> None:
        """Tell those who wait that they moved up."""
        if not self._positions:
            return
        places: dict[int, int] = {}
        waiting = await self._edge.chat.read(conversations.waiting_ids)
        still = {conversation for conversation, _team in waiting}
        self._positions = {item: at for item, at in self._positions.items() if item in still}
        for conversation, team in waiting:
            places[team] = places.get(team, 0) + 1
            known = self._positions.get(conversation)
            if known is not None and known[1] != places[team]:
                await self.tell_visitor(conversation, known[0])
