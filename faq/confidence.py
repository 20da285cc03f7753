"""From scores to a confidence between 0 and 1, and from that to a verdict; knows no text.

One logistic model; its weights were set by hand and measured, not fitted (`docs/faq.md`).
"""

import math

ANSWER_FROM = 0.62
CLARIFY_FROM = 0.34
CLARIFY_NEXT_FROM = 0.04
ONE_WORD_RIVAL_FROM = 0.36
"""A second entry this sure makes a single word a question back: `iade` alone."""

RIVAL_FROM, RIVAL_WITHIN = 0.5, 0.3
"""So does, for any message, one that is sure in itself and near the first."""

_BIAS = -5.0
_SCORE = 3.5
_MARGIN = 5.0
_COVERAGE = 3.5


def confidence(score: float, rival: float, coverage: float) -> float:
    """Return how likely a match is right.

    Args:
        score: of the entry.
        rival: score of the best other entry.
        coverage: 0–1, share of the message that the entry knows.
    """
    raw = _BIAS + _SCORE * score + _MARGIN * (score - rival) + _COVERAGE * coverage
    return 1 / (1 + math.exp(-raw))
