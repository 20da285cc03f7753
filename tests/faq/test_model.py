import pytest

from faq.files import LANGUAGES
from faq.model import EVIDENCE, FIRST_PARTS, MODEL_FILE, PARTS, Model, dump, load, shipped
from faq.prepared import load_prepared, path_of, prepare


def test_the_shipped_model_fits_the_code() -> None:
    model = shipped()
    assert set(model.languages) == set(LANGUAGES)
    for language in model.languages.values():
        assert 0 < language.clarify_from < language.answer_from < 1
        for weights in (language.small, language.large):
            assert len(weights.first) == len(FIRST_PARTS)
            assert len(weights.ranking) == len(PARTS)
            assert len(weights.evidence) == len(EVIDENCE)
            assert min(weights.ranking) >= 0
            assert any(weights.ranking)
        for part in ("classifier", "classifier_rich"):
            assert language.large.ranking[PARTS.index(part)] == 0


def test_the_model_says_what_it_was_trained_on() -> None:
    trained = shipped().trained_on
    assert any(name.startswith("tr_shop/") for name in trained)
    assert all(len(digest) == 64 for digest in trained.values())


def test_the_model_is_written_as_it_is_read() -> None:
    assert dump(load(MODEL_FILE.read_bytes())) == MODEL_FILE.read_bytes()


def test_a_model_of_other_parts_is_refused() -> None:
    with pytest.raises(ValueError, match="trained for other parts"):
        load(dump(Model(shipped().languages, {}, parts=("a",))))


def test_a_language_that_nothing_was_learned_of_is_served() -> None:
    assert shipped().of("de") == shipped().of("en")


@pytest.mark.parametrize("code", LANGUAGES)
def test_prepared_data_are_those_of_the_files(code: str) -> None:
    """Run `python -m faq.prepared` after a change of a lexicon, a thesaurus or the roots."""
    assert path_of(code).read_bytes() == prepare(code)
    assert load_prepared(code) is not None
