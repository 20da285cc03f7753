"""A conversation and the states it may be in; knows nothing of storing it.

(none) ─first message─▶ waiting | bot
bot ─handoff─▶ waiting ─accept, take─▶ open ─resolve─▶ resolved ─reopen─▶ open
open ─lost, transfer─▶ waiting           resolved ─writes within 24 h─▶ waiting | bot
"""

from dataclasses import dataclass
from enum import StrEnum

from chatserver.domain.ids import ConversationId, PublicId, SiteId, StaffId, TeamId, VisitorId
from chatserver.errors import Code, Refusal

COMES_BACK_MS = 24 * 3600 * 1000
"""A visitor who writes within this time after a resolution finds the same conversation."""

IDLE_MS = 24 * 3600 * 1000
"""A conversation in bot or open without a message for so long is resolved."""

MAX_TEXT_OF_REASON_CHARS = 500


class Status(StrEnum):
    """Where a conversation stands."""

    BOT = "bot"
    WAITING = "waiting"
    OPEN = "open"
    RESOLVED = "resolved"


class HandoffReason(StrEnum):
    """Why the bot or the visitor wants a person."""

    ASKED = "asked"
    NO_ANSWER = "no_answer"
    NOT_HELPED = "not_helped"
    COMPLAINT = "complaint"
    URGENT = "urgent"
    STUCK = "stuck"
    TOO_MANY_TURNS = "too_many_turns"
    POLICY = "policy"
    BOT_ERROR = "bot_error"


class ResolvedBy(StrEnum):
    """Who ended a conversation."""

    AGENT = "agent"
    VISITOR = "visitor"
    IDLE = "idle"
    BOT = "bot"


class Priority(StrEnum):
    """How soon people should look; ordered by `RANK`."""

    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


RANK: dict[Priority, int] = {Priority.NORMAL: 0, Priority.HIGH: 1, Priority.URGENT: 2}


@dataclass(frozen=True, slots=True)
class Conversation:
    """One thread with one visitor.

    Args:
        holder: the agent whose it is while open; None otherwise.
        last_agent: who held it last; asked first when the visitor comes back.
        asked_last: who gave it away; asked after all others.
        fence: raised at every assignment; an agent's send must carry it.
        version: raised by every change of state that somebody sees.
        bot_active: whether the bot may speak.
        last_seq: newest message; last_public_seq: newest that everyone may see.
        waiting_since_ms: when the wait began; kept across offers, returns and transfers.
        patience_due_ms: when the bot steps in if nobody accepted; None when it already has.
        answer_due_since_ms: when the first visitor message was written that no person answered.
        bot_answered_seq: up to where the bot has had its turn.
        bot_wanted_seq: the newest message that calls for a bot turn.
        language: the visitor's, `tr` or `en`.
        tags: words that rules and people put on it.
        answers_to: where answers go by mail, most of the address hidden; "" where they do not.
    """

    id: ConversationId
    public_id: PublicId
    site: SiteId
    visitor: VisitorId
    team: TeamId
    status: Status
    bot_active: bool
    holder: StaffId | None
    last_agent: StaffId | None
    asked_last: StaffId | None
    fence: int
    version: int
    priority: Priority
    last_seq: int
    last_public_seq: int
    visitor_seen_seq: int
    agent_seen_seq: int
    bot_answered_seq: int
    bot_wanted_seq: int
    opened_ms: int
    waiting_since_ms: int | None
    patience_due_ms: int | None
    answer_due_since_ms: int | None
    resolved_ms: int | None
    last_message_ms: int
    language: str
    handoff_reason: str
    details: dict[str, str]
    bot_state: str = "{}"
    tags: tuple[str, ...] = ()
    answers_to: str = ""

    @property
    def owes_bot_turn(self) -> bool:
        """Whether a message still waits for the bot."""
        return self.bot_active and self.bot_wanted_seq > self.bot_answered_seq

    @property
    def owes_mail(self) -> bool:
        """Whether somebody who left waits for a person's answer by mail."""
        return self.answers_to != "" and self.answer_due_since_ms is not None

    def comes_back(self, now_ms: int) -> bool:
        """Whether a message written now reopens this resolved conversation."""
        return self.resolved_ms is not None and now_ms - self.resolved_ms < COMES_BACK_MS


def check_agent_may_write(conversation: Conversation, agent: StaffId, fence: int | None) -> None:
    """Let an agent's reply pass, or refuse.

    A process that slept must not answer for somebody who lost the conversation, so a reply
    carries the fence it was given.

    Raises:
        Refusal: `resolved`, or `not_assigned` (another's, nobody's, or a stale fence).
    """
    if conversation.status is Status.RESOLVED:
        raise Refusal(Code.RESOLVED)
    if conversation.status is not Status.OPEN or conversation.holder != agent:
        raise Refusal(Code.NOT_ASSIGNED)
    if fence != conversation.fence:
        raise Refusal(Code.NOT_ASSIGNED)


def check_agent_may_take(conversation: Conversation, agent: StaffId) -> None:
    """Let an agent take from the queue, or refuse.

    Raises:
        Refusal: `resolved`, or `taken` (somebody holds it, the taker included).
    """
    if conversation.status is Status.RESOLVED:
        raise Refusal(Code.RESOLVED)
    if conversation.status is Status.OPEN:
        raise Refusal(Code.TAKEN)
