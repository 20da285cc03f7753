"""From scored entries to a confidence between 0 and 1; knows no text.

One logistic model over evidence about the best entry and its lead (`model.py`). What it says means
the same on every site: of a hundred answers at 0.9, some ninety are right (`docs/faq.md`).
"""

import math
from collections.abc import Sequence
from itertools import accumulate

from faq.engine import Engine, Scored
from faq.model import PARTS

EXACT = 0.97
"""An editor wrote these very words under this one entry."""

ONE_WORD_AT_MOST = 0.6
"""A single word that several entries have says what a message is about, not yet what it asks."""

ONE_WORD_DOUBT = 3.0
"""By how much the scores of a single word are drawn together: what to choose from is wanted."""

ENOUGH_ODDS = 3.0
"""Log-odds over the other entries from which on more of them say nothing more: a message that no
entry answers has a clear winner too (measured, docs/faq.md)."""

NEAR_SHARE = 0.05
"""Belief of a second entry, beside the first's, from which on it may be the one that is meant."""

_PLACE = {name: place for place, name in enumerate(PARTS)}
_OWN = ("asked", "known", "gap", "said", "mutual", "literal", "elsewhere")
_OWN_PLACES = [_PLACE[name] for name in _OWN]
_LEADS = [_PLACE[name] for name in ("nearest_letters", "entry_meaning", "mutual", "known")]
_LITERAL, _KNOWN = _PLACE["literal"], _PLACE["known"]


def _is_shared(parts: Sequence[Sequence[float]], belief: Sequence[float]) -> bool:
    """Whether another entry has every word of the message too, and is near enough to be meant."""
    return any(
        share >= NEAR_SHARE * belief[0] and own[_LITERAL] >= 1
        for share, own in zip(belief[1:], parts[1:], strict=True)
    )


def shares(scores: Sequence[float]) -> list[float]:
    """Return how the belief is shared among entries, by softmax of their scores."""
    top = max(scores)
    raised = [math.exp(score - top) for score in scores]
    total = sum(raised)
    return [value / total for value in raised]


def evidence(scored: Scored, words: int) -> list[float]:
    """Return what speaks for the best entry, in the order of `model.EVIDENCE`.

    Args:
        words: number of different words of the message.
    """
    return _evidence(scored, scored.parts.tolist(), shares(scored.scores), words)


def _evidence(
    scored: Scored, parts: Sequence[Sequence[float]], belief: Sequence[float], words: int
) -> list[float]:
    first, best = belief[0], parts[0]
    margin = scored.scores[0] - scored.scores[1] if len(scored.scores) > 1 else scored.scores[0]
    return [
        min(ENOUGH_ODDS, math.log((first + 1e-6) / (1 - first + 1e-6))),
        margin,
        scored.scores[0],
        *[best[place] for place in _OWN_PLACES],
        *[best[at] - max([own[at] for own in parts[1:]], default=0.0) for at in _LEADS],
        scored.agreement,
        math.log1p(words),
        float(words <= 1),
    ]


def confidences(engine: Engine, scored: Scored, words: int) -> list[float]:
    """Return the confidence of every scored entry, best first, never rising.

    An entry that has these very words as an utterance, alone, is sure whatever else speaks.
    """
    parts, belief = scored.parts.tolist(), shares(scored.scores)
    sure = engine.weights.confidence(_evidence(scored, parts, belief, words))
    if words == 1:
        # A lone word that only resembles one of an entry's is no surer than it is alike.
        sure = min(sure, parts[0][_KNOWN])
        if _is_shared(parts, belief):
            sure = min(sure, ONE_WORD_AT_MOST)
            belief = shares([score / ONE_WORD_DOUBT for score in scored.scores])
    if scored.exact == {scored.places[0]}:
        sure = max(sure, EXACT)
    rest = [min(sure, (1 - sure) * 2, sure * share / belief[0]) for share in belief[1:]]
    return [sure, *accumulate(rest, min)]
