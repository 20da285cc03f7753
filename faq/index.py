"""A small inverted index over ways of saying things; knows weights and cosines, no verdict.

Two groups of features stand for a text: stems (the first letters of each word, which carries
Turkish suffixes) and the n-grams inside words (which carries typos). Each group has length one,
so a long question weighs no more than a short one.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from rapidfuzz import fuzz, process

STEM_CHARS = 4
GRAM_CHARS = (2, 3, 4)
REPAIR_FROM_CHARS = 4
REPAIR_RATIO = 82.0


def stem(word: str) -> str:
    """Return the first letters of a word, or a whole short word or figure."""
    return word if word.isdigit() else word[:STEM_CHARS]


def grams(words: Iterable[str]) -> list[str]:
    """Return the n-grams inside each word, its edges marked by a space."""
    out: list[str] = []
    for word in words:
        edged = f" {word} "
        for size in GRAM_CHARS:
            out.extend(edged[i : i + size] for i in range(len(edged) - size + 1))
    return out


class FeatureIndex:
    """TF-IDF cosines of one feature group; idf counts owners (entries), not ways.

    Args:
        rows: for each way, its owner and its features.
    """

    def __init__(self, rows: Sequence[tuple[int, Sequence[str]]]) -> None:
        owners: dict[str, set[int]] = defaultdict(set)
        for owner, features in rows:
            for feature in features:
                owners[feature].add(owner)
        count = len({owner for owner, _ in rows})
        self._unknown_idf = math.log(1 + count) + 1
        self._idf = {f: math.log((1 + count) / (1 + len(o))) + 1 for f, o in owners.items()}
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for row, (_, features) in enumerate(rows):
            for feature, weight in self.weights(features).items():
                self._postings[feature].append((row, weight))

    def idf(self, feature: str) -> float:
        """Return how telling a feature is; the most for one that no way has."""
        return self._idf.get(feature, self._unknown_idf)

    def weights(self, features: Sequence[str]) -> dict[str, float]:
        """Return the features' weights, of length one together; unknown features count."""
        counts: dict[str, int] = defaultdict(int)
        for feature in features:
            counts[feature] += 1
        raw = {f: (1 + math.log(n)) * self.idf(f) for f, n in counts.items()}
        norm = math.sqrt(sum(w * w for w in raw.values())) or 1.0
        return {f: w / norm for f, w in raw.items()}

    def cosines(self, features: Sequence[str]) -> Mapping[int, float]:
        """Return the cosine with every row that shares a feature, by row."""
        found: dict[int, float] = defaultdict(float)
        for feature, weight in self.weights(features).items():
            for row, other in self._postings.get(feature, ()):
                found[row] += weight * other
        return found


class Vocabulary:
    """The words a knowledge base knows, to repair those it does not."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = sorted({word for word in words if len(word) >= REPAIR_FROM_CHARS})
        self._known = {stem(word) for word in self._words}

    def repaired(self, words: Sequence[str]) -> list[str]:
        """Return the words with unknown long ones replaced by a near known one, if any."""
        return [self._repair(word) for word in words]

    def _repair(self, word: str) -> str:
        if len(word) < REPAIR_FROM_CHARS or word.isdigit() or stem(word) in self._known:
            return word
        near = process.extractOne(
            word, self._words, scorer=fuzz.ratio, score_cutoff=REPAIR_RATIO, processor=None
        )
        return near[0] if near else word
