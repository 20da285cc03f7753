from hypothesis import given
from hypothesis import strategies as st

from faq.spelling import MIN_RATIO, Spelling, alikeness

WORD = st.text(alphabet="adegikrst", min_size=1, max_size=10)


def edited_once(word: str) -> set[str]:
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


@given(st.lists(WORD, max_size=12), WORD)
def test_the_nearest_is_that_of_a_look_at_every_word(known: list[str], word: str) -> None:
    near = [
        other
        for other in sorted({other for other in known if len(other) >= 4})
        if edited_once(other) & edited_once(word) and alikeness(word, other) >= MIN_RATIO
    ]
    found = Spelling(known).nearest(word)
    if len(word) < 4:
        assert found is None
    elif near:
        best = max(alikeness(word, other) for other in near)
        assert found is not None and alikeness(word, found) >= best


def test_only_long_words_are_repaired() -> None:
    words = Spelling(["teslimat", "kargo"])
    asked = ["tesimlat", "krg", "123456", "zurafa", "kago", "kargoo"]
    assert [words.nearest(word) for word in asked] == [
        "teslimat",
        None,
        None,
        None,
        "kargo",
        "kargo",
    ]


def test_two_letters_in_each_others_place_are_one_mistake() -> None:
    words = Spelling(["hangi", "trial", "tail", "iade"])
    assert [words.nearest(word) for word in ["hnagi", "trail", "iaed", "gnahi"]] == [
        "hangi",
        "trial",
        "iade",
        None,
    ]


def test_a_long_word_may_have_two_letters_too_many() -> None:
    assert Spelling(["degistirmek"]).nearest("degisstirmwek") == "degistirmek"


@given(st.lists(WORD, max_size=6), st.lists(WORD, max_size=6), WORD)
def test_grown_is_as_if_built_so(first: list[str], more: list[str], word: str) -> None:
    before = Spelling(first)
    grown = before.grown(more)
    assert grown.nearest(word) == Spelling([*first, *more]).nearest(word)
    assert before.nearest(word) == Spelling(first).nearest(word)
