"""Who gets a waiting conversation: accepting, declining, taking, giving away.

Locks are taken agent first, then conversation; each conditional write must hit one row, else the
whole unit is taken back.
"""

from dataclasses import dataclass

from chatserver.domain.conversations import (
    Conversation,
    Status,
    check_agent_may_take,
    check_agent_may_write,
)
from chatserver.domain.ids import ClientId, PublicId, StaffId
from chatserver.domain.messages import (
    ActivityType,
    Audience,
    Message,
)
from chatserver.domain.people import Agent, Availability
from chatserver.domain.routing import MISSED_IN_ROW
from chatserver.errors import Code, Refusal
from chatserver.masking import masked
from chatserver.services.facts import OfferEnded
from chatserver.services.routing import (
    as_author,
    end_offer,
    find_for_agent,
    make_offer,
    withdraw_offer,
)
from chatserver.services.work import Work
from chatserver.storage import agents, conversations, messages, offers, sites


@dataclass(frozen=True, slots=True)
class Assignment:
    """A conversation is an agent's.

    Args:
        fence: to be carried by whatever the agent does in it.
    """

    conversation: PublicId
    fence: int


def _assign(work: Work, conversation: Conversation, agent: Agent) -> Assignment:
    work.tell_activity(conversation, ActivityType.AGENT_JOINED, actor=agent.name)
    changed = work.change(
        conversation,
        status=Status.OPEN,
        holder_id=agent.id,
        last_agent_id=agent.id,
        asked_last_id=None,
        fence=conversation.fence + 1,
        bot_active=False,
        patience_due_ms=None,
    )
    agents.change(work.connection, agent.id, missed_in_row=0)
    work.queue_changed()
    work.agent_changed(agent.id)
    return Assignment(changed.public_id, changed.fence)


def accept_offer(work: Work, agent_id: StaffId, public_id: str) -> Assignment:
    """Turn the agent's own live offer into the assignment; an ended offer makes it a take.

    Raises:
        Refusal: `not_found`, `taken`, `resolved`, `full`, `not_available`.
    """
    agent, seen = find_for_agent(work, agent_id, public_id)
    if seen.status is Status.OPEN and seen.holder == agent_id:
        return Assignment(seen.public_id, seen.fence)
    offer = offers.live_of(work.connection, seen.id)
    if offer is None or offer.agent != agent_id:
        return take(work, agent_id, public_id)
    agents.lock(work.connection, agent_id)
    conversation = conversations.lock(work.connection, seen.id)
    if conversation.status is not Status.WAITING or not offers.end(
        work.connection, offer.id, "accepted", now_ms=work.now_ms
    ):
        raise Refusal(Code.TAKEN)
    work.facts.append(OfferEnded(conversation.public_id, agent_id, "accepted"))
    return _assign(work, conversation, agent)


def decline_offer(work: Work, agent_id: StaffId, public_id: str) -> None:
    """Let the next one have it; declining twice, or too late, changes nothing."""
    _agent, seen = find_for_agent(work, agent_id, public_id)
    offer = offers.live_of(work.connection, seen.id)
    if offer is None or offer.agent != agent_id:
        return
    agent = agents.lock(work.connection, agent_id)
    conversation = conversations.lock(work.connection, seen.id)
    if end_offer(work, offer, "declined", conversation.public_id):
        agents.change(work.connection, agent_id, missed_in_row=0)
        work.tell_activity(
            conversation,
            ActivityType.OFFER_DECLINED,
            actor=agent.name,
            audience=Audience.AGENTS,
        )
        work.change(conversation)
        work.queue_changed()


def expire_offer(work: Work, offer: offers.Offer) -> None:
    """End an offer that ran out; two missed in a row make the agent away."""
    agent = agents.lock(work.connection, offer.agent)
    conversation = conversations.lock(work.connection, offer.conversation)
    live = offers.live_of(work.connection, offer.conversation)
    if live is None or live.id != offer.id or live.expires_ms > work.now_ms:
        return
    end_offer(work, live, "missed", conversation.public_id)
    missed = agent.missed_in_row + 1
    values: dict[str, object] = {"missed_in_row": missed}
    if missed >= MISSED_IN_ROW and agent.availability is Availability.AVAILABLE:
        values = {"missed_in_row": 0, "availability": Availability.AWAY}
    agents.change(work.connection, agent.id, **values)
    work.tell_activity(
        conversation, ActivityType.OFFER_MISSED, actor=agent.name, audience=Audience.AGENTS
    )
    work.change(conversation)
    work.queue_changed()


def take(work: Work, agent_id: StaffId, public_id: str) -> Assignment:
    """Take a conversation from the queue, from the bot, or from under another's offer.

    Raises:
        Refusal: `not_found`, `taken`, `resolved`, `full`, `not_available`.
    """
    agent, seen = find_for_agent(work, agent_id, public_id)
    check_agent_may_take(seen, agent_id)
    own = offers.live_of(work.connection, seen.id)
    if own is not None and own.agent == agent_id:
        return accept_offer(work, agent_id, public_id)
    if not agents.raise_load(work.connection, agent_id, now_ms=work.now_ms):
        raise Refusal(Code.FULL if agent.load >= agent.capacity else Code.NOT_AVAILABLE)
    conversation = conversations.lock(work.connection, seen.id)
    check_agent_may_take(conversation, agent_id)
    withdraw_offer(work, conversation, "taken")
    return _assign(work, conversation, agent)


def transfer(
    work: Work,
    agent_id: StaffId,
    public_id: str,
    *,
    fence: int,
    client_id: ClientId,
    to_agent: str | None,
    to_team: str | None,
    reason: str,
) -> Message:
    """Give a conversation to an agent, who is asked, or to a team.

    Returns:
        The activity that tells it; the same one when sent again.

    Raises:
        Refusal: `bad_request` (not exactly one receiver, or oneself), `not_found`,
            `not_assigned`, `resolved`, `full`, `not_available`.
    """
    author_key = f"a{agent_id}"
    sent = messages.find_sent(work.connection, author_key, client_id)
    if sent is not None:
        return sent[0]
    if (to_agent is None) == (to_team is None):
        raise Refusal(Code.BAD_REQUEST, "Name either an agent or a team.")
    giver, seen = find_for_agent(work, agent_id, public_id)
    check_agent_may_write(seen, agent_id, fence)
    target: Agent | None = None
    team_id, target_name = seen.team, ""
    if to_agent is not None:
        target = agents.find(work.connection, to_agent)
        site_teams = {team.id for team in sites.teams(work.connection, seen.site)}
        if target is None or not target.teams & site_teams:
            raise Refusal(Code.NOT_FOUND)
        if target.id == agent_id:
            raise Refusal(Code.BAD_REQUEST, "This conversation is yours already.")
        if not agents.raise_load(work.connection, target.id, now_ms=work.now_ms):
            full = target.load >= target.capacity
            raise Refusal(Code.FULL if full else Code.NOT_AVAILABLE)
        target_name = target.name
        if team_id not in target.teams:
            team_id = min(target.teams & site_teams)
    elif to_team is not None:
        team = sites.find_team(work.connection, PublicId(to_team))
        if team is None or team.site != seen.site:
            raise Refusal(Code.NOT_FOUND)
        team_id, target_name = team.id, team.name
    conversation = conversations.lock(work.connection, seen.id)
    check_agent_may_write(conversation, agent_id, fence)
    agents.lower_load(work.connection, agent_id, now_ms=work.now_ms)
    settings = sites.get(work.connection, conversation.site).settings
    activity = work.tell_activity(
        conversation,
        ActivityType.TRANSFERRED,
        actor=giver.name,
        target=target_name,
        author=as_author(giver),
        author_key=author_key,
        client_id=client_id,
    )
    if reason.strip():
        work.tell_activity(
            conversation,
            ActivityType.TRANSFER_REASON,
            actor=giver.name,
            target=target_name,
            reason=masked(reason.strip(), accounts=False),
            audience=Audience.AGENTS,
        )
    changed = work.change(
        conversation,
        status=Status.WAITING,
        holder_id=None,
        team_id=team_id,
        asked_last_id=agent_id,
        fence=conversation.fence + 1,
        waiting_since_ms=conversation.waiting_since_ms or work.now_ms,
        patience_due_ms=work.now_ms + settings.patience_s * 1000,
        bot_active=False,
    )
    if target is not None:
        make_offer(work, changed, target, settings)
    work.queue_changed(left=conversation if team_id != conversation.team else None)
    work.agent_changed(agent_id)
    return activity
