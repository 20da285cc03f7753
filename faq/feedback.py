"""A site's own thresholds, learned from what became of its answers; knows no text and no shopper.

The shipped thresholds hold on average. A site where more than half of the messages are beside its
entries needs higher ones, a site with rich entries may take lower ones. Its feedback says which:
confidence is bent by a line in log-odds, and the thresholds follow where the feedback is clear.

Source: Platt scaling (Platt, 1999) with a Gaussian prior on the line that changes nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from faq.model import Thresholds

SHIFT_SPREAD, SLOPE_SPREAD = 0.7, 0.25
"""How far a site may be expected to differ: a shift of 0.7 in log-odds turns 0.90 into 0.82."""

HELPED_WEIGHT = 0.5
"""`helped` comes from shoppers who bothered to press it, `right` and `wrong` from people who judge."""

LOWEST, HIGHEST = 0.6, 0.99
STEPS = 25


class Judgement(StrEnum):
    """What became of an answer."""

    RIGHT = "right"
    WRONG = "wrong"
    HELPED = "helped"
    DID_NOT_HELP = "did_not_help"


@dataclass(frozen=True, slots=True)
class Feedback:
    """One answer and what became of it.

    Args:
        confidence: with which it was given, 0-1.
    """

    confidence: float
    judgement: Judgement

    @property
    def good(self) -> bool:
        """Whether it speaks for the answer."""
        return self.judgement in {Judgement.RIGHT, Judgement.HELPED}

    @property
    def weight(self) -> float:
        """How much it counts."""
        judged = self.judgement in {Judgement.RIGHT, Judgement.WRONG}
        return 1.0 if judged else HELPED_WEIGHT


def learned(feedback: Sequence[Feedback], shipped: Thresholds) -> Thresholds:
    """Return the thresholds for a site with this feedback; the shipped ones where it has none.

    They move only as far as the feedback is clear: down where even a doubtful reading of it says
    that answers are better than promised, up where even a kind one says that they are worse.
    """
    if not feedback:
        return shipped
    shift, slope, doubt = _bend(feedback)
    return Thresholds(
        _moved(shipped.answer, shift, slope, doubt),
        min(_moved(shipped.clarify, shift, slope, doubt), shipped.answer),
    )


def _moved(threshold: float, shift: float, slope: float, doubt: float) -> float:
    wanted = _log_odds(threshold)
    doubtful = _chance((wanted - (shift - doubt)) / slope)
    kind = _chance((wanted - (shift + doubt)) / slope)
    if doubtful < threshold:
        return max(min(LOWEST, threshold), doubtful)
    return min(HIGHEST, kind) if kind > threshold else threshold


def _bend(feedback: Sequence[Feedback]) -> tuple[float, float, float]:
    """Return the most likely shift and slope, and the shift's standard deviation, by Newton."""
    sure = np.array([_log_odds(item.confidence) for item in feedback])
    good = np.array([item.good for item in feedback], float)
    weight = np.array([item.weight for item in feedback])
    design = np.stack([np.ones_like(sure), sure], axis=1)
    middle = np.array([0.0, 1.0])
    prior = np.diag([1 / SHIFT_SPREAD**2, 1 / SLOPE_SPREAD**2])
    line = middle.copy()
    curve = prior
    for _ in range(STEPS):
        chance: NDArray[np.float64] = 1 / (1 + np.exp(-(design @ line)))
        slope = design.T @ (weight * (chance - good)) + prior @ (line - middle)
        curve = design.T @ (design * (weight * chance * (1 - chance))[:, None]) + prior
        line = line - np.linalg.solve(curve, slope)
    spread = np.linalg.inv(curve)
    return float(line[0]), max(0.2, float(line[1])), math.sqrt(float(spread[0, 0]))


def _log_odds(chance: float) -> float:
    held = min(0.999, max(0.001, chance))
    return math.log(held / (1 - held))


def _chance(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))
