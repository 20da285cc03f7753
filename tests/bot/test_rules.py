"""Rules: when they hold, what they do, in which order, how often, and that none goes round."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.bot import globs
from chatserver.bot.problems import problems
from chatserver.bot.script import (
    Button,
    Do,
    Flow,
    Link,
    Product,
    Rule,
    Script,
    Step,
    Text,
    When,
)
from chatserver.bot.turn import Situation
from chatserver.domain.cards import LinkBody, ProductBody
from chatserver.domain.conversations import HandoffReason, Priority
from chatserver.domain.messages import ChoicesBody

from .cast import AWAY, BUSY, CLOSED, FREE, Talk, asked, cards, lines, values, waiting

FLOW = Flow(
    "callback",
    Text("Geri arama", "Call back"),
    (Step("phone", "phone"),),
    "say",
    say=Text("Tamam", "Fine"),
)


def said(word: str) -> Do:
    return Do(say=Text(word, word))


def rule(key: str, *do: Do, **more: object) -> Rule:
    when = more.pop("when", When())
    return Rule(key, Text(key, key), do, when, **more)  # type: ignore[arg-type]


def talk_with(*rules: Rule, situation: Situation = FREE, match: str = "first") -> Talk:
    script = Script(rules, (FLOW,), "all" if match == "all" else "first", version=7)
    return Talk(replace(situation, script=script))


@pytest.mark.parametrize(
    ("when", "world", "holds"),
    [
        (When(says=("kedi",)), {}, True),
        (When(says=("köpek",)), {}, False),
        (When(says=("kedi maması",)), {}, True),
        (When(says=("kedi kum*",)), {}, False),
        (When(says=("mama*",)), {}, True),
        (When(says=("kedi",), not_says=("mama*",)), {}, False),
        (When(language="tr"), {}, True),
        (When(language="en"), {}, False),
        (When(hours="closed"), {"hours_open": False}, True),
        (When(hours="open"), {"hours_open": False}, False),
        (When(hours="open"), {"hours_open": None}, False),
        (When(people=("busy", "away")), {"people": "away"}, True),
        (When(people=("free",)), {"people": "busy"}, False),
        (When(pages=("/sepet*",)), {"page": "/sepet/odeme"}, True),
        (When(pages=("/sepet",)), {"page": "/"}, False),
        (When(pages=("*",)), {"page": ""}, False),
        (When(campaigns=("yaz-*",)), {"campaign": "YAZ-2026"}, True),
        (When(cart_from=500), {"cart": 500.0}, True),
        (When(cart_from=500), {"cart": None}, False),
        (When(cart_from=100, cart_below=500), {"cart": 500.0}, False),
        (When(attributes={"plan": "gold*"}), {"attributes": {"plan": "Gold+"}}, True),
        (When(attributes={"plan": "gold"}), {}, False),
        (When(entries=("instalments",)), {}, False),
    ],
)
def test_everything_that_is_given_must_hold(
    when: When, world: dict[str, object], holds: bool
) -> None:
    talk = talk_with(rule("r", said("KURAL"), when=when), situation=replace(FREE, **world))  # type: ignore[arg-type]
    assert ("KURAL" in lines(talk.says("kedi maması soracaktım"))) is holds


def test_an_entry_of_the_faq_can_be_what_a_rule_waits_for() -> None:
    talk = talk_with(rule("r", said("KURAL"), when=When(entries=("instalments",))))
    assert "KURAL" in lines(talk.says("taksit var mı"))
    assert cards(talk.says("garantisi var mı")) == ["warranty"]


def test_the_first_match_counts_or_all_that_go_on() -> None:
    tag, first, second = (
        rule("t", Do(tag="x"), goes_on=True),
        rule("a", said("A")),
        rule("b", said("B")),
    )
    assert lines(talk_with(first, second).says("kedi"))[1:] == ["A"]
    talk = talk_with(tag, replace_(first, goes_on=True), second, match="all")
    assert lines(talk.says("kedi"))[1:] == ["A", "B"]
    assert talk.last.tags == ("x",)


def replace_(one: Rule, **changes: object) -> Rule:
    import msgspec

    return msgspec.structs.replace(one, **changes)


def test_a_rule_that_only_notes_something_leaves_the_answer_to_the_bot() -> None:
    talk = talk_with(
        rule("t", Do(tag="taksit", priority=Priority.HIGH), when=When(says=("taksit",)))
    )
    assert cards(talk.says("taksit var mı")) == ["instalments"]
    assert (talk.last.tags, talk.last.priority) == (("taksit",), Priority.HIGH)


def test_while_a_detail_is_asked_for_rules_only_take_notes() -> None:
    talk = talk_with(
        rule("t", Do(tag="hediye", priority=Priority.HIGH), when=When(says=("hediye*",))),
        rule("s", said("KURAL"), when=When(says=("hediye*",))),
        situation=waiting(BUSY),
        match="all",
    )
    talk.happens("nobody_free")
    assert "KURAL" not in lines(talk.says("hediyeydi bu, yetişmesi lazım"))
    assert (talk.last.tags, talk.last.priority) == (("hediye",), Priority.HIGH)
    assert talk.state.gathering == "name"


def test_buttons_lead_to_entries_flows_and_people() -> None:
    buttons = (
        Button(Text("Taksit", "Instalments"), entry="instalments"),
        Button(Text("Arayın", "Call me"), flow="callback"),
        Button(Text("Temsilci", "Agent"), handoff=True),
        Button(Text("Gitti", "Gone"), entry="gone"),
    )
    talk = talk_with(
        rule(
            "r", Do(ask=Text("Ne istersiniz?", "What?"), buttons=buttons), when=When(says=("menü",))
        )
    )
    [*_before, menu] = talk.says("menü")
    assert values(menu) == ["entry:instalments", "flow:callback", "handoff"]
    assert cards(talk.says("ilki")) == ["instalments"]
    talk.says("menü")
    assert asked(talk.says("ikincisi")) == "phone"
    assert "Tamam" in lines(talk.says("0532 123 45 67"))
    assert talk.last.details == {"phone": "+905321234567"}
    talk.presses("handoff")
    assert talk.last.handoff is HandoffReason.ASKED


def test_a_rule_hands_over_routes_and_closes() -> None:
    talk = talk_with(
        rule(
            "r",
            Do(team="Toptan", agent="Grace"),
            Do(hand_over="policy"),
            when=When(says=("toptan",)),
        ),
        rule("bye", said("Güle güle"), Do(close=True), when=When(says=("kapat",))),
    )
    talk.says("kapat")
    assert talk.last.close
    talk.says("toptan alım")
    assert (talk.last.handoff, talk.last.team, talk.last.agent) == (
        HandoffReason.POLICY,
        "Toptan",
        "Grace",
    )
    assert talk.last.summary is not None


def test_events_have_their_own_rules() -> None:
    rules = [
        rule("o", said("AÇILIŞ"), when=When(event="opened")),
        rule("w", said("BEKLEME"), when=When(event="waiting_too_long")),
        rule("g", said("GİTTİ"), when=When(event="agent_gone")),
        rule("p", said("KİŞİ"), when=When(event="person_asked")),
    ]
    talk = talk_with(*rules)
    assert "AÇILIŞ" in lines(talk.says("kedi"))
    assert "AÇILIŞ" not in lines(talk.says("kedi maması"))
    assert "KİŞİ" in lines(talk.says("temsilciye bağla"))
    assert "BEKLEME" in lines(talk_with(*rules, situation=waiting(BUSY)).happens("nobody_accepted"))
    assert "GİTTİ" in lines(talk_with(*rules, situation=waiting(AWAY)).happens("agent_lost"))


def test_no_rule_fires_more_often_than_it_may() -> None:
    talk = talk_with(rule("r", said("KURAL"), at_most=2, when=When(says=("kedi",))))
    assert ["KURAL" in lines(talk.says(f"kedi {n}")) for n in range(4)] == [
        True,
        True,
        False,
        False,
    ]


def test_b04_rules_that_answer_each_other_end() -> None:
    """Another bot at the other end says back whatever it is told."""
    talk = talk_with(
        rule("ping", said("pong kedi"), at_most=50, when=When(says=("ping", "kedi"))),
        situation=CLOSED,
    )
    says, handoffs = "ping", 0
    told = 0
    for _turn in range(300):
        bodies = talk.says(says)
        told += len(bodies)
        handoffs += talk.last.handoff is not None
        says = lines(bodies)[-1] if bodies else says
    assert handoffs <= 1
    assert told < 300
    assert talk.says(says) == ()


def test_every_sentence_says_why() -> None:
    talk = talk_with(rule("r", said("KURAL"), when=When(says=("kedi",))))
    talk.says("kedi")
    why = talk.last.whys[-1]
    assert (why.kind, why.key, why.version) == ("rule", "r", "7")
    talk.says("taksit var mı")
    why = talk.last.whys[0]
    assert (why.kind, why.key, why.language) == ("entry", "instalments", "tr")
    assert why.confidence is not None and why.confidence > 0.5
    assert why.runner_up and len(why.version) == 8
    talk.says("evet")
    assert (talk.last.whys[0].kind, talk.last.whys[0].judgement) == ("helped", "helped")
    assert talk.last.whys[0].key == "instalments"


BAD = [
    (rule("R!", said("x")), "a key has small letters"),
    (rule("r"), "does one to"),
    (rule("r", said("x"), at_most=0), "may fire"),
    (rule("r", said("x"), when=When(says=("*",))), "no word in it"),
    (rule("r", said("x"), when=When(says=("a" * 90,))), "longer than"),
    (rule("r", Do(flow="gone")), "no flow “gone”"),
    (rule("r", Do(hand_over="because")), "no reason"),
    (rule("r", Do(say=Text("a"), answer="b")), "one thing at a time"),
    (rule("r", said("{ad.__class__}")), "no value"),
    (rule("r", said("x" * 2000)), "longer than"),
    (rule("r", Do(buttons=(Button(Text("x"), handoff=True),))), "under a sentence"),
    (rule("r", Do(say=Text("a"), buttons=(Button(Text("x")),))), "leads to one thing"),
    (rule("r", said("x"), when=When(event="opened", says=("a",))), "only a message"),
]


@pytest.mark.parametrize(("one", "wrong"), BAD)
def test_what_is_wrong_with_a_rule_is_said(one: Rule, wrong: str) -> None:
    assert any(wrong in said for said in problems(Script((one,), (FLOW,))))


def test_two_of_a_key_and_entries_that_are_gone_are_said() -> None:
    twice = Script((rule("r", said("x")), rule("r", Do(answer="gone"))))
    found = problems(twice, frozenset({"warranty"}))
    assert any("two of that key" in one for one in found)
    assert any("no entry “gone”" in one for one in found)


@pytest.mark.parametrize(
    ("glob", "text", "fits"),
    [
        ("iade*", "İadem", True),
        ("*siz", "ücretsiz", True),
        ("k*g*", "kargo", True),
        ("kargo", "kargom", False),
        ("*a*b*", "xaxxbx", True),
        ("ab*ba", "aba", False),
        ("*", "", True),
    ],
)
def test_globs(glob: str, text: str, fits: bool) -> None:
    assert globs.fits(glob, text) is fits


@given(st.text("ab*", max_size=12), st.text("ab", max_size=30))
def test_globs_are_what_a_regular_expression_would_be(glob: str, text: str) -> None:
    import re

    rule = "".join(".*" if char == "*" else re.escape(char) for char in glob)
    assert globs.fits(glob, text) is bool(re.fullmatch(rule, text))


@pytest.mark.parametrize("glob", ["*a" * 30 + "*b", "(a+)+$", "a" * 80, "*" * 80])
def test_b01_hostile_globs_and_words_take_no_time(glob: str) -> None:
    """Every star looks once to the right, so 600 times 40 comparisons are the worst."""
    long = "a" * 600
    assert globs.fits(glob, long) in (True, False)
    assert globs.any_said([glob], [long] * 50) in (True, False)
    choices = [body for body in Talk(FREE).says(long) if isinstance(body, ChoicesBody)]
    assert len(choices) <= 1


URL = "https://avlu.example/surahi"


def test_cards_come_after_what_is_said() -> None:
    show = Do(
        say=Text("Buyurun", "Here"),
        products=(Product(Text("Cam\nsürahi", "Jug"), URL, 249.9, "in", sku="S-1"),),
        links=(Link(Text("Kargo", "Delivery"), URL, Text("2 günde", "In 2 days")),),
    )
    said_ = talk_with(rule("jug", show, when=When(says=("sürahi",)))).says("sürahi var mı")
    assert said_[-2:] == (
        ProductBody("Cam sürahi", URL, 24990, "in", "", "S-1"),
        LinkBody("Kargo", URL, "2 günde"),
    )
    assert lines(said_)[-3] == "Buyurun"


@pytest.mark.parametrize(
    "do",
    [
        Do(products=(Product(Text("a"), "http://avlu.example/"),)),
        Do(products=(Product(Text("a"), "javascript:alert(1)"),)),
        Do(products=(Product(Text("a"), URL, image="data:image/png,x"),)),
        Do(products=(Product(Text("a"), URL, price=-1),)),
        Do(products=(Product(Text("a"), URL, price=float("nan")),)),
        Do(products=(Product(Text("a"), URL, sku="x" * 65),)),
        Do(products=(Product(Text(), URL),)),
        Do(links=(Link(Text("a"), ""),)),
        Do(links=(Link(Text("{nobody}"), URL),)),
        Do(links=tuple(Link(Text("a"), URL) for _ in range(5))),
    ],
)
def test_x02_a_card_that_can_not_be_shown_is_a_problem(do: Do) -> None:
    assert problems(Script((rule("jug", do),), (FLOW,)))
