"""What messages carry, as readers get it; how it was made is not told."""

from typing import Literal

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
