import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq import Lexicon, fold, tokens
from faq.files import lexicon


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("İADE", "iade"),
        ("IADE", "iade"),
        ("ıade", "iade"),
        ("i\u0307ade", "iade"),
        ("Şçğöü ŞÇĞÖÜ", "scgou scgou"),
        ("kâğıt hâlâ", "kagit hala"),
        ("Trendyol’dan PS5'e", "trendyoldan ps5e"),
        ("çoook  güzel!!!", "cok guzel"),
        ("1000 TL", "1000 tl"),
        ("e-posta_adresi", "e posta adresi"),
        ("ﬁyat", "fiyat"),
        ("", ""),
    ],
)
def test_what_sounds_the_same_folds_the_same(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet="abcçdefgğhıijklmnoöprsştuüvyzâîûABCÇDEFGĞHIİJKLMNOÖPRSŞTUÜVYZ ’'"))
def test_turkish_folds_to_plain_letters(text: str) -> None:
    assert set(fold(text)) <= set("abcdefghijklmnoprstuvyz ")


@given(st.text(alphabet="abcçdefgğhıijklmnoöprsştuüvyz "))
def test_capitals_make_no_difference(text: str) -> None:
    turkish = text.translate({ord("i"): "İ", ord("ı"): "I"}).upper()
    assert fold(turkish) == fold(text)


def test_a_figure_is_parted_from_its_unit() -> None:
    assert tokens("2gun 50TL 38beden 3d") == ["2", "gun", "50", "tl", "38", "beden", "3d"]


def test_the_longest_shorthand_wins() -> None:
    words = Lexicon({("a",): ("x",), ("a", "b"): ("y", "z")})
    assert words.expand(["a", "b", "a", "c"]) == ["y", "z", "x", "c"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("krgm nrd", "kargom nerede"),
        ("olurmu", "olur mu"),
        ("geldimi", "geldi mi"),
        ("yaparmısınız", "yapar misiniz"),
        ("kendimi", "kendimi"),
        ("paketimi", "paketimi"),
        ("tkp no", "takip numarasi"),
    ],
)
def test_shorthand_and_glued_particles_are_written_out(typed: str, meant: str) -> None:
    assert " ".join(lexicon("tr").expand(tokens(typed))) == meant


def test_noise_and_words_that_alone_ask_nothing_are_no_content() -> None:
    assert lexicon("tr").content("mrb iyi günler kolay gelsin amk") == []
    assert lexicon("tr").content("nasıl") == []
    assert lexicon("tr").content("slm kargo nasıl") == ["kargo", "nasil"]
    assert lexicon("de").content("wo ist es") == ["wo", "ist", "es"]
