"""TF-IDF over the letters inside words: what survives typos and suffixes; knows no meaning."""

import math
from collections.abc import Mapping, Sequence
from copy import copy
from itertools import chain, islice

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from faq.postings import NOTHING, Postings, Rows, Vector, normalised

CHARS: Mapping[str, tuple[int, ...]] = {"tr": (2, 3, 4), "en": (2, 3, 4, 5)}
"""Lengths of the n-grams by language (measured, docs/faq.md)."""

_ANY = (2, 3, 4)

LARGE = 5_000
"""Utterances from which on pairs of letters are left out: each is in a fifth of them and tells
little, but costs most of the time."""

MAX_REMEMBERED = 20_000


def grams(word: str, sizes: Sequence[int]) -> list[str]:
    """Return the n-grams inside a word, its edges marked by a space."""
    edged = f" {word} "
    return [edged[i : i + size] for size in sizes for i in range(len(edged) - size + 1)]


class Letters:
    """The n-gram features of a knowledge base.

    Args:
        texts: the words of every utterance.
        owners: for each of them, the place of its entry, rising.
        entries: number of entries; idf counts these, not utterances.
    """

    def __init__(
        self, texts: Sequence[Sequence[str]], owners: Sequence[int], entries: int, language: str
    ) -> None:
        sizes = CHARS.get(language, _ANY)
        self._sizes = sizes[1:] if len(texts) > LARGE else sizes
        self._features: dict[str, int] = {}
        self._unknown = math.log(1 + entries) + 1
        counts = self._counted(texts)
        by_entry = by_owner(counts, owners, entries)
        holders = np.diff(sparse.csc_array(by_entry).indptr)
        idf = np.log((1 + entries) / (1 + holders)) + 1
        self._idf: NDArray[np.float64] = idf
        rows = _weighted(counts, idf)
        self.entries = Postings(normalised(by_owner(rows, owners, entries)))
        self.rows = Rows(rows)
        self._memory: dict[str, tuple[NDArray[np.intp], int]] = {}
        for word in islice(dict.fromkeys(chain.from_iterable(texts)), MAX_REMEMBERED):
            self._of(word)

    def _counted(self, texts: Sequence[Sequence[str]]) -> sparse.csr_array:
        """Return how often each n-gram is in each text: words × texts times n-grams × words."""
        words: dict[str, int] = {}
        in_text = sparse.csr_array(occurrences(texts, words))
        in_word = sparse.csr_array(
            occurrences([grams(word, self._sizes) for word in words], self._features)
        )
        return sparse.csr_array(in_text @ in_word)

    def grown(self, own: Sequence[Sequence[str]], at: int, owner: int) -> "Letters":
        """Return these features with one utterance more; how telling each is stays.

        Args:
            own: the words of every utterance of its entry, the new one last.
            at: where its row goes.
        """
        other = copy(self)
        other._features = dict(self._features)
        for word in own[-1]:
            for gram in grams(word, self._sizes):
                other._features.setdefault(gram, len(other._features))
        new = len(other._features) - len(self._features)
        other._idf = np.append(self._idf, np.full(new, self._unknown))
        other._memory = {}
        width = len(other._idf)
        other.rows = self.rows.inserted(at, *other.vector(own[-1]), width)
        together = summed([other.vector(words) for words in own])
        other.entries = self.entries.replaced(owner, *together, width)
        return other

    def vector(self, words: Sequence[str]) -> Vector:
        """Return a text's features and their weights, of length one with the unknown ones."""
        if not words:
            return NOTHING
        known = [self._of(word) for word in words]
        unknown = sum([strange for _, strange in known])
        counts = np.bincount(np.concatenate([features for features, _ in known]))
        features = counts.nonzero()[0]
        weights = (np.log(counts[features]) + 1) * self._idf[features]
        square = weights @ weights + unknown * self._unknown**2
        return features, (weights / (math.sqrt(square) or 1.0)).astype(np.float32)

    def _of(self, word: str) -> tuple[NDArray[np.intp], int]:
        """Return a word's features and how many of its n-grams are unknown."""
        found = self._memory.get(word)
        if found is None:
            if len(self._memory) >= MAX_REMEMBERED:
                self._memory.clear()
            features = [self._features.get(gram) for gram in grams(word, self._sizes)]
            known = [feature for feature in features if feature is not None]
            found = (np.array(known, np.intp), len(features) - len(known))
            self._memory[word] = found
        return found


def _weighted(counts: sparse.csr_array, idf: NDArray[np.float64]) -> sparse.csr_array:
    weighted = counts.astype(np.float32)
    weighted.data = (1 + np.log(weighted.data)) * idf[weighted.indices].astype(np.float32)
    return normalised(weighted)


def occurrences(texts: Sequence[Sequence[str]], names: dict[str, int]) -> sparse.coo_array:
    """Return how often each name is in each text; new names get the next columns."""
    rows: list[int] = []
    columns: list[int] = []
    for row, text in enumerate(texts):
        for name in text:
            rows.append(row)
            columns.append(names.setdefault(name, len(names)))
    ones = np.ones(len(rows), np.float32)
    found = sparse.coo_array((ones, (rows, columns)), shape=(len(texts), max(1, len(names))))
    found.sum_duplicates()
    return found


def by_owner(rows: sparse.csr_array, owners: Sequence[int], entries: int) -> sparse.csr_array:
    """Return the sum of each owner's rows."""
    places = (np.asarray(owners, np.int32), np.arange(len(owners), dtype=np.int32))
    ones = np.ones(len(owners), np.float32)
    return sparse.csr_array(sparse.coo_array((ones, places), shape=(entries, len(owners))) @ rows)


def summed(vectors: Sequence[Vector]) -> Vector:
    """Return the sum of vectors given as features and weights, of length one."""
    features = np.concatenate([features for features, _ in vectors])
    return gathered(features, np.concatenate([weights for _, weights in vectors]))


def gathered(
    features: NDArray[np.intp], weights: NDArray[np.floating], more: float = 0.0
) -> Vector:
    """Return each feature once, with the sum of its weights, of length one.

    Args:
        more: the square of what has no feature but lengthens the vector.
    """
    sums = np.bincount(features, weights)
    once = sums.nonzero()[0]
    values = sums[once]
    return once, (values / (math.sqrt(values @ values + more) or 1.0)).astype(np.float32)
