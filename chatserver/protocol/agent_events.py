"""What agents alone may send: their queue, whose a conversation is, what is known of its visitor."""

from typing import Annotated, Any, Literal

import msgspec

from chatserver.protocol.conversations import AgentConversation, OfferView
from chatserver.protocol.fields import ClientIdField, Event, Fact, Fence, PublicIdField
from chatserver.protocol.people import AgentView, TeamView


class QueueSync(Event, frozen=True):
    """Ask for the whole picture: queue, own conversations, colleagues, offers."""


class Queue(Fact, frozen=True):
    """The picture. revision: raised by every change of queue or assignment."""

    revision: int
    epoch: str
    conversations: tuple[AgentConversation, ...]
    offers: tuple[OfferView, ...]
    agents: tuple[AgentView, ...]
    teams: tuple[TeamView, ...]
    drafts: dict[str, str]
    me: AgentView
    server_time_ms: int
    ok: Literal[True] = True


class AvailabilitySet(Event, frozen=True):
    """Declare yourself."""

    availability: Literal["available", "busy", "away", "offline"]


class OfferAccept(Event, frozen=True):
    """Accept the offer you hold; of an ended offer it is a take."""

    conversation: PublicIdField


class OfferDecline(Event, frozen=True):
    """Let the next one have it."""

    conversation: PublicIdField


class ConversationTake(Event, frozen=True):
    """Take a conversation from the queue or from the bot."""

    conversation: PublicIdField


class Assigned(Fact, frozen=True):
    """It is yours; send `fence` with what you do in it."""

    conversation: str
    fence: int
    ok: Literal[True] = True


class ConversationTransfer(Event, frozen=True):
    """Give it to an agent or to a team (exactly one of the two)."""

    conversation: PublicIdField
    fence: Fence
    client_id: ClientIdField
    agent: PublicIdField | None = None
    team: PublicIdField | None = None
    reason: Annotated[str, msgspec.Meta(max_length=500)] = ""


class ConversationResolve(Event, frozen=True):
    """Mark as resolved."""

    conversation: PublicIdField
    fence: Fence


class ConversationReopen(Event, frozen=True):
    """Take up a resolved conversation again."""

    conversation: PublicIdField


class DraftSave(Event, frozen=True):
    """Keep what is half written; empty text drops it."""

    conversation: PublicIdField
    text: Annotated[str, msgspec.Meta(max_length=4000)]


class IdentityView(Fact, frozen=True):
    """Whom the site vouches for under its signature. email: "" where the shop has not checked it.

    customer: the shop's own id. shop: basket, product, order, page and visitor by the same word.
    """

    customer: str
    name: str
    email: str
    shop: dict[str, Any]
    until_ms: int


class PageViewFact(Fact, frozen=True):
    """One page of the visitor's trail, newest first. at_ms: milliseconds UTC."""

    url: str
    title: str
    at_ms: int


class PastConversation(Fact, frozen=True):
    """An earlier conversation of the same visitor."""

    conversation: str
    opened_ms: int
    status: str
    agent: str
    preview: str


class ContextGet(Event, frozen=True):
    """Ask for what is known of a conversation's visitor."""

    conversation: PublicIdField


class Context(Fact, frozen=True):
    """The visitor, as far as this site knows; everything typed is unverified.

    verified: whether the site vouches for them just now; identity: as whom. shop: what the shop's
    page says (cart, product, order, page, visitor), unverified too. consent: whether they agreed to
    the site's text, null when they never said. rating: of this conversation.
    """

    conversation: str
    visitor: str
    name: str
    email: str
    phone: str
    verified: bool
    identity: IdentityView | None
    language: str
    device: str
    online: bool
    first_seen_ms: int
    last_seen_ms: int
    pages: tuple[PageViewFact, ...]
    past: tuple[PastConversation, ...]
    shop: dict[str, Any]
    consent: bool | None
    rating: int | None
    ok: Literal[True] = True
