"""How sure the bot must be, learned from what shoppers made of its answers; asks no question."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

import structlog
from sqlalchemy import Connection

from chatserver.domain.ids import StaffId
from chatserver.errors import Code, Refusal
from chatserver.storage import faq_entries, faq_thresholds, question_log
from chatserver.storage.faq_thresholds import ThresholdRow
from chatserver.storage.question_log import JudgedRow
from chatserver.words import LANGUAGES
from faq.feedback import Feedback, Judgement, learned
from faq.languages import language as shipped_language
from faq.model import Thresholds

BACK_MS = 180 * 24 * 3600 * 1000
"""What is older tells of an FAQ that has changed since."""

MAX_JUDGED = 5_000
LEARN_EVERY_MS = 6 * 3600 * 1000
LEAST_MOVE, UNSEEN = 0.005, 1e-9
"""Less than half a point is no reason to build the index anew."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """How sure the bot must be in one language, as editors are shown it.

    Args:
        held: what verdicts rest on now.
        learned: what was learned; None where nobody has said anything of an answer yet.
        learned_from: of how many answers.
        is_learned: whether `held` is what was learned.
    """

    held: Thresholds
    shipped: Thresholds
    learned: Thresholds | None = None
    learned_from: int = 0
    is_learned: bool = False


def feedback_of(rows: Iterable[JudgedRow]) -> list[Feedback]:
    """Return what shoppers have said of answers, as something to learn from.

    An answer is judged by *did that help?*. Where the bot asked back, what the shopper picked says
    whether the first entry was the right one, and a *none of these* that it was not.
    """
    return [
        Feedback(row.confidence, judgement)
        for row in rows
        if (judgement := _judgement(row)) is not None
    ]


def _judgement(row: JudgedRow) -> Judgement | None:
    if row.verdict == "clarify":
        if row.chosen is not None and row.chosen != row.entry:
            return Judgement.WRONG
        if row.chosen is None:
            return Judgement.WRONG if row.feedback == "did_not_help" else None
        return Judgement.DID_NOT_HELP if row.feedback == "did_not_help" else Judgement.RIGHT
    if row.verdict == "answer" and row.feedback is not None:
        return Judgement.HELPED if row.feedback == "helped" else Judgement.DID_NOT_HELP
    return None


def shipped(language: str) -> Thresholds:
    """Return the thresholds that a new installation begins with."""
    return shipped_language(language).model.thresholds


def learn(connection: Connection, *, now_ms: int, hold: Collection[str] = frozenset()) -> bool:
    """Learn anew from the last half year; say whether shoppers are answered otherwise from now on.

    Args:
        hold: languages whose thresholds stay, as a check would fail by moving them.
    """
    kept = faq_thresholds.every(connection)
    moved = False
    for language in LANGUAGES:
        old, first = kept.get(language), shipped(language)
        row = _learned(connection, language, old, now_ms=now_ms)
        if language in hold:
            held = _pair(old) if old is not None and _is_of(old, first) else first
            row = replace(row, answer=held.answer, clarify=held.clarify)
        faq_thresholds.put(connection, row)
        after = _held(replace(row, is_used=old is None or old.is_used), first)
        if _is_far(_held(old, first), after, UNSEEN):
            moved = True
            log.info("thresholds learned", language=language, answer=round(after.answer, 3))
    if moved:
        faq_entries.raise_state(connection, live=True)
    return moved


def to_be(connection: Connection, *, now_ms: int) -> dict[str, Thresholds]:
    """Return what verdicts would rest on after learning now, by language."""
    kept = faq_thresholds.every(connection)
    return {
        language: _pair(_learned(connection, language, kept.get(language), now_ms=now_ms))
        for language in LANGUAGES
        if (row := kept.get(language)) is None or row.is_used
    }


def _learned(
    connection: Connection, language: str, old: ThresholdRow | None, *, now_ms: int
) -> ThresholdRow:
    rows = question_log.judged(
        connection, language=language, since_ms=now_ms - BACK_MS, limit=MAX_JUDGED
    )
    feedback, first = feedback_of(rows), shipped(language)
    found = learned(feedback, first)
    if old is not None and _is_of(old, first) and not _is_far(_pair(old), found, LEAST_MOVE):
        found = _pair(old)
    return ThresholdRow(
        language, found.answer, found.clarify, first.answer, first.clarify, len(feedback),
        learned_ms=now_ms,
    )  # fmt: skip


def is_due(connection: Connection, *, now_ms: int) -> bool:
    """Whether nobody has learned for a while."""
    kept = faq_thresholds.every(connection)
    return any(
        language not in kept or now_ms - kept[language].learned_ms >= LEARN_EVERY_MS
        for language in LANGUAGES
    )


def in_use(connection: Connection) -> dict[str, Thresholds]:
    """Return what verdicts rest on, by language, where it is not what was shipped."""
    return {
        language: _pair(row)
        for language, row in faq_thresholds.every(connection).items()
        if row.is_used and language in LANGUAGES and _is_of(row, shipped(language))
    }


def standing(connection: Connection, language: str) -> Standing:
    """Return what editors are shown."""
    first = shipped(language)
    row = faq_thresholds.every(connection).get(language)
    if row is None or not _is_of(row, first) or row.learned_from == 0:
        return Standing(first, first)
    held = _held(row, first)
    return Standing(held, first, _pair(row), row.learned_from, row.is_used)


def decide(connection: Connection, language: str, *, use: bool, by: StaffId | None) -> None:
    """Let what was learned hold, or go back to what was shipped.

    Raises:
        Refusal: `not_found` where nothing was learned.
    """
    row = faq_thresholds.every(connection).get(language)
    if row is None:
        raise Refusal(Code.NOT_FOUND)
    if row.is_used != use:
        faq_thresholds.decide(connection, row, is_used=use, by=by)
        faq_entries.raise_state(connection, live=True)


def _pair(row: ThresholdRow) -> Thresholds:
    return Thresholds(row.answer, row.clarify)


def _is_of(row: ThresholdRow, first: Thresholds) -> bool:
    return not _is_far(Thresholds(row.shipped_answer, row.shipped_clarify), first, UNSEEN)


def _held(row: ThresholdRow | None, first: Thresholds) -> Thresholds:
    return _pair(row) if row is not None and row.is_used and _is_of(row, first) else first


def _is_far(one: Thresholds, other: Thresholds, least: float) -> bool:
    return max(abs(one.answer - other.answer), abs(one.clarify - other.clarify)) >= least
