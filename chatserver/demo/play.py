"""Plays a story through the services, as the people in it and the bot would have; writes no SQL.

What the running server starts after a commit (the bot's turn, routing) is called here in the same
order, at the story's own time.
"""

import random
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import Connection

from chatserver.bot.dialogue import take_turn
from chatserver.bot.turn import BotState, Decision, Knowledge
from chatserver.demo.stories import SEED, Step, Story, next_morning
from chatserver.domain.conversations import IDLE_MS, Conversation, Status
from chatserver.domain.ids import ClientId, PublicId, StaffId
from chatserver.domain.messages import ChoicesBody, MessageKind, TextBody
from chatserver.domain.people import Availability, Team, Visitor
from chatserver.domain.sites import Site
from chatserver.services import bot_turns, opening, posting, presence, routing, visitors
from chatserver.services.work import Work
from chatserver.storage import agents, conversations, messages, sites
from chatserver.storage import visitors as visitors_table

LONG_LEASE_MS = 7 * 24 * 3600 * 1000
BOT_ANSWERS_MS = 700
MAX_TURNS = 12


@dataclass(slots=True)
class Player:
    """Plays one story after the other.

    Args:
        agents: by their first names, small letters.
        pages: address and title of a page of the shop, by key and language.
        now_ms: of the machine; no story reaches beyond it.
    """

    connection: Connection
    site: Site
    agents: dict[str, StaffId]
    pages: dict[tuple[str, str], tuple[str, str]]
    knowledge: Knowledge
    now_ms: int
    at_ms: int = 0
    visitor: Visitor | None = None
    public_id: PublicId | None = None
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))
    sent: int = 0
    present: set[str] = field(default_factory=set)

    def play(self, story: Story, at_ms: int) -> None:
        """Play one story from its beginning; its agents sign out when it is over."""
        self.at_ms, self.public_id = at_ms, None
        self._arrive(story)
        for name in story.here:
            self._here(name)
        for step in story.steps:
            self._step(step)
        for name in sorted(self.present):
            presence.sign_out(self._work(), self.agents[name])
        self.present.clear()

    # What there is

    def _work(self) -> Work:
        return Work(self.connection, self.at_ms)

    def _conversation(self) -> Conversation:
        assert self.public_id is not None, "a story begins with its visitor"
        found = conversations.find(self.connection, self.public_id)
        assert found is not None
        return found

    def _visitor(self) -> Visitor:
        assert self.visitor is not None
        return visitors_table.get(self.connection, self.visitor.id)

    def _client_id(self) -> ClientId:
        self.sent += 1
        return ClientId(f"demo-{self.sent:020d}")

    def _pass(self, low_s: float, high_s: float) -> None:
        """Let time go by, never beyond now."""
        moved_ms = self.at_ms + round(self.chance.uniform(low_s, high_s) * 1000)
        self.at_ms = max(self.at_ms, min(moved_ms, self.now_ms - 1000))

    # Who does what

    def _arrive(self, story: Story) -> None:
        started = visitors.start_visitor(
            self._work(), self.site, language=story.language, device=story.device, days=30
        )
        self.visitor = started.visitor
        asked = any("gives" in step for step in story.steps)
        if story.visitor and not asked:
            visitors_table.set_details(self.connection, self.visitor.id, name=story.visitor)
        for page in story.pages:
            url, title = self.pages[page, story.language]
            visitors.view_page(self._work(), self.visitor, url=url, title=title)
            self._pass(15, 70)

    def _step(self, step: Step) -> None:
        [(word, value)] = step.items()
        match word.split():
            case ["says"]:
                self._pass(8, 25)
                self._says(TextBody(str(value)))
            case ["press"]:
                self._press(int(value))
            case ["person"]:
                self._pass(5, 12)
                activity, _again = opening.request_person(
                    self._work(),
                    self._visitor(),
                    conversation=self.public_id,
                    client_id=self._client_id(),
                )
                self.public_id = activity.conversation_public
                self._bot()
            case ["gives"]:
                self._gives(dict(value))
            case ["leaves"]:
                self._pass(10, 40)
                opening.leave(
                    self._work(),
                    self._visitor(),
                    self._conversation().public_id,
                    client_id=self._client_id(),
                )
            case ["idle"]:
                quiet = self._conversation()
                self.at_ms += IDLE_MS + 60_000
                opening.resolve_idle(self._work(), quiet.id, before_ms=quiet.last_message_ms)
            case ["wait"]:
                self._pass(int(value), int(value))
            case ["next", "morning"]:
                self.at_ms = next_morning(self.at_ms, self.site.settings.hours, self.now_ms)
            case [agent, *what]:
                self._agent(agent, what, value)

    def _agent(self, name: str, what: list[str], value: Any) -> None:
        agent = self.agents[name]
        if what == ["here"]:
            self._here(name)
            return
        held = self._hold(agent)
        match what:
            case []:
                self._pass(18, 25 + len(value) / 5)
                self._writes(agent, MessageKind.TEXT, value, held.fence)
            case ["note"]:
                self._pass(6, 15)
                self._writes(agent, MessageKind.NOTE, value, None)
            case ["to", target]:
                self._pass(5, 15)
                self._transfer(agent, held.fence, target, value)
            case ["done"]:
                self._pass(20, 60)
                opening.resolve(self._work(), agent, held.public_id, fence=held.fence)
            case _:
                raise ValueError(f"{name} can't {' '.join(what)}")

    def _says(self, body: TextBody) -> None:
        done = posting.post_visitor_message(
            self._work(),
            self._visitor(),
            conversation=self.public_id,
            client_id=self._client_id(),
            body=body,
        )
        self.public_id = done.conversation
        self._bot()

    def _press(self, number: int) -> None:
        """Press a button under the bot's newest question; without one there is nothing to do."""
        log = messages.after(self.connection, self._conversation(), 0, limit=200)
        asked = [m.body for m in log if isinstance(m.body, ChoicesBody)]
        if asked and number <= len(asked[-1].options):
            option = asked[-1].options[number - 1]
            self._pass(6, 20)
            self._says(TextBody(option.label, option.value))

    def _gives(self, details: dict[str, str]) -> None:
        """Answer what the bot asks for, until it asks no more."""
        for _ in range(MAX_TURNS):
            state = msgspec.json.decode(self._conversation().bot_state, type=BotState)
            if state.confirming:
                self._press(1)
            elif state.gathering in details:
                self._pass(8, 25)
                self._says(TextBody(details[state.gathering]))
            elif state.gathering:
                self._pass(4, 9)
                self._says(TextBody("Geç" if self._visitor().language == "tr" else "Skip", "skip"))
            else:
                return

    def _bot(self) -> None:
        """Let the bot take the turns that it owes."""
        for _ in range(MAX_TURNS):
            owed = bot_turns.read_turn(self.connection, self._conversation().id, now_ms=self.at_ms)
            if owed is None:
                return
            decision = Decision((), owed.state)
            if owed.heard:
                decision = take_turn(owed.state, owed.heard, owed.situation, self.knowledge)
            self.at_ms += BOT_ANSWERS_MS
            bot_turns.write_turn(self._work(), owed, decision)

    def _here(self, name: str) -> None:
        agent = self.agents[name]
        self.present.add(name)
        presence.begin_lease(self._work(), agent, lease_ms=LONG_LEASE_MS)
        presence.declare(self._work(), agent, Availability.AVAILABLE)
        self._route()

    def _route(self) -> None:
        if self.public_id is not None and self._conversation().status is Status.WAITING:
            routing.offer_or_cover(self._work(), self._conversation().id)
            self._bot()

    def _hold(self, agent: StaffId) -> Conversation:
        if self._conversation().holder != agent:
            self._pass(4, 14)
            routing.accept_offer(self._work(), agent, self._conversation().public_id)
        return self._conversation()

    def _writes(self, agent: StaffId, kind: MessageKind, text: str, fence: int | None) -> None:
        posting.post_agent_message(
            self._work(),
            agent,
            conversation=self._conversation().public_id,
            client_id=self._client_id(),
            kind=kind,
            body=TextBody(text),
            fence=fence,
        )

    def _transfer(self, agent: StaffId, fence: int, target: str, reason: str) -> None:
        to_agent = None
        if target != "team":
            to_agent = agents.get(self.connection, self.agents[target]).public_id
        routing.transfer(
            self._work(),
            agent,
            self._conversation().public_id,
            fence=fence,
            client_id=self._client_id(),
            to_agent=to_agent,
            to_team=self._other_team().public_id if to_agent is None else None,
            reason=reason,
        )
        self._route()

    def _other_team(self) -> Team:
        return sites.teams(self.connection, self.site.id)[-1]
