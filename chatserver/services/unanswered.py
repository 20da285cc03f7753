"""Questions without a good answer, put together by what they ask, and what is done with them."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from chatserver.domain.ids import StaffId
from chatserver.services import knowledge
from chatserver.storage import question_log
from chatserver.storage.question_log import QuestionRow, SettledRow
from faq import KnowledgeBase

DAY_MS = 24 * 3600 * 1000
WINDOW_DAYS = 14
EXAMPLES = 3

Cluster = Callable[[Sequence[str], str], list[list[int]]]


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that ask the same.

    Args:
        message: the one that stands for them.
        examples: others, each once.
        why: the reason most of them have.
        days: how many there were on each day of the window, the oldest first.
        state: `open`, `ignored` or `done`.
        nearest: key and question of the entry nearest to it, with its confidence.
    """

    language: str
    message: str
    examples: tuple[str, ...]
    questions: tuple[QuestionRow, ...]
    why: str
    days: tuple[int, ...]
    state: str
    nearest: tuple[str, str, float] | None = None

    @property
    def times(self) -> int:
        """How often it was asked."""
        return len(self.questions)

    @property
    def last_ms(self) -> int:
        """When it was asked last."""
        return max(question.at_ms for question in self.questions)

    @property
    def trend(self) -> str:
        """Return `new`, `rising`, `falling` or `steady`: this week beside the week before."""
        half = len(self.days) // 2
        before, now = sum(self.days[:half]), sum(self.days[half:])
        if before == 0:
            return "new"
        if now > 1.3 * before:
            return "rising"
        return "falling" if now < 0.7 * before else "steady"

    @property
    def ids(self) -> tuple[int, ...]:
        """Inner ids of its questions."""
        return tuple(question.id for question in self.questions)


def groups(
    rows: Sequence[QuestionRow], base: KnowledgeBase, cluster: Cluster, *, now_ms: int
) -> list[Group]:
    """Return questions put together, what is asked most first; pure, takes up to a second."""
    found: list[Group] = []
    for language in dict.fromkeys(row.language for row in rows):
        own = [row for row in rows if row.language == language]
        for places in cluster([row.message for row in own], language):
            found.append(_group(language, [own[place] for place in places], base, now_ms=now_ms))
    return sorted(found, key=lambda group: (-group.times, -group.last_ms))


def _group(
    language: str, rows: Sequence[QuestionRow], base: KnowledgeBase, *, now_ms: int
) -> Group:
    said = Counter(row.message for row in rows)
    ordered = sorted(said, key=lambda message: (-said[message], len(message), message))
    days = [0] * WINDOW_DAYS
    for row in rows:
        age = (now_ms - row.at_ms) // DAY_MS
        if 0 <= age < WINDOW_DAYS:
            days[WINDOW_DAYS - 1 - age] += 1
    states = {row.settled for row in rows}
    open_ones = [row for row in rows if row.settled is None]
    # Who ignored a question ignores those that ask the same afterwards.
    state = "ignored" if "ignored" in states else "open" if open_ones else "done"
    result = base.match(ordered[0], language, 1)
    first = result.matches[0] if result.matches else None
    return Group(
        language,
        ordered[0],
        tuple(ordered[1 : 1 + EXAMPLES]),
        tuple(rows),
        Counter(row.why for row in rows).most_common(1)[0][0],
        tuple(days),
        state,
        (first.entry.key, first.entry.question, first.confidence) if first else None,
    )


def settle(
    connection: Connection,
    questions: Sequence[int],
    how: str,
    *,
    language: str,
    message: str,
    entry: str | None,
    by: StaffId | None,
    now_ms: int,
) -> str | None:
    """Do what an editor decided with a group: an utterance of an entry, a new entry, or nothing.

    Returns:
        The key of the entry that was changed or made; None where it was ignored.

    Raises:
        Refusal: `not_found` where there is no such entry.
    """
    key = entry
    if how == "utterance" and entry is not None:
        knowledge.add_utterance(connection, entry, language, message, by=by, now_ms=now_ms)
    elif how == "entry":
        from chatserver.domain.knowledge import Content, Wording

        content = Content(wordings={language: Wording(message)})
        key, _ = knowledge.create(connection, content, by=by, now_ms=now_ms)
    changed = question_log.settle(connection, questions, how)
    question_log.note_settled(
        connection, SettledRow(language, message, how, key, changed, now_ms), by=by
    )
    return key if how != "ignored" else None


@dataclass(frozen=True, slots=True)
class Effect:
    """What came of something that was done: conversations that the entry has answered since."""

    done: SettledRow
    answered: int


def effects(connection: Connection, *, limit: int = 10) -> list[Effect]:
    """Return what came of what was done last, the newest first."""
    return [
        Effect(done, question_log.answered_since(connection, done.entry, done.at_ms))
        for done in question_log.settled(connection, limit=limit)
        if done.entry is not None
    ]
