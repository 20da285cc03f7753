"""One language of a knowledge base, ready to be asked: from a text to scored entries.

Two steps: every entry is scored by letters, meanings and the classifier; the best of these are
laid word by word beside the message and ranked. Knows no verdict and no publishing.
"""

import math
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from faq import classifier
from faq.alignment import Aligned, Alignment
from faq.analysis import Analyser, Analysis
from faq.entries import Entry
from faq.letters import Letters
from faq.meanings import Likeness, Meanings
from faq.model import FIRST_PARTS, PARTS, LanguageModel, Weights
from faq.postings import Floats, Vector
from faq.spelling import Spelling
from faq.thesaurus import Thesaurus

CLOSE = 12
"""How many entries are looked at closely; the right one is among them whenever any part of the
first score sees it (measured, docs/faq.md)."""

MAX_WORDS = 60
"""Words of a message that are read; the question stands before that, and time is bounded."""

FEW = 512
"""Scores up to which sorting them all is quickest."""

_KERNEL_SHARE = 0.5
_OF_LARGE = [FIRST_PARTS.index(n) for n in ("entry_letters", "entry_meaning", "answer_meaning")]


@dataclass(frozen=True, slots=True)
class Language:
    """What is known of a language before any entry.

    Args:
        weak_roots: roots of words that tell questions apart but ask nothing alone.
        spelling: the words of the thesaurus.
        repairs: whether unknown words are taken for mistyped ones at all.
    """

    code: str
    analyser: Analyser
    thesaurus: Thesaurus
    weak_roots: frozenset[str]
    spelling: Spelling
    model: LanguageModel
    repairs: bool = True


@dataclass(frozen=True, slots=True)
class Reading:
    """A message as the engine read it.

    Args:
        repaired: what was typed and what it was taken for.
    """

    analysis: Analysis
    repaired: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """Entries looked at closely, not ranked yet.

    Args:
        places: of the entries.
        parts: places × PARTS.
        leaders: for each part that is known of every entry, its own best entry.
        utterances: for each place, its utterance most like the message.
        exact: entries that have these very words as an utterance.
    """

    places: tuple[int, ...]
    parts: Floats
    leaders: tuple[int, ...]
    utterances: tuple[int, ...]
    exact: frozenset[int]


@dataclass(frozen=True, slots=True)
class Scored:
    """Entries looked at closely, best first.

    Args:
        places: of the entries.
        scores: raw, comparable within one message.
        parts: places × PARTS.
        agreement: share of the parts whose own best entry is the winner.
        utterances: for each place, its utterance most like the message.
        exact: places that have these very words as an utterance.
    """

    places: tuple[int, ...]
    scores: tuple[float, ...]
    parts: Floats
    agreement: float
    utterances: tuple[int, ...]
    exact: frozenset[int]


def rank(looked: Looked, weights: Weights) -> Scored:
    """Return the entries that were looked at, best first; those with these very words lead."""
    scores: list[float] = (looked.parts @ _row(weights.ranking)).tolist()
    keys = [
        (place not in looked.exact, -score, place, at)
        for at, (place, score) in enumerate(zip(looked.places, scores, strict=True))
    ]
    order = [at for *_, at in sorted(keys)]
    ranked = tuple([looked.places[at] for at in order])
    return Scored(
        ranked,
        tuple([scores[at] for at in order]),
        looked.parts.take(order, axis=0),
        looked.leaders.count(ranked[0]) / len(looked.leaders),
        tuple([looked.utterances[at] for at in order]),
        looked.exact,
    )


class Engine:
    """The index of one language.

    Args:
        entries: in the order that breaks ties.
        with_classifier: for measuring a large knowledge base's weights on a small one.
    """

    def __init__(
        self, entries: Sequence[Entry], language: Language, *, with_classifier: bool = True
    ) -> None:
        self.entries = tuple(entries)
        self.language = language
        read = language.analyser.read
        self.said = [(owner, way) for owner, e in enumerate(entries) for way in e.ways]
        self.owners = [owner for owner, _ in self.said]
        analyses = [read(way) for _, way in self.said]
        words = self.words = [analysis.words for analysis in analyses]
        roots = [analysis.roots for analysis in analyses]
        self._exact: dict[tuple[str, ...], tuple[int, ...]] = {}
        for owner, text in zip(self.owners, words, strict=True):
            if text and owner not in self._exact.get(text, ()):
                self._exact[text] = (*self._exact.get(text, ()), owner)
        answers = [tuple(dict.fromkeys(read(e.answer).roots)) for e in entries]
        self._words = {word for text in words for word in text}
        self._spelling = Spelling(self._words)
        self.large = not (
            with_classifier and classifier.is_affordable(len(self.owners), len(entries))
        )
        self.letters = Letters(words, self.owners, len(entries), language.code)
        self.meanings = Meanings(
            roots,
            self.owners,
            answers,
            thesaurus=language.thesaurus,
            weak=language.weak_roots,
            large=self.large,
        )
        self._known_roots = {root for text in roots for root in text}
        likeness = Likeness(self.meanings.vocabulary, language.thesaurus)
        self.alignment = Alignment(
            roots, self.owners, answers, meanings=self.meanings, likeness=likeness
        )
        self._votes: classifier.Votes | None = None
        if not self.large:
            self._classify(None)

    @property
    def richness(self) -> float:
        """How many utterances an entry has, 0-1.5: how much there is to learn from."""
        return min(1.5, max(0.0, math.log2(len(self.owners) / len(self.entries) / 2) / 2))

    def _classify(self, start: classifier.Votes | None) -> None:
        """Learn the classifier, and what each feature adds to its votes."""
        assert self.meanings.rows is not None
        letters, meaning = self.letters.rows.matrix(), self.meanings.rows.matrix()
        similar = ((letters @ letters.T + meaning @ meaning.T) * _KERNEL_SHARE).toarray()
        owners = np.asarray(self.owners)
        self._votes = classifier.fit(
            np.asarray(similar, np.float32), owners, len(self.entries), start
        )
        weights = self._votes.weights * np.float32(_KERNEL_SHARE)
        self._by_letters: Floats = letters.T @ weights
        self._by_meaning: Floats = meaning.T @ weights

    def with_utterance(self, entry: Entry, utterance: str) -> "Engine":
        """Return an engine in which one entry has one utterance more, without a rebuild.

        How telling each word is stays as it was; the classifier learns on from where it stood.

        Args:
            entry: as it is afterwards, the utterance its last.
        """
        owner = next(at for at, known in enumerate(self.entries) if known.key == entry.key)
        at = int(np.searchsorted(np.asarray(self.owners), owner, side="right"))
        own = [self.language.analyser.read(way) for way in entry.ways]
        analysis = own[-1]
        other = copy(self)
        other.entries = (*self.entries[:owner], entry, *self.entries[owner + 1 :])
        other.said = [*self.said[:at], (owner, utterance), *self.said[at:]]
        other.owners = [*self.owners[:at], owner, *self.owners[at:]]
        other.words = [*self.words[:at], analysis.words, *self.words[at:]]
        if analysis.words:
            exact = dict.fromkeys((*self._exact.get(analysis.words, ()), owner))
            other._exact = {**self._exact, analysis.words: tuple(exact)}
        other._words = self._words | set(analysis.words)
        other._spelling = self._spelling.grown(set(analysis.words) - self._words)
        other._known_roots = self._known_roots | set(analysis.roots)
        other.letters = self.letters.grown([one.words for one in own], at, owner)
        other.meanings = self.meanings.grown([one.roots for one in own], at, owner)
        likeness = Likeness(other.meanings.vocabulary, self.language.thesaurus)
        other.alignment = self.alignment.grown(
            analysis.roots, at, owner, meanings=other.meanings, likeness=likeness
        )
        if self._votes is not None:
            other._classify(self._votes.opened(at))
        return other

    @property
    def weights(self) -> Weights:
        """What was learned for a knowledge base of this kind."""
        model = self.language.model
        return model.large if self.large else model.small

    def reading(self, text: str) -> Reading:
        """Return a message read and its unknown words repaired."""
        words = self.language.analyser.words(text)[:MAX_WORDS]
        repaired = []
        for at, word in enumerate(words):
            near = self._repair(word)
            if near is not None:
                repaired.append((word, near))
                words[at] = near
        return Reading(self.language.analyser.read_words(words), tuple(repaired))

    def _repair(self, word: str) -> str | None:
        analyser = self.language.analyser
        if not self.language.repairs or word in self._words or analyser.lexicon.is_common(word):
            return None
        root = analyser.root(word).text
        if root in self._known_roots or root in self.language.thesaurus:
            return None
        return self._spelling.nearest(word) or self.language.spelling.nearest(word)

    def score(self, analysis: Analysis) -> Scored | None:
        """Return the best entries for a message; None where it says nothing."""
        looked = self.look(analysis)
        return rank(looked, self.weights) if looked is not None else None

    def look(self, analysis: Analysis, close: int = CLOSE) -> Looked | None:
        """Return the entries worth a close look; None where the message says nothing.

        Args:
            close: how many entries to look at closely.
        """
        if not analysis.words or not (analysis.asks or analysis.words in self._exact):
            return None
        letters = self.letters.vector(analysis.words)
        meaning = self.meanings.vector(analysis.roots)
        first = self._first_parts(letters, meaning)
        rough = _row(self.weights.first) @ first
        exact = frozenset(self._exact.get(analysis.words, ()))
        places = [*dict.fromkeys([*sorted(exact)[:close], *_best(rough, close)])]
        chosen = self.alignment.utterances_of(places)
        aligned = self.alignment.align(analysis.roots, places, chosen)
        near = np.maximum.reduceat(self.letters.rows.dots(*letters, chosen), chosen.starts)
        active = first[_OF_LARGE] if self.large else first
        return Looked(
            tuple(places),
            _side_by_side(first.take(places, axis=1), near, aligned),
            tuple(active.argmax(axis=1).tolist()),
            tuple(aligned.utterance.tolist()),
            exact,
        )

    def _first_parts(self, letters: Vector, meaning: Vector) -> Floats:
        first = np.zeros((len(FIRST_PARTS), len(self.entries)), np.float32)
        first[0] = self.letters.entries.dots(*letters)
        first[1] = self.meanings.entries.dots(*meaning)
        first[2] = self.meanings.answers.dots(*meaning)
        if self._votes is not None:
            votes = self._votes.bias + letters[1] @ self._by_letters.take(letters[0], axis=0)
            votes += meaning[1] @ self._by_meaning.take(meaning[0], axis=0)
            np.subtract(votes, votes.sum() / np.float32(len(votes)), out=first[3])
            np.multiply(first[3], np.float32(self.richness), out=first[4])
        return first


def _side_by_side(first: Floats, near: Floats, aligned: Aligned) -> Floats:
    """Return entries × PARTS."""
    parts = np.empty((len(PARTS), len(near)), np.float32)
    parts[: len(FIRST_PARTS)] = first
    rest = (near, aligned.asked, aligned.known, -aligned.gap, aligned.said)
    more = (aligned.mutual, aligned.literal, -aligned.elsewhere)
    for at, values in enumerate((*rest, *more), len(FIRST_PARTS)):
        parts[at] = values
    return parts.T


@cache
def _row(weights: tuple[float, ...]) -> Floats:
    return np.array(weights, np.float32)


def _best(scores: Floats, count: int) -> list[int]:
    """Return the places of the highest scores, highest first; of equals the first place."""
    best = np.argsort(-scores, kind="stable") if len(scores) <= FEW else _few(scores, count)
    chosen: list[int] = best[:count].tolist()
    return chosen


def _few(scores: Floats, count: int) -> NDArray[np.intp]:
    """Return the same, without sorting what has no chance."""
    chosen = np.flatnonzero(scores >= np.partition(scores, -count)[-count])
    return chosen[np.argsort(-scores[chosen], kind="stable")]


assert len(PARTS) == len(FIRST_PARTS) + 1 + 7
