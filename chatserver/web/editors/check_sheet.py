"""A dialogue check as a form: a row for each turn, in it a row for each thing expected; keeps nothing.

The world in which the dialogue takes place has the fields that a talk's world has.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chatserver.bot import masks
from chatserver.bot.expected import (
    MAX_CART,
    MAX_FACTS,
    MAX_LINE_CHARS,
    MAX_NAME_CHARS,
    MAX_TURNS,
    MAX_VALUE_CHARS,
    MAX_WANTED,
    YEARS,
    Dialogue,
    Turn,
    texts,
)
from chatserver.web.editors.flow_sheet import ORDERS
from chatserver.web.editors.rule_sheet import HOURS, PEOPLE, REASONS
from chatserver.web.editors.sheets import Pairs, Reading, Sheet
from chatserver.words import LANGUAGES

WANTED = (
    "entry", "contains", "lacks", "asks", "handoff", "clarify", "buttons", "details", "order",
    "language", "quiet",
)  # fmt: skip
TICKS = ("orders", "verified", "mail", "waiting", "sen")
FIRST = (("turn.0", "turn"), ("turn.0.want.0", "entry"))
"""The row that a new check begins with."""

_LISTS = ("contains", "lacks", "buttons")


@dataclass(frozen=True, slots=True)
class Around:
    """What a check may name. taken: names of the others."""

    entries: frozenset[str] = frozenset()
    taken: frozenset[str] = frozenset()


def sheet_of(check: Dialogue) -> Sheet:
    """Return a check as the fields of its form."""
    pairs: Pairs = [("name", check.name), ("lang", check.language), ("who", check.people)]
    pairs += [("at", _time(check.at)), ("opens", _time(check.opens)), ("hours", check.hours or "")]
    pairs += [("page", check.page), ("campaign", check.campaign)]
    pairs += [("cart", "" if check.cart is None else f"{check.cart:.15g}")]
    pairs += [("order_pattern", check.order_pattern)]
    pairs += [(name, "1") for name in TICKS if getattr(check, name)]
    pairs += [(name, _written(getattr(check, name))) for name in ("known", "attributes")]
    for at, turn in enumerate(check.turns):
        row = f"turn.{at}"
        pairs += [(row, "turn"), (f"{row}.says", "\n".join(texts(turn.says)))]
        for number, (kind, value) in enumerate(_wanted(turn)):
            want = f"{row}.want.{number}"
            pairs += [(want, kind), (f"{want}.value", value)]
    return Sheet(tuple(pairs))


def _wanted(turn: Turn) -> Iterator[tuple[str, str]]:
    for key in texts(turn.entry or ()):
        yield "entry", key
    if turn.entry is not None and not turn.entry:
        yield "entry", ""
    for kind in _LISTS[:2]:
        if texts(getattr(turn, kind)):
            yield kind, "\n".join(texts(getattr(turn, kind)))
    for kind in ("asks", "handoff", "clarify"):
        if getattr(turn, kind) is not None:
            yield kind, getattr(turn, kind)
    if turn.buttons:
        yield "buttons", "\n".join(turn.buttons)
    if turn.details:
        yield "details", _written(turn.details)
    for kind in ("order", "language"):
        if getattr(turn, kind) is not None:
            yield kind, getattr(turn, kind)
    if turn.quiet:
        yield "quiet", "1"


def _time(moment: datetime | None) -> str:
    return "" if moment is None else moment.replace(tzinfo=None).isoformat(timespec="minutes")


def _written(facts: dict[str, str]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in facts.items())


def read(sheet: Sheet, around: Around) -> tuple[Dialogue, dict[str, tuple[str, str]]]:
    """Return the check that a form says, and what is wrong with which of its fields."""
    reading = Reading(sheet)
    rows = sheet.rows("turn")
    if not rows:
        reading.wrong("turn", "no_turns")
    elif len(rows) > MAX_TURNS:
        reading.wrong("turn", "many", MAX_TURNS)
    facts = _world(reading) | {name: sheet.text(name) == "1" for name in TICKS}
    pattern = sheet.text("order_pattern").strip()
    if masks.problems(pattern):
        reading.wrong("order_pattern", "pattern")
    check = Dialogue(
        _name(reading, around.taken),
        tuple(_turn(reading, row, around) for row in rows[:MAX_TURNS]),
        opens=moment(reading, "opens"),
        hours=_chosen(reading, "hours", HOURS, empty=True) or None,
        known=_facts(reading, "known"),
        attributes=_facts(reading, "attributes"),
        order_pattern=pattern,
        **facts,
    )
    return check, reading.faults


def _world(reading: Reading) -> dict[str, Any]:
    return {
        "language": _chosen(reading, "lang", LANGUAGES),
        "people": _chosen(reading, "who", PEOPLE),
        "at": moment(reading, "at"),
        "page": _short(reading, "page", MAX_LINE_CHARS),
        "campaign": _short(reading, "campaign", MAX_VALUE_CHARS),
        "cart": cart(reading),
    }


def _name(reading: Reading, taken: frozenset[str]) -> str:
    name = " ".join(reading.sheet.text("name").split())
    if not name:
        reading.wrong("name", "required")
    elif len(name) > MAX_NAME_CHARS:
        reading.wrong("name", "long", MAX_NAME_CHARS)
    elif name in taken:
        reading.wrong("name", "taken", name)
    return name


def _chosen(reading: Reading, name: str, known: tuple[str, ...], *, empty: bool = False) -> Any:
    if empty and not reading.sheet.text(name):
        return ""
    chosen = reading.one_of(name, known)
    return chosen if chosen in known else known[0]


def _short(reading: Reading, name: str, most: int) -> str:
    text = reading.sheet.text(name).strip()
    if len(text) > most:
        reading.wrong(name, "long", most)
    return text


def moment(reading: Reading, name: str) -> datetime | None:
    """Return a local time of a field."""
    text = reading.sheet.text(name).strip()
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        reading.wrong(name, "moment")
        return None
    if found.year not in YEARS:
        reading.wrong(name, "years", f"{YEARS[0]}–{YEARS[-1]}")
        return None
    return found


def cart(reading: Reading) -> float | None:
    """Return what the cart is worth."""
    amount = reading.amount("cart")
    if amount is not None and amount > MAX_CART:
        reading.wrong("cart", "amount")
    return amount


def _facts(reading: Reading, name: str) -> dict[str, str]:
    facts: dict[str, str] = {}
    for line in reading.sheet.lines(name):
        key, colon, value = (part.strip() for part in line.partition(":"))
        if not (key and colon and value):
            reading.wrong(name, "fact", line[:40])
        elif max(len(key), len(value)) > MAX_VALUE_CHARS:
            reading.wrong(name, "long", MAX_VALUE_CHARS)
        facts[key] = value
    if len(facts) > MAX_FACTS:
        reading.wrong(name, "many", MAX_FACTS)
    return facts


def _lines(reading: Reading, name: str, most: int) -> tuple[str, ...]:
    lines = reading.sheet.lines(name)
    if not lines:
        reading.wrong(name, "required")
    elif len(lines) > MAX_WANTED:
        reading.wrong(name, "many", MAX_WANTED)
    elif any(len(line) > most for line in lines):
        reading.wrong(name, "long", most)
    return lines


def _turn(reading: Reading, row: str, around: Around) -> Turn:
    said = _lines(reading, f"{row}.says", MAX_LINE_CHARS)
    wanted: dict[str, Any] = {}
    for want in reading.sheet.rows(f"{row}.want"):
        kind, name = reading.sheet.text(want), f"{want}.value"
        if kind == "entry":
            key = _entry(reading, name, around)
            wanted["entry"] = (*wanted.get("entry", ()), *((key,) if key else ()))
            if len(wanted["entry"]) > MAX_WANTED:
                reading.wrong(name, "many", MAX_WANTED)
        elif kind not in WANTED:
            continue
        elif kind in wanted:
            reading.wrong(name, "twice")
        else:
            wanted[kind] = _value(reading, kind, name, around)
    keys = wanted.get("entry")
    if keys is not None and len(keys) == 1:
        wanted["entry"] = keys[0]
    return Turn(said[0] if len(said) == 1 else said, **wanted)


def _value(reading: Reading, kind: str, name: str, around: Around) -> Any:
    if kind in _LISTS:
        lines = _lines(reading, name, MAX_VALUE_CHARS)
        return lines[0] if kind != "buttons" and len(lines) == 1 else lines
    if kind == "clarify":
        key = _entry(reading, name, around)
        if not key:
            reading.wrong(name, "required")
        return key
    if kind == "details":
        facts = _facts(reading, name)
        if not facts:
            reading.wrong(name, "required")
        return facts
    if kind == "asks":
        return _short(reading, name, MAX_VALUE_CHARS)
    if kind == "handoff":
        return _chosen(reading, name, REASONS, empty=True)
    if kind == "order":
        return _chosen(reading, name, ORDERS, empty=True)
    return _chosen(reading, name, LANGUAGES) if kind == "language" else True


def _entry(reading: Reading, name: str, around: Around) -> str:
    key = reading.sheet.text(name)
    if key and key not in around.entries:
        reading.wrong(name, "no_entry", key)
    return key
