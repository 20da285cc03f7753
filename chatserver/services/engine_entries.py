"""Entries as the engine takes them: what shoppers get, and what they would get; changes nothing."""

from dataclasses import dataclass

from sqlalchemy import Connection

from chatserver.domain.knowledge import Content
from chatserver.storage import faq_entries
from faq import Entry, EntryStatus


def engine_entries(key: str, content: Content) -> list[Entry]:
    """Return an entry as the engine takes it: one for each language that can answer."""
    return [
        Entry(
            key,
            language,
            said.question,
            said.utterances,
            said.full_answer,
            content.category,
            EntryStatus.PUBLISHED,
            content.valid_from,
            content.valid_until,
        )
        for language, said in content.wordings.items()
        if said.question and said.answer
    ]


@dataclass(frozen=True, slots=True)
class Live:
    """What shoppers get.

    Args:
        revision: raised by every publication.
        entries: as the engine takes them, whatever day it is.
        numbers: by key, how often the entry was published.
        scopes: by key, where it holds, for those that do not hold everywhere.
    """

    revision: int
    entries: tuple[Entry, ...]
    numbers: dict[str, int]
    scopes: dict[str, tuple[str, ...]]


def live(connection: Connection) -> Live:
    """Return what shoppers get."""
    state = faq_entries.state(connection)
    rows = faq_entries.live(connection)
    return Live(
        state[0] if state else 0,
        tuple(entry for key, content, _ in rows for entry in engine_entries(key, content)),
        {key: number for key, _, number in rows},
        {key: content.scope for key, content, _ in rows if content.scope},
    )


def drafted(connection: Connection) -> tuple[int, tuple[Entry, ...]]:
    """Return what shoppers would get if everything were published now, and its revision."""
    state = faq_entries.state(connection)
    entries = [
        entry
        for row in faq_entries.every(connection)
        if not row.archived
        for entry in engine_entries(row.key, row.content)
    ]
    return (state[1] if state else 0), tuple(entries)
