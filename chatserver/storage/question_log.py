"""Every question that the FAQ was asked, masked, with what came of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    case,
    delete,
    distinct,
    func,
    insert,
    or_,
    select,
    update,
)

from chatserver.domain.folding import fold
from chatserver.domain.ids import ConversationId, SiteId, StaffId
from chatserver.storage.schema.conversations import conversation
from chatserver.storage.schema.faq import faq_question, faq_settled


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """One question.

    Args:
        message: masked.
        entry: key of the winner, or of the first that was asked back; None for neither.
        entry_number: which publication of that entry.
        chosen: what the shopper picked when asked back.
        feedback: `helped`, `did_not_help` or None.
        settled: `utterance`, `entry`, `ignored` or None.
        conversation: its public id; "" where it was asked in the help centre.
    """

    id: int
    site: SiteId
    conversation: str
    seq: int
    source: str
    language: str
    message: str
    verdict: str
    confidence: float
    entry: str | None
    entry_number: int
    chosen: str | None
    feedback: str | None
    handed_off: bool
    settled: str | None
    at_ms: int

    @property
    def why(self) -> str:
        """Return why it counts as unanswered: `none`, `clarify`, `did_not_help`, `handed_off`."""
        if self.feedback == "did_not_help":
            return "did_not_help"
        if self.verdict == "none":
            return "none"
        return "handed_off" if self.handed_off else "clarify"


@dataclass(frozen=True, slots=True)
class Usage:
    """How an entry fares.

    Args:
        asked: times it won or was picked.
        helped, did_not_help: what shoppers said of that.
        handed_off: times people had to go on.
    """

    asked: int = 0
    helped: int = 0
    did_not_help: int = 0
    handed_off: int = 0

    @property
    def helpfulness(self) -> float | None:
        """Share of those who said something that it helped; None where nobody did."""
        said = self.helped + self.did_not_help
        return self.helped / said if said else None


def forget_of(connection: Connection, conversation_id: ConversationId) -> None:
    """Drop what was asked in a conversation whose visitor is to be forgotten."""
    connection.execute(
        delete(faq_question).where(faq_question.c.conversation_id == conversation_id)
    )


def add(
    connection: Connection,
    *,
    site: SiteId,
    language: str,
    message: str,
    verdict: str,
    confidence: float,
    entry: str | None,
    entry_number: int,
    at_ms: int,
    conversation_id: ConversationId | None = None,
    seq: int = 0,
    source: str = "chat",
    handed_off: bool = False,
    feedback: str | None = None,
) -> None:
    """Keep one question; the message is masked already."""
    connection.execute(
        insert(faq_question).values(
            site_id=site,
            conversation_id=conversation_id,
            seq=seq,
            source=source,
            language=language,
            message=message,
            folded=fold(message),
            verdict=verdict,
            confidence=confidence,
            entry_key=entry,
            entry_number=entry_number,
            handed_off=handed_off,
            feedback=feedback,
            at_ms=at_ms,
        )
    )


def last_of(connection: Connection, conversation_id: ConversationId) -> int | None:
    """Return the inner id of the last question of a conversation."""
    return connection.execute(
        select(func.max(faq_question.c.id)).where(faq_question.c.conversation_id == conversation_id)
    ).scalar()


def mark(connection: Connection, question: int, **values: str | bool) -> None:
    """Write what came of a question: `feedback`, `chosen_key`, `handed_off`."""
    connection.execute(update(faq_question).where(faq_question.c.id == question).values(**values))


_UNANSWERED = and_(
    faq_question.c.source == "chat",
    or_(
        faq_question.c.feedback == "did_not_help",
        and_(
            faq_question.c.chosen_key.is_(None),
            or_(faq_question.c.verdict != "answer", faq_question.c.handed_off.is_(True)),
            func.coalesce(faq_question.c.feedback, "") != "helped",
        ),
    ),
)
_SELECT = select(faq_question, conversation.c.public_id.label("conversation_public")).outerjoin(
    conversation, conversation.c.id == faq_question.c.conversation_id
)


def _question(row: Row[*tuple[Any, ...]]) -> QuestionRow:
    return QuestionRow(
        id=row.id,
        site=SiteId(row.site_id),
        conversation=row.conversation_public or "",
        seq=row.seq,
        source=row.source,
        language=row.language,
        message=row.message,
        verdict=row.verdict,
        confidence=row.confidence,
        entry=row.entry_key,
        entry_number=row.entry_number,
        chosen=row.chosen_key,
        feedback=row.feedback,
        handed_off=row.handed_off,
        settled=row.settled,
        at_ms=row.at_ms,
    )


def unanswered(
    connection: Connection, *, since_ms: int, language: str | None = None, limit: int = 5_000
) -> list[QuestionRow]:
    """Return questions without a good answer and what was ignored before, the newest first.

    Args:
        limit: of the newest; more would make grouping them slow.
    """
    query = _SELECT.where(faq_question.c.at_ms >= since_ms, _UNANSWERED)
    if language is not None:
        query = query.where(faq_question.c.language == language)
    rows = connection.execute(query.order_by(faq_question.c.id.desc()).limit(limit))
    return [_question(row) for row in rows]


def find(connection: Connection, question: int) -> QuestionRow | None:
    """Return one question."""
    row = connection.execute(_SELECT.where(faq_question.c.id == question)).first()
    return _question(row) if row else None


def settle(connection: Connection, questions: Sequence[int], how: str) -> int:
    """Note what was done with questions; return how many there were."""
    changed = connection.execute(
        update(faq_question).where(faq_question.c.id.in_(list(questions))).values(settled=how)
    )
    return changed.rowcount


def recent(connection: Connection, *, since_ms: int, limit: int) -> list[tuple[str, str, int]]:
    """Return the questions asked most: language, message, how often."""
    times = func.count()
    rows = connection.execute(
        select(
            faq_question.c.language, func.max(faq_question.c.message).label("message"),
            times.label("times"),
        )
        .where(faq_question.c.at_ms >= since_ms, faq_question.c.source == "chat")
        .group_by(faq_question.c.language, faq_question.c.folded)
        .order_by(times.desc(), func.max(faq_question.c.id).desc())
        .limit(limit)
    )  # fmt: skip
    return [(row.language, row.message, row.times) for row in rows]


def _won(key: str | None = None) -> ColumnElement[str]:
    return func.coalesce(faq_question.c.chosen_key, faq_question.c.entry_key)


def _answered() -> ColumnElement[bool]:
    return or_(faq_question.c.verdict == "answer", faq_question.c.chosen_key.is_not(None))


def usage(connection: Connection, *, since_ms: int) -> dict[str, Usage]:
    """Return how every entry fares that was asked for since then, by key."""
    key = _won()
    rows = connection.execute(
        select(
            key.label("key"),
            func.count().label("asked"),
            func.sum(case((faq_question.c.feedback == "helped", 1), else_=0)).label("helped"),
            func.sum(case((faq_question.c.feedback == "did_not_help", 1), else_=0)).label("not_"),
            func.sum(case((faq_question.c.handed_off.is_(True), 1), else_=0)).label("handed"),
        )
        .where(faq_question.c.at_ms >= since_ms, key.is_not(None), _answered())
        .group_by(key)
    )
    return {
        row.key: Usage(row.asked, int(row.helped), int(row.not_), int(row.handed)) for row in rows
    }


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """An answer, or a choice that was offered, and what a shopper made of it.

    Args:
        entry: the winner, or the first that was offered.
        chosen: what was picked of what was offered.
        feedback: `helped`, `did_not_help` or None.
    """

    verdict: str
    confidence: float
    entry: str | None
    chosen: str | None
    feedback: str | None


def judged(connection: Connection, *, language: str, since_ms: int, limit: int) -> list[JudgedRow]:
    """Return the answers that a shopper made something of, the newest first."""
    asked = faq_question.c
    rows = connection.execute(
        select(asked.verdict, asked.confidence, asked.entry_key, asked.chosen_key, asked.feedback)
        .where(
            asked.source == "chat",
            asked.language == language,
            asked.at_ms >= since_ms,
            or_(asked.feedback.is_not(None), asked.chosen_key.is_not(None)),
        )
        .order_by(asked.id.desc())
        .limit(limit)
    )
    return [JudgedRow(*row) for row in rows]


def answered_since(connection: Connection, key: str, since_ms: int) -> int:
    """Return in how many conversations an entry has answered since then, without people."""
    return int(
        connection.execute(
            select(func.count(distinct(faq_question.c.conversation_id))).where(
                faq_question.c.at_ms >= since_ms,
                _won() == key,
                _answered(),
                faq_question.c.handed_off.is_(False),
                func.coalesce(faq_question.c.feedback, "") != "did_not_help",
            )
        ).scalar_one()
    )


def most_asked(
    connection: Connection, *, since_ms: int, language: str, keys: Collection[str], limit: int
) -> list[str]:
    """Return the keys that answered most often in a language."""
    key = _won()
    rows = connection.execute(
        select(key.label("key"))
        .where(
            faq_question.c.at_ms >= since_ms,
            faq_question.c.language == language,
            _answered(),
            key.in_(list(keys)),
        )
        .group_by(key)
        .order_by(func.count().desc(), key)
        .limit(limit)
    )
    return [row.key for row in rows]


@dataclass(frozen=True, slots=True)
class SettledRow:
    """What was done with a group of questions. how: `utterance`, `entry` or `ignored`."""

    language: str
    message: str
    how: str
    entry: str | None
    questions: int
    at_ms: int


def note_settled(connection: Connection, done: SettledRow, *, by: StaffId | None) -> None:
    """Record what was done with a group."""
    connection.execute(
        insert(faq_settled).values(
            language=done.language,
            message=done.message,
            how=done.how,
            entry_key=done.entry,
            questions=done.questions,
            at_ms=done.at_ms,
            staff_id=by,
        )
    )


def settled(connection: Connection, *, limit: int = 50) -> list[SettledRow]:
    """Return what was done last, the newest first."""
    rows = connection.execute(select(faq_settled).order_by(faq_settled.c.id.desc()).limit(limit))
    return [
        SettledRow(row.language, row.message, row.how, row.entry_key, row.questions, row.at_ms)
        for row in rows
    ]
