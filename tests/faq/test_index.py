import math

from hypothesis import given
from hypothesis import strategies as st

from faq.index import FeatureIndex, Vocabulary, grams, stem

WORDS = st.lists(st.sampled_from(["kargo", "iade", "taksit", "kart", "gün", "5"]), max_size=6)


def test_a_stem_is_the_first_letters_and_a_figure_stays_whole() -> None:
    assert (stem("siparisim"), stem("iad"), stem("123456")) == ("sipa", "iad", "123456")


def test_grams_stay_inside_words() -> None:
    assert grams(["ab"]) == [" a", "ab", "b ", " ab", "ab ", " ab "]


@given(WORDS)
def test_weights_have_length_one(words: list[str]) -> None:
    index = FeatureIndex([(0, ["kargo", "iade"]), (1, ["taksit"])])
    length = math.sqrt(sum(w * w for w in index.weights(words).values()))
    assert not words or math.isclose(length, 1)


@given(st.lists(WORDS, min_size=1, max_size=8), WORDS)
def test_cosines_are_those_of_brute_force(rows: list[list[str]], asked: list[str]) -> None:
    index = FeatureIndex(list(enumerate(rows)))
    wanted = index.weights(asked)
    found = index.cosines(asked)
    for at, row in enumerate(rows):
        weights = index.weights(row)
        brute = sum(wanted[f] * weights[f] for f in wanted.keys() & weights.keys())
        assert math.isclose(found.get(at, 0.0), brute, abs_tol=1e-9)


def test_only_unknown_long_words_are_repaired() -> None:
    words = Vocabulary(["teslimat", "kargo"])
    asked = ["tesimlat", "teslimatim", "krg", "123456", "zürafa"]
    assert words.repaired(asked) == ["teslimat", *asked[1:]]
