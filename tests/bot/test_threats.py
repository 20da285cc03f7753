"""What hostile people do to a bot, with the starter's rules and flows in use."""

import time
import unicodedata
from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatserver.bot import masks
from chatserver.bot.checks import Talk as Preview
from chatserver.bot.details import checked_email, checked_name, checked_phone
from chatserver.bot.files import STARTER, load_script
from chatserver.bot.intents import intents
from chatserver.bot.script import Do, Rule, Script, Text, When
from chatserver.domain.conversations import HandoffReason
from chatserver.domain.messages import plain_text

from .cast import AWAY, BUSY, CLOSED, FREE, KNOWLEDGE, Talk, cards, is_sayable, lines

SCRIPT = load_script(STARTER)
CANARIES = ("4111 1111 1111 1111", "10000000146", "TR33 0006 1005 1978 6457 8413 26")
BARE = ("411111111111", "10000000146", "0006100519786457841")

LINES = st.sampled_from(
    [
        "mrb", "kargom nerde", "iade", "2", "evet", "hayır", "atla", "geri", "Ada Yılmaz",
        "ada@example.com", "0532 123 45 67", "SP123456", "SP1", "kırık geldi", "yanlış ürün geldi",
        "siparişi iptal etmek istiyorum", "toptan", "iş birliği", "temsilciye bağla", "rezalet",
        "aptal", "robot musun", "görüşürüz", "where is my order", "no, the number is SP654321",
        "[Evet]", "[Hayır]", "[Hiçbiri]", "[Temsilciye bağlan]", "[Mesaj bırak]", "[Bu adımı geç]",
        "[Evet, doğru]", "[Adı düzelt]", "<nobody accepted>", "<agent lost>", "<person asked>",
        "123 456", "kod gelmedi", "yarın", "1.499,90 TL", "İI\u0307ıi’", "(a+)+$", "{ad} {0}",
    ]
)  # fmt: skip
SAID = LINES | st.sampled_from(CANARIES).map(lambda c: f"buyrun {c}") | st.text(max_size=40)
WORLDS = st.builds(
    replace,
    st.sampled_from([FREE, BUSY, AWAY, CLOSED]),
    language=st.sampled_from(["tr", "en"]),
    script=st.just(SCRIPT),
    has_orders=st.booleans(),
    has_mail=st.booleans(),
    takes_files=st.booleans(),
    familiar=st.booleans(),
    cart=st.none() | st.floats(0, 20000),
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(situation=WORLDS, turns=st.lists(st.lists(SAID, min_size=1, max_size=3), max_size=14))
def test_s04_b04_random_talks_end_whole_and_carry_no_number(
    situation: object, turns: list[list[str]]
) -> None:
    assert isinstance(situation, type(FREE))
    talk = Preview(situation, KNOWLEDGE)
    for turn in turns:
        bodies = talk.says(turn)
        assert len(bodies) <= 8
        assert all(is_sayable(body) for body in bodies)
        assert len(talk.last.whys) == len(bodies)
        kept = "".join(filter(str.isalnum, repr((talk.state, talk.last))))
        assert not [canary for canary in BARE if canary in kept]
        assert talk.last.details is None or all(talk.last.details.values())


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKD"])
@pytest.mark.parametrize("said", ["TOPTAN ALIM", "toptan alım", "ToPtAn", "TOPTAN’a"])
def test_b02_no_way_of_writing_gets_past_a_rule(
    form: Literal["NFC", "NFD", "NFKD"], said: str
) -> None:
    rule = Rule("r", Text("r"), (Do(say=Text("KURAL", "RULE")),), When(says=("toptan*",)))
    talk = Talk(replace(FREE, script=Script((rule,))))
    assert "KURAL" in lines(talk.says(unicodedata.normalize(form, said)))


@pytest.mark.parametrize(
    "said", ["İADE ETMEK İSTİYORUM", "iade etmek istiyorum", "ıade etmek ıstıyorum"]
)
def test_b02_turkish_letters_make_no_difference_to_an_answer(said: str) -> None:
    talk = Talk(FREE)
    first = lines(talk.says(said))[1:]
    assert first == lines(Talk(FREE).says("iade etmek istiyorum"))[1:]


@pytest.mark.parametrize(
    "said",
    [
        '" OR 1=1 --',
        "'; DROP TABLE message; --",
        "NEAR(a b)",
        "iade* AND NOT *",
        "%_%",
        "a" * 4000,
        "\\",
    ],
)
def test_b03_what_a_search_would_read_as_an_order_is_a_message(said: str) -> None:
    assert cards(Talk(replace(FREE, script=SCRIPT)).says(said)) == []


@pytest.mark.parametrize(
    "pattern",
    [r"(a+)+$", r"\d{6}", "^SP", "(((#)))", "(#)" * 20, "#" * 100, "##", "(#|@)###", "["],
)
def test_b01_b05_an_order_pattern_is_no_program(pattern: str) -> None:
    assert masks.problems(pattern)
    assert masks.find(pattern, "SP123456 " * 50) is None


@pytest.mark.parametrize("pattern", ["(#)(#)(#)(#)########", "*" * 40, "@###(####)|SP######"])
def test_b01_a_hostile_message_takes_a_pattern_no_longer(pattern: str) -> None:
    assert masks.problems(pattern) == []
    assert masks.find(pattern, "1" * 4000) is None
    assert masks.find(pattern, "1 " * 2000, asked=True) is None


@pytest.mark.parametrize(
    ("pattern", "said", "asked", "number"),
    [
        ("AV-#####", "av 20418 nolu", False, "AV-20418"),
        ("AV-#####", "AV20418’i", False, "AV-20418"),
        ("AV-#####", "20418", True, "AV-20418"),
        ("AV-#####", "20418", False, None),
        ("SP####(##)", "sp1234", False, "SP1234"),
        ("SP####(##)", "SP123456", False, "SP123456"),
        ("#######", "1234567nolu sipariş", False, "1234567"),
        ("#######", "12345678", False, None),
        ("### ####### #######", "405-1234567-1234567", False, "405 1234567 1234567"),
        ("TR*** | ######", "kod tra1b", False, "TRA1B"),
        ("", "123456", True, None),
    ],
)
def test_order_numbers_are_read_as_the_shop_writes_them(
    pattern: str, said: str, asked: bool, number: str | None
) -> None:
    assert masks.find(pattern, said, asked=asked) == number


def test_v07_nothing_a_visitor_says_makes_the_bot_promise_mail_where_there_is_none() -> None:
    talk = Preview(replace(CLOSED, script=SCRIPT), KNOWLEDGE)
    for line in (
        "temsilci",
        "Ada",
        "ada@example.com",
        "atla",
        "kargom gelmedi bakar mısınız",
        "evet",
    ):
        bodies = talk.says([line])
    said = " ".join(plain_text(body) for body in bodies)
    assert "ada@example.com" not in said and "bu pencerede" in said


def test_b05_no_template_of_an_editor_reaches_a_secret() -> None:
    rule = Rule("r", Text("r"), (Do(say=Text("{settings.secret_key}{SECRET_KEY}{ad.__init__}x")),))
    [*_before, said] = lines(Talk(replace(FREE, script=Script((rule,)))).says("kedi"))
    assert said == "x"


WORDS = [
    "merhaba",
    "selam",
    "iyi",
    "gunler",
    "tesekkur",
    "tesekkurler",
    "sagol",
    "sag",
    "ol",
    "bir",
    "bi",
    "sey",
    "soru",
    "bakar",
    "misiniz",
    "hi",
    "hello",
    "good",
    "ok",
    "okay",
    "thanks",
    "evet",
    "hayir",
    "hicbiri",
    "temsilci",
    "musteri",
    "bagla",
    "(a+)+$",
    "ğ",
]


@pytest.mark.parametrize("language", ["tr", "en"])
def test_b01_no_long_message_holds_our_own_rules_up(language: str) -> None:
    """What takes a second here would take for ever a few words later."""
    for word in WORDS:
        for mark in ("", " "):
            started = time.process_time()
            intents(f"{(word + mark) * 400}x", language)
            checked_name(f"{(word + mark) * 400}1")
            checked_email(f"{(word + mark) * 400}@")
            checked_phone(f"{(word + mark) * 400}")
            assert time.process_time() - started < 1, word


def test_b04_a_talk_without_an_end_goes_to_people_once() -> None:
    talk, reasons = Talk(replace(BUSY, script=SCRIPT)), []
    for number in range(140):
        talk.says(f"bir şey daha soracaktım {number} numaralı")
        if talk.last.handoff is not None:
            reasons.append(talk.last.handoff)
    assert reasons == [HandoffReason.TOO_MANY_TURNS]
    assert talk.last.says == ()
