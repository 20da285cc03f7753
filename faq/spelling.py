"""Known words near a mistyped one; knows no entry and no score.

Every known word is found by itself and by itself without any one letter, so a look-up costs the
same in a large vocabulary as in a small one.

Source: the deletion neighbourhood of symmetric-delete spelling correction (Garbe, 2012), with one
deletion on the known side; rapidfuzz's ratio decides.
"""

from collections.abc import Iterable, Iterator
from copy import copy

from rapidfuzz import fuzz

MIN_CHARS = 4
LONG_CHARS = 9
"""Words from here on may have two letters wrong."""

MIN_RATIO = 82.0
"""Alike enough to be the same word mistyped, percent (measured, docs/faq.md)."""


MIN_RATIO_OF_TWO = 88.0
"""The same where two letters are too many: `president` is no `present`."""


SWAPPED_RATIO = 95.0
"""What two neighbouring letters in each other's place count as: `trail` may be `trial`."""


class Spelling:
    """Words that are known.

    Args:
        words: folded; those shorter than four letters can't be told from others.
        min_ratio: how alike a word must be, percent.
    """

    def __init__(self, words: Iterable[str], min_ratio: float = MIN_RATIO) -> None:
        self._min_ratio = min_ratio
        self._more: tuple[str, ...] = ()
        self._added: Spelling | None = None
        # Words joined by spaces: a dict of texts is invisible to the garbage collector, one of
        # lists would be walked by it again and again.
        self._near: dict[str, str] = {}
        for word in sorted(set(words)):
            if len(word) >= MIN_CHARS and not word.isdigit():
                for form in {word, *_without_one(word)}:
                    known = self._near.get(form)
                    self._near[form] = word if known is None else f"{known} {word}"

    def grown(self, words: Iterable[str]) -> "Spelling":
        """Return a vocabulary that knows these words too."""
        other = copy(self)
        other._added = Spelling((*self._more, *words), self._min_ratio)
        other._more = (*self._more, *words)
        return other

    def nearest(self, word: str) -> str | None:
        """Return the known word most like this one, or None; of equals the first by letters."""
        if len(word) < MIN_CHARS or word.isdigit():
            return None
        forms = {word, *_without_one(word)}
        best = self._most_alike(word, forms, self._min_ratio)
        if best is None and len(word) >= LONG_CHARS:
            shorter = {form for one in forms for form in _without_one(one)}
            best = self._most_alike(word, shorter, max(self._min_ratio, MIN_RATIO_OF_TWO))
        return best

    def _most_alike(self, word: str, forms: Iterable[str], min_ratio: float) -> str | None:
        found = {known for form in forms for known in self._known(form)}
        best, best_ratio = None, 0.0
        for known in sorted(found):
            ratio = alikeness(word, known)
            if ratio >= min_ratio and ratio > best_ratio:
                best, best_ratio = known, ratio
        return best

    def _known(self, form: str) -> list[str]:
        own = self._near.get(form, "").split()
        return own if self._added is None else [*own, *self._added._known(form)]


def _without_one(word: str) -> Iterator[str]:
    return (word[:i] + word[i + 1 :] for i in range(len(word)))


def alikeness(word: str, known: str) -> float:
    """Return how alike two words are, percent, at which one may be the other mistyped."""
    ratio = fuzz.ratio(word, known)
    return SWAPPED_RATIO if ratio < SWAPPED_RATIO and _is_swapped(word, known) else ratio


def _is_swapped(word: str, known: str) -> bool:
    """Whether only two neighbouring letters stand in each other's place."""
    apart = [at for at, pair in enumerate(zip(word, known, strict=False)) if pair[0] != pair[1]]
    if len(word) != len(known) or len(apart) != 2 or apart[1] != apart[0] + 1:
        return False
    return word[apart[0]] == known[apart[1]] and word[apart[1]] == known[apart[0]]
