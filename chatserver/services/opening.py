"""How a visitor's conversation begins, comes back, and is handed to people.

The table "Status" of `docs/protocol.md` is written down here and in `ending.py`, row by row.
"""

import secrets

from chatserver.domain.conversations import (
    RANK,
    Conversation,
    HandoffReason,
    Priority,
    Status,
)
from chatserver.domain.ids import ClientId, PublicId
from chatserver.domain.messages import (
    ActivityType,
    Author,
    AuthorKind,
    Message,
)
from chatserver.domain.people import Agent, Visitor
from chatserver.domain.sites import SiteSettings
from chatserver.errors import Code, Refusal
from chatserver.services.facts import ConversationChanged
from chatserver.services.routing import (
    make_offer,
    reserve_agent,
)
from chatserver.services.work import Work
from chatserver.storage import conversations, messages, question_log, sites, visitors


def new_public_id() -> PublicId:
    """Return 128 random bits for the outside."""
    return PublicId(secrets.token_urlsafe(16))


def author_key(visitor: Visitor) -> str:
    """Return the key under which a visitor's client_ids are unique."""
    return f"v{visitor.id}"


def as_visitor_author(visitor: Visitor) -> Author:
    """Return a visitor as readers see the author of a message."""
    return Author(AuthorKind.VISITOR, visitor.name)


def _people_first(settings: SiteSettings) -> bool:
    return settings.first_responder == "people"


def current_conversation(work: Work, visitor: Visitor, public_id: str | None) -> Conversation:
    """Return where a visitor's message belongs, opening or bringing back what it needs.

    One unresolved conversation a visitor: a message for a resolved one lands there if it exists,
    brings the named or the newest one back within 24 hours, else opens a new one.

    Raises:
        Refusal: `not_found` for a conversation that is not the visitor's.
    """
    unresolved = conversations.unresolved_of(work.connection, visitor.id)
    if unresolved is not None and public_id in (None, unresolved.public_id):
        return unresolved
    named = None
    if public_id is not None:
        named = conversations.find_of_visitor(work.connection, visitor.id, public_id)
        if named is None:
            raise Refusal(Code.NOT_FOUND)
    if unresolved is not None:
        return unresolved
    if named is None:
        newest = conversations.newest_of(work.connection, visitor.id, limit=1)
        named = newest[0] if newest else None
    if named is not None and named.comes_back(work.now_ms):
        return _come_back(work, named)
    return _open(work, visitor)


def _first_state(settings: SiteSettings, agent: Agent | None, now_ms: int) -> dict[str, object]:
    """Return the columns of a conversation at its first message."""
    if agent is None:
        return {
            "status": Status.BOT,
            "bot_active": True,
            "waiting_since_ms": None,
            "patience_due_ms": None,
        }
    return {
        "status": Status.WAITING,
        "bot_active": False,
        "waiting_since_ms": now_ms,
        "patience_due_ms": now_ms + settings.patience_s * 1000,
    }


def _open(work: Work, visitor: Visitor) -> Conversation:
    site = sites.get(work.connection, visitor.site)
    team = sites.teams(work.connection, visitor.site)[0]
    agent = reserve_agent(work, team.id) if _people_first(site.settings) else None
    conversation = conversations.create(
        work.connection,
        public_id=new_public_id(),
        site_id=visitor.site,
        visitor_id=visitor.id,
        team_id=team.id,
        opened_ms=work.now_ms,
        last_message_ms=work.now_ms,
        changed_ms=work.now_ms,
        language=visitor.language,
        **_first_state(site.settings, agent, work.now_ms),
    )
    work.facts.append(ConversationChanged(conversation.id))
    told = visitors.kept(work.connection, visitor.id).details
    if told:
        work.change(conversation, details=told)
    if agent is not None:
        make_offer(work, conversation, agent, site.settings)
    work.queue_changed()
    return conversations.get(work.connection, conversation.id)


def _come_back(work: Work, seen: Conversation) -> Conversation:
    site = sites.get(work.connection, seen.site)
    agent = None
    if _people_first(site.settings):
        agent = reserve_agent(work, seen.team, preferred=seen.last_agent)
    conversation = conversations.lock(work.connection, seen.id)
    work.tell_activity(conversation, ActivityType.RETURNED)
    changed = work.change(
        conversation,
        **_first_state(site.settings, agent, work.now_ms),
        resolved_ms=None,
        resolved_by="",
        handoff_reason="",
        asked_last_id=None,
        bot_state="{}",
        bot_answered_seq=conversation.last_seq,
        bot_wanted_seq=conversation.last_seq,
    )
    if agent is not None:
        make_offer(work, changed, agent, site.settings)
    work.queue_changed()
    return conversations.get(work.connection, changed.id)


def hand_off(
    work: Work,
    seen: Conversation,
    reason: HandoffReason,
    *,
    priority: Priority | None = None,
) -> tuple[Conversation, bool]:
    """Turn `bot` into `waiting`; in the same unit somebody suitable is asked, if there is anybody.

    Returns:
        The conversation, and whether an offer was made.

    Raises:
        Refusal: `taken`, when it stands elsewhere by now.
    """
    site = sites.get(work.connection, seen.site)
    agent = reserve_agent(work, seen.team, preferred=seen.last_agent)
    conversation = conversations.lock(work.connection, seen.id)
    if conversation.status is not Status.BOT:
        raise Refusal(Code.TAKEN)
    rank = priority or conversation.priority
    changed = work.change(
        conversation,
        status=Status.WAITING,
        bot_active=agent is None,
        waiting_since_ms=work.now_ms,
        patience_due_ms=None if agent is None else work.now_ms + site.settings.patience_s * 1000,
        handoff_reason=reason,
        priority=rank,
        priority_rank=RANK[rank],
    )
    work.tell_activity(changed, ActivityType.HANDED_OFF, reason=reason)
    if agent is not None:
        make_offer(work, changed, agent, site.settings)
    work.queue_changed()
    return conversations.get(work.connection, changed.id), agent is not None


def request_person(
    work: Work, visitor: Visitor, *, conversation: str | None, client_id: ClientId
) -> tuple[Message, bool]:
    """Honour a visitor's wish for a person at once.

    Returns:
        The activity that tells it, and whether it was sent before.

    Raises:
        Refusal: `not_found`.
    """
    sent = messages.find_sent(work.connection, author_key(visitor), client_id)
    if sent is not None:
        return sent[0], True
    current = current_conversation(work, visitor, conversation)
    activity = work.tell_activity(
        current,
        ActivityType.HANDOFF_REQUESTED,
        author=as_visitor_author(visitor),
        author_key=author_key(visitor),
        client_id=client_id,
    )
    if current.status is Status.BOT:
        handed, offered = hand_off(work, current, HandoffReason.ASKED)
        # Who asks for people was not helped by what was asked last, whoever takes it from here.
        question = question_log.last_of(work.connection, current.id)
        if question is not None:
            question_log.mark(work.connection, question, handed_off=True)
        if not offered:
            work.change(handed, bot_wanted_seq=activity.seq)
            work.owe_turn(handed)
    return activity, False
