"""One turn while it is being thought out: what will be said, what is remembered; decides nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import msgspec

from chatserver.bot import phrases
from chatserver.bot.script import Text
from chatserver.bot.templates import fill
from chatserver.bot.turn import BotState, Decision, Found, Knowledge, Look, Situation, Summary
from chatserver.domain.conversations import RANK, HandoffReason, Priority
from chatserver.domain.messages import Body, CardBody, ChoicesBody, FormBody, Option, TextBody
from chatserver.domain.orders import OrderNeed
from chatserver.domain.why import Why, WhyKind

MAX_ORIGINAL_CHARS = 500
MAX_TRIED = 8
MAX_SAYS = 8
"""So many messages a turn; what a rule wants beyond is a fault of the rule."""

HANDOFF = "handoff"
"""Value of the button that leads to people."""


class Draft:
    """Collects one decision.

    Args:
        state: what the bot remembers from the turn before.
        situation, knowledge: see the contract.
    """

    def __init__(self, state: BotState, situation: Situation, knowledge: Knowledge) -> None:
        self.state = state
        self.situation = situation
        self.knowledge = knowledge
        self._said: list[tuple[Body, Why]] = []
        self._why = Why("small_talk")
        self._handoff: HandoffReason | None = None
        self._if_offered: tuple[tuple[tuple[Body, Why], ...], BotState] | None = None
        self._details: Mapping[str, str] | None = None
        self._gathered: dict[str, str] = {}
        self._priority: Priority | None = None
        self._order: OrderNeed | None = None
        self._tags: list[str] = []
        self._team = self._agent = ""
        self._close = False
        self._answers_to = ""

    # What is known

    @property
    def language(self) -> str:
        """The visitor's."""
        return self.situation.language

    @property
    def says(self) -> tuple[Body, ...]:
        """What is said so far."""
        return tuple(body for body, _why in self._said)

    @property
    def is_handing_over(self) -> bool:
        """Whether people are asked for in this turn."""
        return self._handoff is not None

    @property
    def is_asking_the_desk(self) -> bool:
        """Whether the turn goes on when the order desk has answered."""
        return self._order is not None

    def known(self, slot: str) -> str:
        """Return a detail's value, of this flow or of the conversation; "" when there is none."""
        details = self.situation.details
        value = self.state.slots.get(slot) or details.get(slot, "")
        if slot == "contact":
            value = value or details.get("email", "") or details.get("phone", "")
        return value

    # Saying

    def because(self, kind: WhyKind, key: str = "", *, version: str = "") -> None:
        """Name the reason of what is said from here on."""
        self._why = Why(kind, key, version)

    def because_of(self, look: Look, kind: WhyKind) -> None:
        """Name what the FAQ said as the reason."""
        best, second = look.best, look.runner_up
        self._why = Why(
            kind,
            best.entry if best else "",
            best.version if best else "",
            best.confidence if best else None,
            second.entry if second else "",
            second.confidence if second else None,
        )

    def judged(self, *, helped: bool) -> None:
        """Name what a visitor said of the last answer as the reason."""
        state = self.state
        self._why = Why(
            "helped",
            state.answered or "",
            state.answered_version,
            state.answered_confidence,
            judgement="helped" if helped else "did_not_help",
        )

    def read_slots(self, *slots: str) -> None:
        """Add what was read from the message to the reason."""
        self._why = replace(self._why, slots=tuple(dict.fromkeys((*self._why.slots, *slots))))

    def put(self, body: Body) -> None:
        """Say something that is already a body."""
        self._said.append((body, self._why))

    def say(self, key: str, /, **values: object) -> None:
        """Say one sentence of the bot's area."""
        self.tell(self.words(key, **values))

    def words(self, key: str, /, **values: object) -> str:
        """Return one sentence of the bot's area as this shop says it."""
        return phrases.worded(self.situation, key, **values)

    def tell(self, sentence: str) -> None:
        """Say a sentence that is already worded."""
        self.put(TextBody(sentence))

    def templated(self, text: Text) -> str:
        """Return a text of the script with its holes filled."""
        situation = self.situation
        values = {**phrases.values(situation), **situation.details, **self.state.slots}
        values = {k: v for k, v in values.items() if v}
        contact = self.known("contact")
        values["contact"] = phrases.shown_contact(contact) if contact else ""
        return fill(text.of(self.language, familiar=situation.familiar), values, self.language)

    def choose(
        self,
        sentence: str,
        options: Sequence[Option],
        purpose: Literal["clarify", "confirm", "next"],
    ) -> None:
        """Say a sentence with buttons."""
        self.put(ChoicesBody(sentence, tuple(options), purpose))

    def option(self, value: str, key: str) -> Option:
        """Return a button of the bot's area."""
        return Option(value, self.words(key))

    def show(self, found: Found) -> None:
        """Answer with an entry."""
        self.put(CardBody(found.entry, found.question, found.answer, found.confidence))
        tried = (*(key for key in self.state.tried if key != found.entry), found.entry)
        self.remember(
            answered=found.entry,
            answered_version=found.version,
            answered_confidence=found.confidence,
            tried=tried[-MAX_TRIED:],
            misses=0,
            offered=(),
        )

    def offer_people(self, sentence: str) -> None:
        """Say a sentence with the button that leads to people."""
        label = phrases.person_label(self.situation)
        self.choose(sentence, [Option(HANDOFF, label)], "next")
        self.remember(offered=(HANDOFF,), asked_helped=False)

    def greet(self, *, short: bool) -> None:
        """Say once that this is the bot."""
        if not self.state.greeted:
            first = TextBody(phrases.greeting(self.situation, short=short))
            self._said.insert(0, (first, Why("small_talk", "greeting")))
            self.remember(greeted=True)

    def keep_one_form(self, slot: str | None) -> bool:
        """Drop every question for a detail but the newest for this one; return whether it is there."""
        forms = [said for said in self._said if isinstance(said[0], FormBody)]
        self._said = [said for said in self._said if not isinstance(said[0], FormBody)]
        if forms and isinstance(forms[-1][0], FormBody) and forms[-1][0].slot == slot:
            self._said.append(forms[-1])
            return True
        return False

    # Remembering

    def remember(self, **changes: object) -> None:
        """Change what is remembered from here on."""
        self.state = msgspec.structs.replace(self.state, **changes)

    def keep_original(self, text: str) -> None:
        """Remember a question for the people who will read it; a longer thought is cut."""
        self.remember(original=" ".join(text.split())[:MAX_ORIGINAL_CHARS])

    # Doing

    def raise_to(self, priority: Priority) -> None:
        """Raise the conversation; what is higher already stays."""
        if self._priority is None or RANK[priority] > RANK[self._priority]:
            self._priority = priority

    def tag(self, tag: str) -> None:
        """Add a tag to the conversation."""
        self._tags.append(tag)

    def route_to(self, *, team: str = "", agent: str = "") -> None:
        """Name who should get the conversation."""
        self._team, self._agent = team or self._team, agent or self._agent

    def close(self) -> None:
        """End the conversation."""
        self._close = True

    def ask_desk(self, need: OrderNeed) -> None:
        """Ask the order desk; its outcome is heard next."""
        self._order = need

    def hand_over(self, reason: HandoffReason) -> None:
        """Ask for people; what is said so far is said in both cases."""
        self._handoff = reason
        self.keep_one_form(None)
        self.remember(offered=(), asked_helped=False, misses=0, greeted=True)
        before, self._why = self._why, Why("handoff", reason)
        connecting = (TextBody(self.words("bot.handoff.connecting")), self._why)
        self._if_offered = ((*self._said, connecting), self.state)
        if before.kind == "rule":
            self._why = before

    def confirm(self, details: Mapping[str, str]) -> None:
        """Hand newly confirmed details to the conversation."""
        self._details = dict(details)

    def gather(self, details: Mapping[str, str]) -> None:
        """Hand details to the conversation as they stand."""
        self._gathered.update(details)

    def promise_mail(self, email: str) -> None:
        """Note where a mail was promised, so that it is sent."""
        self._answers_to = email

    def decision(self) -> Decision:
        """Return what was thought out."""
        offered, state_if_offered = self._if_offered or ((), None)
        said = self._said if len(self._said) <= MAX_SAYS else self._said[-MAX_SAYS:]
        language = self.language
        whys = tuple(replace(why, language=language) for _body, why in said)
        return Decision(
            says=tuple(body for body, _why in said),
            whys=whys,
            state=self.state,
            handoff=self._handoff,
            says_if_offered=tuple(body for body, _why in offered),
            whys_if_offered=tuple(replace(why, language=language) for _body, why in offered),
            state_if_offered=state_if_offered,
            summary=self._summary() if self._handoff else None,
            details=self._details,
            gathered=self._gathered,
            priority=self._priority,
            order=self._order,
            tags=tuple(dict.fromkeys(self._tags)),
            team=self._team,
            agent=self._agent,
            close=self._close,
            answers_to=self._answers_to,
        )

    def _summary(self) -> Summary:
        state = self.state
        return Summary(state.original, dict(state.slots), state.tried)
