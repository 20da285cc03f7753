"""Tells what happened to whom it concerns; the only caller of `emit` for facts.

Facts come in the order of the commits and leave in that order. A state is read when it is told,
not when it changed, so that several changes in a row are told once and never stale.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, field

import structlog

from chatserver.domain.ids import ConversationId, StaffId, VisitorId
from chatserver.domain.messages import Audience, Message
from chatserver.errors import Refusal
from chatserver.protocol import server_events as server
from chatserver.protocol.conversations import OfferView
from chatserver.protocol.registry import AGENT, VISITOR
from chatserver.realtime import rooms, views
from chatserver.realtime.edge import Edge, encode
from chatserver.realtime.envelope import Order
from chatserver.realtime.floor import Floor
from chatserver.realtime.rights import Rights
from chatserver.realtime.rows import Rows
from chatserver.services import sight
from chatserver.services.facts import (
    AgentChanged,
    ConversationChanged,
    Fact,
    MessagePosted,
    MessagesChanged,
    OfferEnded,
    OfferMade,
    QueueChanged,
    SeenMoved,
    TokensEnded,
    TurnOwed,
)
from chatserver.services.states import agent_state, agent_states_of
from chatserver.storage import conversations

log = structlog.get_logger(__name__)

MAX_REMEMBERED = 10_000

AGAIN_S = 0.25
"""Between two tries to tell what the database did not answer for."""


@dataclass(slots=True)
class _Round:
    """What is still to be read and said.

    Args:
        facts: not told yet, in the order of their commits.
        changed: conversations whose row in the agents' lists is to be told now.
        states: those whose state changed, which their visitors see too.
        tokens: visitors whose tokens may have ended.
        states_here, moved_here, agents_here, people_here, queue_here: what other processes told;
            it has been said everywhere else already.
        behind: whether the last try ended early.
    """

    facts: deque[Fact] = field(default_factory=deque)
    changed: dict[ConversationId, None] = field(default_factory=dict)
    states: dict[ConversationId, None] = field(default_factory=dict)
    agents: dict[StaffId, None] = field(default_factory=dict)
    queue: bool = False
    tokens: dict[VisitorId, None] = field(default_factory=dict)
    states_here: dict[ConversationId, None] = field(default_factory=dict)
    moved_here: dict[ConversationId, None] = field(default_factory=dict)
    agents_here: dict[StaffId, None] = field(default_factory=dict)
    people_here: bool = False
    queue_here: bool = False
    behind: bool = False


class SocketBroadcaster:
    """Takes facts at once and tells them from one task, in order."""

    def __init__(self) -> None:
        self.rights = Rights()
        self._facts: asyncio.Queue[tuple[Fact | Order, ...]] = asyncio.Queue()
        self._edge: Edge | None = None
        self._floor: Floor | None = None
        self._rows: Rows | None = None
        self._visitors: dict[ConversationId, VisitorId] = {}
        self._left = _Round()

    def attach(self, edge: Edge) -> None:
        """Say where the sockets are."""
        self._edge = edge
        self._floor = Floor(edge)
        self._rows = Rows(edge)
        self.rights.attach(edge)

    @property
    def edge(self) -> Edge:
        """Where the sockets are."""
        assert self._edge is not None
        return self._edge

    @property
    def floor(self) -> Floor:
        """What visitors hear about queue and people."""
        assert self._floor is not None
        return self._floor

    @property
    def rows(self) -> Rows:
        """The agents' lists."""
        assert self._rows is not None
        return self._rows

    def tell(self, facts: tuple[Fact, ...]) -> None:
        """Take the facts of one commit."""
        self._facts.put_nowait(facts)

    def obey(self, orders: tuple[Order, ...]) -> None:
        """Take what other processes told: it concerns this one's sockets alone."""
        self._facts.put_nowait(orders)

    async def run(self) -> None:
        """Tell facts until cancelled."""
        while True:
            batch = []
            if self._left.behind:
                await asyncio.sleep(AGAIN_S)
            else:
                batch.append(await self._facts.get())
            while not self._facts.empty():
                batch.append(self._facts.get_nowait())
            try:
                await self._round([fact for facts in batch for fact in facts])
            except Refusal as refusal:
                # Nobody waits for this; what is not told in the end the beacon repairs.
                log.warning("facts untold", code=refusal.code, again=refusal.retry)
                if not refusal.retry:
                    self._left = _Round()
                self._left.behind = refusal.retry
            except Exception:
                log.exception("facts untold")
                self._left = _Round()
            for _ in batch:
                self._facts.task_done()

    async def drained(self) -> None:
        """Wait until everything taken so far was told."""
        await self._facts.join()
        await self.rows.drained()

    async def _round(self, facts: list[Fact | Order]) -> None:
        """Tell what is left and what is new; what is told is struck off at once."""
        todo = self._left
        todo.behind = False
        for fact in facts:
            if isinstance(fact, Order):
                self._note(fact, todo)
            else:
                todo.facts.append(fact)
        while todo.facts:
            await self._tell(todo.facts[0], todo)
            todo.facts.popleft()
        if todo.changed:
            await self.rows.tell(todo.changed)
            todo.changed = {}
        for conversation in list(todo.states):
            await self._tell_visitor(conversation)
            del todo.states[conversation]
        if todo.agents or todo.queue:
            todo.people_here = True
            self.edge.order("queue" if todo.queue else "people")
            todo.queue_here, todo.queue = todo.queue_here or todo.queue, False
        for agent in list(todo.agents):
            await self._tell_agent(agent)
            del todo.agents[agent]
        await self._listen(todo)
        if todo.people_here:
            await self.floor.tell_people()
            todo.people_here = False
        if todo.queue_here:
            await self.floor.tell_positions()
            todo.queue_here = False

    def _note(self, order: Order, todo: _Round) -> None:
        match order.what:
            case "queue":
                todo.queue_here = todo.people_here = True
            case "people":
                todo.people_here = True
            case "state":
                todo.states_here[ConversationId(order.id)] = None
            case "moved":
                todo.moved_here[ConversationId(order.id)] = None
            case "agent":
                todo.agents_here[StaffId(order.id)] = None
            case "visitor":
                todo.tokens[VisitorId(order.id)] = None
            case _:
                pass

    async def _listen(self, todo: _Round) -> None:
        """Do what other processes told this one to."""
        for conversation in list(todo.states_here):
            await self.floor.tell_visitor(conversation, await self._visitor_of(conversation))
            del todo.states_here[conversation]
        if todo.moved_here:
            states, _revision = await self.edge.chat.read(agent_states_of, list(todo.moved_here))
            for state in states:
                await self.rows.unfollow_strangers(state.conversation)
            todo.moved_here = {}
        if todo.agents_here:
            await self.rights.check(list(todo.agents_here))
            todo.agents_here = {}
        if todo.tokens:
            await self.rights.check_visitors(list(todo.tokens))
            todo.tokens = {}

    async def _tell(self, fact: Fact, todo: _Round) -> None:
        match fact:
            case MessagePosted(message=message, visitor=visitor):
                self._tell_message(message, visitor)
                self.rows.note(message.conversation)
            case ConversationChanged(conversation=conversation):
                todo.changed[conversation] = None
                todo.states[conversation] = None
            case QueueChanged(revision=revision, left=left):
                todo.queue = True
                await self.edge.emit(
                    "queue_changed",
                    server.QueueChanged(revision=revision),
                    room=rooms.staff(),
                    namespace=AGENT,
                )
                if left is not None:
                    await self.edge.emit(
                        "queue_changed",
                        server.QueueChanged(revision=revision, removed=(left[0],)),
                        room=rooms.team(left[1]),
                        namespace=AGENT,
                    )
            case OfferMade():
                await self._tell_offer(fact)
            case OfferEnded(conversation=public_id, agent=agent, why=why):
                await self.edge.emit(
                    "offer_ended",
                    server.OfferEnded(conversation=public_id, why=why),
                    room=rooms.agent(agent),
                    namespace=AGENT,
                )
            case SeenMoved():
                await self._tell_seen(fact)
                if fact.by_agent:
                    todo.changed[fact.conversation] = None
            case AgentChanged(agent=agent):
                todo.agents[agent] = None
            case MessagesChanged(conversation=conversation, conversation_public=public_id):
                updated = server.MessageUpdated(conversation=public_id)
                await self.edge.emit(
                    "message_updated", updated, room=rooms.agents(conversation), namespace=AGENT
                )
                await self.edge.emit(
                    "message_updated",
                    updated,
                    room=rooms.visitor(await self._visitor_of(conversation)),
                    namespace=VISITOR,
                )
            case TokensEnded(visitor=visitor):
                todo.tokens[visitor] = None
                self.edge.order("visitor", visitor, room=rooms.visitor(visitor))
            case TurnOwed():
                pass

    def _tell_message(self, message: Message, visitor: VisitorId) -> None:
        edge = self.edge
        worded = self._word(message, Audience.AGENTS)
        edge.send("message_created", worded, room=rooms.agents(message.conversation), to=AGENT)
        if message.audience is Audience.EVERYONE:
            if views.differs(message):
                worded = self._word(message, Audience.EVERYONE)
            edge.send("message_created", worded, room=rooms.visitor(visitor), to=VISITOR)

    def _word(self, message: Message, audience: Audience) -> bytes:
        return encode(
            server.MessageCreated(
                message=views.message(message, epoch=self.edge.epoch, audience=audience)
            )
        )

    async def _visitor_of(self, conversation: ConversationId) -> VisitorId:
        found = self._visitors.get(conversation)
        if found is None:
            found = (await self.edge.chat.read(conversations.get, conversation)).visitor
            if len(self._visitors) >= MAX_REMEMBERED:
                self._visitors.clear()
            self._visitors[conversation] = found
        return found

    async def _tell_offer(self, offer: OfferMade) -> None:
        state = await self.edge.chat.read(agent_state, offer.conversation)
        view = views.agent_conversation(state)
        await self.edge.emit(
            "offer_made",
            server.OfferMade(
                offer=OfferView(
                    conversation=view.conversation,
                    expires_ms=offer.expires_ms,
                    made_ms=offer.made_ms,
                ),
                state=view,
            ),
            room=rooms.agent(offer.agent),
            namespace=AGENT,
        )

    async def _tell_seen(self, fact: SeenMoved) -> None:
        seen = server.MessagesSeenBy(
            conversation=fact.conversation_public,
            seen_by_agent=fact.seen_by_agent,
            seen_by_visitor=fact.seen_by_visitor,
        )
        await self.edge.emit(
            "messages_seen_by", seen, room=rooms.agents(fact.conversation), namespace=AGENT
        )
        await self.edge.emit(
            "messages_seen_by",
            seen,
            room=rooms.visitor(await self._visitor_of(fact.conversation)),
            namespace=VISITOR,
        )

    async def _tell_visitor(self, conversation: ConversationId) -> None:
        visitor = await self._visitor_of(conversation)
        await self.floor.tell_visitor(conversation, visitor)
        self.edge.order("state", conversation, room=rooms.visitor(visitor))
        self.edge.order("moved", conversation, room=rooms.agents(conversation))

    async def _tell_agent(self, agent_id: StaffId) -> None:
        edge = self.edge
        agent, teams = await edge.chat.read(sight.agent_and_teams, agent_id)
        await self.rights.move(agent_id, agent.teams)
        edge.order("agent", agent_id, room=rooms.agent(agent_id))
        await edge.emit(
            "presence_changed",
            server.PresenceChanged(
                agent=views.agent(
                    agent,
                    now_ms=edge.now_ms(),
                    teams={team.id: str(team.public_id) for team in teams},
                )
            ),
            room=rooms.staff(),
            namespace=AGENT,
        )
