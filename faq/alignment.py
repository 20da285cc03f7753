"""A message laid word by word beside an entry: how much of each finds its like in the other."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from faq.letters import MAX_REMEMBERED
from faq.meanings import Likeness, Meanings
from faq.postings import Chosen, Floats

ANSWER_SHARE = 0.8
"""What a word's like in the answer counts beside one in the question."""


LACKS_UNDER = 0.3
HAS_FROM = 0.99
MOST_ELSEWHERE = 3


@dataclass(frozen=True, slots=True)
class Aligned:
    """How a message and some entries cover each other; one number for each entry, 0-1.

    Args:
        asked: share of the message that an entry's utterances have, by weight.
        known: the same, its answer included.
        gap: weight of the one word it lacks most, beside the heaviest possible.
        said: share of its best utterance that the message has.
        mutual: harmonic mean of both directions for its best utterance.
        literal: share of the message that its utterances have in these very words.
        elsewhere: how many of the message's telling words it lacks that another entry has, of
            three at most.
        utterance: place of that best utterance.
    """

    asked: Floats
    known: Floats
    gap: Floats
    said: Floats
    mutual: Floats
    literal: Floats
    elsewhere: Floats
    utterance: np.ndarray


class Alignment:
    """The words of a knowledge base, by utterance, entry and answer.

    Args:
        texts: the roots of every utterance.
        owners: for each of them, the place of its entry, rising.
        answers: the roots of every entry's answer.
    """

    def __init__(
        self,
        texts: Sequence[Sequence[str]],
        owners: Sequence[int],
        answers: Sequence[Sequence[str]],
        *,
        meanings: Meanings,
        likeness: Likeness,
    ) -> None:
        places = meanings.vocabulary
        self._utterances = _Lists([[places[r] for r in text] for text in texts])
        own: list[dict[int, None]] = [{} for _ in answers]
        for text, owner in zip(texts, owners, strict=True):
            own[owner].update(dict.fromkeys(places[r] for r in text))
        self._entries = _Lists([list(items) for items in own])
        self._answers = _Lists([[places[r] for r in dict.fromkeys(a)] for a in answers])
        bounds = np.searchsorted(np.asarray(owners), np.arange(len(answers) + 1))
        self._first: list[int] = bounds.tolist()
        self._every = np.arange(len(texts))
        self._weigh(meanings, likeness)

    def _weigh(self, meanings: Meanings, likeness: Likeness) -> None:
        self._meanings = meanings
        self._likeness = likeness
        self._memory: dict[str, _Known] = {}
        # The last place is that of nothing: like no word, and all but weightless.
        weights = [self._known(root).weight for root in meanings.vocabulary]
        self._weights = np.array([*weights, 1e-6], np.float32)
        self._heaviest = meanings.idf("")
        self._totals = self._utterances.summed(self._weights)

    def grown(
        self, roots: Sequence[str], at: int, owner: int, *, meanings: Meanings, likeness: Likeness
    ) -> "Alignment":
        """Return these words with one utterance more, at a place among the utterances."""
        other = copy(self)
        added = [meanings.vocabulary[root] for root in roots]
        own = self._entries.one(owner)
        other._utterances = self._utterances.inserted(at, added)
        other._entries = self._entries.replaced(owner, list(dict.fromkeys([*own, *added])))
        other._first = [first + (at > owner) for at, first in enumerate(self._first)]
        other._every = np.arange(len(self._every) + 1)
        other._weigh(meanings, likeness)
        return other

    def _known(self, root: str) -> "_Known":
        found = self._memory.get(root)
        if found is None:
            if len(self._memory) >= MAX_REMEMBERED:
                self._memory.clear()
            places, values = self._likeness.of(root)
            is_here = len(values) > 0 and bool(values.max() >= HAS_FROM)
            meanings = self._meanings
            found = _Known(places, values, meanings.weight(root), is_here and meanings.tells(root))
            self._memory[root] = found
        return found

    def _likeness_of(self, known: Sequence["_Known"]) -> Floats:
        """Return roots × vocabulary (and one place for nothing): how alike each two are."""
        alike = np.zeros((len(known), len(self._weights)), np.float32)
        for row, root in zip(alike, known, strict=True):
            row[root.places] = root.values
        return alike

    def weights_of(self, roots: Sequence[str]) -> Floats:
        """Return what each root of a message counts."""
        return np.array([self._known(root).weight for root in roots], np.float32)

    def likes(self, roots: Sequence[str], entry: int) -> list[tuple[str, float]]:
        """Return for each root of a message its best like among an entry's roots, 0-1."""
        alike = self._likeness_of([self._known(root) for root in roots])
        places, _ = self._entries.of_each([entry])
        names = [*self._meanings.vocabulary, ""]
        best = alike[:, places].argmax(axis=1)
        found = [float(alike[row, places[at]]) for row, at in enumerate(best)]
        return [
            (names[places[at]] if value > 0 else "", value)
            for at, value in zip(best, found, strict=True)
        ]

    def utterances_of(self, entries: Sequence[int]) -> Chosen:
        """Return where these entries' utterances stand, one entry after the other."""
        first = self._first
        return Chosen.of([(first[entry], first[entry + 1]) for entry in entries], self._every)

    def align(self, roots: Sequence[str], entries: Sequence[int], chosen: Chosen) -> Aligned:
        """Lay a message of at least one root beside entries.

        Args:
            chosen: their utterances.
        """
        known_roots = [self._known(root) for root in roots]
        alike = self._likeness_of(known_roots)
        weights = np.array([root.weight for root in known_roots], np.float32)
        share = weights / weights.sum()
        rows, bounds = chosen.rows, chosen.starts
        places, starts = self._utterances.of(chosen)
        beside = alike.take(places, axis=1, mode="wrap")
        in_each = np.maximum.reduceat(beside, starts, axis=1)
        asked = np.maximum.reduceat(in_each, bounds, axis=1)
        replied, replies = self._answers.of_each(entries)
        answered = np.maximum.reduceat(alike.take(replied, axis=1, mode="wrap"), replies, axis=1)
        known = np.maximum(asked, np.float32(ANSWER_SHARE) * answered)
        gap = (weights[:, None] * (1 - known)).max(axis=0) / self._heaviest
        told = [at for at, root in enumerate(known_roots) if root.is_telling]
        elsewhere = (known[told] < LACKS_UNDER).sum(axis=0)
        forward = share @ in_each
        counted = self._weights.take(places) * beside.max(axis=0)
        back = np.add.reduceat(counted, starts) / self._totals.take(rows)
        mutual = 2 * forward * back / (forward + back + 1e-9)
        most = np.maximum.reduceat(mutual, bounds)
        counts = [end - first for first, end in chosen.spans]
        leads = np.flatnonzero(mutual >= np.repeat(most, counts))
        return Aligned(
            asked=share @ asked,
            known=share @ known,
            gap=gap,
            said=np.maximum.reduceat(back, bounds),
            mutual=most,
            literal=share @ (asked >= HAS_FROM).astype(np.float32),
            elsewhere=np.minimum(elsewhere, MOST_ELSEWHERE) / np.float32(MOST_ELSEWHERE),
            utterance=rows[leads[np.searchsorted(leads, bounds)]],
        )


@dataclass(frozen=True, slots=True)
class _Known:
    """A root of a message, as this knowledge base knows it.

    Args:
        places, values: the roots that are alike, and how much.
        weight: what it counts.
        is_telling: whether it is more than a weak word, and here in these very words.
    """

    places: np.ndarray
    values: Floats
    weight: float
    is_telling: bool


class _Lists:
    """Many short lists of places in one array; an empty one holds -1, the place of nothing."""

    def __init__(self, lists: Sequence[Sequence[int]]) -> None:
        filled = [list(items) or [-1] for items in lists]
        self._items = np.array([item for items in filled for item in items], np.int32)
        self._bounds = np.cumsum([0, *map(len, filled)], dtype=np.int64)
        self._lengths = np.diff(self._bounds)

    def one(self, at: int) -> list[int]:
        """Return one list, without the place of nothing."""
        items: list[int] = self._items[self._bounds[at] : self._bounds[at + 1]].tolist()
        return [item for item in items if item >= 0]

    def inserted(self, at: int, items: Sequence[int]) -> "_Lists":
        """Return the lists with one more at a place."""
        return self._spliced(at, at, items)

    def replaced(self, at: int, items: Sequence[int]) -> "_Lists":
        """Return the lists with another in the place of one."""
        return self._spliced(at, at + 1, items)

    def _spliced(self, at: int, after: int, items: Sequence[int]) -> "_Lists":
        filled = np.array(list(items) or [-1], np.int32)
        start, end = int(self._bounds[at]), int(self._bounds[after])
        other = copy(self)
        other._items = np.concatenate([self._items[:start], filled, self._items[end:]])
        moved = self._bounds[after:] + (len(filled) - (end - start))
        other._bounds = np.concatenate([self._bounds[: at + 1], moved])
        other._lengths = np.diff(other._bounds)
        return other

    def summed(self, values: Floats) -> Floats:
        """Return for each list the sum of its places' values."""
        return np.asarray(np.add.reduceat(values[self._items], self._bounds[:-1]), np.float32)

    def of(self, chosen: Chosen) -> tuple[np.ndarray, np.ndarray]:
        """Return the items of some lists, and where each list starts among them."""
        bound = self._bounds.item
        items = [self._items[bound(first) : bound(end)] for first, end in chosen.spans]
        lengths = self._lengths.take(chosen.rows)
        return np.concatenate(items), lengths.cumsum() - lengths

    def of_each(self, lists: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """Return the items of some lists, and where each starts among them."""
        bound = self._bounds.item
        items = [self._items[bound(at) : bound(at + 1)] for at in lists]
        starts = accumulate(map(len, items[:-1]), initial=0)
        return np.concatenate(items), np.fromiter(starts, np.intp, len(items))
