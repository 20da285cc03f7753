"""The engine measured on question sets, and behind the interface that scorers use.

`build` and `THRESHOLDS` are that interface; `table` prints what `chatserver faq evaluate` says.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from faq.matcher import KnowledgeBase
from faq.model import shipped
from faq.sets import SetFiles, asked_of, entry_of, find_sets, rows_of

Ranked = list[tuple[str, float]]

MOST_RANKED = 10


if TYPE_CHECKING:
    THRESHOLDS: Mapping[str, float]


def __getattr__(name: str) -> object:
    """Return `THRESHOLDS`: the shipped answer thresholds by language, read when first asked for."""
    if name == "THRESHOLDS":
        return {code: model.answer_from for code, model in shipped().languages.items()}
    raise AttributeError(name)


def build(entries: Sequence[Mapping[str, object]], lang: str) -> Callable[[str], Ranked]:
    """Return a matcher over rows of `id`, `question`, `variants` and `answer`.

    It returns the entries' ids with their confidences, best first, ten at most.
    """
    base = KnowledgeBase(entry_of(row, lang) for row in entries)

    def match(text: str) -> Ranked:
        found = base.match(text, lang, limit=MOST_RANKED).matches
        return [(m.entry.key, m.confidence) for m in found]

    return match


@dataclass(frozen=True, slots=True)
class Score:
    """How one set was answered; shares are 0-1.

    Args:
        answerable, outside: number of questions that have an answer, and that have none.
        top, three: share of the answerable whose first, or one of whose first three, is right.
        reciprocal: mean reciprocal rank over ten.
        separation: chance that an answerable question is surer than one outside (AUROC).
        precision: share of right answers among those given, with its 95 % interval.
        coverage: share of the answerable that were answered rightly.
        refused: share of those outside that were not answered.
        median_ms, slow_ms: time of a question at the 50th and 99th percentile.
        build_s: time to build the knowledge base.
    """

    name: str
    answerable: int
    outside: int
    top: float
    three: float
    reciprocal: float
    separation: float
    precision: float
    low: float
    high: float
    coverage: float
    refused: float
    median_ms: float
    slow_ms: float
    build_s: float


def score_set(where: SetFiles) -> Score:
    """Ask every question of a set and score the answers at the shipped threshold."""
    rows = rows_of(where.base)
    code = str(rows[0]["lang"])
    asked = [asked_of(row) for row in rows_of(where.questions)]
    started = time.perf_counter()
    match = build(rows, code)
    build_s = time.perf_counter() - started
    times, ranks, sure = [], [], []
    for question in asked:
        started = time.perf_counter()
        ranked = match(question.text)
        times.append((time.perf_counter() - started) * 1000)
        places = [at for at, (key, _) in enumerate(ranked, 1) if key in question.right]
        ranks.append(places[0] if places else 0)
        sure.append(ranked[0][1] if ranked else 0.0)
    rank, confidence = np.array(ranks), np.array(sure)
    inside = np.array([bool(question.right) for question in asked])
    answered = confidence >= shipped().of(code).answer_from
    right = int((answered & (rank == 1)).sum())
    low, high = wilson(right, int(answered.sum()))
    known = rank[inside]
    return Score(
        name=f"{where.name}:{where.size}",
        answerable=int(inside.sum()),
        outside=int((~inside).sum()),
        top=_share(known == 1),
        three=_share((known >= 1) & (known <= 3)),
        reciprocal=float(np.where(known > 0, 1 / np.maximum(known, 1), 0).mean()),
        separation=separation(confidence[inside], confidence[~inside]),
        precision=right / max(1, int(answered.sum())),
        low=low,
        high=high,
        coverage=right / max(1, int(inside.sum())),
        refused=_share(~answered[~inside]),
        median_ms=float(np.percentile(times, 50)),
        slow_ms=float(np.percentile(times, 99)),
        build_s=build_s,
    )


def score_sets(folder: Path) -> Iterator[Score]:
    """Yield the score of every set in a folder."""
    return (score_set(where) for where in find_sets([folder]))


HEADER = (
    f"{'set':24s} {'in':>5s} {'out':>4s} {'top-1':>6s} {'top-3':>6s} {'MRR':>6s} {'AUROC':>6s}"
    f" {'prec.':>6s} {'95 %':>12s} {'cover':>6s} {'refused':>8s} {'p50 ms':>7s} {'p99 ms':>7s}"
)


def line(score: Score) -> str:
    """Return a score as a line under `HEADER`; shares in percent."""
    shares = (score.top, score.three, score.reciprocal, score.separation, score.precision)
    between = f"{score.low * 100:.1f}-{score.high * 100:.1f}"
    return (
        f"{score.name:24s} {score.answerable:5d} {score.outside:4d} "
        + " ".join(f"{share * 100:6.1f}" for share in shares)
        + f" {between:>12s} {score.coverage * 100:6.1f} {score.refused * 100:8.1f}"
        + f" {score.median_ms:7.2f} {score.slow_ms:7.2f}"
    )


def wilson(right: int, asked: int, z: float = 1.96) -> tuple[float, float]:
    """Return the 95 % interval of a share.

    Source: Wilson, JASA 22 (1927).
    """
    if not asked:
        return 0.0, 1.0
    share, spread = right / asked, z * z / asked
    middle = share + spread / 2
    half = z * float(np.sqrt(share * (1 - share) / asked + spread / asked / 4))
    return (middle - half) / (1 + spread), (middle + half) / (1 + spread)


def separation(inside: NDArray[np.float64], outside: NDArray[np.float64]) -> float:
    """Return the chance that one of `inside` is above one of `outside`; ties count half."""
    if not len(inside) or not len(outside):
        return float("nan")
    ordered = np.sort(outside)
    below = np.searchsorted(ordered, inside, side="left")
    upto = np.searchsorted(ordered, inside, side="right")
    return float(((below + upto) / 2).mean() / len(outside))


def _share(which: NDArray[np.bool_]) -> float:
    return float(which.mean()) if len(which) else float("nan")
