"""Where a conversation stands, as its visitor and as agents see it."""

from chatserver.protocol.fields import Fact
from chatserver.protocol.people import PeopleView


class WaitView(Fact, frozen=True):
    """How long others of the last two hours waited: half of them between low and high."""

    low_ms: int
    high_ms: int


class VisitorConversation(Fact, frozen=True):
    """A conversation as its visitor sees it.

    status: bot | waiting | open | resolved. agent: name of the holder, or null.
    position: 1-based place in the queue while waiting, else null. wait: null where too few waited.
    rating: their score, or null. head: newest seq this visitor may see. version: raised by every change of state; of two states
    the higher version is the newer. seen_by_agent, seen_by_visitor: monotonic seqs. answers_to: where
    answers go by mail, most of the address hidden; "" where they do not.
    """

    conversation: str
    status: str
    bot_active: bool
    agent: str | None
    position: int | None
    head: int
    version: int
    seen_by_agent: int
    seen_by_visitor: int
    resolved_ms: int | None
    people: PeopleView
    wait: WaitView | None = None
    rating: int | None = None
    answers_to: str = ""


class OfferView(Fact, frozen=True):
    """A live offer to the agent who reads it. expires_ms: milliseconds UTC, server time."""

    conversation: str
    expires_ms: int
    made_ms: int


class AgentConversation(Fact, frozen=True):
    """A conversation as agents see it, enough for a row of the queue and the header.

    head, version: newest seq, and what every change of state raises; the higher is the newer.
    holder, holder_name: public id and name of the agent while open. fence: to be sent with what
    the holder does. waiting_since_ms: begin of the wait, kept across returns. answer_due_since_ms:
    when the first visitor message that no person has answered was written, or null.
    unread: visitor messages that no agent has seen. details: what the bot gathered, by slot.
    preview: last visible line; preview_author: its author's kind. offered_to: name, or null.
    answers_to: where unread answers go by mail, most of the address hidden; "" where they do not.
    """

    conversation: str
    site: str
    site_name: str
    team: str
    team_name: str
    status: str
    bot_active: bool
    holder: str | None
    holder_name: str | None
    fence: int
    priority: str
    head: int
    version: int
    seen_by_agent: int
    seen_by_visitor: int
    opened_ms: int
    waiting_since_ms: int | None
    answer_due_since_ms: int | None
    last_message_ms: int
    resolved_ms: int | None
    unread: int
    visitor: str
    visitor_name: str
    language: str
    handoff_reason: str
    details: dict[str, str]
    preview: str
    preview_author: str
    offered_to: str | None
    answers_to: str = ""


class Heads(Fact, frozen=True, gc=False):
    """Where one conversation stands for the reader's audience; also the beacon's row."""

    conversation: str
    head: int
    seen_by_agent: int
    seen_by_visitor: int
    version: int
