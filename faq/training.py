"""Learns the weights of the model from question sets, and says how well they carry over.

    python -m faq.training --data DIR [--data DIR …] [--write]

A set is a folder with `kb.jsonl` or `kb_kN.jsonl` (N utterances an entry) and `queries.jsonl`, as
`docs/faq.md` describes. Half of each set's questions, chosen by a hash of their ids, is never
trained on: it is the reserved part of every figure. The same data give the same numbers.
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, softmax

from faq.confidence import evidence
from faq.engine import CLOSE, Looked, rank
from faq.model import (
    EVIDENCE,
    FIRST_PARTS,
    MODEL_FILE,
    PARTS,
    LanguageModel,
    Model,
    Weights,
    dump,
    plain,
)
from faq.questions import QuestionSet, read_set
from faq.sets import digest, find_sets

Array = NDArray[np.float64]

RANKING_PENALTY = 3e-4
EVIDENCE_PENALTY = 3e-3
FOREIGN_SHARE = 0.125
"""What a question of another language counts beside one of its own in learning a language's
confidence: what makes a match sure is much the same in all, and a language may have few (measured,
docs/faq.md)."""

PRECISION = 0.95
"""What the answer threshold is chosen for, on sets that nothing was learned from."""

OUTSIDE = 0.03
"""The share of the questions without an answer that may be answered there all the same."""

CLARIFY_FROM = 0.3
RIVALS = 32
_NOT_OF_LARGE = [PARTS.index(n) for n in ("classifier", "classifier_rich")]


def closest(looked: Looked, weights: Weights, leave: Sequence[int] = ()) -> Looked:
    """Return only the entries that the engine would look at closely.

    Args:
        leave: parts that a knowledge base of this kind does not have.
    """
    rough = looked.parts[:, : len(FIRST_PARTS)] @ np.asarray(weights.first, np.float32)
    best = sorted(range(len(rough)), key=lambda i: (-float(rough[i]), looked.places[i]))[:CLOSE]
    return replace(
        looked,
        leaders=tuple(
            leader
            for part, leader in enumerate(looked.leaders)
            if not leave or part not in _NOT_OF_LARGE
        ),
        places=tuple(looked.places[i] for i in best),
        parts=looked.parts[best],
        utterances=tuple(looked.utterances[i] for i in best),
    )


def counts_of(sets: Sequence[QuestionSet]) -> Array:
    """Return what each set counts, together one: every folder the same, its sizes share that."""
    names = [one.name for one in sets]
    counts = np.array([1 / names.count(name) for name in names])
    return np.asarray(counts / counts.sum(), np.float64)


def fit_ranking(sets: Sequence[QuestionSet], parts: int, leave: Sequence[int] = ()) -> Array:
    """Return weights, none negative, under which right entries outscore all others.

    Every folder counts the same, however many questions and sizes it has.

    Args:
        parts: how many of PARTS, from the first.
        leave: parts that get no weight.
    """
    groups = []
    for one, counts in zip(sets, counts_of(sets), strict=True):
        known = [q for q in one.part(reserved=False) if q.right and q.looked is not None]
        if known:
            rivals = [_rivals(q.looked, q.right) for q in known if q.looked]
            features = np.stack([parts_of for parts_of, _ in rivals])[:, :, :parts]
            features[:, :, list(leave)] = 0.0
            groups.append((counts, features, np.stack([right for _, right in rivals])))

    def loss(weights: Array) -> tuple[float, Array]:
        total, slope = 0.0, np.zeros(parts)
        for counts, features, right in groups:
            belief = softmax(features @ weights, axis=1)
            true = np.where(right, belief, 0.0)
            mass = true.sum(axis=1, keepdims=True) + 1e-12
            total -= counts * float(np.log(mass).mean())
            wrong = (belief - true / mass) * (counts / len(features))
            slope += np.tensordot(wrong, features, axes=([0, 1], [0, 1]))
        penalty = RANKING_PENALTY * float(weights @ weights)
        return total + penalty, slope + 2 * RANKING_PENALTY * weights

    bounds = [(0.0, 0.0 if part in leave else None) for part in range(parts)]
    start = np.array([0.0 if part in leave else 2.0 for part in range(parts)])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x, np.float64)


def _rivals(looked: Looked, right: frozenset[int]) -> tuple[Array, NDArray[np.bool_]]:
    """Return the parts of the right entries and their strongest rivals, and which are right.

    Those far behind teach nothing and cost most of the time; a set with fewer entries is filled up
    with entries that no part speaks for.
    """
    true = np.array([place in right for place in looked.places])
    strength = looked.parts.sum(axis=1) + 1e3 * true
    best = np.argsort(-strength, kind="stable")[:RIVALS]
    parts = np.zeros((RIVALS, len(PARTS)))
    parts[:, [PARTS.index("gap"), PARTS.index("elsewhere")]] = -1.0
    parts[: len(best)] = looked.parts[best]
    found = np.zeros(RIVALS, bool)
    found[: len(best)] = true[best]
    return parts, found


def weights_from(sets: Sequence[QuestionSet], leave: Sequence[int] = ()) -> Weights:
    """Return the two rankings learned from sets; the evidence is still to learn."""
    first = fit_ranking(sets, len(FIRST_PARTS), [p for p in leave if p < len(FIRST_PARTS)])
    ranking = fit_ranking(sets, len(PARTS), leave)
    return Weights(plain(first), plain(ranking), (0.0,) * len(EVIDENCE), 0.0)


def observed(
    one: QuestionSet, weights: Weights, leave: Sequence[int] = (), *, reserved: bool | None
) -> tuple[Array, NDArray[np.bool_], NDArray[np.bool_]]:
    """Return evidence, whether the first entry is right, and whether any would be."""
    rows, right, answerable = [], [], []
    for question in one.part(reserved=reserved):
        if question.looked is None:
            continue
        scored = rank(closest(question.looked, weights, leave), weights)
        rows.append(evidence(scored, question.words))
        right.append(scored.places[0] in question.right)
        answerable.append(bool(question.right))
    return np.array(rows), np.array(right), np.array(answerable)


def fit_evidence(
    seen: Sequence[tuple[Array, NDArray[np.bool_]]], counts: Array
) -> tuple[Array, float]:
    """Return the weights and the bias of a logistic model.

    Args:
        seen: evidence of each set's questions, and whether the first entry was right.
        counts: what each set counts, together one.
    """
    values = np.concatenate([rows for rows, _ in seen])
    truth = np.concatenate([right for _, right in seen]).astype(float)
    share = _spread(counts, [len(rows) for rows, _ in seen])
    middle = share @ values
    spread = np.sqrt(share @ (values - middle) ** 2)
    spread[spread < 1e-9] = 1.0
    scaled = (values - middle) / spread

    def loss(theta: Array) -> tuple[float, Array]:
        raw = scaled @ theta[:-1] + theta[-1]
        chance = expit(raw)
        total = float(share @ (np.logaddexp(0, raw) - truth * raw))
        slope = share * (chance - truth)
        grown = np.append(slope @ scaled, slope.sum())
        pulled = np.append(2 * EVIDENCE_PENALTY * theta[:-1], 0.0)
        return total + EVIDENCE_PENALTY * float(theta[:-1] @ theta[:-1]), grown + pulled

    theta = minimize(loss, np.zeros(values.shape[1] + 1), jac=True, method="L-BFGS-B").x
    weights = theta[:-1] / spread
    return weights, float(theta[-1] - weights @ middle)


def _spread(counts: Array, sizes: Sequence[int]) -> Array:
    """Return what each question counts where its set counts so much and has so many."""
    return np.repeat(counts / np.asarray(sizes), sizes)


@dataclass(frozen=True, slots=True)
class Seen:
    """Evidence of a set under rankings that never saw it.

    Args:
        rows: of each question.
        right: whether its first entry is right.
    """

    one: QuestionSet
    rows: Array
    right: NDArray[np.bool_]


def seen_in(sets: Sequence[QuestionSet], leave: Sequence[int] = ()) -> list[Seen]:
    """Return the evidence of one language's sets, each under rankings learned from the others.

    So the confidence is about questions of shops that were never seen.
    """
    apart = {
        name: weights_from([one for one in sets if one.name != name] or sets, leave)
        for name in sorted({one.name for one in sets})
    }
    return [Seen(one, *observed(one, apart[one.name], leave, reserved=False)[:2]) for one in sets]


def foreign_to(others: Sequence[QuestionSet], leave: Sequence[int] = ()) -> list[Seen]:
    """Return the evidence of the sets of other languages, each language for itself."""
    return [
        seen
        for code in sorted({one.language for one in others})
        for seen in seen_in([one for one in others if one.language == code], leave)
    ]


def learn(
    sets: Sequence[QuestionSet], leave: Sequence[int] = (), foreign: Sequence[Seen] = ()
) -> Weights:
    """Return everything learned for one language and one kind of knowledge base.

    Args:
        leave: parts that a knowledge base of this kind does not have.
        foreign: evidence of other languages, for the confidence alone.
    """
    own = seen_in(sets, leave)
    asked, elsewhere = (sum(len(one.rows) for one in group) for group in (own, foreign))
    share = FOREIGN_SHARE * elsewhere / (asked + FOREIGN_SHARE * elsewhere)
    counts = [counts_of(sets) * (1 - share)]
    if foreign:
        counts.append(counts_of([one.one for one in foreign]) * share)
    seen = [(one.rows, one.right) for one in (*own, *foreign)]
    weights, bias = fit_evidence(seen, np.concatenate(counts))
    rankings = weights_from(sets, leave)
    return Weights(rankings.first, rankings.ranking, plain(weights), plain([bias])[0])


@dataclass(frozen=True, slots=True)
class Outcome:
    """How questions of one set fared under weights that never saw the set.

    Args:
        sure: confidence of the first entry.
        right: whether it is right; answerable: whether any entry would be.
        third: whether a right one is among the first three, of the answerable.
    """

    one: QuestionSet
    sure: Array
    right: NDArray[np.bool_]
    answerable: NDArray[np.bool_]
    third: float
    asked: int

    @property
    def top(self) -> float:
        """Share of the answerable questions whose first entry is right."""
        return float(self.right.sum() / max(1, self.asked))


def outcome(one: QuestionSet, weights: Weights, *, reserved: bool | None) -> Outcome:
    """Return how a set's questions fare."""
    values, right, answerable = observed(one, weights, reserved=reserved)
    sure = np.array([weights.confidence(row) for row in values.tolist()])
    third, asked = 0, 0
    for question in one.part(reserved=reserved):
        if question.right:
            asked += 1
            if question.looked is not None:
                scored = rank(closest(question.looked, weights), weights)
                third += bool(question.right & set(scored.places[:3]))
    return Outcome(one, sure, right, answerable, third / max(1, asked), asked)


def threshold_for(outcomes: Sequence[Outcome], precision: float, outside: float) -> float:
    """Return the lowest confidence from which on answers are that precise, folders alike.

    Args:
        outside: the share of the questions without an answer that may be answered.
    """
    sure = np.concatenate([o.sure for o in outcomes])
    right = np.concatenate([o.right for o in outcomes])
    unanswerable = np.concatenate([~o.answerable for o in outcomes])
    share = _spread(counts_of([o.one for o in outcomes]), [len(o.sure) for o in outcomes])
    order = np.argsort(-sure, kind="stable")
    reached = np.cumsum((right * share)[order]) / np.cumsum(share[order])
    let_in = np.cumsum((unanswerable * share)[order]) / max(1e-9, float(unanswerable @ share))
    good = np.flatnonzero((reached >= precision) & (let_in <= outside))
    return float(sure[order][good[-1]]) if len(good) else 0.99


def learn_language(
    sets: Sequence[QuestionSet], others: Sequence[QuestionSet], say: Callable[[str], None]
) -> LanguageModel:
    """Learn one language and say how every set fares when nothing was learned from it.

    Args:
        others: the sets of all other languages.
    """
    foreign = foreign_to(others)
    small = learn(sets, foreign=foreign)
    large = learn(sets, _NOT_OF_LARGE, foreign_to(others, _NOT_OF_LARGE))
    held_out = []
    for name in sorted({one.name for one in sets}):
        weights = learn([one for one in sets if one.name != name] or sets, foreign=foreign)
        held_out += [
            (outcome(one, weights, reserved=False), outcome(one, weights, reserved=True))
            for one in sets
            if one.name == name
        ]
    answer_from = threshold_for([seen for seen, _ in held_out], PRECISION, OUTSIDE)
    say(
        f"answer from {answer_from:.3f} (on sets left out precision {PRECISION:.0%},"
        f" out of scope answered {OUTSIDE:.0%})"
    )
    say("set                    half  top-1 top-3 | precision coverage  out of scope answered")
    for pair in held_out:
        for half, one in zip(("seen", "kept"), pair, strict=True):
            say(_line(half, one, answer_from))
    return LanguageModel(
        small=small, large=large, answer_from=round(answer_from, 3), clarify_from=CLARIFY_FROM
    )


def _line(half: str, one: Outcome, answer_from: float) -> str:
    answered = one.sure >= answer_from
    precise = one.right[answered].mean() if answered.any() else 1.0
    covered = one.right[answered].sum() / max(1, one.asked)
    outside = answered[~one.answerable].mean() if (~one.answerable).any() else 0.0
    return (
        f"{one.one.name}:{one.one.size}".ljust(22)
        + f" {half}  {one.top:5.1%} {one.third:5.1%} |"
        + f" {precise:9.1%} {covered:8.1%} {outside:9.1%}"
    )


def train(folders: Sequence[Path], say: Callable[[str], None]) -> Model:
    """Learn a model from the sets in some folders."""
    found = find_sets(folders)
    sets = [read_set(where) for where in found]
    languages: Mapping[str, LanguageModel] = {
        code: learn_language(
            [one for one in sets if one.language == code],
            [one for one in sets if one.language != code],
            say,
        )
        for code in sorted({one.language for one in sets})
    }
    files = [path for one in found for path in (one.base, one.questions)]
    return Model(languages=languages, trained_on=digest(files))


def main() -> None:
    """Train from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--data", action="append", type=Path, required=True)
    parser.add_argument("--write", action="store_true", help=f"write {MODEL_FILE.name}")
    options = parser.parse_args()
    model = train(options.data, print)
    if options.write:
        MODEL_FILE.write_bytes(dump(model))


if __name__ == "__main__":
    main()
