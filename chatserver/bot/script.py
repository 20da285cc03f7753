"""What a shop's own people tell the bot to do: rules and flows as data, and whether they add up.

A rule says *when* and *do*, a flow asks for details one step at a time. Texts are templates
(`templates.py`); what messages are looked at with are words, phrases and globs (`globs.py`).
"""

from collections.abc import Iterator
from typing import Literal

import msgspec

from chatserver.bot.expected import Dialogue
from chatserver.domain.cards import Stock
from chatserver.domain.conversations import Priority
from chatserver.domain.orders import OrderKind

EventKind = Literal["opened", "message", "waiting_too_long", "agent_gone", "person_asked"]
SlotKind = Literal[
    "text",
    "name",
    "choice",
    "email",
    "phone",
    "contact",
    "order",
    "date",
    "amount",
    "yes_no",
    "file",
]
LEAVE_MESSAGE = "leave-message"
"""Key of the flow that gathers what people will need while nobody is there."""

MAX_RULES, MAX_FLOWS, MAX_STEPS, MAX_ACTIONS, MAX_BUTTONS = 200, 50, 12, 8, 6
MAX_CARDS = 4
MAX_CHARS = 1000


class _Part(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A part of a script; a field that nobody knows is a fault, not a wish."""


class Text(_Part, frozen=True):
    """One thing to say. sen: the Turkish of shops that say *sen*, where it differs."""

    tr: str = ""
    en: str = ""
    sen: str = ""

    def of(self, language: str, *, familiar: bool = False) -> str:
        """Return it in one language, in the other where it is missing."""
        if language == "en":
            return self.en or self.tr
        return (self.sen if familiar else "") or self.tr or self.en


class Choice(_Part, frozen=True):
    """One of several answers. says: other words for it, by which it is known when typed."""

    value: str
    label: Text
    says: tuple[str, ...] = ()


class Step(_Part, frozen=True):
    """One detail to ask for.

    slot: its name, the same in every flow, so that nobody is asked twice. retry: said after an
    answer that could not be read. label: before the value in the summary and in the panel.
    """

    slot: str
    kind: SlotKind
    ask: Text = Text()
    retry: Text = Text()
    label: Text = Text()
    choices: tuple[Choice, ...] = ()
    optional: bool = True


class Flow(_Part, frozen=True):
    """Details to ask for, and what follows.

    then: `people` (a summary to confirm, then to people), `order` (the order desk is asked),
    `say` (the flow's own last words). order: what is wanted of the order.
    """

    key: str
    title: Text
    steps: tuple[Step, ...]
    then: Literal["people", "order", "say"] = "people"
    order: OrderKind | None = None
    say: Text = Text()
    enabled: bool = True


class When(_Part, frozen=True):
    """What must hold; everything that is given must.

    says: any of these words, phrases or globs. not_says: none of these. entries: the FAQ entry that
    the message asks for. pages, campaigns: globs over the page's path and its utm_campaign.
    cart_from, cart_below: the cart's value. attributes: globs over what the site says of a visitor.
    """

    event: EventKind = "message"
    says: tuple[str, ...] = ()
    not_says: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    language: Literal["tr", "en"] | None = None
    hours: Literal["open", "closed"] | None = None
    people: tuple[Literal["free", "busy", "away"], ...] = ()
    pages: tuple[str, ...] = ()
    campaigns: tuple[str, ...] = ()
    cart_from: float | None = None
    cart_below: float | None = None
    attributes: dict[str, str] = msgspec.field(default_factory=dict)


class Button(_Part, frozen=True):
    """A button under a sentence. Leads to an entry, a flow, or people (`handoff`)."""

    label: Text
    entry: str = ""
    flow: str = ""
    handoff: bool = False

    @property
    def value(self) -> str:
        """What comes back when it is pressed."""
        if self.entry:
            return f"entry:{self.entry}"
        return f"flow:{self.flow}" if self.flow else "handoff"


class Product(_Part, frozen=True):
    """Something that the shop sells, shown as a card. url, image: https. price: in lira."""

    title: Text
    url: str
    price: float | None = None
    stock: Stock = "unknown"
    image: str = ""
    sku: str = ""


class Link(_Part, frozen=True):
    """A page, shown as a card. url: https. text: one line more."""

    title: Text
    url: str
    text: Text = Text()


class Do(_Part, frozen=True):
    """One thing to do; of say, ask, answer and flow at most one. Cards come after what is said."""

    say: Text | None = None
    ask: Text | None = None
    buttons: tuple[Button, ...] = ()
    products: tuple[Product, ...] = ()
    links: tuple[Link, ...] = ()
    answer: str = ""
    flow: str = ""
    tag: str = ""
    priority: Priority | None = None
    team: str = ""
    agent: str = ""
    hand_over: str = ""
    close: bool = False


class Rule(_Part, frozen=True):
    """When something holds, do something.

    at_most: how often in one conversation. goes_on: the rules after it are looked at too, and
    where it said nothing, the message is answered as if it were not there.
    """

    key: str
    title: Text
    do: tuple[Do, ...]
    when: When = When()
    at_most: int = 3
    goes_on: bool = False
    enabled: bool = True


class Script(_Part, frozen=True):
    """Everything a site tells its bot.

    checks: dialogues that must go as they say; None while nothing was said of them, which means the
    starter's. version: raised at every change; 0 is the starter.
    """

    rules: tuple[Rule, ...] = ()
    flows: tuple[Flow, ...] = ()
    match: Literal["first", "all"] = "first"
    version: int = 0
    checks: tuple[Dialogue, ...] | None = None

    def flow(self, key: str) -> Flow | None:
        """Return a flow that is in use."""
        return next((flow for flow in self.flows if flow.key == key and flow.enabled), None)

    def step(self, slot: str) -> Step | None:
        """Return the step that asks for a slot, in whichever flow."""
        return next((s for flow in self.flows for s in flow.steps if s.slot == slot), None)


def texts(script: Script) -> Iterator[tuple[str, Text]]:
    """Yield everything the script may say, with where it stands."""
    for flow in script.flows:
        yield f"flow {flow.key}", flow.title
        yield f"flow {flow.key}: say", flow.say
        for step in flow.steps:
            for name, text in (("ask", step.ask), ("retry", step.retry), ("label", step.label)):
                yield f"flow {flow.key}: step {step.slot}: {name}", text
            for choice in step.choices:
                yield f"flow {flow.key}: step {step.slot}: choice {choice.value}", choice.label
    for rule in script.rules:
        yield f"rule {rule.key}", rule.title
        for do in rule.do:
            for name, said in (("say", do.say), ("ask", do.ask)):
                if said is not None:
                    yield f"rule {rule.key}: {name}", said
            for button in do.buttons:
                yield f"rule {rule.key}: button", button.label
            for product in do.products:
                yield f"rule {rule.key}: card", product.title
            for link in do.links:
                yield f"rule {rule.key}: card", link.title
                yield f"rule {rule.key}: card", link.text
