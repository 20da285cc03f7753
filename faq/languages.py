"""The languages the engine knows, put together from their data files once."""

from functools import cache

from faq.analysis import Analyser, turkish_roots
from faq.engine import Language
from faq.files import concepts, lexicon, root_words
from faq.model import LanguageModel, shipped
from faq.prepared import load_prepared
from faq.spelling import Spelling
from faq.text import Lexicon, fold
from faq.thesaurus import Thesaurus
from faq.turkish import Roots
from faq.words import Concept

_ROOT_RATIO = 86.0


@cache
def language(code: str) -> Language:
    """Return a shipped language; one without data files is matched by letters alone."""
    model = shipped().of(code)
    prepared = load_prepared(code)
    if prepared is None:
        return build_language(code, lexicon(code), concepts(code), model)
    analyser = Analyser(code, prepared.lexicon, prepared.roots)
    return _language(analyser, code, prepared.thesaurus, model)


def build_language(
    code: str, words: Lexicon, known: tuple[Concept, ...], model: LanguageModel
) -> Language:
    """Return a language with a shop's own lexicon and thesaurus; takes a second."""
    roots = roots_for(code, words, known)
    analyser = Analyser(code, words, roots)
    return _language(analyser, code, thesaurus_for(analyser, known), model)


def roots_for(code: str, words: Lexicon, known: tuple[Concept, ...]) -> Roots | None:
    """Return what is known of a language's roots; None where it has no data file for them."""
    given = root_words(code)
    if not given.verbs:
        return None
    phrases = [phrase for concept in known for phrase in (*concept.same, *concept.near)]
    return turkish_roots(words, given, [fold(phrase) for phrase in phrases])


def thesaurus_for(analyser: Analyser, known: tuple[Concept, ...]) -> Thesaurus:
    """Return the thesaurus whose phrases are read like every other text."""

    def roots_of(phrase: str) -> tuple[str, ...]:
        return tuple(analyser.root(word).text for word in analyser.words(phrase))

    return Thesaurus.of(known, roots_of)


def _language(
    analyser: Analyser, code: str, thesaurus: Thesaurus, model: LanguageModel
) -> Language:
    return Language(
        code,
        analyser,
        thesaurus,
        frozenset(analyser.root(word).text for word in analyser.lexicon.weak),
        Spelling((term for term in thesaurus.terms if " " not in term), _ROOT_RATIO),
        model,
    )
