"""What the bot hears, knows and decides, as values; the contract between it and the services."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

import msgspec

from chatserver.domain.conversations import HandoffReason, Priority, Status
from chatserver.domain.messages import Body

Slot = Literal["name", "contact", "order", "question"]
SLOTS: tuple[Slot, ...] = ("name", "contact", "order", "question")

HeardKind = Literal[
    "text",  # a visitor's message, typed or by a button (then `choice` is set)
    "handoff_requested",  # the visitor pressed "talk to an agent" outside the conversation
    "nobody_accepted",  # the patience time ended without an accept
    "nobody_free",  # waiting and nobody suitable is there
    "agent_lost",  # the agent vanished in the middle
]


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing that calls for the bot.

    Args:
        seq: its place in the log.
        kind: what it is.
        text: what the visitor wrote or the label of the pressed button; "" otherwise.
        choice: value of the pressed button.
    """

    seq: int
    kind: HeardKind
    text: str = ""
    choice: str | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """What is true around the conversation right now; the bot promises nothing beyond it.

    Args:
        language: of the visitor.
        now: aware, in the site's zone.
        status: of the conversation before this turn.
        shop: the shop's name.
        people: free (somebody suitable can take it), busy (present but full), away (nobody).
        opens_at: next opening (aware, site's zone), or None when open now or hours unknown.
        hours_open: whether the hours say open; None when unknown.
        position: 1-based place in the queue while waiting.
        order_example, order_pattern: of this shop's order numbers; "" when it has none.
        details: what the conversation already has, by slot.
    """

    language: str
    now: datetime
    status: Status
    shop: str
    people: Literal["free", "busy", "away"]
    opens_at: datetime | None = None
    hours_open: bool | None = None
    position: int | None = None
    order_example: str = ""
    order_pattern: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


class BotState(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the bot remembers of one conversation between turns; kept as JSON in its row.

    gathering: the slot being asked for, or None outside the flow. correcting: that slot is being
    asked again after the summary. confirming: the summary was shown. slots: what was gathered.
    skipped: slots passed over. tries: bad answers to the current slot. misses: questions in a row
    without an answer. insults: how many. offered: what the buttons shown last stand for (keys of
    entries, or "handoff"), for a typed reply ("2", "evet").
    answered: entry answered last. asked_helped: "did that help?" is open. greeted, told_bot,
    told_waiting: said once. original: the question that led here.
    """

    gathering: Slot | None = None
    correcting: bool = False
    confirming: bool = False
    done: bool = False
    slots: dict[str, str] = msgspec.field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    tries: int = 0
    misses: int = 0
    insults: int = 0
    offered: tuple[str, ...] = ()
    answered: str | None = None
    asked_helped: bool = False
    greeted: bool = False
    told_bot: bool = False
    told_waiting: bool = False
    original: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What the bot does now.

    Args:
        says: bodies of its messages, in order (text, choices, card, form).
        state: what it remembers from here.
        handoff: why people are needed, or None. The service turns `bot` into `waiting`; when an
            offer could be made at once, `says_if_offered` is said instead of `says`.
        says_if_offered, state_if_offered: see above; ignored without a handoff. Nothing of what
            `says` asks was asked then, so the state differs too.
        details: newly confirmed details by slot (name, email, phone, order, question), or None.
        priority: raise the conversation to this, or None.
    """

    says: tuple[Body, ...]
    state: BotState
    handoff: HandoffReason | None = None
    says_if_offered: tuple[Body, ...] = ()
    state_if_offered: BotState | None = None
    details: Mapping[str, str] | None = None
    priority: Priority | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One FAQ entry that may answer. confidence: 0–1, calibrated."""

    entry: str
    question: str
    answer: str
    confidence: float


class Knowledge(Protocol):
    """What the bot may ask of the FAQ."""

    def find(
        self, text: str, language: str
    ) -> tuple[Literal["answer", "clarify", "none"], Sequence[Found]]:
        """Return the verdict and the entries it rests on, best first, three at most."""
        ...

    def entry(self, key: str, language: str) -> Found | None:
        """Return one published entry by its key."""
        ...
