"""One turn while it is being thought out: what will be said, what is remembered; decides nothing."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from chatserver.bot import phrases
from chatserver.bot.turn import BotState, Decision, Found, Knowledge, Situation
from chatserver.domain.conversations import HandoffReason, Priority
from chatserver.domain.messages import Body, CardBody, ChoicesBody, Option, TextBody
from chatserver.words import say

MAX_ORIGINAL_CHARS = 500
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
        self.says: list[Body] = []
        self._handoff: HandoffReason | None = None
        self._if_offered: tuple[tuple[Body, ...], BotState] | None = None
        self._details: Mapping[str, str] | None = None
        self._priority: Priority | None = None

    @property
    def language(self) -> str:
        """The visitor's."""
        return self.situation.language

    @property
    def is_handing_over(self) -> bool:
        """Whether people are asked for in this turn."""
        return self._handoff is not None

    def remember(self, **changes: object) -> None:
        """Change what is remembered from here on."""
        self.state = msgspec.structs.replace(self.state, **changes)

    def say(self, key: str, /, **values: object) -> None:
        """Say one sentence of the bot's area."""
        self.says.append(TextBody(say(self.language, key, **values)))

    def tell(self, sentence: str) -> None:
        """Say a sentence that is already worded."""
        self.says.append(TextBody(sentence))

    def choose(
        self,
        sentence: str,
        options: Sequence[Option],
        purpose: Literal["clarify", "confirm", "next"],
    ) -> None:
        """Say a sentence with buttons."""
        self.says.append(ChoicesBody(sentence, tuple(options), purpose))

    def option(self, value: str, key: str) -> Option:
        """Return a button of the bot's area."""
        return Option(value, say(self.language, key))

    def show(self, found: Found) -> None:
        """Answer with an entry."""
        self.says.append(CardBody(found.entry, found.question, found.answer, found.confidence))
        self.remember(answered=found.entry, misses=0, offered=())

    def offer_people(self, sentence: str) -> None:
        """Say a sentence with the button that leads to people."""
        label = phrases.person_label(self.situation)
        self.choose(sentence, [Option(HANDOFF, label)], "next")
        self.remember(offered=(HANDOFF,), asked_helped=False)

    def keep_original(self, text: str) -> None:
        """Remember a question for the people who will read it; a longer thought is cut."""
        self.remember(original=" ".join(text.split())[:MAX_ORIGINAL_CHARS])

    def greet(self, *, short: bool) -> None:
        """Say once that this is the bot."""
        if not self.state.greeted:
            self.says.insert(0, TextBody(phrases.greeting(self.situation, short=short)))
            self.remember(greeted=True)

    def raise_to(self, priority: Priority) -> None:
        """Raise the conversation."""
        self._priority = priority

    def hand_over(self, reason: HandoffReason) -> None:
        """Ask for people; what is said so far is said in both cases."""
        self._handoff = reason
        self.remember(offered=(), asked_helped=False, misses=0, greeted=True)
        connecting = TextBody(say(self.language, "bot.handoff.connecting"))
        self._if_offered = ((*self.says, connecting), self.state)

    def confirm(self, details: Mapping[str, str]) -> None:
        """Hand newly confirmed details to the conversation."""
        self._details = dict(details)

    def decision(self) -> Decision:
        """Return what was thought out."""
        says_if_offered, state_if_offered = self._if_offered or ((), None)
        return Decision(
            says=tuple(self.says),
            state=self.state,
            handoff=self._handoff,
            says_if_offered=says_if_offered,
            state_if_offered=state_if_offered,
            details=self._details,
            priority=self._priority,
        )
