"""A flow as a form: a row for each step, with its question and its choices; keeps nothing."""

from dataclasses import dataclass
from typing import Literal, cast, get_args

from chatserver.bot.problems import MAX_KEY_CHARS
from chatserver.bot.script import MAX_BUTTONS, MAX_STEPS, Choice, Flow, SlotKind, Step
from chatserver.domain.orders import OrderKind
from chatserver.web.editors.sheets import Pairs, Reading, Sheet, text_pairs

KINDS: tuple[str, ...] = get_args(SlotKind)
ENDS = ("people", "order", "say")
ORDERS = tuple(kind.value for kind in OrderKind)
MIN_CHOICES = 2
FIRST = (("step.0", "text"), ("step.0.optional", "1"))
"""The row that a new flow begins with."""


@dataclass(frozen=True, slots=True)
class Around:
    """What a flow may name. taken: keys of the other flows. slots: of the other flows."""

    taken: frozenset[str] = frozenset()
    slots: frozenset[str] = frozenset()


def sheet_of(flow: Flow) -> Sheet:
    """Return a flow as the fields of its form."""
    pairs: Pairs = [("key", flow.key), *text_pairs("title", flow.title), ("then", flow.then)]
    pairs += [("order", flow.order.value if flow.order else ""), *text_pairs("say", flow.say)]
    if flow.enabled:
        pairs.append(("enabled", "1"))
    for at, step in enumerate(flow.steps):
        row = f"step.{at}"
        pairs += [(row, step.kind), (f"{row}.slot", step.slot), (f"{row}.kind", step.kind)]
        for name in ("ask", "retry", "label"):
            pairs += text_pairs(f"{row}.{name}", getattr(step, name))
        if step.optional:
            pairs.append((f"{row}.optional", "1"))
        for number, choice in enumerate(step.choices):
            place = f"{row}.choice.{number}"
            pairs += [(place, "choice"), (f"{place}.value", choice.value)]
            pairs += text_pairs(f"{place}.label", choice.label)
            pairs.append((f"{place}.says", "\n".join(choice.says)))
    return Sheet(tuple(pairs))


def read(sheet: Sheet, around: Around) -> tuple[Flow, dict[str, tuple[str, str]]]:
    """Return the flow that a form says, and what is wrong with which of its fields."""
    rows = sheet.rows("step")
    own = frozenset(sheet.text(f"{row}.slot").strip() for row in rows)
    reading = Reading(sheet, around.slots | own)
    if not rows:
        reading.wrong("step", "no_steps")
    elif len(rows) > MAX_STEPS:
        reading.wrong("step", "many", MAX_STEPS)
    then = reading.one_of("then", ENDS)
    order = reading.one_of("order", ORDERS) if then == "order" else ""
    slots: set[str] = set()
    flow = Flow(
        key=reading.key("key", around.taken),
        title=reading.say("title", required=True),
        steps=tuple(_step(reading, row, slots) for row in rows),
        then=cast(Literal["people", "order", "say"], then if then in ENDS else "people"),
        order=OrderKind(order) if order in ORDERS else None,
        say=reading.say("say", required=then == "say"),
        enabled=sheet.text("enabled") == "1",
    )
    return flow, reading.faults


def _step(reading: Reading, row: str, before: set[str]) -> Step:
    sheet = reading.sheet
    slot = reading.key(f"{row}.slot", frozenset(before))
    before.add(slot)
    kind = reading.one_of(f"{row}.kind", KINDS)
    rows = sheet.rows(f"{row}.choice")
    if kind == "choice" and not MIN_CHOICES <= len(rows) <= MAX_BUTTONS:
        reading.wrong(f"{row}.kind", "choices", MAX_BUTTONS)
    if kind != "choice" and rows:
        reading.wrong(f"{row}.kind", "no_choices")
    values: set[str] = set()
    return Step(
        slot,
        cast(SlotKind, kind if kind in KINDS else "text"),
        ask=reading.say(f"{row}.ask"),
        retry=reading.say(f"{row}.retry"),
        label=reading.say(f"{row}.label"),
        choices=tuple(_choice(reading, one, values) for one in rows),
        optional=sheet.text(f"{row}.optional") == "1",
    )


def _choice(reading: Reading, row: str, before: set[str]) -> Choice:
    value = reading.key(f"{row}.value", frozenset(before))
    before.add(value)
    said = reading.sheet.lines(f"{row}.says")
    if any(len(line) > MAX_KEY_CHARS for line in said):
        reading.wrong(f"{row}.says", "long", MAX_KEY_CHARS)
    return Choice(value, reading.say(f"{row}.label", required=True), said)
