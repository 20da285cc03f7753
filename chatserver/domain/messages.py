"""One line of a conversation's log, and what it may carry; knows nothing of storing or sending.

A line and its author are tuples: a page has fifty of them, and a frozen dataclass takes four times
as long to make (measured, docs/performance.md).
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, NamedTuple, TypeAlias

from chatserver.domain.cards import LinkBody, ProductBody
from chatserver.domain.ids import ClientId, ConversationId, PublicId
from chatserver.domain.orders import OrderStatus
from chatserver.domain.why import Why

MAX_TEXT_CHARS = 4000
"""Longest text of one message, in code points."""


class AuthorKind(StrEnum):
    """Who speaks; set by the server alone."""

    VISITOR = "visitor"
    AGENT = "agent"
    BOT = "bot"
    SYSTEM = "system"


class MessageKind(StrEnum):
    """What a message carries."""

    TEXT = "text"
    NOTE = "note"
    ACTIVITY = "activity"
    CHOICES = "choices"
    CARD = "card"
    ORDER = "order"
    PRODUCT = "product"
    LINK = "link"
    FORM = "form"
    FILE = "file"
    RATING = "rating"


class Audience(StrEnum):
    """Who may see a message."""

    EVERYONE = "everyone"
    AGENTS = "agents"


class ActivityType(StrEnum):
    """A change of state that the log tells; worded by the reader's language."""

    HANDOFF_REQUESTED = "handoff_requested"
    HANDED_OFF = "handed_off"
    NOBODY_ACCEPTED = "nobody_accepted"
    NOBODY_FREE = "nobody_free"
    AGENT_JOINED = "agent_joined"
    AGENT_LOST = "agent_lost"
    AGENT_LEFT = "agent_left"
    TRANSFERRED = "transferred"
    TRANSFER_REASON = "transfer_reason"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    RETURNED = "returned"
    OFFER_MADE = "offer_made"
    OFFER_DECLINED = "offer_declined"
    OFFER_MISSED = "offer_missed"
    DETAILS_GATHERED = "details_gathered"
    ERASED = "erased"
    ANSWERS_BY_MAIL = "answers_by_mail"
    ANSWERS_MAILED = "answers_mailed"
    ANSWERS_FAILED = "answers_failed"
    ANSWERS_STOPPED = "answers_stopped"


class Author(NamedTuple):
    """Who wrote a message.

    Args:
        kind: set by the server.
        name: what readers see; empty for a visitor who gave none, for bot and system.
        public_id: of an agent; None otherwise.
    """

    kind: AuthorKind
    name: str = ""
    public_id: PublicId | None = None


BOT = Author(AuthorKind.BOT)
SYSTEM = Author(AuthorKind.SYSTEM)


@dataclass(frozen=True, slots=True)
class TextBody:
    """Plain text that somebody typed, or the bot's plain sentence.

    Args:
        text: at most `MAX_TEXT_CHARS` code points, never HTML.
        choice: the value of the button that was pressed to say it, or None when it was typed.
        reply_to: seq of the message of the same conversation that it answers, or None.
    """

    text: str
    choice: str | None = None
    reply_to: int | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """One button under a bot's sentence.

    Args:
        value: what comes back as `choice` when it is pressed.
        label: what the shopper reads.
    """

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class ChoicesBody:
    """A bot's sentence with buttons under it.

    Args:
        text: the sentence.
        options: the buttons, in order.
        purpose: why they are asked: the nearest entries, a yes or no, what to do next.
    """

    text: str
    options: tuple[Option, ...]
    purpose: Literal["clarify", "confirm", "next"] = "next"


@dataclass(frozen=True, slots=True)
class CardBody:
    """An answer from the FAQ.

    Args:
        entry: key of the FAQ entry.
        title: the entry's question.
        text: the answer in Markdown (bold, lists, links); parsed into nodes at the wire.
        confidence: 0–1, how sure the matcher was; agents see it.
    """

    entry: str
    title: str
    text: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class OrderBody:
    """One order of the visitor's own, told after they proved that it is.

    Args:
        order: as it stood when it was told.
    """

    order: OrderStatus


@dataclass(frozen=True, slots=True)
class FormBody:
    """A bot's question for one detail; the composer becomes the field.

    Args:
        text: the question.
        slot: which detail is asked for.
        label: what it is called, where the reader's own words have no name for the slot.
        step: 1-based place in the flow.
        steps: how many there are.
        skippable: whether `Skip` is offered.
        error: what was wrong with the last try, or None.
    """

    text: str
    slot: str
    step: int
    steps: int
    skippable: bool = True
    error: str | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class ActivityBody:
    """A change of state.

    Args:
        type: which.
        actor: display name of who caused it; empty when nobody did.
        target: display name of the agent or team it concerns.
        reason: a stable word or, for a transfer's reason, what the agent typed.
        details: what the bot gathered, by slot (`details_gathered` only).
    """

    type: ActivityType
    actor: str = ""
    target: str = ""
    reason: str = ""
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileBody:
    """A file that somebody sent; what is in it lies elsewhere.

    Args:
        file: its public id.
        name: as people read it; never a path, never believed.
        media_type: what its content is, found by looking into it.
        size: bytes as kept.
        width, height: of a picture, pixels; 0 for what is none.
    """

    file: PublicId
    name: str
    media_type: str
    size: int
    width: int = 0
    height: int = 0


MAX_RATING_CHARS = 1000
"""Longest words of a rating."""

RATING_REASONS = ("solved", "fast", "kind", "clear", "unsolved", "slow", "unkind", "unclear")
"""What a visitor may name as the reason of a rating; the reader's language words it."""


@dataclass(frozen=True, slots=True)
class RatingBody:
    """How a visitor found the conversation; the newest of a conversation counts.

    Args:
        score: 1–5.
        reasons: of `RATING_REASONS`.
        text: what they added.
    """

    score: int
    reasons: tuple[str, ...] = ()
    text: str = ""


Body: TypeAlias = (
    TextBody
    | ChoicesBody
    | CardBody
    | OrderBody
    | ProductBody
    | LinkBody
    | FormBody
    | ActivityBody
    | FileBody
    | RatingBody
)


class Message(NamedTuple):
    """One stored message.

    Args:
        conversation: inner id of its conversation.
        conversation_public: the same for the outside.
        seq: 1, 2, 3 … without a hole.
        previous_seq: the message before it that everyone may see; 0 at the beginning.
        at_ms: when it was committed, milliseconds UTC.
        client_id: made by the sender; None for what the server itself says.
        kind: decides the body's type: text and note carry `TextBody`.
        why: the bot's reason; for people of the shop alone.
    """

    conversation: ConversationId
    conversation_public: PublicId
    seq: int
    previous_seq: int
    at_ms: int
    author: Author
    client_id: ClientId | None
    kind: MessageKind
    audience: Audience
    body: Body
    why: Why | None = None


def plain_text(body: Body) -> str:
    """Return what a body says, for search, previews and plain transcripts; "" for an activity."""
    match body:
        case TextBody(text=text) | ChoicesBody(text=text) | FormBody(text=text):
            return text
        case CardBody(title=title, text=text):
            return f"{title}\n{text}"
        case OrderBody(order=order):
            return " · ".join(filter(None, (order.number, order.carrier, order.tracking_number)))
        case ProductBody(title=title):
            return title
        case LinkBody(title=title, text=text):
            return f"{title}\n{text}".strip()
        case FileBody(name=name):
            return name
        case RatingBody(text=text):
            return text
        case ActivityBody():
            return ""
