"""What a text says, as words and their roots; knows no entry and no score.

Both sides of a match go through the same analysis: fold, shorthand, noise, roots.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import snowballstemmer

from faq.text import Lexicon, tokens
from faq.turkish import Root, Roots, verb_of
from faq.words import RootWords

MAX_REMEMBERED = 50_000
"""Words whose root is remembered; then it begins again."""

MAX_WORD_CHARS = 32
"""No word of either language is longer, and the time for a word must be bounded."""

_MIN_ROOT_CHARS = 3
_UNKNOWN_ROOT_CHARS = 6
"""An unknown Turkish word stands for itself up to here: its suffixes are at its end."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the engine read in a text.

    Args:
        words: folded, shorthand written out, noise dropped; everything where only noise is left.
        roots: one for each word.
        negated: for each word, whether a suffix turns it around.
        asks: whether any word may carry a question.
    """

    words: tuple[str, ...]
    roots: tuple[str, ...]
    negated: tuple[bool, ...]
    asks: bool


class Analyser:
    """Reads the texts of one language.

    Args:
        language: `en` is stemmed, a language with roots has its suffixes taken off, any other
            stays as it is.
    """

    def __init__(self, language: str, lexicon: Lexicon, roots: Roots | None = None) -> None:
        self.lexicon = lexicon
        self._memory: dict[str, Root] = {}
        self._roots = roots
        self._stemmer = snowballstemmer.stemmer("english") if language == "en" else None

    def words(self, text: str) -> list[str]:
        """Return the folded words with shorthand written out; what no word is long is cut."""
        return [word[:MAX_WORD_CHARS] for word in self.lexicon.expand(tokens(text))]

    def read(self, text: str) -> Analysis:
        """Return what a text says."""
        return self.read_words(self.words(text))

    def read_words(self, words: Iterable[str]) -> Analysis:
        """Return what words say whose shorthand is written out."""
        every = tuple(words)
        kept = tuple(word for word in every if word not in self.lexicon.noise) or every
        found = [self.root(word) for word in kept]
        return Analysis(
            kept,
            tuple(root.text for root in found),
            tuple(root.negated for root in found),
            any(self._asks(word) for word in kept),
        )

    def _asks(self, word: str) -> bool:
        said = self.lexicon
        return len(word) > 1 and word not in said.weak and word not in said.noise

    def root(self, word: str) -> Root:
        """Return the root of a folded word; of an unknown one its beginning."""
        found = self._memory.get(word)
        if found is None:
            if len(self._memory) >= MAX_REMEMBERED:
                self._memory.clear()
            found = self._memory[word] = self._find(word)
        return found

    def _find(self, word: str) -> Root:
        if self._roots is not None:
            return self._roots.find(word) or Root(word[:_UNKNOWN_ROOT_CHARS])
        if self._stemmer is not None:
            return Root(self._stemmer.stemWord(word))
        return Root(word)


def turkish_roots(lexicon: Lexicon, given: RootWords, known: Iterable[str]) -> Roots:
    """Return the roots of Turkish: those given, and the words of phrases in dictionary form.

    Args:
        known: folded phrases, of a thesaurus.
    """
    verbs = set(given.verbs)
    nouns: set[str] = set()
    like = dict.fromkeys(given.like_infinitives)
    for phrase in known:
        for word in phrase.split():
            verb = verb_of(word, like)
            (verbs.add(verb) if verb is not None else nouns.add(word))
    for meant in lexicon.shorthand.values():
        nouns.update(meant)
    roots = Roots(sorted(given.nouns), sorted(verbs), sorted(given.dropping))
    for noun in sorted(nouns - given.nouns, key=lambda word: (len(word), word)):
        if len(noun) >= _MIN_ROOT_CHARS and not _is_form(roots, noun):
            roots.add_noun(noun)
    return roots


def _is_form(roots: Roots, word: str) -> bool:
    """Whether a word is a form of a root that is known already and long enough to be sure."""
    found = roots.find(word) if len(word) > _MIN_ROOT_CHARS else None
    return found is not None and len(found.text) > _MIN_ROOT_CHARS - found.verb
