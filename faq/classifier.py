"""A softmax classifier over a knowledge base's own utterances; knows similarities, no text.

Multinomial logistic regression in its dual form: an entry's score is a weighted sum of the
message's similarities with all utterances. It sees what the nearest utterance can't: that a word
is common to ten of an entry's utterances, or to ten entries.

Source: kernel multinomial logistic regression, fitted with Nesterov's accelerated gradient; its
bias by iterative scaling (Darroch & Ratcliff 1972), unpenalised: an entry that is said in more ways
is likelier, and one whose words are everybody's is not.
"""

import math
from dataclasses import dataclass

import numpy as np

from faq.postings import Floats

MAX_WORK = 4e8
"""Utterances² × entries from which fitting would take more than about two seconds; a larger
knowledge base goes without, with weights of its own."""

MAX_UTTERANCES = 3000
"""Beyond, their similarities alone would take more than 36 MB."""

PENALTY = 0.05
STEPS = 60
_LEAST = 1e-6


def is_affordable(utterances: int, entries: int) -> bool:
    """Whether a knowledge base of this size gets a classifier."""
    small = utterances <= MAX_UTTERANCES and utterances**2 * entries <= MAX_WORK
    return entries > 1 and small


@dataclass(frozen=True, slots=True)
class Votes:
    """What was learned of a knowledge base.

    Args:
        weights: utterances × entries.
        bias: of each entry.
    """

    weights: Floats
    bias: Floats

    def opened(self, at: int) -> "Votes":
        """Return the same with room for one utterance more."""
        return Votes(np.insert(self.weights, at, 0.0, axis=0), self.bias)


def fit(similar: Floats, owners: np.ndarray, entries: int, start: Votes | None = None) -> Votes:
    """Return the weights under which every utterance speaks for its own entry.

    Args:
        similar: similarity of every utterance with every other, symmetric.
        owners: the entry of each.
        start: what to begin from; with it a tenth of the steps is enough.
    """
    truth = np.zeros((len(owners), entries), np.float32)
    truth[np.arange(len(owners)), owners] = 1.0
    said = truth.sum(axis=0)
    weights = start.weights if start else np.zeros_like(truth)
    bias = start.bias if start else np.zeros(entries, np.float32)
    ahead, momentum = weights, 1.0
    # Half of the largest eigenvalue bounds the curvature of softmax.
    step = 1.0 / (0.5 * _largest_eigenvalue(similar) + PENALTY)
    for _ in range(STEPS if start is None else STEPS // 10):
        belief = _softmax(similar @ ahead + bias)
        gradient = belief - truth + PENALTY * ahead
        after: Floats = (ahead - step * gradient).astype(np.float32)
        faster = (1 + math.sqrt(1 + 4 * momentum * momentum)) / 2
        ahead = (after + (momentum - 1) / faster * (after - weights)).astype(np.float32)
        weights, momentum = after, faster
        bias = _balanced(bias, said, belief)
    return Votes(weights, _balanced(bias, said, _softmax(similar @ weights + bias)))


def _balanced(bias: Floats, said: Floats, belief: Floats) -> Floats:
    """Return the bias under which each entry is believed in as often as it was said, or nearly."""
    return np.asarray(bias + np.log(said / np.maximum(belief.sum(axis=0), _LEAST)), np.float32)


def _largest_eigenvalue(similar: Floats) -> float:
    """Return it by power iteration, a little too large rather than too small."""
    vector = np.ones(len(similar), np.float32)
    for _ in range(30):
        vector = similar @ vector
        vector /= np.linalg.norm(vector)
    return float(vector @ similar @ vector) * 1.02


def _softmax(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float32)
