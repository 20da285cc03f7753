"""A rule as a form: a row for each condition and for each thing to do; draws and keeps nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args

import msgspec
import yaml

from chatserver.bot import globs
from chatserver.bot.problems import MAX_FIRES
from chatserver.bot.script import (
    MAX_ACTIONS,
    MAX_BUTTONS,
    Button,
    Do,
    EventKind,
    Rule,
    When,
)
from chatserver.domain.conversations import HandoffReason, Priority
from chatserver.web.editors.sheets import Pairs, Reading, Sheet, text_pairs
from chatserver.words import LANGUAGES

CONDITIONS = (
    "says", "not_says", "entries", "language", "hours", "people", "pages", "campaigns", "cart",
    "attribute",
)  # fmt: skip
ACTIONS = (
    "say", "ask", "answer", "flow", "tag", "priority", "team", "agent", "hand_over", "close",
    "other",
)  # fmt: skip
EVENTS: tuple[str, ...] = get_args(EventKind)
PEOPLE = ("free", "busy", "away")
HOURS = ("open", "closed")
PRIORITIES = tuple(priority.value for priority in Priority)
REASONS = tuple(reason.value for reason in HandoffReason)

_LISTS = ("says", "not_says", "pages", "campaigns")
_NOTES = ("tag", "priority", "team", "agent")
"""What may stand in one `Do` with what comes after it: they say nothing."""

_SHOWN = {"say", "ask", "buttons", "answer", "flow", *_NOTES, "hand_over", "close"}
MAX_VALUE_CHARS = 200
FIRST = (("when.0", "says"), ("do.0", "say"))
"""The rows that a new rule begins with."""


@dataclass(frozen=True, slots=True)
class Around:
    """What a rule may name. taken: keys of the other rules."""

    flows: tuple[str, ...] = ()
    entries: frozenset[str] = frozenset()
    taken: frozenset[str] = frozenset()
    slots: frozenset[str] = frozenset()


def sheet_of(rule: Rule) -> Sheet:
    """Return a rule as the fields of its form."""
    pairs: Pairs = [("key", rule.key), *text_pairs("title", rule.title)]
    pairs += [("event", rule.when.event), ("at_most", str(rule.at_most))]
    pairs += [(name, "1") for name in ("enabled", "goes_on") if getattr(rule, name)]
    for at, (kind, values) in enumerate(_conditions(rule.when)):
        pairs += [(f"when.{at}", kind), *((f"when.{at}.{name}", text) for name, text in values)]
    for at, (kind, values) in enumerate(one for do in rule.do for one in _actions(do)):
        pairs += [(f"do.{at}", kind), *((f"do.{at}.{name}", text) for name, text in values)]
    return Sheet(tuple(pairs))


def _conditions(when: When) -> Iterator[tuple[str, Pairs]]:
    for kind in CONDITIONS[:2]:
        if getattr(when, kind):
            yield kind, [("value", "\n".join(getattr(when, kind)))]
    if when.entries:
        yield "entries", [("value", key) for key in when.entries]
    for kind in ("language", "hours"):
        if getattr(when, kind) is not None:
            yield kind, [("value", getattr(when, kind))]
    if when.people:
        yield "people", [("value", one) for one in when.people]
    for kind in ("pages", "campaigns"):
        if getattr(when, kind):
            yield kind, [("value", "\n".join(getattr(when, kind)))]
    if when.cart_from is not None or when.cart_below is not None:
        yield "cart", [("from", _figure(when.cart_from)), ("below", _figure(when.cart_below))]
    for name, glob in when.attributes.items():
        yield "attribute", [("name", name), ("value", glob)]


def _figure(amount: float | None) -> str:
    return "" if amount is None else f"{amount:g}" if amount < 1e6 else repr(amount)


def _actions(do: Do) -> Iterator[tuple[str, Pairs]]:
    plain: dict[str, Any] = msgspec.to_builtins(do)
    if not set(plain) <= _SHOWN or (do.buttons and do.say is None and do.ask is None):
        yield "other", [("value", yaml.safe_dump(plain, allow_unicode=True, sort_keys=False))]
        return
    for kind in _NOTES:
        if plain.get(kind):
            yield kind, [("value", str(plain[kind]))]
    for kind, said in (("say", do.say), ("ask", do.ask)):
        if said is not None:
            buttons = do.buttons if kind == "say" or do.say is None else ()
            yield kind, [*text_pairs("say", said)[:3], *_buttons(buttons)]
    for kind in ("answer", "flow", "hand_over"):
        if plain.get(kind):
            yield kind, [("value", plain[kind])]
    if do.close:
        yield "close", []


def _buttons(buttons: tuple[Button, ...]) -> Iterator[tuple[str, str]]:
    for at, button in enumerate(buttons):
        yield f"button.{at}", "button"
        yield from text_pairs(f"button.{at}.label", button.label)
        yield f"button.{at}.to", button.value


def read(sheet: Sheet, around: Around) -> tuple[Rule, dict[str, tuple[str, str]]]:
    """Return the rule that a form says, and what is wrong with which of its fields."""
    reading = Reading(sheet, around.slots)
    event = reading.one_of("event", EVENTS)
    rule = Rule(
        key=reading.key("key", around.taken),
        title=reading.say("title", required=True),
        when=_when(reading, around, event),
        do=_do(reading, around),
        at_most=reading.count("at_most", MAX_FIRES),
        goes_on=sheet.text("goes_on") == "1",
        enabled=sheet.text("enabled") == "1",
    )
    return rule, reading.faults


def _when(reading: Reading, around: Around, event: str) -> When:
    sheet = reading.sheet
    values: dict[str, Any] = {"event": event if event in EVENTS else "message"}
    attributes: dict[str, str] = {}
    for row in sheet.rows("when"):
        kind, name = sheet.text(row), f"{row}.value"
        if kind in values and kind != "attribute":
            reading.wrong(name, "twice")
        elif kind in _LISTS:
            values[kind] = _patterns(reading, name, words=kind in CONDITIONS[:2])
        elif kind == "entries":
            values[kind] = _entries(reading, name, around)
        elif kind == "language":
            values[kind] = reading.one_of(name, LANGUAGES)
        elif kind == "hours":
            values[kind] = reading.one_of(name, HOURS)
        elif kind == "people":
            values[kind] = tuple(one for one in PEOPLE if one in sheet.every(name))
            if not values[kind]:
                reading.wrong(name, "required")
        elif kind == "cart":
            values["cart_from"] = reading.amount(f"{row}.from")
            values["cart_below"] = reading.amount(f"{row}.below")
            if values["cart_from"] is None and values["cart_below"] is None:
                reading.wrong(f"{row}.from", "required")
        elif kind == "attribute":
            attributes[_line(reading, f"{row}.name")] = _line(reading, name)
        if kind in {"says", "entries"} and event != "message":
            reading.wrong(name, "only_message")
    return When(attributes=attributes, **values)


def _patterns(reading: Reading, name: str, *, words: bool) -> tuple[str, ...]:
    lines = reading.sheet.lines(name)
    if not lines:
        reading.wrong(name, "required")
    for line in lines:
        fault = globs.fault(line) if words else "long" if len(line) > MAX_VALUE_CHARS else None
        if fault:
            reading.wrong(name, f"glob_{fault}", line[:40])
    return lines


def _entries(reading: Reading, name: str, around: Around) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(key for key in reading.sheet.every(name) if key))
    if not chosen:
        reading.wrong(name, "required")
    for key in chosen:
        if key not in around.entries:
            reading.wrong(name, "no_entry", key)
    return chosen


def _line(reading: Reading, name: str) -> str:
    text = " ".join(reading.sheet.text(name).split())
    if not text:
        reading.wrong(name, "required")
    if len(text) > MAX_VALUE_CHARS:
        reading.wrong(name, "long", MAX_VALUE_CHARS)
    return text


def _do(reading: Reading, around: Around) -> tuple[Do, ...]:
    found: list[dict[str, Any]] = []
    for row in reading.sheet.rows("do"):
        kind = reading.sheet.text(row)
        one = _action(reading, around, kind, row)
        before = found[-1] if found else {}
        if kind in _NOTES and before and set(before) <= set(_NOTES) - {kind}:
            before.update(one)
        elif one:
            found.append(one)
    if not found:
        reading.wrong("do", "nothing")
    elif len(found) > MAX_ACTIONS:
        reading.wrong("do", "many", MAX_ACTIONS)
    return tuple(Do(**one) for one in found)


def _action(reading: Reading, around: Around, kind: str, row: str) -> dict[str, Any]:
    name = f"{row}.value"
    if kind in {"say", "ask"}:
        said = reading.say(f"{row}.say", required=True)
        return {kind: said, "buttons": _pressable(reading, around, row)}
    if kind == "answer":
        return {kind: _known(reading, name, around.entries, "no_entry")}
    if kind == "flow":
        return {kind: _known(reading, name, frozenset(around.flows), "no_flow")}
    if kind in {"tag", "team", "agent"}:
        return {kind: _line(reading, name)}
    if kind == "priority":
        chosen = reading.one_of(name, PRIORITIES)
        return {kind: Priority(chosen) if chosen in PRIORITIES else None}
    if kind == "hand_over":
        return {kind: reading.one_of(name, REASONS)}
    if kind == "close":
        return {kind: True}
    return _written(reading, name) if kind == "other" else {}


def _known(reading: Reading, name: str, known: frozenset[str], code: str) -> str:
    value = reading.sheet.text(name)
    if value not in known:
        reading.wrong(name, code if value else "required", value)
    return value


def _pressable(reading: Reading, around: Around, row: str) -> tuple[Button, ...]:
    buttons = []
    rows = reading.sheet.rows(f"{row}.button")
    if len(rows) > MAX_BUTTONS:
        reading.wrong(f"{row}.say.tr", "buttons", MAX_BUTTONS)
    for one in rows:
        label = reading.say(f"{one}.label", required=True)
        kind, _, key = reading.sheet.text(f"{one}.to").partition(":")
        if kind == "entry" and key not in around.entries:
            reading.wrong(f"{one}.to", "no_entry", key)
        elif kind == "flow" and key not in around.flows:
            reading.wrong(f"{one}.to", "no_flow", key)
        elif kind not in {"entry", "flow", "handoff"}:
            reading.wrong(f"{one}.to", "required")
        buttons.append(
            Button(
                label,
                entry=key if kind == "entry" else "",
                flow=key if kind == "flow" else "",
                handoff=kind == "handoff",
            )
        )
    return tuple(buttons)


def _written(reading: Reading, name: str) -> dict[str, Any]:
    """Return an action that is written as text: what has no row of its own."""
    try:
        do = msgspec.convert(parsed(reading.sheet.text(name)), Do)
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        reading.wrong(name, "text", str(error).partition("\n")[0][:200])
        return {}
    return msgspec.structs.asdict(do)


def parsed(text: str) -> object:
    """Return what a text of YAML says.

    Raises:
        ValueError, YAMLError, RecursionError: for what says nothing.
    """
    if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text)):
        raise ValueError("aliases (*name) are not read")
    return yaml.safe_load(text) or {}
