"""What words mean, by the concepts they share; knows no entry and no score.

The thesaurus is turned around: every concept is a small document made of its phrases, so a word
becomes the vector of concepts it occurs in, and two words are alike as far as they share concepts.

Source: explicit semantic analysis (Gabrilovich & Markovitch, IJCAI 2007), with an editor's concepts
in the place of encyclopaedia articles.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np
from scipy import sparse

from faq.postings import normalised
from faq.words import Concept

NEAR_SHARE = 0.5
"""What a `near` phrase counts beside a `same` one."""

MOST_CONCEPTS = 16
"""Concepts that one word may stand for; a word in more of them is in phrases of everything, and
counting them all makes matching slower and no better (measured)."""

ALIKE_FROM = 0.25
"""Less likeness of two words is chance."""

PAIR_WEIGHT = 2.0
"""What two neighbouring words of one phrase count beside one word (measured, docs/faq.md)."""


class Thesaurus:
    """Concept vectors of roots and of neighbouring roots.

    Args:
        names: of the concepts.
        terms: roots, and pairs of neighbouring roots with a space between.
        vectors: terms × concepts.
    """

    def __init__(
        self, names: Sequence[str], terms: Sequence[str], vectors: sparse.csr_array
    ) -> None:
        self.names = tuple(names)
        self.terms = {term: row for row, term in enumerate(terms)}
        self.vectors = vectors

    @classmethod
    def of(
        cls, concepts: Sequence[Concept], roots_of: Callable[[str], Sequence[str]]
    ) -> "Thesaurus":
        """Return the vectors of some concepts' words.

        Args:
            concepts: in any order.
            roots_of: how a phrase is read; the same way as every other text.
        """
        weights: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
        for index, concept in enumerate(concepts):
            for phrases, share in ((concept.same, 1.0), (concept.near, NEAR_SHARE)):
                for phrase in phrases:
                    roots = roots_of(phrase)
                    different = dict.fromkeys(roots)
                    for root in different:
                        weights[root][index] += share / len(different)
                    for left, right in pairwise(roots):
                        weights[f"{left} {right}"][index] += share
        names = [concept.name for concept in concepts]
        return cls(names, [*weights], _vectors([*weights.values()], len(concepts)))

    def __contains__(self, root: str) -> bool:
        """Whether a root stands in any concept."""
        return root in self.terms

    @property
    def size(self) -> int:
        """Number of concepts."""
        return len(self.names)

    @cached_property
    def alike(self) -> sparse.csr_array:
        """Terms × terms: how alike each two roots are, by the cosine of their concepts."""
        single = np.array([" " not in term for term in self.terms], np.float32)
        single.resize(self.vectors.shape[0])
        units = normalised(sparse.csr_array(sparse.diags_array(single) @ self.vectors))
        found = sparse.csr_array(units @ units.T)
        found.data[found.data <= ALIKE_FROM] = 0.0
        found.eliminate_zeros()
        np.minimum(found.data, 1.0, out=found.data)
        return found

    def pairs_of(self, roots: Sequence[str]) -> Iterable[tuple[int, float]]:
        """Yield the row of every known pair of neighbours, with what it counts."""
        for left, right in pairwise(roots):
            row = self.terms.get(f"{left} {right}")
            if row is not None:
                yield row, PAIR_WEIGHT


def _vectors(weights: Sequence[dict[int, float]], concepts: int) -> sparse.csr_array:
    """Return a row for each term: damped counts, longer for the more telling terms."""
    rows, columns, values = [], [], []
    for row, found in enumerate(weights):
        telling = math.log((1 + concepts) / len(found))
        most = sorted(found.items(), key=lambda item: (-item[1], item[0]))[:MOST_CONCEPTS]
        damped = {column: 1 + math.log1p(weight) for column, weight in most}
        norm = math.sqrt(sum(value * value for value in damped.values()))
        for column, value in damped.items():
            rows.append(row)
            columns.append(column)
            values.append(value / norm * math.sqrt(telling))
    shape = (max(1, len(weights)), max(1, concepts))
    matrix = sparse.coo_array((np.asarray(values, np.float32), (rows, columns)), shape=shape)
    return sparse.csr_array(matrix)
