"""What the server may send: one struct an event, closed by what is listed here."""

from chatserver.protocol.conversations import (
    AgentConversation,
    Heads,
    OfferView,
    VisitorConversation,
)
from chatserver.protocol.fields import Fact
from chatserver.protocol.messages import AuthorView, MessageView
from chatserver.protocol.people import AgentView, PeopleView


class Limits(Fact, frozen=True):
    """Bounds a client should know before it sends."""

    max_text_chars: int = 4000
    max_sync_messages: int = 200
    max_file_bytes: int = 10485760


class VisitorReady(Fact, frozen=True):
    """First word to a visitor's socket: where things stand. Sync next, then flush the outbox.

    conversations: the visitor's unresolved one, and the newest resolved one that may come back.
    authenticated: false without a (good) token; then only `visitor_start` and `identify` are
    answered. identified: whether the token was given for the site's word on who this is.
    """

    epoch: str
    authenticated: bool
    identified: bool
    conversations: tuple[VisitorConversation, ...]
    people: PeopleView
    limits: Limits
    server_time_ms: int


class AgentReady(Fact, frozen=True):
    """First word to an agent's socket; sync the queue next."""

    epoch: str
    heads: tuple[Heads, ...]
    queue_revision: int
    me: AgentView
    limits: Limits
    server_time_ms: int


class VisitorConversationUpdated(Fact, frozen=True):
    """The conversation's state changed (status, place in the queue, who holds it)."""

    state: VisitorConversation


class AgentConversationUpdated(Fact, frozen=True):
    """The same for agents. revision: of the queue, after this change."""

    state: AgentConversation
    revision: int


class MessagesSeenBy(Fact, frozen=True):
    """How far the other side has read."""

    conversation: str
    seen_by_agent: int
    seen_by_visitor: int


class TypingChanged(Fact, frozen=True):
    """Somebody types or stopped. It expires at the receiver after `expires_in_ms`."""

    conversation: str
    author: AuthorView
    typing: bool
    note: bool = False
    expires_in_ms: int = 6000


class PresenceChanged(Fact, frozen=True):
    """A colleague's availability, presence or load changed."""

    agent: AgentView


class PeopleChanged(Fact, frozen=True):
    """Whether people are there, for the visitors of a site."""

    people: PeopleView


class OfferMade(Fact, frozen=True):
    """A conversation is offered to you. Accept or decline before it expires."""

    offer: OfferView
    state: AgentConversation


class OfferEnded(Fact, frozen=True):
    """Your offer is over. why: accepted | declined | missed | taken | withdrawn."""

    conversation: str
    why: str


class QueueChanged(Fact, frozen=True):
    """The queue is at `revision`; whoever missed a step syncs. removed: left your sight."""

    revision: int
    removed: tuple[str, ...] = ()


class Beacon(Fact, frozen=True):
    """Heads that changed since the last beacon this socket acknowledged; ack it."""

    heads: tuple[Heads, ...]
    queue_revision: int | None = None


class LeaseCheck(Fact, frozen=True):
    """Are you there? The ack renews the agent's lease."""

    lease_until_ms: int


class Drain(Fact, frozen=True):
    """The server goes away in order; reconnect after so long."""

    reconnect_in_ms: int


class MessageUpdated(Fact, frozen=True):
    """Messages of a conversation are no longer what they were: forget its log and sync."""

    conversation: str


class MessageCreated(Fact, frozen=True):
    """A message is on disk."""

    message: MessageView
