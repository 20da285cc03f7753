"""The questions that the FAQ was asked: noted with a turn, read as a list; groups nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from chatserver.bot.turn import Decision, Found, Knowledge, Look
from chatserver.domain.conversations import Conversation
from chatserver.domain.ids import SiteId
from chatserver.domain.messages import Audience, TextBody
from chatserver.domain.placeholders import with_placeholders
from chatserver.errors import Code, Refusal
from chatserver.services.work import Work
from chatserver.storage import conversations, messages, question_log
from chatserver.storage.question_log import QuestionRow
from faq import Entry

MAX_KEPT_CHARS = 500
AROUND = 12
"""Lines of a conversation that are shown around a question."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question and what the FAQ said to it."""

    text: str
    look: Look
    language: str


class Listening:
    """A `Knowledge` that remembers what it was asked in one turn.

    Args:
        knowledge: who answers.
        numbers: by key, how often the entry was published.
    """

    def __init__(self, knowledge: Knowledge, numbers: Mapping[str, int]) -> None:
        self._knowledge = knowledge
        self.numbers = numbers
        self._asked: dict[str, Asked] = {}

    def find(self, text: str, language: str, *, asked: bool = False) -> Look:
        """Ask, and remember what the visitor asked."""
        look = self._knowledge.find(text, language, asked=asked)
        if asked:
            self._asked.pop(text, None)
            self._asked[text] = Asked(text, look, language)
        return look

    def entry(self, key: str, language: str) -> Found | None:
        """Look an entry up; that asks nothing."""
        return self._knowledge.entry(key, language)

    def questions(self) -> list[Asked]:
        """Return what was asked, several messages of one thought once."""
        if not self._asked:
            return []
        *parts, last = self._asked.values()
        if parts and last.text == " ".join(one.text for one in parts):
            return parts if last.look.verdict == "none" else [last]
        return [*parts, last]


def note_turn(
    work: Work, conversation: Conversation, listening: Listening, decision: Decision, *,
    seq: int, choices: Sequence[str], doubted: bool, is_detail: bool = False,
) -> None:  # fmt: skip
    """Keep what a turn asked, and what it says about the question before it.

    Args:
        seq: of the message that asked.
        choices: values of the buttons pressed in this turn.
        doubted: whether the turn took the last answer for one that did not help.
        is_detail: whether the bot waited for a detail. Then, and where one of the shop's rules spoke,
            only what the FAQ answered was a question.
    """
    connection = work.connection
    before = question_log.last_of(connection, conversation.id)
    if before is not None:
        for name, value in _outcome(choices, doubted=doubted).items():
            question_log.mark(connection, before, **{name: value})
    asked = listening.questions()
    if is_detail or any(why.kind == "rule" for why in decision.whys):
        asked = [one for one in asked if one.look.verdict == "answer"]
    for one in asked:
        first = one.look.found[0] if one.look.found else None
        question_log.add(
            connection,
            site=conversation.site,
            conversation_id=conversation.id,
            seq=seq,
            language=one.language,
            message=with_placeholders(one.text)[:MAX_KEPT_CHARS],
            verdict=one.look.verdict,
            confidence=first.confidence if first else 0.0,
            entry=first.entry if first else None,
            entry_number=listening.numbers.get(first.entry, 0) if first else 0,
            at_ms=work.now_ms,
            handed_off=decision.handoff is not None,
        )
    if decision.handoff is not None and not asked and before is not None:
        question_log.mark(connection, before, handed_off=True)


def _outcome(choices: Sequence[str], *, doubted: bool) -> dict[str, str]:
    found: dict[str, str] = {"feedback": "did_not_help"} if doubted else {}
    for choice in choices:
        if choice == "helped:yes":
            found["feedback"] = "helped"
        elif choice in {"helped:no", "none"}:
            found["feedback"] = "did_not_help"
        elif choice.startswith("entry:"):
            found["chosen_key"] = choice.removeprefix("entry:")
    return found


def note_vote(
    connection: Connection, site: SiteId, entry: Entry, *, number: int, helped: bool, now_ms: int
) -> None:
    """Keep what a reader of the help centre says of an answer."""
    question_log.add(
        connection,
        site=site,
        language=entry.language,
        message=entry.question,
        verdict="answer",
        confidence=1.0,
        entry=entry.key,
        entry_number=number,
        at_ms=now_ms,
        source="help",
        feedback="helped" if helped else "did_not_help",
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a conversation as an editor may read it: masked, by visitor or bot."""

    by: Literal["visitor", "bot"]
    text: str
    at_ms: int
    is_question: bool


def excerpt(connection: Connection, question: int) -> tuple[QuestionRow, list[Line]]:
    """Return a question and what visitor and bot said around it; never what people said.

    Raises:
        Refusal: `not_found`.
    """
    row = question_log.find(connection, question)
    if row is None:
        raise Refusal(Code.NOT_FOUND)
    found = conversations.find(connection, row.conversation) if row.conversation else None
    if found is None:
        return row, []
    lines: list[Line] = []
    log = messages.after(
        connection,
        found,
        max(0, row.seq - AROUND),
        limit=3 * AROUND,
        audience=Audience.EVERYONE,
    )
    for message in log:
        kind = message.author.kind.value
        if kind not in {"visitor", "bot"} or message.seq > row.seq + AROUND:
            continue
        body = message.body
        text = getattr(body, "text", "") if not isinstance(body, TextBody) else body.text
        if text:
            lines.append(
                Line(
                    "visitor" if kind == "visitor" else "bot",
                    with_placeholders(text),
                    message.at_ms,
                    message.seq == row.seq,
                )
            )
    return row, lines
