"""What a shop says about its own words, on top of the shipped lexicon and thesaurus."""

from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, delete, insert, select

from chatserver.domain.ids import StaffId
from chatserver.storage.schema.faq import faq_word
from chatserver.storage.schema.staff import staff


@dataclass(frozen=True, slots=True)
class WordRow:
    """One row.

    Args:
        kind: `shorthand` (what is typed stands for `name`) or `concept` (all mean one thing).
        name: what the shorthand stands for, or the concept's name.
        same: what is typed, or the phrases that mean it.
        near: phrases that point to the concept.
    """

    id: int
    language: str
    kind: str
    name: str
    same: tuple[str, ...]
    near: tuple[str, ...] = ()
    by: str = ""
    changed_ms: int = 0


def every(connection: Connection) -> list[WordRow]:
    """Return every row, by language, kind and name."""
    rows = connection.execute(
        select(faq_word, staff.c.name.label("editor_name"))
        .outerjoin(staff, staff.c.id == faq_word.c.staff_id)
        .order_by(faq_word.c.language.desc(), faq_word.c.kind, faq_word.c.name)
    )
    return [
        WordRow(
            row.id,
            row.language,
            row.kind,
            row.name,
            tuple(msgspec.json.decode(row.same)),
            tuple(msgspec.json.decode(row.near)),
            row.editor_name or "",
            row.changed_ms,
        )
        for row in rows
    ]


def put(connection: Connection, word: WordRow, *, now_ms: int, by: StaffId | None) -> None:
    """Add a row in place of the one of its name."""
    connection.execute(
        delete(faq_word).where(
            faq_word.c.language == word.language,
            faq_word.c.kind == word.kind,
            faq_word.c.name == word.name,
        )
    )
    connection.execute(
        insert(faq_word).values(
            language=word.language,
            kind=word.kind,
            name=word.name,
            same=msgspec.json.encode(word.same).decode(),
            near=msgspec.json.encode(word.near).decode(),
            changed_ms=now_ms,
            staff_id=by,
        )
    )


def remove(connection: Connection, word: int) -> bool:
    """Take a row away; say whether there was one."""
    return connection.execute(delete(faq_word).where(faq_word.c.id == word)).rowcount == 1
