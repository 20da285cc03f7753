"""Ada visits the shop; `Talk` carries her conversation with the bot from turn to turn."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from chatserver.bot.dialogue import take_turn
from chatserver.bot.knowledge import FaqKnowledge
from chatserver.bot.turn import BotState, Decision, Heard, HeardKind, Situation
from chatserver.domain.conversations import Status
from chatserver.domain.messages import (
    ActivityBody,
    Body,
    CardBody,
    ChoicesBody,
    FormBody,
    plain_text,
)
from faq import KnowledgeBase, load_starter

KNOWLEDGE = FaqKnowledge(KnowledgeBase(load_starter()))
ZONE = ZoneInfo("Europe/Istanbul")
SUNDAY_EVENING = datetime(2026, 11, 22, 20, 0, tzinfo=ZONE)
MONDAY_MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE)

FREE = Situation(
    language="tr",
    now=SUNDAY_EVENING,
    status=Status.BOT,
    shop="Defne",
    people="free",
    order_example="SP123456",
    order_pattern="SP######",
)
BUSY = replace(FREE, people="busy")
AWAY = replace(FREE, people="away")
CLOSED = replace(AWAY, opens_at=MONDAY_MORNING, hours_open=False)


def waiting(situation: Situation, position: int | None = 3) -> Situation:
    """Return the same situation with the conversation in the queue."""
    return replace(situation, status=Status.WAITING, position=position)


@dataclass
class Talk:
    """A conversation with the bot; remembers state, status and confirmed details."""

    situation: Situation
    state: BotState = field(default_factory=BotState)
    offered: bool = False
    last: Decision = field(default_factory=lambda: Decision((), BotState()))
    details: Mapping[str, str] = field(default_factory=dict)

    def hears(self, *heard: Heard) -> tuple[Body, ...]:
        """Take one turn and return what the bot says."""
        self.last = take_turn(self.state, heard, self.situation, KNOWLEDGE)
        says, self.state = self.last.says, self.last.state
        if self.last.handoff is not None:
            self.situation = replace(self.situation, status=Status.WAITING)
            if self.offered:
                assert self.last.state_if_offered is not None
                says, self.state = self.last.says_if_offered, self.last.state_if_offered
        if self.last.details:
            self.details = {**self.details, **self.last.details}
            self.situation = replace(self.situation, details=self.details)
        return says

    def says(self, *texts: str) -> tuple[Body, ...]:
        """Let the visitor write; several messages are heard in one turn."""
        return self.hears(*(Heard(seq, "text", text) for seq, text in enumerate(texts, 1)))

    def presses(self, choice: str, label: str = "…") -> tuple[Body, ...]:
        """Let the visitor press a button."""
        return self.hears(Heard(1, "text", label, choice))

    def happens(self, kind: HeardKind, *texts: str) -> tuple[Body, ...]:
        """Let something happen, after what the visitor wrote meanwhile."""
        written = [Heard(seq, "text", text) for seq, text in enumerate(texts, 1)]
        return self.hears(*written, Heard(len(texts) + 1, kind))


def lines(bodies: tuple[Body, ...]) -> list[str]:
    """Return what is said, in plain words."""
    return [plain_text(body) for body in bodies]


def cards(bodies: tuple[Body, ...]) -> list[str]:
    """Return the keys of the entries that are shown."""
    return [body.entry for body in bodies if isinstance(body, CardBody)]


def values(body: Body) -> list[str]:
    """Return the values of a body's buttons."""
    return [option.value for option in body.options] if isinstance(body, ChoicesBody) else []


def asked(bodies: tuple[Body, ...]) -> str | None:
    """Return the detail that is asked for, if one is."""
    forms = [body for body in bodies if isinstance(body, FormBody)]
    assert len(forms) <= 1, "one question at a time"
    return forms[0].slot if forms else None


def form(bodies: tuple[Body, ...]) -> FormBody:
    """Return the one form."""
    [found] = [body for body in bodies if isinstance(body, FormBody)]
    return found


def is_sayable(body: Body) -> bool:
    """Whether a body is one that the bot may send, and whole."""
    if isinstance(body, ChoicesBody):
        whole = all(o.value and o.label and len(o.value) <= 200 for o in body.options)
        return bool(body.text and body.options) and whole
    return not isinstance(body, ActivityBody) and bool(plain_text(body).strip())
