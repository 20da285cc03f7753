"""Rules and flows as forms: what a form says is what was put into it; rows are put in and moved."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.bot.problems import problems
from chatserver.bot.script import (
    Button,
    Choice,
    Do,
    Flow,
    Rule,
    Script,
    Step,
    Text,
    When,
)
from chatserver.domain.conversations import Priority
from chatserver.domain.orders import OrderKind
from chatserver.web.editors import flow_sheet, rule_sheet
from chatserver.web.editors.sheets import Sheet

WORD = st.text("abcçğıöşüz", min_size=1, max_size=8)
KEY = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)
SAID = st.builds(Text, tr=WORD, en=st.just("") | WORD, sen=st.just("") | WORD)
WORDS = st.lists(WORD, max_size=3, unique=True).map(tuple)
FLOWS = ("leave-message", "track")
ENTRIES = ("warranty", "returns")
BUTTON = st.one_of(
    st.builds(Button, SAID, entry=st.sampled_from(ENTRIES)),
    st.builds(Button, SAID, flow=st.sampled_from(FLOWS)),
    st.builds(Button, SAID, handoff=st.just(True)),
)
BUTTONS = st.lists(BUTTON, max_size=3).map(tuple)
DO = st.one_of(
    st.builds(Do, say=SAID, buttons=BUTTONS),
    st.builds(Do, ask=SAID, buttons=BUTTONS),
    st.builds(Do, answer=st.sampled_from(ENTRIES)),
    st.builds(Do, flow=st.sampled_from(FLOWS)),
    st.builds(Do, hand_over=st.sampled_from(("policy", "asked"))),
    st.builds(Do, close=st.just(True)),
)
WHEN = st.builds(
    When, says=WORDS, not_says=WORDS,
    entries=st.lists(st.sampled_from(ENTRIES), unique=True).map(tuple),
    language=st.sampled_from((None, "tr", "en")), hours=st.sampled_from((None, "open", "closed")),
    people=st.sampled_from(((), ("free",), ("busy", "away"))), pages=WORDS, campaigns=WORDS,
    cart_from=st.none() | st.integers(0, 999_999).map(float),
    cart_below=st.none() | st.floats(0, 1e8).map(lambda amount: round(amount, 2)),
    attributes=st.dictionaries(WORD, WORD, max_size=2),
)  # fmt: skip
RULE = st.builds(
    Rule, key=KEY, title=SAID, when=WHEN, do=st.lists(DO, min_size=1, max_size=5).map(tuple),
    at_most=st.integers(1, 50), goes_on=st.booleans(), enabled=st.booleans(),
)  # fmt: skip
CHOICES = st.lists(
    st.builds(Choice, KEY, SAID, WORDS), min_size=2, max_size=4, unique_by=lambda one: one.value
).map(tuple)
KINDS = [kind for kind in flow_sheet.KINDS if kind != "choice"]
STEP = st.one_of(
    st.builds(Step, KEY, st.sampled_from(KINDS), SAID, SAID, SAID, optional=st.booleans()),
    st.builds(Step, KEY, st.just("choice"), SAID, choices=CHOICES, optional=st.booleans()),
)
STEPS = st.lists(STEP, min_size=1, max_size=4, unique_by=lambda one: one.slot).map(tuple)
FLOW = st.one_of(
    st.builds(Flow, KEY, SAID, STEPS, say=SAID, enabled=st.booleans()),
    st.builds(Flow, KEY, SAID, STEPS, then=st.just("say"), say=SAID),
    st.builds(Flow, KEY, SAID, STEPS, then=st.just("order"), order=st.sampled_from(OrderKind)),
)
AROUND = rule_sheet.Around(FLOWS, frozenset(ENTRIES))


@given(RULE)
def test_a_rule_is_the_same_after_its_form(rule: Rule) -> None:
    assert rule_sheet.read(rule_sheet.sheet_of(rule), AROUND) == (rule, {})


@given(FLOW)
def test_a_flow_is_the_same_after_its_form(flow: Flow) -> None:
    assert flow_sheet.read(flow_sheet.sheet_of(flow), flow_sheet.Around()) == (flow, {})
    assert not problems(Script((), (flow,)))


def test_notes_stay_together_and_what_has_no_row_is_kept_as_text() -> None:
    notes = Do(tag="hasar", priority=Priority.HIGH, team="Depo")
    said = Do(say=Text("Bir"), answer="warranty")
    rule = Rule("x", Text("X"), (notes, said, Do(say=Text("İki"), tag="iki")))
    sheet = rule_sheet.sheet_of(rule)
    kinds = [sheet.text(row) for row in sheet.rows("do")]
    assert kinds == ["tag", "priority", "team", "say", "answer", "tag", "say"]
    read, faults = rule_sheet.read(sheet, AROUND)
    assert not faults and read.do[0] == notes
    alone = Rule("x", Text("X"), (Do(buttons=(Button(Text("A"), handoff=True),), tag="a"),))
    sheet = rule_sheet.sheet_of(alone)
    assert [sheet.text(row) for row in sheet.rows("do")] == ["other"]
    assert rule_sheet.read(sheet, AROUND) == (alone, {})


@pytest.mark.parametrize(
    ("button", "order"),
    [
        ("add:do", ["do.0", "do.7", "do.8"]),
        ("drop:do.0", ["do.7"]),
        ("up:do.7", ["do.7", "do.0"]),
        ("up:do.0", ["do.0", "do.7"]),
        ("down:do.0", ["do.7", "do.0"]),
        ("down:do.7", ["do.0", "do.7"]),
        ("down:do.9", ["do.0", "do.7"]),
        ("eat:do.0", ["do.0", "do.7"]),
        ("", ["do.0", "do.7"]),
    ],
)
def test_rows_are_put_in_moved_and_taken_out(button: str, order: list[str]) -> None:
    sheet = Sheet((("do.0", "say"), ("do.0.say.tr", "a"), ("when.0", "says"), ("do.7", "tag")))
    after, _ = sheet.pressed(button)
    assert after.rows("do") == order and after.text("when.0") == "says"
    assert (after.text("do.0.say.tr") == "a") == ("do.0" in order)


_FIELD = st.sampled_from(
    ["key", "title.tr", "event", "at_most", "when.0", "when.0.value", "when.1", "when.1.from",
     "when.1.name", "do.0", "do.0.value", "do.0.say.tr", "do.0.button.0", "do.0.button.0.to",
     "do", "when", "then", "order", "step.0", "step.0.kind", "step.0.choice.0.value"]
)  # fmt: skip
_VALUE = st.text(max_size=12) | st.sampled_from(
    [*rule_sheet.CONDITIONS, *rule_sheet.ACTIONS, *rule_sheet.EVENTS, "nan", "1e9", "-1", "*a: ["]
)


@given(st.lists(st.tuples(_FIELD, _VALUE), max_size=20))
def test_whatever_is_posted_is_read_or_refused_at_a_field(pairs: list[tuple[str, str]]) -> None:
    sheet = Sheet(tuple(pairs))
    readings: list[tuple[Any, Any]] = [
        rule_sheet.read(sheet, AROUND),
        flow_sheet.read(sheet, flow_sheet.Around()),
    ]
    for part, faults in readings:
        assert faults or not problems(Script((part,)) if isinstance(part, Rule) else Script())
        msgspec.json.decode(msgspec.json.encode(part), type=type(part))
