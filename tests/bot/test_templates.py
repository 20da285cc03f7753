"""X04: a template is a sentence with holes, and never a program."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.bot.templates import NAMES, fill, problems

AYSE = {"name": "Ayşe", "order": "SP123456", "count": "14", "time": "09:00"}


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("Merhaba {ad}, hoş geldiniz.", "Merhaba Ayşe, hoş geldiniz."),
        ("{ad|e} yazdık.", "Ayşe’ye yazdık."),
        ("Saat {saat|de} buradayız.", "Saat 09:00’da buradayız."),
        ("{sayı|de} {sayı|in}", "14’te 14’ün"),
        ("{order} numaralı siparişiniz", "SP123456 numaralı siparişiniz"),
    ],
)
def test_holes_are_filled(template: str, said: str) -> None:
    assert fill(template, AYSE) == said
    assert list(problems(template)) == []


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("Merhaba {ad}, hoş geldiniz.", "Merhaba, hoş geldiniz."),
        ("Merhaba[ {ad}], siparişiniz[ {sipariş}] yolda.", "Merhaba, siparişiniz yolda."),
        ("[{ad|e} yazdık. ]Bekliyoruz.", "Bekliyoruz."),
        ("{ad}", ""),
    ],
)
def test_a_missing_value_leaves_no_hole(template: str, said: str) -> None:
    assert fill(template, {}) == said


def test_an_ending_that_is_not_sure_is_left_off() -> None:
    assert fill("[{ad|e} yazdık. ]Bekliyoruz.", {"name": "Xqv"}) == "Bekliyoruz."
    assert fill("{ad|e} yazdık.", {"name": "Xqv"}) == "Xqv yazdık."


def test_english_takes_no_ending() -> None:
    assert fill("for {name|e}", AYSE, "en") == "for Ayşe"


@pytest.mark.parametrize(
    "template",
    [
        "{ad.__class__}", "{ad[0]}", "{0}", "{ad!r}", "{ad:>1000000}", "{{ad}}", "{{7*7}}",
        "${ad}", "%(ad)s", "{% raw %}", "{__import__('os')}", "{ad|__class__}", "{secret_key}",
        "{settings}", "{{ config }}", "#{7*7}", "{ad|e|e}",
    ],
)  # fmt: skip
def test_x04_nothing_is_looked_into(template: str) -> None:
    said = fill(template, AYSE)
    assert "{" not in said and "}" not in said
    assert not any(word in said for word in ("class", "49", "<", "object at"))


@pytest.mark.parametrize(
    "template", ["{ad.__class__}", "{0}", "{ad|xx}", "{yok}", "{", "}", "[a[b]]"]
)
def test_x04_what_is_no_template_is_said(template: str) -> None:
    assert list(problems(template))


def test_x04_a_value_is_put_in_once() -> None:
    assert (
        fill("Merhaba {ad}", {"name": "{shop} [x] {ad}", "shop": "S"}) == "Merhaba {shop} [x] {ad}"
    )


@given(
    st.text(max_size=80),
    st.dictionaries(st.sampled_from(sorted(NAMES.values())), st.text(max_size=20)),
)
def test_x04_no_template_breaks_it(template: str, values: dict[str, str]) -> None:
    said = fill(template, values)
    assert len(said) <= len(template) + 220 * 20
    if not any("{" in value or "}" in value for value in values.values()):
        assert "{" not in said
