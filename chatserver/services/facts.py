"""What happened, told after the commit and never before; knows no wire.

A fact names its subject by inner id; whoever tells it to people reads the fresh state, so that what
is told is never staler than the log.
"""

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from chatserver.domain.ids import ConversationId, PublicId, StaffId, TeamId, VisitorId
from chatserver.domain.messages import Message

OfferOutcome: TypeAlias = Literal["accepted", "declined", "missed", "taken", "withdrawn"]


@dataclass(frozen=True, slots=True)
class MessagePosted:
    """A message is on disk, in this visitor's conversation."""

    message: Message
    visitor: VisitorId


@dataclass(frozen=True, slots=True)
class MessagesChanged:
    """Messages of a conversation are no longer what they were; whoever has them reads anew."""

    conversation: ConversationId
    conversation_public: PublicId


@dataclass(frozen=True, slots=True)
class TurnOwed:
    """The bot owes an answer; the cursor that says so is on disk."""

    conversation: ConversationId


@dataclass(frozen=True, slots=True)
class ConversationChanged:
    """A conversation's state changed in a way that somebody sees."""

    conversation: ConversationId


@dataclass(frozen=True, slots=True)
class QueueChanged:
    """Queue or assignments changed.

    Args:
        revision: after this change.
        left: a conversation that left a team's sight, with that team.
    """

    revision: int
    left: tuple[PublicId, TeamId] | None = None


@dataclass(frozen=True, slots=True)
class OfferMade:
    """An agent is asked."""

    conversation: ConversationId
    agent: StaffId
    made_ms: int
    expires_ms: int


@dataclass(frozen=True, slots=True)
class OfferEnded:
    """An agent is asked no more."""

    conversation: PublicId
    agent: StaffId
    why: OfferOutcome


@dataclass(frozen=True, slots=True)
class SeenMoved:
    """Somebody has read further.

    Args:
        by_agent: whether an agent did, which changes how much is unread.
    """

    conversation: ConversationId
    conversation_public: PublicId
    seen_by_agent: int
    seen_by_visitor: int
    by_agent: bool


@dataclass(frozen=True, slots=True)
class AgentChanged:
    """An agent's availability, presence or load changed."""

    agent: StaffId


@dataclass(frozen=True, slots=True)
class TokensEnded:
    """Tokens of a visitor may be worthless now; sockets that came by them end."""

    visitor: VisitorId


Fact: TypeAlias = (
    MessagePosted
    | MessagesChanged
    | TurnOwed
    | ConversationChanged
    | QueueChanged
    | OfferMade
    | OfferEnded
    | SeenMoved
    | AgentChanged
    | TokensEnded
)


class Broadcaster(Protocol):
    """Tells facts to whom they concern. Best effort: what gets lost is repaired by seq."""

    def tell(self, facts: tuple[Fact, ...]) -> None:
        """Take facts of one commit, in order; returns at once."""
        ...
