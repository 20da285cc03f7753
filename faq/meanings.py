"""Soft cosine over roots and the concepts they share: what survives other words for the same.

A text is a vector of its own roots and of their concepts, so two texts without one common word
can still be near. Roots that few entries have count more, weak words little.

Source: soft cosine (Sidorov et al., Computación y Sistemas 18(3), 2014), with the similarity of
words taken from the thesaurus.
"""

import math
from collections.abc import Sequence, Set
from copy import copy
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from faq.letters import MAX_REMEMBERED, by_owner, gathered, occurrences, summed
from faq.postings import NOTHING, Floats, Postings, Rows, Vector, normalised
from faq.thesaurus import Thesaurus

OWN_SHARE = 0.65
"""What a root itself counts beside its concepts (flat from 0.2 to 0.7, docs/faq.md)."""

IDF_POWER = 0.75
WEAK_SHARE = 0.4
"""What a weak word (how, when, yes) counts beside another."""

_TO_CONCEPTS, _TO_ITSELF = math.sqrt(1 - OWN_SHARE), math.sqrt(OWN_SHARE)

_Features = tuple[NDArray[np.intp], NDArray[np.float64]]
_NONE: _Features = (np.zeros(0, np.intp), np.zeros(0))


class Meanings:
    """The concept features of a knowledge base.

    Args:
        texts: the roots of every utterance.
        owners: for each of them, the place of its entry, rising.
        answers: the roots of every entry's answer.
        weak: roots that tell questions apart but ask nothing alone.
        large: whether utterances are not compared at all, only entries.
    """

    def __init__(
        self,
        texts: Sequence[Sequence[str]],
        owners: Sequence[int],
        answers: Sequence[Sequence[str]],
        *,
        thesaurus: Thesaurus,
        weak: Set[str],
        large: bool,
    ) -> None:
        self._thesaurus = thesaurus
        self._weak = weak
        self.vocabulary: dict[str, int] = {}
        in_text = occurrences(texts, self.vocabulary)
        in_text.data[:] = 1.0
        asked = len(self.vocabulary)
        in_answer = occurrences(answers, self.vocabulary)
        in_answer.data[:] = 1.0
        self._entries = len(answers)
        holders = np.zeros(len(self.vocabulary))
        by_entry = by_owner(sparse.csr_array(in_text), owners, self._entries)
        holders[:asked] = np.diff(sparse.csc_array(by_entry).indptr)[:asked]
        self._holders: list[float] = holders.tolist()
        known = self._root_vectors()
        rows = normalised(self._combined(in_text, known, texts))
        self.entries = Postings(normalised(by_owner(rows, owners, self._entries)))
        self.rows = None if large else Rows(rows)
        self.answers = Postings(normalised(self._combined(in_answer, known, answers)))
        self._memory: dict[str, tuple[_Features, float]] = {}
        self._pairs: dict[int, _Features] = {}
        for root in islice(self.vocabulary, MAX_REMEMBERED):
            self._of(root)

    def grown(self, own: Sequence[Sequence[str]], at: int, owner: int) -> "Meanings":
        """Return these features with one utterance more; how telling each root is stays.

        Args:
            own: the roots of every utterance of its entry, the new one last.
            at: where its row goes.
        """
        other = copy(self)
        other.vocabulary = dict(self.vocabulary)
        other._holders = list(self._holders)
        for root in own[-1]:
            if root not in other.vocabulary:
                other.vocabulary[root] = len(other._holders)
                other._holders.append(0.0)
        other._memory = {}
        width = self._thesaurus.vectors.shape[1] + len(other.vocabulary)
        if self.rows is not None:
            other.rows = self.rows.inserted(at, *other.vector(own[-1]), width)
        together = summed([other.vector(roots) for roots in own])
        other.entries = self.entries.replaced(owner, *together, width)
        other.answers = self.answers.widened(width)
        return other

    def idf(self, root: str) -> float:
        """Return how telling a root is; the most for one that no utterance has."""
        place = self.vocabulary.get(root)
        holders = self._holders[place] if place is not None else 0.0
        return math.log((1 + self._entries) / (1 + holders)) + 1

    def weight(self, root: str) -> float:
        """Return what a root counts when texts are laid beside each other."""
        return self.idf(root) * (WEAK_SHARE if root in self._weak else 1.0)

    def tells(self, root: str) -> bool:
        """Whether a root is more than a weak word."""
        return root not in self._weak

    def _factor(self, root: str) -> float:
        return float(self.idf(root) ** IDF_POWER) * (WEAK_SHARE if root in self._weak else 1.0)

    def _root_vectors(self) -> sparse.csr_array:
        """Return roots × (concepts, roots): each root's concepts and itself, weighted."""
        factors = np.array([self._factor(root) for root in self.vocabulary], np.float32)
        terms = [self._thesaurus.terms.get(root) for root in self.vocabulary]
        concepts = _chosen(self._thesaurus, terms)
        itself = sparse.diags_array(np.full(len(factors), _TO_ITSELF, np.float32))
        both = sparse.hstack([concepts * np.float32(_TO_CONCEPTS), itself], format="csr")
        return sparse.csr_array(sparse.diags_array(factors) @ both)

    def _combined(
        self, found: sparse.coo_array, roots: sparse.csr_array, texts: Sequence[Sequence[str]]
    ) -> sparse.csr_array:
        """Return the sum of a text's roots and of its pairs of neighbours."""
        wide = sparse.coo_array(
            (found.data, found.coords), shape=(found.shape[0], len(self.vocabulary))
        )
        rows, terms, weights = [], [], []
        for row, text in enumerate(texts):
            for term, weight in self._thesaurus.pairs_of(text):
                rows.append(row)
                terms.append(term)
                weights.append(weight * _TO_CONCEPTS)
        shape = (len(texts), max(1, len(self._thesaurus.terms)))
        pairs = sparse.coo_array((np.asarray(weights, np.float32), (rows, terms)), shape=shape)
        concepts = sparse.csr_array(sparse.csr_array(pairs) @ self._thesaurus.vectors)
        concepts.resize((len(texts), roots.shape[1]))
        return sparse.csr_array(sparse.csr_array(wide) @ roots + concepts)

    def vector(self, roots: Sequence[str]) -> Vector:
        """Return a text's features and their weights, of length one with the unknown ones."""
        if not roots:
            return NOTHING
        known = [self._of(root) for root in dict.fromkeys(roots)]
        found = [features for features, _ in known]
        found += [self._pair(*pair) for pair in self._thesaurus.pairs_of(roots)]
        return gathered(
            np.concatenate([columns for columns, _ in found]),
            np.concatenate([values for _, values in found]),
            sum([strange for _, strange in known]),
        )

    def _of(self, root: str) -> tuple[_Features, float]:
        """Return a root's features and weights, and the square of what nothing here knows."""
        found = self._memory.get(root)
        if found is None:
            if len(self._memory) >= MAX_REMEMBERED:
                self._memory.clear()
            factor = self._factor(root)
            place = self.vocabulary.get(root)
            term = self._thesaurus.terms.get(root)
            own = _NONE if term is None else self._concepts_of(term, factor * _TO_CONCEPTS)
            if place is not None:
                column = self._thesaurus.vectors.shape[1] + place
                own = np.append(own[0], column), np.append(own[1], _TO_ITSELF * factor)
            strange = 0.0 if place is not None else (_TO_ITSELF * factor) ** 2
            found = self._memory[root] = (own, strange)
        return found

    def _pair(self, term: int, weight: float) -> _Features:
        """Return the features and weights of two neighbouring roots."""
        found = self._pairs.get(term)
        if found is None:
            if len(self._pairs) >= MAX_REMEMBERED:
                self._pairs.clear()
            found = self._pairs[term] = self._concepts_of(term, weight * _TO_CONCEPTS)
        return found

    def _concepts_of(self, term: int, factor: float) -> _Features:
        vectors = self._thesaurus.vectors
        part = slice(vectors.indptr[term], vectors.indptr[term + 1])
        columns, values = vectors.indices[part], vectors.data[part]
        return columns.astype(np.intp), values.astype(np.float64) * factor


class Likeness:
    """How alike two roots are: one for the same, else the cosine of their concepts.

    Args:
        vocabulary: the roots on the knowledge base's side, by their place.
    """

    def __init__(self, vocabulary: dict[str, int], thesaurus: Thesaurus) -> None:
        self._vocabulary = vocabulary
        self._thesaurus = thesaurus
        self._places = np.full(thesaurus.vectors.shape[0], -1, np.int32)
        for root, place in vocabulary.items():
            term = thesaurus.terms.get(root)
            if term is not None:
                self._places[term] = place

    def of(self, root: str) -> tuple[np.ndarray, Floats]:
        """Return the places of the roots that are alike, and how much."""
        term = self._thesaurus.terms.get(root)
        place = self._vocabulary.get(root)
        if term is None:
            places = np.array([] if place is None else [place], np.int32)
            return places, np.ones(len(places), np.float32)
        alike = self._thesaurus.alike
        part = slice(alike.indptr[term], alike.indptr[term + 1])
        places = self._places[alike.indices[part]]
        here = places >= 0
        places, values = places[here], alike.data[part][here]
        values[places == place] = 1.0
        return places, values


def _chosen(thesaurus: Thesaurus, terms: Sequence[int | None]) -> sparse.csr_array:
    """Return the vectors of these terms, an empty row for None."""
    rows = [row for row, term in enumerate(terms) if term is not None]
    columns = [term for term in terms if term is not None]
    shape = (len(terms), max(1, len(thesaurus.terms)))
    ones = np.ones(len(rows), np.float32)
    chosen = sparse.csr_array(sparse.coo_array((ones, (rows, columns)), shape=shape))
    return sparse.csr_array(chosen @ thesaurus.vectors)
