"""What a client may send: one closed struct an event, and what its acknowledgement carries.

What agents alone may send is in `agent_events`, what is asked for beside talking in `client_asks`.
"""

from typing import Annotated, Literal

import msgspec

from chatserver.protocol.conversations import AgentConversation, VisitorConversation
from chatserver.protocol.fields import (
    ClientIdField,
    Event,
    Fact,
    Fence,
    Language,
    PublicIdField,
    Seq,
    SignedWord,
    SiteKey,
    Text,
    Title,
    Url,
)
from chatserver.protocol.messages import MessageView


class Page(Event, frozen=True):
    """A page of the shop. url and title as the loader saw them; referrer without its query."""

    url: Url = ""
    title: Title = ""
    referrer: Url = ""


class Resume(Event, frozen=True):
    """What the client has: its epoch and, per conversation, the newest seq it applied."""

    epoch: PublicIdField
    last: Annotated[dict[PublicIdField, Seq], msgspec.Meta(max_length=50)] = msgspec.field(
        default_factory=dict
    )


class VisitorConnect(Event, frozen=True):
    """`auth` of the `/visitor` namespace. Without a token only `visitor_start` is answered."""

    version: int
    site: SiteKey
    client: ClientIdField
    token: Annotated[str, msgspec.Meta(min_length=20, max_length=128)] | None = None
    page: Page | None = None
    language: Language | None = None
    resume: Resume | None = None


class AgentConnect(Event, frozen=True):
    """`auth` of the `/agent` namespace; who it is, the session cookie says."""

    version: int
    client: ClientIdField
    resume: Resume | None = None


class VisitorStart(Event, frozen=True):
    """Ask for a token, at the first message and not before.

    identity: the site's signed word on who this is. Whom it has vouched for before gets one more
    token for the same visitor.
    """

    site: SiteKey
    identity: SignedWord | None = None
    language: Language | None = None
    page: Page | None = None


class VisitorStarted(Fact, frozen=True):
    """The visitor's token: shown once, kept by the client, never put in a URL."""

    token: str
    ok: Literal[True] = True


class TextIn(Event, frozen=True):
    """Body of what people send. choice: value of the pressed button, if one was pressed.

    reply_to: seq of the message of this conversation that it answers.
    """

    text: Text
    choice: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    reply_to: Seq | None = None


class VisitorMessageSend(Event, frozen=True):
    """Send a message. conversation: null at the first one; the ack names where it landed."""

    client_id: ClientIdField
    body: TextIn
    conversation: PublicIdField | None = None
    kind: Literal["text"] = "text"


class AgentMessageSend(Event, frozen=True):
    """Send a reply (`text`, with the fence) or an internal note (`note`, no fence needed)."""

    client_id: ClientIdField
    conversation: PublicIdField
    body: TextIn
    kind: Literal["text", "note"]
    fence: Fence | None = None


class MessageSent(Fact, frozen=True):
    """The message is on disk. duplicate: it already was, under this client_id."""

    conversation: str
    seq: int
    at_ms: int
    duplicate: bool
    ok: Literal[True] = True


class Want(Event, frozen=True):
    """I have everything of this conversation up to `after`, from this epoch.

    latest: with nothing yet, only the newest so many are wanted; `history_get` has the others.
    """

    conversation: PublicIdField
    epoch: PublicIdField | None = None
    after: Seq = 0
    latest: Annotated[int, msgspec.Meta(ge=1, le=200)] | None = None


class ConversationSync(Event, frozen=True):
    """Ask for what is missing; the one repair path. An agent's socket follows what it asks for."""

    wants: Annotated[tuple[Want, ...], msgspec.Meta(min_length=1, max_length=50)]


class VisitorSynced(Fact, frozen=True):
    """What was missing of one conversation, oldest first; `more` when there is more to fetch.

    reset: start over (another epoch, or a seq from the future): drop what you have.
    missing: there is no such conversation, or it is not yours.
    """

    conversation: str
    epoch: str
    head: int
    state: VisitorConversation | None
    messages: tuple[MessageView, ...]
    more: bool
    reset: bool
    missing: bool = False


class AgentSynced(Fact, frozen=True):
    """The same for an agent."""

    conversation: str
    epoch: str
    head: int
    state: AgentConversation | None
    messages: tuple[MessageView, ...]
    more: bool
    reset: bool
    missing: bool = False


class VisitorSync(Fact, frozen=True):
    """Answer to a visitor's `conversation_sync`."""

    conversations: tuple[VisitorSynced, ...]
    ok: Literal[True] = True


class AgentSync(Fact, frozen=True):
    """Answer to an agent's `conversation_sync`."""

    conversations: tuple[AgentSynced, ...]
    ok: Literal[True] = True


class MessagesSeen(Event, frozen=True):
    """I have read up to `seq`; never goes back."""

    conversation: PublicIdField
    seq: Seq


class TypingSet(Event, frozen=True):
    """I type, or stopped. The text itself is never sent."""

    conversation: PublicIdField
    typing: bool
    note: bool = False


class PageViewed(Event, frozen=True):
    """The shopper went to another page."""

    page: Page


class HandoffRequest(Event, frozen=True):
    """The visitor wants a person. conversation: null when none exists yet."""

    client_id: ClientIdField
    conversation: PublicIdField | None = None


class ConversationLeave(Event, frozen=True):
    """The visitor ends the conversation (closing the page is not leaving)."""

    conversation: PublicIdField
    client_id: ClientIdField


class TranscriptLink(Event, frozen=True):
    """Ask for links to this conversation's transcript."""

    conversation: PublicIdField


class TranscriptLinks(Fact, frozen=True):
    """Links that work for 15 minutes: a page to print, and a plain text file."""

    view: str
    text: str
    ok: Literal[True] = True


class Done(Fact, frozen=True):
    """Done; nothing more to say."""

    ok: Literal[True] = True


class Refused(Fact, frozen=True):
    """A refusal. retry: whether the same request may succeed later. after_ms: when, or null."""

    code: str
    message: str
    retry: bool
    after_ms: int | None = None
    ok: Literal[False] = False
