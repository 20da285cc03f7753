"""What was learned last of how sure an answer must be, a row a language; learns nothing."""

from dataclasses import asdict, dataclass, replace

from sqlalchemy import Connection, insert, select, update

from chatserver.domain.ids import StaffId
from chatserver.storage.schema.faq import faq_threshold


@dataclass(frozen=True, slots=True)
class ThresholdRow:
    """One language.

    Args:
        answer, clarify: 0-1, as learned.
        shipped_answer, shipped_clarify: what it was learned beside; of another model it says nothing.
        learned_from: how many answers somebody said something of.
        is_used: whether it holds; where not, the shipped one does.
        decided_by: who said so last; None where nobody did.
    """

    language: str
    answer: float
    clarify: float
    shipped_answer: float
    shipped_clarify: float
    learned_from: int = 0
    is_used: bool = True
    learned_ms: int = 0
    decided_by: StaffId | None = None


def every(connection: Connection) -> dict[str, ThresholdRow]:
    """Return every language that something was learned of."""
    rows = connection.execute(select(faq_threshold))
    return {row.language: ThresholdRow(**row._mapping) for row in rows}


def put(connection: Connection, row: ThresholdRow) -> None:
    """Keep what was learned; whether it holds stays as it was decided."""
    values = asdict(row)
    kept = {
        name: value
        for name, value in values.items()
        if name not in {"language", "is_used", "decided_by"}
    }
    changed = connection.execute(
        update(faq_threshold).where(faq_threshold.c.language == row.language).values(**kept)
    )
    if changed.rowcount == 0:
        connection.execute(insert(faq_threshold).values(**values))


def decide(
    connection: Connection, row: ThresholdRow, *, is_used: bool, by: StaffId | None
) -> ThresholdRow:
    """Let what was learned hold, or the shipped one."""
    connection.execute(
        update(faq_threshold)
        .where(faq_threshold.c.language == row.language)
        .values(is_used=is_used, decided_by=by)
    )
    return replace(row, is_used=is_used, decided_by=by)
