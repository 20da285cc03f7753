"""Content files: entries, a shop's values, lexicons; the engine's only reader of the disk.

A file is `category` and `entries`, nothing else; `docs/faq.md` shows one. Every fault of every
file is reported together, with its line.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from yaml.nodes import Node, ScalarNode

from faq.entries import Entry, EntryStatus
from faq.text import Lexicon, fold, tokens
from faq.words import Concept, RootWords
from faq.yamls import ContentError, Fault, Reader

CONTENT = Path(__file__).parent / "content"
"""The starter that ships with the engine."""

LANGUAGES = ("tr", "en")
MAX_ANSWER_CHARS = 1200
MAX_PHRASE_WORDS = 6
_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_FILE = frozenset({"category", "entries"})
_REQUIRED = frozenset({"key", "question", "utterances", "answer", "status"})
_LEXICON = frozenset({"shorthand", "noise", "weak"})
_THESAURUS = frozenset({"concepts"})
_CONCEPT = frozenset({"name", "same"})
_CONCEPT_MAY = frozenset({"near"})
_ROOTS = frozenset({"verbs", "nouns", "dropping", "like_infinitives"})
_OPTIONAL = frozenset({"valid_from", "valid_until"})


def load_entries(
    folder: Path, language: str, *, values: Mapping[str, str] | None = None
) -> tuple[Entry, ...]:
    """Read every entry of `folder/*.yaml`, in the order of file names and lines.

    Args:
        values: what fills the answers' placeholders; a published answer with a hole left is a
            fault, a draft keeps its holes.

    Raises:
        ContentError: with every fault of every file.
    """
    faults: list[Fault] = []
    entries: list[Entry] = []
    seen: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        reader = Reader(path, faults)
        root = reader.root()
        fields = reader.fields(root, required=_FILE) if root else None
        if fields is None:
            continue
        category = reader.text(fields["category"]) or ""
        for node in reader.items(fields["entries"]):
            entry = _entry(reader, node, language, category, values or {})
            if entry is None:
                continue
            place = f"{path}:{node.start_mark.line + 1}"
            if entry.key in seen:
                reader.fault(node, f"key {entry.key!r} is taken at {seen[entry.key]}")
            seen.setdefault(entry.key, place)
            entries.append(entry)
    if faults:
        raise ContentError(faults)
    return tuple(entries)


def load_values(path: Path) -> dict[str, str]:
    """Read a shop's values by placeholder name.

    Raises:
        ContentError: with every fault.
    """
    faults: list[Fault] = []
    reader = Reader(path, faults)
    values: dict[str, str] = {}
    root = reader.root()
    for name, node in reader.pairs(root) if root else ():
        said = reader.text(node)
        if said is not None:
            values[name] = said
    if faults:
        raise ContentError(faults)
    return values


def load_lexicon(path: Path) -> Lexicon:
    """Read one language's shorthand, noise and weak words.

    Raises:
        ContentError: with every fault.
    """
    faults: list[Fault] = []
    reader = Reader(path, faults)
    shorthand: dict[tuple[str, ...], tuple[str, ...]] = {}
    lists: dict[str, frozenset[str]] = {"noise": frozenset(), "weak": frozenset()}
    root = reader.root()
    fields = reader.fields(root, required=_LEXICON) if root else None
    if fields:
        for meant, node in reader.pairs(fields["shorthand"]):
            for typed, item in reader.texts(node):
                words = tuple(tokens(typed))
                if shorthand.get(words):
                    reader.fault(item, f"{typed!r} already stands for something")
                if not 1 <= len(words) <= 3:
                    reader.fault(item, f"{typed!r} must be one to three words")
                shorthand[words] = tuple(tokens(meant))
        for name in lists:
            lists[name] = frozenset(fold(word) for word, _ in reader.texts(fields[name]))
    if faults:
        raise ContentError(faults)
    return Lexicon(shorthand, lists["noise"], lists["weak"])


def load_concepts(path: Path) -> tuple[Concept, ...]:
    """Read one language's thesaurus.

    Raises:
        ContentError: with every fault.
    """
    faults: list[Fault] = []
    reader = Reader(path, faults)
    found: dict[str, Concept] = {}
    root = reader.root()
    fields = reader.fields(root, required=_THESAURUS) if root else None
    for node in reader.items(fields["concepts"]) if fields else ():
        row = reader.fields(node, required=_CONCEPT, optional=_CONCEPT_MAY)
        name = reader.text(row["name"]) if row else None
        if row is None or name is None:
            continue
        if not _KEY.fullmatch(name):
            reader.fault(row["name"], f"name {name!r} must be lower-case words joined by hyphens")
        if name in found:
            reader.fault(row["name"], f"concept {name!r} stands twice")
        seen: set[str] = set()
        found[name] = Concept(
            name,
            _phrases(reader, row["same"], seen),
            _phrases(reader, row["near"], seen) if "near" in row else (),
        )
    if faults:
        raise ContentError(faults)
    return tuple(found.values())


def _phrases(reader: Reader, node: Node, seen: set[str]) -> tuple[str, ...]:
    said: list[str] = []
    for text, item in reader.texts(node):
        folded = fold(text)
        if folded in seen:
            reader.fault(item, f"{text!r} stands twice in this concept")
        if not 1 <= len(folded.split()) <= MAX_PHRASE_WORDS:
            reader.fault(item, f"{text!r} must be one to {MAX_PHRASE_WORDS} words")
        seen.add(folded)
        said.append(text)
    return tuple(said)


def extended_concepts(known: tuple[Concept, ...], path: Path) -> tuple[Concept, ...]:
    """Return a thesaurus with a shop's own on top: more words for its concepts, and new ones.

    Raises:
        ContentError: with every fault.
    """
    found = {concept.name: concept for concept in known}
    for own in load_concepts(path):
        shipped = found.get(own.name, Concept(own.name, ()))
        same = tuple(dict.fromkeys((*shipped.same, *own.same)))
        near = tuple(dict.fromkeys((*shipped.near, *own.near)))
        found[own.name] = Concept(own.name, same, near)
    return tuple(found.values())


def extended_lexicon(known: Lexicon, path: Path) -> Lexicon:
    """Return a lexicon with a shop's own on top; where both say something, the shop's stands.

    Raises:
        ContentError: with every fault.
    """
    own = load_lexicon(path)
    return Lexicon(
        {**known.shorthand, **own.shorthand}, known.noise | own.noise, known.weak | own.weak
    )


def load_root_words(path: Path) -> RootWords:
    """Read what is known of one language's roots.

    Raises:
        ContentError: with every fault.
    """
    faults: list[Fault] = []
    reader = Reader(path, faults)
    root = reader.root()
    fields = reader.fields(root, required=_ROOTS) if root else None
    lists = {
        name: frozenset(fold(word) for word, _ in reader.texts(node))
        for name, node in (fields or {}).items()
    }
    if faults:
        raise ContentError(faults)
    return RootWords(**lists)


@cache
def concepts(language: str) -> tuple[Concept, ...]:
    """Return the shipped thesaurus; an empty one for a language that has none."""
    path = CONTENT / f"thesaurus.{language}.yaml"
    return load_concepts(path) if path.exists() else ()


@cache
def root_words(language: str) -> RootWords:
    """Return the shipped roots; none for a language that needs none."""
    path = CONTENT / f"roots.{language}.yaml"
    return load_root_words(path) if path.exists() else RootWords()


@cache
def lexicon(language: str) -> Lexicon:
    """Return the shipped lexicon; an empty one for a language that has none."""
    path = CONTENT / f"lexicon.{language}.yaml"
    return load_lexicon(path) if path.exists() else Lexicon()


@cache
def load_starter() -> tuple[Entry, ...]:
    """Return the starter's entries in every language, filled with the demo shop's values."""
    return tuple(
        entry
        for language in LANGUAGES
        for entry in load_entries(
            CONTENT / language, language, values=load_values(CONTENT / f"values.{language}.yaml")
        )
    )


def _entry(
    reader: Reader, node: Node, language: str, category: str, values: Mapping[str, str]
) -> Entry | None:
    fields = reader.fields(node, required=_REQUIRED, optional=_OPTIONAL)
    if fields is None:
        return None
    key = reader.text(fields["key"])
    question = reader.text(fields["question"])
    answer = reader.text(fields["answer"])
    status = _status(reader, fields["status"])
    days = {name: _day(reader, fields[name]) for name in _OPTIONAL & fields.keys()}
    utterances = _utterances(reader, fields["utterances"], question or "")
    if key is None or question is None or answer is None or status is None:
        return None
    if not _KEY.fullmatch(key):
        reader.fault(fields["key"], f"key {key!r} must be lower-case words joined by hyphens")
    if len(answer) > MAX_ANSWER_CHARS:
        reader.fault(fields["answer"], f"an answer has at most {MAX_ANSWER_CHARS} characters")
    entry = Entry(
        key,
        language,
        question,
        utterances,
        answer,
        category,
        status,
        valid_from=days.get("valid_from"),
        valid_until=days.get("valid_until"),
    ).filled(values)
    if entry.valid_from and entry.valid_until and entry.valid_from > entry.valid_until:
        reader.fault(fields["valid_until"], "valid_until is before valid_from")
    if status is EntryStatus.PUBLISHED and entry.holes:
        holes = ", ".join(f"{{{hole}}}" for hole in entry.holes)
        reader.fault(fields["answer"], f"published with nothing to fill {holes}")
    return entry


def _utterances(reader: Reader, node: Node, question: str) -> tuple[str, ...]:
    seen = {fold(question)}
    said: list[str] = []
    for text, item in reader.texts(node):
        if fold(text) in seen:
            reader.fault(item, f"{text!r} stands twice in this entry")
        seen.add(fold(text))
        said.append(text)
    return tuple(said)


def _status(reader: Reader, node: Node) -> EntryStatus | None:
    said = reader.text(node)
    if said in set(EntryStatus):
        return EntryStatus(said)
    if said is not None:
        reader.fault(node, f"status {said!r} is none of {', '.join(EntryStatus)}")
    return None


def _day(reader: Reader, node: Node) -> date | None:
    try:
        return date.fromisoformat(node.value if isinstance(node, ScalarNode) else "")
    except ValueError:
        reader.fault(node, "expected a day such as 2026-11-29")
        return None
