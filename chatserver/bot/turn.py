"""What the bot hears, knows and decides, as values; the contract between it and the services."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

import msgspec

from chatserver.bot.script import Script
from chatserver.domain.conversations import HandoffReason, Priority, Status
from chatserver.domain.messages import Body
from chatserver.domain.orders import OrderKind, OrderNeed, OrderOutcome
from chatserver.domain.why import Why

HeardKind = Literal[
    "text",  # a visitor's message, typed or by a button (then `choice` is set)
    "handoff_requested",  # the visitor pressed "talk to an agent" outside the conversation
    "nobody_accepted",  # the patience time ended without an accept
    "nobody_free",  # waiting and nobody suitable is there
    "agent_lost",  # the agent vanished in the middle
    "file",  # a visitor's file; its name is the text
    "order",  # what came of the request that the turn before made
]


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing that calls for the bot.

    Args:
        seq: its place in the log.
        kind: what it is.
        text: what the visitor wrote or the label of the pressed button; "" otherwise.
        choice: value of the pressed button.
        outcome: of the order desk.
    """

    seq: int
    kind: HeardKind
    text: str = ""
    choice: str | None = None
    outcome: OrderOutcome | None = None


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
        holiday: name of the day that closes the shop now, or "".
        order_example, order_pattern: of this shop's order numbers (`masks.py`); "" when it has
            none.
        details: what the conversation already has, by slot.
        script: the site's rules and flows.
        familiar: whether the shop says *sen*.
        has_mail: whether an e-mail can be promised.
        has_orders: whether there is an order desk; is_verified: the site vouches for the visitor.
        takes_files: whether a visitor can send one.
        page, campaign: the path the visitor is on, and the utm_campaign that brought them.
        cart: the cart's value, or None when the site does not say.
        attributes: what else the site says of the visitor.
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
    holiday: str = ""
    script: Script = field(default_factory=Script)
    familiar: bool = False
    has_mail: bool = False
    has_orders: bool = False
    is_verified: bool = False
    takes_files: bool = False
    page: str = ""
    campaign: str = ""
    cart: float | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


class BotState(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the bot remembers of one conversation between turns; kept as JSON in its row.

    flow: key of the flow that runs or ran last. gathering: the slot being asked for, or None. correcting: that slot is being
    asked again after the summary. confirming: the summary was shown. slots: what was gathered.
    skipped: slots passed over. tries: bad answers to the current slot. misses: questions in a row
    without an answer. insults: how many. offered: what the buttons shown last stand for (keys of
    entries, or "handoff"), for a typed reply ("2", "evet").
    answered: entry answered last, answered_version and answered_confidence with it. asked_helped:
    "did that help?" is open. greeted, told_bot,
    told_waiting, told_hidden: said once. original: the question that led here. language: of what
    was last said, where that was clear. turns: how many the bot took. tried: entries answered,
    newest last. fired: how often each rule did. last_heard, same: what was said last, folded, and
    how often in a row. order: what is wanted of the order desk. awaiting: a one-time code is due.
    """

    flow: str = ""
    gathering: str | None = None
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
    answered_version: str = ""
    answered_confidence: float = 0.0
    asked_helped: bool = False
    greeted: bool = False
    told_bot: bool = False
    told_waiting: bool = False
    told_hidden: bool = False
    original: str = ""
    language: str = ""
    turns: int = 0
    tried: tuple[str, ...] = ()
    fired: dict[str, int] = msgspec.field(default_factory=dict)
    last_heard: str = ""
    same: int = 0
    order: OrderKind | None = None
    awaiting: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """What an agent reads first.

    Args:
        wanted: what it is about, in the visitor's words.
        slots: details by name.
        tried: keys of the entries that were answered.
    """

    wanted: str
    slots: Mapping[str, str]
    tried: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What the bot does now.

    Args:
        says: bodies of its messages, in order (text, choices, card, form).
        whys: why each of them is said.
        state: what it remembers from here.
        handoff: why people are needed, or None. The service turns `bot` into `waiting`; when an
            offer could be made at once, `says_if_offered` is said instead of `says`.
        says_if_offered, whys_if_offered, state_if_offered: see above; ignored without a handoff.
            Nothing of what `says` asks was asked then, so the state differs too.
        summary: for the people who take over; with a handoff.
        details: newly confirmed details by slot (name, email, phone, order, question), or None.
        gathered: details as they stand, confirmed or not; kept should the visitor leave.
        priority: raise the conversation to this, or None.
        order: what to ask the order desk before the turn is told; its outcome is heard next.
        tags: to add to the conversation.
        team, agent: whom to route to, by name; "" for nobody.
        close: whether the conversation is over.
        answers_to: where a mail with the people's answer was promised; "" where none was.
    """

    says: tuple[Body, ...]
    state: BotState
    handoff: HandoffReason | None = None
    says_if_offered: tuple[Body, ...] = ()
    state_if_offered: BotState | None = None
    details: Mapping[str, str] | None = None
    priority: Priority | None = None
    whys: tuple[Why, ...] = ()
    whys_if_offered: tuple[Why, ...] = ()
    summary: Summary | None = None
    gathered: Mapping[str, str] = field(default_factory=dict)
    order: OrderNeed | None = None
    tags: tuple[str, ...] = ()
    team: str = ""
    agent: str = ""
    close: bool = False
    answers_to: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """One FAQ entry that may answer. confidence: 0–1, calibrated. version: of its content."""

    entry: str
    question: str
    answer: str
    confidence: float
    version: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What the FAQ says to a message.

    Args:
        found: the entries that the verdict rests on, best first, three at most.
        runner_up: the entry that came second, whatever the verdict.
        best: the entry that came first, whatever the verdict.
        questions: where several things were asked, what is said to each.
    """

    verdict: Literal["answer", "clarify", "none"]
    found: tuple[Found, ...] = ()
    best: Found | None = None
    runner_up: Found | None = None
    questions: tuple["Look", ...] = ()


class Knowledge(Protocol):
    """What the bot may ask of the FAQ."""

    def find(self, text: str, language: str, *, asked: bool = False) -> Look:
        """Return the verdict and what it rests on.

        Args:
            asked: whether the visitor asks it and is to be answered; else it is only looked at, for
                the language or as a detail that may be a question.
        """
        ...

    def entry(self, key: str, language: str) -> Found | None:
        """Return one published entry by its key."""
        ...
