"""Learns the weights of the model from question sets, and says how well they carry over.

    python -m faq.training --data DIR [--data DIR …] [--write]

A set is a folder with `kb.jsonl` or `kb_kN.jsonl` (N utterances an entry) and `queries.jsonl`, as
`docs/faq.md` describes. Half of each set's questions, chosen by a hash of their ids, is never
trained on: it is the reserved part of every figure. The same data give the same numbers.
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, softmax

from faq.confidence import evidence
from faq.engine import CLOSE, Engine, Language, Looked, rank
from faq.entries import Entry
from faq.files import concepts, lexicon
from faq.languages import build_language
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
from faq.sets import SetFiles, asked_of, digest, entry_of, find_sets, is_reserved, rows_of

Array = NDArray[np.float64]

RANKING_PENALTY = 3e-4
EVIDENCE_PENALTY = 1.5e-3
PRECISION = 0.95
"""What the answer threshold is chosen for, on sets that nothing was learned from."""

CLARIFY_FROM = 0.3
RIVALS = 32
_NOT_OF_LARGE = [PARTS.index(n) for n in ("classifier", "classifier_rich")]
_START = Weights((1.0,) * len(FIRST_PARTS), (1.0,) * len(PARTS), (0.0,) * len(EVIDENCE), 0.0)


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a set, looked at by the engine.

    Args:
        right: the places of the entries that answer it; none where it is out of scope.
        looked: every entry, looked at closely; None where the message says nothing.
        words: number of its different words.
        reserved: whether nothing may learn from it.
    """

    text: str
    style: str
    right: frozenset[int]
    looked: Looked | None
    words: int
    reserved: bool


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """The questions of one knowledge base.

    Args:
        name: of the folder; two sizes of one folder are never told apart in cross-validation.
        size: utterances an entry, 0 for all that the editor gave.
    """

    name: str
    size: int
    language: str
    engine: Engine
    questions: tuple[Question, ...]

    def part(self, *, reserved: bool | None) -> tuple[Question, ...]:
        """Return the questions of one half, or all."""
        return tuple(q for q in self.questions if reserved is None or q.reserved == reserved)


def read_set(
    where: SetFiles,
    *,
    speak: Callable[[str], Language] | None = None,
    shape: Callable[[Entry], Entry] | None = None,
) -> QuestionSet:
    """Read one set and let the engine look at each of its questions.

    Args:
        speak: what gives a language by its code, to study another one.
        shape: what becomes of an entry.
    """
    rows = rows_of(where.base)
    code = str(rows[0]["lang"])
    entries = [entry_of(row, code) for row in rows]
    entries = [shape(entry) for entry in entries] if shape else entries
    engine = Engine(entries, (speak or untrained)(code))
    places = {entry.key: place for place, entry in enumerate(entries)}
    questions = []
    for asked in map(asked_of, rows_of(where.questions)):
        analysis = engine.reading(asked.text).analysis
        questions.append(
            Question(
                asked.text,
                asked.style,
                frozenset(places[key] for key in asked.right),
                engine.look(analysis, close=len(entries)),
                len(set(analysis.words)),
                is_reserved(where.name, asked.identifier),
            )
        )
    return QuestionSet(where.name, where.size, code, engine, tuple(questions))


@cache
def untrained(code: str) -> Language:
    """Return a language whose model knows nothing yet."""
    model = LanguageModel(small=_START, large=_START, answer_from=0.5, clarify_from=0.3)
    return build_language(code, lexicon(code), concepts(code), model)


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


def learn(sets: Sequence[QuestionSet], leave: Sequence[int] = ()) -> Weights:
    """Return everything learned for one language and one kind of knowledge base.

    The evidence of each set is taken under rankings learned from the others, so that confidence is
    about questions of shops that were never seen.
    """
    names = sorted({one.name for one in sets})
    apart = {
        name: weights_from([one for one in sets if one.name != name] or sets, leave)
        for name in names
    }
    seen = [observed(one, apart[one.name], leave, reserved=False)[:2] for one in sets]
    weights, bias = fit_evidence(seen, counts_of(sets))
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


def threshold_for(outcomes: Sequence[Outcome], precision: float) -> float:
    """Return the lowest confidence from which on answers are that precise, folders alike."""
    sure = np.concatenate([o.sure for o in outcomes])
    right = np.concatenate([o.right for o in outcomes])
    share = _spread(counts_of([o.one for o in outcomes]), [len(o.sure) for o in outcomes])
    order = np.argsort(-sure, kind="stable")
    reached = np.cumsum((right * share)[order]) / np.cumsum(share[order])
    good = np.flatnonzero(reached >= precision)
    return float(sure[order][good[-1]]) if len(good) else 0.99


def learn_language(sets: Sequence[QuestionSet], say: Callable[[str], None]) -> LanguageModel:
    """Learn one language and say how every set fares when nothing was learned from it."""
    small = learn(sets)
    large = learn(sets, _NOT_OF_LARGE)
    held_out = []
    for name in sorted({one.name for one in sets}):
        others = [one for one in sets if one.name != name]
        weights = learn(others or sets)
        held_out += [
            (outcome(one, weights, reserved=False), outcome(one, weights, reserved=True))
            for one in sets
            if one.name == name
        ]
    answer_from = threshold_for([seen for seen, _ in held_out], PRECISION)
    say(f"answer from {answer_from:.3f} (precision {PRECISION:.0%} on sets left out)")
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
        code: learn_language([one for one in sets if one.language == code], say)
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
