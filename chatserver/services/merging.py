"""Entries that compete for the same questions, and making one of two."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from chatserver.domain.ids import StaffId
from chatserver.errors import Code, Refusal
from chatserver.services import knowledge
from chatserver.storage import faq_checks
from faq import Entry
from faq.conflicts import conflicts, engine_of, twins


@dataclass(frozen=True, slots=True)
class Pair:
    """Two entries that get in each other's way.

    Args:
        alike: 0-1, how much they look like one; 0 where only utterances compete.
        taken: utterances of one that the other wins, with the owner's key.
    """

    language: str
    first: Entry
    second: Entry
    alike: float
    taken: tuple[tuple[str, str], ...]


def pairs(entries: Sequence[Entry], language: str) -> list[Pair]:
    """Return the pairs of one language that compete, the worst first; takes a second."""
    engine = engine_of(entries, language)
    if engine is None:
        return []
    found: dict[frozenset[str], tuple[Entry, Entry, float]] = {}
    taken: dict[frozenset[str], list[tuple[str, str]]] = {}
    for twin in twins(engine):
        key = frozenset((twin.first.key, twin.second.key))
        found[key] = (twin.first, twin.second, twin.alike)
    for clash in conflicts(engine):
        key = frozenset((clash.entry.key, clash.winner.key))
        found.setdefault(key, (clash.entry, clash.winner, 0.0))
        taken.setdefault(key, []).append((clash.utterance, clash.entry.key))
    result = [
        Pair(language, first, second, alike, tuple(taken.get(key, ())))
        for key, (first, second, alike) in found.items()
    ]
    return sorted(result, key=lambda pair: (-pair.alike, -len(pair.taken), pair.first.key))


def merge(connection: Connection, *, keep: str, drop: str, by: StaffId | None, now_ms: int) -> None:
    """Give one entry the other's ways of asking, and put the other into the archive.

    Answers stay as they are: two answers made one would be nobody's. What is missing in a language
    is taken whole. Checks move along. All of it is a draft until it is published.

    Raises:
        Refusal: `bad_request` for an entry with itself, `not_found`, `taken`.
    """
    if keep == drop:
        raise Refusal(Code.BAD_REQUEST)
    kept, gone = knowledge.get(connection, keep), knowledge.get(connection, drop)
    content = kept.content
    for language, said in gone.content.wordings.items():
        own = content.wording(language)
        if own.is_empty:
            content = content.with_wording(language, said)
            continue
        ways = dict.fromkeys((*own.utterances, said.question, *said.utterances))
        ways.pop(own.question, None)
        content = content.with_wording(
            language, replace(own, utterances=tuple(way for way in ways if way))
        )
    saved = knowledge.save(
        connection, keep, content, version=kept.version, by=by, now_ms=now_ms, kind="merged",
        note=drop,
    )  # fmt: skip
    if not saved.ok:
        raise Refusal(Code.TAKEN if saved.clashed else Code.TOO_LARGE)
    knowledge.archive(connection, [drop], away=True, by=by, now_ms=now_ms)
    faq_checks.move(connection, drop, keep)
