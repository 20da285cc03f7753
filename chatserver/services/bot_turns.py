"""The bot's turn: what it owes is read, decided off the loop, and written in one unit.

The cursor `bot_answered_seq` is the condition of that unit: a replay cannot answer twice, and a
crash between reading and writing leaves the turn owed, so the sweep finds it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection

from chatserver.bot.intents import Intent, intents
from chatserver.bot.slots import QUESTION
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
from chatserver.domain.orders import OrderOutcome
from chatserver.domain.people import Visitor
from chatserver.domain.shop_context import VERIFIED, attributes_of, cart_value
from chatserver.services import answers_by_mail, ending, scripts
from chatserver.services.opening import hand_off
from chatserver.services.order_desk import NoOrderDesk, OrderDesk
from chatserver.services.people import people_of
from chatserver.services.questions import Listening, note_turn
from chatserver.services.work import Work
from chatserver.storage import conversations, identities, messages, sites, staff, visitors

MAX_TAGS = 20

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
        visitor: whose turn it is.
        heard_ms: when the newest of what was heard was written.
        site: the site's key.
    """

    conversation: Conversation
    visitor: Visitor
    heard: tuple[Heard, ...]
    state: BotState
    situation: Situation
    heard_ms: int = 0
    site: str = ""

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
    connection: Connection,
    conversation_id: ConversationId,
    *,
    now_ms: int,
    desk: OrderDesk | None = None,
    has_mail: bool = False,
) -> OwedTurn | None:
    """Return what the bot owes in a conversation; None when nothing.

    Args:
        desk: whom orders are asked of; nobody when left out.
        has_mail: whether the server can send e-mail.
    """
    desk = desk or NoOrderDesk()
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
    people = people_of(connection, site, now_ms=now_ms, team=conversation.team)
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
    page = visitors.last_page(connection, visitor.id)
    parts = urlsplit(page.url if page else "")
    identity = identities.of(connection, visitor.id, now_ms=now_ms)
    said: Mapping[str, Any] = visitors.kept(connection, visitor.id).context
    attributes = attributes_of(said)
    if identity is not None:
        said = {**said, **identity.context}
        attributes |= attributes_of(identity.context)
    attributes[VERIFIED] = "false" if identity is None else "true"
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
        holiday=people.holiday_in(conversation.language),
        script=scripts.script_of(connection, site.id),
        familiar=site.settings.address == "sen",
        has_mail=has_mail and answers_by_mail.may_promise(connection, conversation),
        has_orders=desk.serves(connection, site.id),
        is_verified=desk.is_verified(connection, visitor),
        page=parts.path,
        campaign=(parse_qs(parts.query).get("utm_campaign") or [""])[-1],
        cart=cart_value(said),
        attributes=attributes,
    )
    state = _state(conversation.bot_state)
    return OwedTurn(conversation, visitor, tuple(heard), state, situation, heard_ms, site.key)


def goes_on(owed: OwedTurn, first: Decision, outcome: OrderOutcome) -> OwedTurn:
    """Return the second half of a turn: the order desk has answered."""
    seq = owed.heard[-1].seq if owed.heard else owed.conversation.bot_wanted_seq
    heard = (Heard(seq, "order", outcome=outcome),)
    return replace(owed, heard=heard, state=first.state)


def together(first: Decision, second: Decision) -> Decision:
    """Return two halves of a turn as one decision, told and kept at once."""
    return replace(
        second,
        says=(*first.says, *second.says),
        whys=(*first.whys, *second.whys),
        says_if_offered=(*first.says, *second.says_if_offered) if second.says_if_offered else (),
        whys_if_offered=(*first.whys, *second.whys_if_offered) if second.says_if_offered else (),
        details=second.details or first.details,
        gathered={**first.gathered, **second.gathered},
        priority=second.priority or first.priority,
        tags=tuple(dict.fromkeys((*first.tags, *second.tags))),
        team=second.team or first.team,
        agent=second.agent or first.agent,
        close=first.close or second.close,
        answers_to=second.answers_to or first.answers_to,
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
    work: Work,
    owed: OwedTurn,
    decision: Decision,
    *,
    took_ms: float = 0.0,
    listening: Listening | None = None,
) -> bool:
    """Say and remember what the bot decided, unless things have moved on meanwhile.

    Args:
        took_ms: how long deciding took.
        listening: what the turn asked of the FAQ.

    Returns:
        Whether it was written; False leaves the turn to whoever moved things on.
    """
    fresh = conversations.lock(work.connection, owed.conversation.id)
    if not _still_owed(fresh, owed):
        return False
    said = list(zip(decision.says, decision.whys, strict=True))
    state = decision.state
    fresh = _route(work, fresh, decision)
    if decision.handoff is not None and fresh.status is Status.BOT:
        fresh, offered = hand_off(work, fresh, decision.handoff, priority=decision.priority)
        if offered:
            said = list(zip(decision.says_if_offered, decision.whys_if_offered, strict=True))
            state = decision.state_if_offered or state
    for body, why in said:
        work.say(fresh, author=BOT, body=body, why=replace(why, took_ms=round(took_ms, 2)))
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
            is_detail=owed.state.confirming
            or owed.state.awaiting
            or owed.state.gathering not in (None, QUESTION),
        )
    answered = owed.heard[-1].seq if owed.heard else owed.conversation.bot_wanted_seq
    values: dict[str, object] = {
        "bot_state": msgspec.json.encode(state).decode(),
        "bot_answered_seq": max(answered, owed.conversation.bot_wanted_seq),
    }
    kept = _kept_details(fresh, decision)
    if kept != fresh.details:
        values["details"] = kept
    if decision.tags:
        values["tags"] = tuple(dict.fromkeys((*fresh.tags, *decision.tags)))[:MAX_TAGS]
    if decision.details:
        _remember_person(work, fresh, dict(decision.details))
    if decision.priority is not None and RANK[decision.priority] > RANK[fresh.priority]:
        values["priority"] = decision.priority
        values["priority_rank"] = RANK[decision.priority]
    if {"details", "priority", "tags"} & values.keys():
        work.change(fresh, **values)
    else:
        conversations.change(
            work.connection, fresh.id, now_ms=work.now_ms, state_changed=False, **values
        )
    if decision.answers_to and not decision.close:
        answers_by_mail.promise(work, fresh, decision.answers_to)
    if decision.close:
        ending.close_by_bot(work, fresh.id)
    return True


def _kept_details(fresh: Conversation, decision: Decision) -> dict[str, str]:
    """Return what people see of the visitor: confirmed or not, and what it is about."""
    kept = {**fresh.details, **decision.gathered, **(decision.details or {})}
    summary = decision.summary
    if summary is not None and summary.wanted and not kept.get("question"):
        kept["question"] = summary.wanted
    return kept


def _route(work: Work, fresh: Conversation, decision: Decision) -> Conversation:
    """Send the conversation to the team, or first to the agent, that a rule named."""
    values: dict[str, object] = {}
    if decision.team:
        named = {team.name: team.id for team in sites.teams(work.connection, fresh.site)}
        if decision.team in named and named[decision.team] != fresh.team:
            values["team_id"] = named[decision.team]
    if decision.agent:
        named_agents = [one for one in staff.every(work.connection) if one.name == decision.agent]
        if named_agents:
            values["last_agent_id"] = named_agents[0].id
    return work.change(fresh, **values) if values else fresh


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
