"""Question sets on the disk: a knowledge base and the questions asked of it; knows no score."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from faq.entries import Entry, EntryStatus


@dataclass(frozen=True, slots=True)
class SetFiles:
    """Where one set stands.

    Args:
        name: of its folder.
        size: utterances an entry (`kb_kN.jsonl`), 0 for all that the editor gave (`kb.jsonl`).
    """

    name: str
    size: int
    base: Path
    questions: Path


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a set.

    Args:
        right: keys of the entries that answer it; none where it is out of scope.
    """

    identifier: str
    text: str
    style: str
    right: frozenset[str]


def find_sets(folders: Sequence[Path]) -> list[SetFiles]:
    """Return every set in some folders, by name and size."""
    found = []
    for folder in folders:
        for questions in folder.glob("*/queries.jsonl"):
            for base in questions.parent.glob("kb*.jsonl"):
                size = int(base.stem.removeprefix("kb").removeprefix("_k") or 0)
                found.append(SetFiles(questions.parent.name, size, base, questions))
    return sorted(found, key=lambda one: (one.name, one.size))


def rows_of(path: Path) -> list[dict[str, object]]:
    """Return a file's rows, one JSON object a line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def entry_of(row: Mapping[str, object], language: str) -> Entry:
    """Return a row of `id`, `question`, `variants` and `answer` as a published entry."""
    variants = row.get("variants")
    utterances = tuple(str(v) for v in variants) if isinstance(variants, list) else ()
    return Entry(
        str(row["id"]),
        language,
        str(row["question"]),
        utterances,
        str(row.get("answer", "")),
        status=EntryStatus.PUBLISHED,
    )


def asked_of(row: Mapping[str, object]) -> Asked:
    """Return a row of `qid`, `text`, `style` and `expected` as a question."""
    expected = row["expected"]
    right = [] if expected is None else expected if isinstance(expected, list) else [expected]
    return Asked(
        str(row["qid"]),
        str(row["text"]),
        str(row.get("style") or ""),
        frozenset(str(key) for key in right),
    )


def is_reserved(name: str, identifier: str) -> bool:
    """Whether a question belongs to the half that nothing learns from."""
    return hashlib.sha1(f"{name}/{identifier}".encode()).digest()[-1] % 2 == 1


def digest(paths: Iterable[Path]) -> dict[str, str]:
    """Return the SHA-256 of each file, by its folder and name."""
    return {
        f"{path.parent.name}/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(set(paths))
    }
