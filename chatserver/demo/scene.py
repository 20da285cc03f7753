"""Where a story plays: its conversation, its time, the bot and the agents in it; writes no SQL.

What the running server starts after a commit (the bot's turn, routing) is called here in the same
order, at the story's own time.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection

from chatserver.bot.dialogue import take_turn
from chatserver.bot.turn import Decision, Knowledge
from chatserver.demo.stories import SEED
from chatserver.domain.conversations import Conversation, Status
from chatserver.domain.ids import ClientId, PublicId, StaffId, VisitorId
from chatserver.domain.people import Availability, Visitor
from chatserver.domain.sites import Site
from chatserver.services import assigning, bot_turns, presence, routing
from chatserver.services.questions import Listening
from chatserver.services.work import Work
from chatserver.storage import conversations, visitors

LONG_LEASE_MS = 7 * 24 * 3600 * 1000
BOT_ANSWERS_MS = 700
MAX_TURNS = 12


@dataclass(slots=True)
class Scene:
    """One conversation at its own time.

    Args:
        agents: by their first names, small letters.
        numbers: by entry, how often it was published.
        now_ms: of the machine; no story reaches beyond it.
        at_ms: the story's own.
    """

    connection: Connection
    site: Site
    agents: dict[str, StaffId]
    knowledge: Knowledge
    now_ms: int
    numbers: Mapping[str, int] = field(default_factory=dict)
    at_ms: int = 0
    visitor_id: VisitorId | None = None
    public_id: PublicId | None = None
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))
    sent: int = 0
    present: set[str] = field(default_factory=set)

    def work(self) -> Work:
        """Return a unit of work at the scene's time."""
        return Work(self.connection, self.at_ms)

    def conversation(self) -> Conversation:
        """Return the conversation, fresh."""
        assert self.public_id is not None, "nobody has written yet"
        found = conversations.find(self.connection, self.public_id)
        assert found is not None
        return found

    def visitor(self) -> Visitor:
        """Return the visitor, fresh."""
        assert self.visitor_id is not None, "a story begins with its visitor"
        return visitors.get(self.connection, self.visitor_id)

    def client_id(self) -> ClientId:
        """Return a client_id that was never used."""
        self.sent += 1
        return ClientId(f"demo-{self.sent:020d}")

    def wait(self, low_s: float, high_s: float) -> None:
        """Let time go by, never beyond now."""
        moved_ms = self.at_ms + round(self.chance.uniform(low_s, high_s) * 1000)
        self.at_ms = max(self.at_ms, min(moved_ms, self.now_ms - 1000))

    def bot(self) -> None:
        """Let the bot take the turns that it owes."""
        for _ in range(MAX_TURNS):
            owed = bot_turns.read_turn(self.connection, self.conversation().id, now_ms=self.at_ms)
            if owed is None:
                return
            decision = Decision((), owed.state)
            listening = Listening(self.knowledge, self.numbers)
            if owed.heard:
                decision = take_turn(owed.state, owed.heard, owed.situation, listening)
            self.at_ms += BOT_ANSWERS_MS
            bot_turns.write_turn(self.work(), owed, decision, listening=listening)

    def here(self, name: str) -> None:
        """Let an agent sign in and be available."""
        agent = self.agents[name]
        self.present.add(name)
        presence.begin_lease(self.work(), agent, lease_ms=LONG_LEASE_MS)
        presence.declare(self.work(), agent, Availability.AVAILABLE)
        self.route()

    def route(self) -> None:
        """Ask whoever is free for the conversation, as the server does after each change."""
        if self.public_id is not None and self.conversation().status is Status.WAITING:
            routing.offer_or_cover(self.work(), self.conversation().id)
            self.bot()

    def hold(self, agent: StaffId) -> Conversation:
        """Return the conversation as the agent's, who accepts it where need be."""
        if self.conversation().holder != agent:
            self.wait(4, 14)
            assigning.accept_offer(self.work(), agent, self.conversation().public_id)
        return self.conversation()
