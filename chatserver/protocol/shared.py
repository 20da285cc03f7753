"""What both audiences read: messages, markdown nodes, conversation states, refusals."""

from typing import Literal

import msgspec

from chatserver.protocol.fields import Fact


class Node(Fact, frozen=True, omit_defaults=True):
    """One node of a Markdown answer, parsed on the server; the browser builds DOM from it.

    type: text | strong | em | link | paragraph | list | ordered_list | item | break.
    text: of `text`. href: of `link` (http, https, mailto or tel only). children: of the others.
    """

    type: Literal[
        "text", "strong", "em", "link", "paragraph", "list", "ordered_list", "item", "break"
    ]
    text: str = ""
    href: str = ""
    children: tuple["Node", ...] = ()


class AuthorView(Fact, frozen=True):
    """Who wrote it. kind: visitor | agent | bot | system. id: an agent's public id, else null."""

    kind: str
    name: str
    id: str | None = None


class OptionView(Fact, frozen=True):
    """One button: `value` comes back as `choice`, `label` is read."""

    value: str
    label: str


class TextView(Fact, frozen=True):
    """Body of `text` and `note`. choice: value of the button that said it, or null.

    reply_to: seq of the message it answers, or null.
    """

    text: str
    choice: str | None = None
    reply_to: int | None = None


class ChoicesView(Fact, frozen=True):
    """Body of `choices`. purpose: clarify | confirm | next."""

    text: str
    options: tuple[OptionView, ...]
    purpose: str


class CardView(Fact, frozen=True):
    """Body of `card`: an FAQ answer. confidence (0–1): agents only, null for visitors."""

    entry: str
    title: str
    nodes: tuple[Node, ...]
    confidence: float | None = None


class OrderView(Fact, frozen=True):
    """Body of `order`: an order of the visitor's own.

    step: received | preparing | shipped | delivered | cancelled | returned. placed, expected: days
    as `2026-11-22`, or null. carrier: its name, or "". tracking_url, cancel_url, return_url,
    invoice_url: https pages, or "". cancellable, returnable: null when unknown.
    """

    number: str
    step: str
    placed: str | None
    expected: str | None
    carrier: str
    tracking_number: str
    tracking_url: str
    items: tuple[str, ...]
    cancellable: bool | None
    returnable: bool | None
    cancel_url: str
    return_url: str
    invoice_url: str


class ProductView(Fact, frozen=True):
    """Body of `product`: something that the shop sells.

    url: its https page. price_kurus: in kuruş, or null. stock: in | few | out | unknown. image:
    whether `/picture/<conversation>/<seq>` has a picture of it. sku: what the basket calls it, or "".
    """

    title: str
    url: str
    price_kurus: int | None
    stock: str
    image: bool
    sku: str


class LinkView(Fact, frozen=True):
    """Body of `link`: a page. url: https. text: one line more, or ""."""

    title: str
    url: str
    text: str


class FormView(Fact, frozen=True):
    """Body of `form`: the bot asks for one detail.

    slot: name | contact | order | question | code, or of a shop's own flow; then label names it.
    """

    text: str
    slot: str
    step: int
    steps: int
    skippable: bool
    error: str | None
    label: str = ""


class ActivityView(Fact, frozen=True):
    """Body of `activity`. type: see `ActivityType`; the reader's language words it."""

    type: str
    actor: str
    target: str
    reason: str
    details: dict[str, str]


class FileView(Fact, frozen=True):
    """Body of `file`. file: id, to be exchanged for an address by `file_links`.

    size: bytes. width, height: of a picture, pixels; 0 for what is none.
    """

    file: str
    name: str
    media_type: str
    size: int
    width: int
    height: int


class RatingView(Fact, frozen=True):
    """Body of `rating`. score: 1–5; reasons: stable words that the reader's language words."""

    score: int
    reasons: tuple[str, ...]
    text: str


BodyView = (
    TextView
    | ChoicesView
    | CardView
    | OrderView
    | ProductView
    | LinkView
    | FormView
    | ActivityView
    | FileView
    | RatingView
)


class WhyView(Fact, frozen=True):
    """Why the bot said it.

    kind: entry | clarify | none | rule | flow | small_talk | handoff | helped | order | guard |
    error. key: of the entry, rule or flow, with its version. runner_up: the entry that came second.
    slots: details read from what the visitor said. judgement: helped | did_not_help, or empty.
    """

    kind: str
    key: str
    version: str
    confidence: float | None
    runner_up: str
    runner_up_confidence: float | None
    slots: tuple[str, ...]
    judgement: str
    language: str
    took_ms: float


class MessageView(Fact, frozen=True):
    """One message as one audience sees it.

    previous_seq: the message before it *in what this audience may see*, so no gap shows where
    notes stand. at_ms: milliseconds UTC. client_id: the sender's, null for bot and system.
    why: of the bot's messages, agents only.
    """

    conversation: str
    epoch: str
    seq: int
    previous_seq: int
    at_ms: int
    client_id: str | None
    author: AuthorView
    kind: str
    body: BodyView
    why: WhyView | None = None


class PeopleView(Fact, frozen=True):
    """Whether people are there, for a site.

    state: free (somebody can take one now) | busy (present, none free) | away (nobody).
    open: whether the weekly hours say open; null when unknown. opens_at_ms: next opening or null.
    faces: display names of available agents, five at most. back: when people are there again, as a
    sentence by language; empty when open or unknown. holiday: its name by language, where it is for
    one that nobody is there.
    """

    state: Literal["free", "busy", "away"]
    open: bool | None
    opens_at_ms: int | None
    faces: tuple[str, ...] = ()
    back: dict[str, str] = msgspec.field(default_factory=dict)
    holiday: dict[str, str] = msgspec.field(default_factory=dict)


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


class AgentView(Fact, frozen=True):
    """A colleague: for transfers and for the list of who is there."""

    id: str
    name: str
    availability: str
    present: bool
    load: int
    capacity: int
    teams: tuple[str, ...]


class TeamView(Fact, frozen=True):
    """A team that a conversation may go to."""

    id: str
    name: str
    site: str


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


class Heads(Fact, frozen=True, gc=False):
    """Where one conversation stands for the reader's audience; also the beacon's row."""

    conversation: str
    head: int
    seen_by_agent: int
    seen_by_visitor: int
    version: int


class Limits(Fact, frozen=True):
    """Bounds a client should know before it sends."""

    max_text_chars: int = 4000
    max_sync_messages: int = 200
    max_file_bytes: int = 10485760


class Refused(Fact, frozen=True):
    """A refusal. retry: whether the same request may succeed later. after_ms: when, or null."""

    code: str
    message: str
    retry: bool
    after_ms: int | None = None
    ok: Literal[False] = False


encode = msgspec.to_builtins
"""Turn a fact into what the JSON writer takes."""
