import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq.text import fold
from faq.turkish import Root, Roots, verb_of

NOUNS = [
    "kargo",
    "iade",
    "ürün",
    "renk",
    "kitap",
    "sipariş",
    "üyelik",
    "para",
    "kart",
    "adet",
    "ay",
    "ev",
]
VERBS = [
    "gel",
    "git",
    "al",
    "iste",
    "bekle",
    "öde",
    "değiştir",
    "ulaş",
    "gönder",
    "yap",
    "et",
    "oku",
]
ROOTS = Roots(map(fold, NOUNS), map(fold, VERBS), [fold("kayıt"), fold("isim")])


@pytest.mark.parametrize(
    ("word", "root"),
    [
        ("kargom", "kargo"),
        ("kargomdaki", "kargo"),
        ("kargodaymış", "kargo"),
        ("iademi", "iade"),
        ("rengi", "renk"),
        ("kitabım", "kitap"),
        ("siparişlerinizden", "sipariş"),
        ("kaydımı", "kayıt"),
        ("kayıtlarım", "kayıt"),
        ("ismim", "isim"),
        ("adedi", "adet"),
        ("aydır", "ay"),
        ("evde", "ev"),
        ("geliyor", "gel"),
        ("gelcek", "gel"),
        ("gelir", "gel"),
        ("gelince", "gel"),
        ("gelicem", "gel"),
        ("alıycaz", "al"),
        ("okuycak", "oku"),
        ("bekliycem", "bekle"),
        ("bekliyecekler", "bekle"),
        ("alabilir", "al"),
        ("istiyorum", "iste"),
        ("bekliyoruz", "bekle"),
        ("ödüyorum", "öde"),
        ("ödemeyi", "öde"),
        ("değiştirebilirmiyim", "değiştir"),
        ("değiştircem", "değiştir"),
        ("gidip", "git"),
        ("ediyorum", "et"),
        ("gönderilen", "gönder"),
        ("gönderdiğiniz", "gönder"),
    ],
)
def test_suffixes_come_off_down_to_a_known_root(word: str, root: str) -> None:
    found = ROOTS.find(fold(word))
    assert found is not None
    assert (found.text, found.negated) == (fold(root), False)


@pytest.mark.parametrize(
    ("word", "root"),
    [
        ("gelmedi", "gel"),
        ("gelmiyor", "gel"),
        ("gelmez", "gel"),
        ("alamadım", "al"),
        ("yapamıyorum", "yap"),
        ("okuyamıyorum", "oku"),
        ("gelmicek", "gel"),
        ("almıycam", "al"),
        ("ödeyemicez", "öde"),
        ("beklemiyecek", "bekle"),
        ("ulaşmamış", "ulaş"),
        ("gönderilmedi", "gönder"),
        ("ödenmemiş", "öde"),
        ("üyeliksiz", "üyelik"),
        ("parasız", "para"),
    ],
)
def test_a_suffix_that_turns_a_word_around_is_seen(word: str, root: str) -> None:
    found = ROOTS.find(fold(word))
    assert found is not None
    assert (found.text, found.negated) == (fold(root), True)


@pytest.mark.parametrize("word", ["karton", "kapak", "zürafa", "x", "", "ayran"])
def test_what_only_begins_like_a_root_is_not_one(word: str) -> None:
    assert ROOTS.find(fold(word)) is None


@given(st.text(alphabet="abcdegiklmnoprstuvyz", max_size=14))
def test_a_root_is_the_beginning_of_its_word_but_for_its_last_letters(word: str) -> None:
    found = ROOTS.find(word)
    assert found is None or word[:1] == found.text[:1]


def test_the_longest_root_wins() -> None:
    roots = Roots(["kart", "kartus"], [])
    assert roots.find("kartusum") == Root("kartus")


@pytest.mark.parametrize(
    ("infinitive", "root"),
    [("gelmek", "gel"), ("gelmemek", "gel"), ("almamak", "al"), ("kargo", None), ("ekmek", None)],
)
def test_verbs_are_known_by_their_infinitive(infinitive: str, root: str | None) -> None:
    assert verb_of(infinitive, {"ekmek": None}) == root
