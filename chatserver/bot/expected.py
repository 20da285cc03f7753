"""Dialogues as data: what is said, and what must come of it; the bot's own regression tests.

A line is what the visitor says, or `[button label]`, or `<event>`. What is expected names what is
seen: an entry's card, a slot that is asked, words, buttons, a handoff, a detail, the end of a flow.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

import msgspec

from chatserver.bot import masks
from chatserver.domain.conversations import HandoffReason
from chatserver.domain.orders import OrderKind
from chatserver.words import LANGUAGES

MAX_CHECKS, MAX_TURNS, MAX_WANTED, MAX_FACTS = 300, 20, 10, 20
MAX_NAME_CHARS, MAX_LINE_CHARS, MAX_VALUE_CHARS = 80, 500, 200
YEARS = range(2000, 2100)
MAX_CART = 1e9
EVENTS = ("nobody accepted", "nobody free", "agent lost", "person asked")


class _Part(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A part of a dialogue; a field that nobody knows is a fault, not a wish."""


class Turn(_Part, frozen=True):
    """What is said in one turn, and what must come of it.

    says: one line or several. entry: whose card answers. clarify: an entry among those offered;
    asks: the detail that is asked for, "" for none. contains, lacks: words of the answer.
    buttons: labels. handoff: reason, "" for none. details: gathered so far. quiet: nothing is said.
    """

    says: str | tuple[str, ...]
    entry: str | tuple[str, ...] | None = None
    clarify: str | None = None
    asks: str | None = None
    contains: str | tuple[str, ...] = ()
    lacks: str | tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()
    handoff: str | None = None
    details: dict[str, str] = msgspec.field(default_factory=dict)
    order: str | None = None
    language: str | None = None
    quiet: bool = False


class Dialogue(_Part, frozen=True):
    """A conversation with the bot and the world around it.

    name: of its own in a script. people: free | busy | away. at: local time. hours: whether the shop
    is open, where that is known. opens: next opening, which says that it is closed.
    """

    name: str
    turns: tuple[Turn, ...]
    language: str = "tr"
    people: Literal["free", "busy", "away"] = "free"
    at: datetime | None = None
    hours: Literal["open", "closed"] | None = None
    opens: datetime | None = None
    waiting: bool = False
    sen: bool = False
    mail: bool = False
    orders: bool = False
    verified: bool = False
    page: str = ""
    campaign: str = ""
    cart: float | None = None
    attributes: dict[str, str] = msgspec.field(default_factory=dict)
    known: dict[str, str] = msgspec.field(default_factory=dict)
    order_pattern: str = "SP######"

    @property
    def key(self) -> str:
        """What it is called by."""
        return self.name

    @property
    def hours_open(self) -> bool | None:
        """Whether the shop is open, None where nothing says so."""
        if self.hours is not None:
            return self.hours == "open"
        return None if self.opens is None else False


def texts(value: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return one text or several as several."""
    return (value,) if isinstance(value, str) else value


def problems(dialogues: tuple[Dialogue, ...]) -> Iterator[str]:
    """Yield what keeps dialogues from being kept, one sentence each."""
    if len(dialogues) > MAX_CHECKS:
        yield f"A script has at most {MAX_CHECKS} checks."
        return
    names = [one.name for one in dialogues]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"check {name}: there are two of that name."
    for one in dialogues:
        yield from (f"check {one.name[:MAX_NAME_CHARS]}: {wrong}" for wrong in _of(one))


def _of(one: Dialogue) -> Iterator[str]:
    if not one.name.strip() or len(one.name) > MAX_NAME_CHARS:
        yield f"a name has one to {MAX_NAME_CHARS} characters."
    if not 1 <= len(one.turns) <= MAX_TURNS:
        yield f"it has one to {MAX_TURNS} turns."
    if one.language not in LANGUAGES:
        yield f"“{one.language[:20]}” is no language of the bot."
    if any(time is not None and time.year not in YEARS for time in (one.at, one.opens)):
        yield f"a time is from {YEARS[0]} to {YEARS[-1]}."
    if one.cart is not None and not 0 <= one.cart <= MAX_CART:
        yield "a cart is an amount in lira."
    yield from masks.problems(one.order_pattern)
    for facts in (one.attributes, one.known):
        yield from _facts(facts)
    if len(one.page) > MAX_LINE_CHARS or len(one.campaign) > MAX_VALUE_CHARS:
        yield "a page or a campaign is too long."
    for number, turn in enumerate(one.turns, 1):
        yield from (f"turn {number}: {wrong}" for wrong in _turn(turn))


def _facts(facts: dict[str, str]) -> Iterator[str]:
    if len(facts) > MAX_FACTS:
        yield f"at most {MAX_FACTS} details."
    if any(len(text) > MAX_VALUE_CHARS for pair in facts.items() for text in pair):
        yield f"a detail has at most {MAX_VALUE_CHARS} characters."


def _turn(turn: Turn) -> Iterator[str]:
    lines = texts(turn.says)
    if not 1 <= len(lines) <= MAX_WANTED or not all(line.strip() for line in lines):
        yield f"it says one to {MAX_WANTED} lines."
    if any(len(line) > MAX_LINE_CHARS for line in lines):
        yield f"a line has at most {MAX_LINE_CHARS} characters."
    wanted = [texts(value) for value in (turn.entry or (), turn.contains, turn.lacks)]
    for values in (*wanted, turn.buttons):
        if len(values) > MAX_WANTED or any(len(text) > MAX_VALUE_CHARS for text in values):
            yield f"at most {MAX_WANTED} of a kind, of {MAX_VALUE_CHARS} characters each."
    yield from _facts(turn.details)
    if turn.handoff and turn.handoff not in {reason.value for reason in HandoffReason}:
        yield f"“{turn.handoff[:40]}” is no reason to hand over."
    if turn.order and turn.order not in {kind.value for kind in OrderKind}:
        yield f"“{turn.order[:40]}” is nothing that is asked of an order."
    if turn.language is not None and turn.language not in LANGUAGES:
        yield f"“{turn.language[:20]}” is no language of the bot."
    for text in (turn.clarify or "", turn.asks or ""):
        if len(text) > MAX_VALUE_CHARS:
            yield f"a key has at most {MAX_VALUE_CHARS} characters."
