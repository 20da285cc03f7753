"""Messages with the entry that must win, as rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from chatserver.domain.folding import fold
from chatserver.domain.ids import StaffId
from chatserver.storage.schema.faq import faq_check
from chatserver.storage.schema.staff import staff


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check.

    Args:
        entry: key of the entry that must win, or None when none may.
        offered: whether it is enough that the entry is asked back.
        origin: `starter`, `chat`, `test` or `import`.
    """

    id: int
    language: str
    message: str
    entry: str | None
    offered: bool
    origin: str
    made_ms: int
    by: str


def every(connection: Connection) -> list[CheckRow]:
    """Return every check, by language, entry and message."""
    rows = connection.execute(
        select(faq_check, staff.c.name)
        .outerjoin(staff, staff.c.id == faq_check.c.staff_id)
        .order_by(faq_check.c.language.desc(), faq_check.c.entry_key, faq_check.c.folded)
    )
    return [
        CheckRow(
            row.id, row.language, row.message, row.entry_key, row.offered, row.origin, row.made_ms,
            row.name or "",
        )
        for row in rows
    ]  # fmt: skip


def put(
    connection: Connection,
    checks: Sequence[tuple[str, str, str | None, bool]],
    *,
    origin: str,
    now_ms: int,
    by: StaffId | None,
) -> None:
    """Add checks of language, message, entry and whether an offer is enough.

    A check of the same message, however it was typed, is replaced.
    """
    rows = {
        (language, fold(message)): {
            "language": language,
            "message": message,
            "folded": fold(message),
            "entry_key": entry,
            "offered": offered,
            "origin": origin,
            "made_ms": now_ms,
            "staff_id": by,
        }
        for language, message, entry, offered in checks
    }
    for language in {language for language, _ in rows}:
        connection.execute(
            delete(faq_check).where(
                faq_check.c.language == language,
                faq_check.c.folded.in_([said for code, said in rows if code == language]),
            )
        )
    if rows:
        connection.execute(insert(faq_check), list(rows.values()))


def remove(connection: Connection, check: int) -> bool:
    """Take a check away; say whether there was one."""
    return connection.execute(delete(faq_check).where(faq_check.c.id == check)).rowcount == 1


def move(connection: Connection, entry: str, to: str) -> None:
    """Let another entry win what one entry had to win."""
    connection.execute(update(faq_check).where(faq_check.c.entry_key == entry).values(entry_key=to))
