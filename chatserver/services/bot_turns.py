"""The bot's turn: what it owes is read, decided off the loop, and written in one unit.

The cursor `bot_answered_seq` is the condition of that unit: a replay cannot answer twice, and a
crash between reading and writing leaves the turn owed, so the sweep finds it.
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection

from chatserver.bot.intents import Intent, intents
from chatserver.bot.turn import BotState, Decision, Heard, HeardKind, Situation
from chatserver.clock import to_datetime
from chatserver.domain.conversations import RANK, Conversation, Status
from chatserver.domain.ids import ConversationId
from chatserver.domain.messages import (
    BOT,
    ActivityBody,
    ActivityType,
    Audience,
    AuthorKind,
    MessageKind,
    TextBody,
)
from chatserver.services.opening import hand_off
from chatserver.services.people import people_of
from chatserver.services.questions import Listening, note_turn
from chatserver.services.work import Work
from chatserver.storage import conversations, messages, sites, visitors

_HEARD: dict[ActivityType, HeardKind] = {
    ActivityType.HANDOFF_REQUESTED: "handoff_requested",
    ActivityType.NOBODY_ACCEPTED: "nobody_accepted",
    ActivityType.NOBODY_FREE: "nobody_free",
    ActivityType.AGENT_LOST: "agent_lost",
    ActivityType.AGENT_LEFT: "nobody_free",
}


@dataclass(frozen=True, slots=True)
class OwedTurn:
    """A turn the bot owes, as it stood when it was read.

    Args:
        heard_ms: when the newest of what was heard was written.
        site, page: where the shopper is: the site's key, the path of the page seen last.
    """

    conversation: Conversation
    heard: tuple[Heard, ...]
    state: BotState
    situation: Situation
    heard_ms: int = 0
    site: str = ""
    page: str = ""

    @property
    def is_greeting_alone(self) -> bool:
        """Whether nothing but a greeting was said: the question is still being typed."""
        return all(
            item.kind == "text"
            and item.choice is None
            and intents(item.text, self.situation.language) == {Intent.GREETING}
            for item in self.heard
        )


def read_turn(
    connection: Connection, conversation_id: ConversationId, *, now_ms: int
) -> OwedTurn | None:
    """Return what the bot owes in a conversation; None when nothing."""
    conversation = conversations.get(connection, conversation_id)
    if not conversation.owes_bot_turn or conversation.status is Status.RESOLVED:
        return None
    heard: list[Heard] = []
    heard_ms = 0
    for message in messages.by_kinds(
        connection,
        conversation,
        after_seq=conversation.bot_answered_seq,
        up_to_seq=conversation.bot_wanted_seq,
        kinds=(MessageKind.TEXT, MessageKind.ACTIVITY),
    ):
        match message.body:
            case TextBody(text=text, choice=choice) if message.author.kind is AuthorKind.VISITOR:
                heard.append(Heard(message.seq, "text", text, choice))
            case ActivityBody(type=type_) if type_ in _HEARD:
                heard.append(Heard(message.seq, _HEARD[type_]))
            case _:
                pass
    site = sites.get(connection, conversation.site)
    people = people_of(connection, site, now_ms=now_ms)
    visitor = visitors.get(connection, conversation.visitor)
    details = {
        name: value
        for name, value in (
            ("name", visitor.name),
            ("email", visitor.email),
            ("phone", visitor.phone),
        )
        if value
    } | conversation.details
    zone = ZoneInfo(site.settings.hours.zone)
    situation = Situation(
        language=conversation.language,
        now=to_datetime(now_ms).astimezone(zone),
        status=conversation.status,
        shop=site.settings.name,
        people=people.state,
        opens_at=_local(people.opens_at_ms, zone),
        hours_open=people.open,
        position=conversations.position(connection, conversation),
        order_example=site.settings.order_example,
        order_pattern=site.settings.order_pattern,
        details=details,
    )
    seen = visitors.pages(connection, visitor.id)
    return OwedTurn(
        conversation,
        tuple(heard),
        _state(conversation.bot_state),
        situation,
        heard_ms,
        site.key,
        urlsplit(seen[0].url).path if seen else "",
    )


def _state(text: str) -> BotState:
    try:
        return msgspec.json.decode(text, type=BotState)
    except msgspec.DecodeError:
        # Changed by hand, or written by another version: better to begin again than to owe the
        # answer for ever.
        return BotState()


def _local(ms: int | None, zone: ZoneInfo) -> datetime | None:
    return None if ms is None else to_datetime(ms).astimezone(zone)


def write_turn(
    work: Work, owed: OwedTurn, decision: Decision, listening: Listening | None = None
) -> bool:
    """Say and remember what the bot decided, unless things have moved on meanwhile.

    Args:
        listening: what the turn asked of the FAQ.

    Returns:
        Whether it was written; False leaves the turn to whoever moved things on.
    """
    fresh = conversations.lock(work.connection, owed.conversation.id)
    if not _still_owed(fresh, owed):
        return False
    says, state = decision.says, decision.state
    if decision.handoff is not None and fresh.status is Status.BOT:
        fresh, offered = hand_off(work, fresh, decision.handoff, priority=decision.priority)
        if offered:
            says = decision.says_if_offered
            state = decision.state_if_offered or state
    for body in says:
        work.say(fresh, author=BOT, body=body)
    if decision.details:
        work.tell_activity(
            fresh,
            ActivityType.DETAILS_GATHERED,
            details=dict(decision.details),
            audience=Audience.AGENTS,
        )
    if listening is not None:
        note_turn(
            work,
            fresh,
            listening,
            decision,
            seq=max((item.seq for item in owed.heard if item.kind == "text"), default=0),
            choices=[item.choice for item in owed.heard if item.choice is not None],
            doubted=owed.state.asked_helped and decision.state.misses > owed.state.misses,
        )
    answered = owed.heard[-1].seq if owed.heard else owed.conversation.bot_wanted_seq
    values: dict[str, object] = {
        "bot_state": msgspec.json.encode(state).decode(),
        "bot_answered_seq": max(answered, owed.conversation.bot_wanted_seq),
    }
    if decision.details:
        values["details"] = {**fresh.details, **decision.details}
        _remember_person(work, fresh, dict(decision.details))
    if decision.priority is not None and RANK[decision.priority] > RANK[fresh.priority]:
        values["priority"] = decision.priority
        values["priority_rank"] = RANK[decision.priority]
    if decision.details or "priority" in values:
        work.change(fresh, **values)
    else:
        conversations.change(
            work.connection, fresh.id, now_ms=work.now_ms, state_changed=False, **values
        )
    return True


def _still_owed(fresh: Conversation, owed: OwedTurn) -> bool:
    return (
        fresh.bot_active
        and fresh.status is owed.conversation.status
        and fresh.bot_answered_seq == owed.conversation.bot_answered_seq
    )


def _remember_person(work: Work, conversation: Conversation, details: dict[str, str]) -> None:
    said = {name: details[name] for name in ("name", "email", "phone") if details.get(name)}
    if said:
        visitors.set_details(work.connection, conversation.visitor, **said)
