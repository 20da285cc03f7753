"""Who is asked for a waiting conversation, and how the bot covers it; ranks by `domain.routing`.

Locks are taken agent first, then conversation.
"""

from chatserver.domain.conversations import (
    Conversation,
    Status,
)
from chatserver.domain.ids import ConversationId, PublicId, StaffId, TeamId
from chatserver.domain.messages import (
    ActivityType,
    Audience,
    Author,
    AuthorKind,
)
from chatserver.domain.people import Agent
from chatserver.domain.routing import ASK_AGAIN_MS, rank_agents
from chatserver.domain.sites import SiteSettings
from chatserver.errors import Code, Refusal
from chatserver.services.facts import OfferEnded, OfferMade, OfferOutcome
from chatserver.services.work import Work
from chatserver.storage import agents, conversations, messages, offers, sites


def as_author(agent: Agent) -> Author:
    """Return an agent as readers see the author of a message."""
    return Author(AuthorKind.AGENT, agent.name, agent.public_id)


def find_for_agent(work: Work, agent: StaffId, public_id: str) -> tuple[Agent, Conversation]:
    """Return a conversation through the agent who may see it.

    Raises:
        Refusal: `not_found`, for what is not there and what is not theirs alike.
    """
    who = agents.get(work.connection, agent)
    found = conversations.find(work.connection, public_id)
    if found is None or not (found.team in who.teams or found.holder == agent):
        raise Refusal(Code.NOT_FOUND)
    return who, found


def reserve_agent(
    work: Work,
    team: TeamId,
    *,
    asked_lately: set[StaffId] | None = None,
    preferred: StaffId | None = None,
    asked_last: StaffId | None = None,
) -> Agent | None:
    """Take a place of the best suitable agent; None when nobody suitable is free.

    Must come before the conversation is locked.
    """
    ranked = rank_agents(
        agents.every(work.connection),
        team=team,
        now_ms=work.now_ms,
        asked_lately=asked_lately or set(),
        preferred=preferred,
        asked_last=asked_last,
    )
    for agent in ranked:
        if agents.raise_load(work.connection, agent.id, now_ms=work.now_ms):
            return agent
    return None


def make_offer(
    work: Work, conversation: Conversation, agent: Agent, settings: SiteSettings
) -> None:
    """Ask an agent whose place was reserved; the conversation must be locked and waiting."""
    expires_ms = work.now_ms + settings.offer_s * 1000
    offers.make(
        work.connection, conversation.id, agent.id, now_ms=work.now_ms, expires_ms=expires_ms
    )
    work.facts.append(OfferMade(conversation.id, agent.id, work.now_ms, expires_ms))
    work.tell_activity(
        conversation, ActivityType.OFFER_MADE, target=agent.name, audience=Audience.AGENTS
    )
    work.change(conversation)
    work.agent_changed(agent.id)


def offer_or_cover(work: Work, conversation_id: ConversationId) -> bool:
    """Offer a waiting conversation to the best agent; let the bot cover it when there is none.

    Returns:
        Whether an offer was made.
    """
    seen = conversations.get(work.connection, conversation_id)
    if seen.status is not Status.WAITING or offers.live_of(work.connection, seen.id):
        return False
    agent = reserve_agent(
        work,
        seen.team,
        asked_lately=offers.asked_since(work.connection, seen.id, work.now_ms - ASK_AGAIN_MS),
        preferred=seen.last_agent if seen.last_agent != seen.asked_last else None,
        asked_last=seen.asked_last,
    )
    conversation = conversations.lock(work.connection, seen.id)
    if conversation.status is not Status.WAITING:
        if agent is not None:
            agents.lower_load(work.connection, agent.id, now_ms=agent.idle_since_ms)
        return False
    if agent is None:
        if not conversation.bot_active:
            turn_bot_on(work, conversation, ActivityType.NOBODY_FREE)
        return False
    settings = sites.get(work.connection, conversation.site).settings
    make_offer(work, conversation, agent, settings)
    work.queue_changed()
    return True


def turn_bot_on(
    work: Work, conversation: Conversation, why: ActivityType, *, actor: str = ""
) -> Conversation:
    """Let the bot cover a waiting conversation and owe it a turn.

    After an agent held the conversation the bot's cursor moves to the agent's last message: what a
    person has answered is not answered again.
    """
    last_agent_seq = messages.last_of(work.connection, conversation, AuthorKind.AGENT)
    activity = work.tell_activity(conversation, why, actor=actor)
    work.owe_turn(conversation)
    return work.change(
        conversation,
        bot_active=True,
        patience_due_ms=None,
        bot_wanted_seq=activity.seq,
        bot_answered_seq=max(conversation.bot_answered_seq, last_agent_seq),
    )


def lose_patience(work: Work, conversation_id: ConversationId) -> None:
    """Let the bot step in where nobody accepted in time; the wait goes on."""
    conversation = conversations.lock(work.connection, conversation_id)
    due = conversation.patience_due_ms
    if conversation.status is not Status.WAITING or due is None or due > work.now_ms:
        return
    if conversation.bot_active:
        work.change(conversation, patience_due_ms=None)
        return
    turn_bot_on(work, conversation, ActivityType.NOBODY_ACCEPTED)


def end_offer(work: Work, offer: offers.Offer, why: OfferOutcome, public_id: PublicId) -> bool:
    """End a live offer and give its place back; say whether it was still live."""
    if not offers.end(work.connection, offer.id, why, now_ms=work.now_ms):
        return False
    agents.lower_load(work.connection, offer.agent, now_ms=work.now_ms)
    work.facts.append(OfferEnded(public_id, offer.agent, why))
    work.agent_changed(offer.agent)
    return True


def withdraw_offer(work: Work, conversation: Conversation, why: OfferOutcome = "withdrawn") -> None:
    """End the conversation's live offer, if it has one."""
    offer = offers.live_of(work.connection, conversation.id)
    if offer is not None:
        end_offer(work, offer, why, conversation.public_id)
