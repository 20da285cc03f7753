"""Puts messages together that ask the same; knows no entry and no shopper.

    python -m faq.clusters DIR

measures that on question sets, against the same clustering over shared words alone: messages with
the same expected entry should meet.
"""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from faq.engine import Engine
from faq.entries import Entry
from faq.languages import language
from faq.text import fold

TOGETHER_FROM = 0.35
"""Mean likeness from which two groups are one (measured, docs/editors.md)."""

WORDS_TOGETHER_FROM = 0.22
"""The same for the baseline, at its own best."""

MAX_MESSAGES = 1500
"""Different messages that are compared all with all; two seconds and twenty megabytes."""

Likeness = NDArray[np.float64]


def clusters(messages: Sequence[str], code: str) -> list[list[int]]:
    """Return the places of messages that ask the same, the largest group first.

    What is the same once folded is together in any case. Beyond `MAX_MESSAGES` different ones the
    rest stay alone.
    """
    places: dict[str, list[int]] = {}
    for place, message in enumerate(messages):
        places.setdefault(fold(message), []).append(place)
    different = list(places)
    compared = different[:MAX_MESSAGES]
    labels = [*grouped(alike(compared, code), TOGETHER_FROM)]
    labels += range(len(compared) + 1, len(different) + 1)
    found: dict[int, list[int]] = {}
    for label, text in zip(labels, different, strict=True):
        found.setdefault(label, []).extend(places[text])
    return sorted((sorted(group) for group in found.values()), key=lambda g: (-len(g), g[0]))


def grouped(likeness: Likeness, together_from: float) -> list[int]:
    """Return a label for each message, by average linkage.

    Args:
        likeness: symmetric, 0-1.
        together_from: mean likeness from which two groups become one.
    """
    if len(likeness) < 2:
        return [1] * len(likeness)
    distance = np.clip(1.0 - likeness, 0.0, None)
    np.fill_diagonal(distance, 0.0)
    # Here and not above: a sixth of a server's start, for a page that few open.
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    tree = linkage(squareform(distance, checks=False), method="average")
    return [int(label) for label in fcluster(tree, 1.0 - together_from, criterion="distance")]


def alike(messages: Sequence[str], code: str) -> Likeness:
    """Return how alike messages are, by letters, roots and what words mean."""
    if not messages:
        return np.zeros((0, 0))
    entries = [
        Entry(f"m{place:06d}", code, message, (), "") for place, message in enumerate(messages)
    ]
    engine = Engine(entries, language(code), with_classifier=False)
    letters = engine.letters.entries.matrix()
    meaning = engine.meanings.entries.matrix()
    both = (letters @ letters.T + meaning @ meaning.T) * 0.5
    return np.asarray(both.toarray(), np.float64)


def alike_by_words(messages: Sequence[str]) -> Likeness:
    """Return the share of words that messages have in common (Jaccard): the baseline."""
    words = [set(fold(message).split()) for message in messages]
    found = np.zeros((len(words), len(words)))
    for row, first in enumerate(words):
        for column, second in enumerate(words[:row]):
            either = first | second
            found[row, column] = found[column, row] = (
                len(first & second) / len(either) if either else 0.0
            )
    return found


def pairwise(labels: Sequence[int], truth: Sequence[str]) -> tuple[int, int, int]:
    """Return how many pairs are together in both, in the labels, and in truth."""

    def pairs(counts: Counter[object]) -> int:
        return sum(n * (n - 1) // 2 for n in counts.values())

    return (
        pairs(Counter(zip(labels, truth, strict=True))),
        pairs(Counter(labels)),
        pairs(Counter(truth)),
    )


def measure(folder: Path) -> str:
    """Return a table of precision and recall over every set of a folder."""
    import msgspec

    lines = [
        "| set | messages | precision | recall | F½ | words: precision | recall | F½ |",
        "|---|" + "---:|" * 7,
    ]
    for queries in sorted(folder.glob("*/queries.jsonl")):
        rows = [msgspec.json.decode(line) for line in queries.read_bytes().splitlines() if line]
        rows = [row for row in rows if isinstance(row["expected"], str)][:MAX_MESSAGES]
        if not rows:
            continue
        said, truth = [row["text"] for row in rows], [row["expected"] for row in rows]
        code = Counter(row["lang"] for row in rows).most_common(1)[0][0]
        cells = []
        for likeness, bound in (
            (alike(said, code), TOGETHER_FROM),
            (alike_by_words(said), WORDS_TOGETHER_FROM),
        ):
            cells.append(_figures(*pairwise(grouped(likeness, bound), truth)))
        lines.append(f"| {queries.parent.name} | {len(rows)} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _figures(both: int, found: int, true: int) -> str:
    precision, recall = both / max(1, found), both / max(1, true)
    weighted = 0.25 * precision + recall
    f_half = 1.25 * precision * recall / weighted if weighted else 0.0
    return f"{precision:.3f} | {recall:.3f} | {f_half:.3f}"


if __name__ == "__main__":
    print(measure(Path(sys.argv[1])))
