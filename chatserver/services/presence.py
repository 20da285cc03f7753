"""Whether agents are there: what they declare, and the lease that proves it."""

from sqlalchemy import Connection

from chatserver.domain.ids import StaffId
from chatserver.domain.messages import ActivityType
from chatserver.domain.people import Availability
from chatserver.services.ending import give_back
from chatserver.services.routing import withdraw_offer
from chatserver.services.work import Work
from chatserver.storage import agents, conversations, installation, offers, sites


def begin_lease(work: Work, agent: StaffId, *, lease_ms: int) -> None:
    """Start or go on with an agent's lease at a connect; within the grace nothing else happens."""
    was_present = agents.get(work.connection, agent).is_present(work.now_ms)
    agents.renew_lease(work.connection, agent, until_ms=work.now_ms + lease_ms)
    if not was_present:
        work.agent_changed(agent)


def renew_lease(work: Work, agent: StaffId, *, until_ms: int) -> None:
    """Let the lease run to a time, never back; any socket of the agent may prove life."""
    if until_ms > work.now_ms:
        begin_lease(work, agent, lease_ms=until_ms - work.now_ms)


def declare(work: Work, agent_id: StaffId, availability: Availability) -> None:
    """Set what an agent declares; who is not available is asked no more, but keeps what is open."""
    before = agents.lock(work.connection, agent_id)
    agents.change(
        work.connection,
        agent_id,
        availability=availability,
        missed_in_row=0,
        **({"idle_since_ms": work.now_ms} if availability is not before.availability else {}),
    )
    if availability is not Availability.AVAILABLE:
        _withdraw_offers(work, agent_id)
    work.agent_changed(agent_id)


def _withdraw_offers(work: Work, agent: StaffId) -> None:
    for offer in offers.live_for(work.connection, agent):
        conversation = conversations.lock(work.connection, offer.conversation)
        withdraw_offer(work, conversation)
        work.change(conversation)
        work.queue_changed()


def shortest_grace_ms(connection: Connection) -> int:
    """Return the shortest grace of all sites; an agent of several sites has this one."""
    return min((site.settings.grace_s for site in sites.every(connection)), default=45) * 1000


def return_lost(work: Work, agent_id: StaffId) -> None:
    """Take an agent whose grace is over off the floor and return their conversations."""
    agent = agents.lock(work.connection, agent_id)
    if agent.lease_until_ms + shortest_grace_ms(work.connection) > work.now_ms:
        return
    _go_offline(work, agent_id, ActivityType.AGENT_LOST)


def sign_out(work: Work, agent_id: StaffId) -> None:
    """Return an agent's conversations at once: who signs out is not coming back in a minute."""
    agents.lock(work.connection, agent_id)
    agents.change(work.connection, agent_id, lease_until_ms=work.now_ms)
    _go_offline(work, agent_id, ActivityType.AGENT_LEFT)


def _go_offline(work: Work, agent_id: StaffId, why: ActivityType) -> None:
    agents.change(work.connection, agent_id, availability=Availability.OFFLINE, missed_in_row=0)
    agent = agents.get(work.connection, agent_id)
    _withdraw_offers(work, agent_id)
    for conversation in conversations.held_by(work.connection, agent_id):
        give_back(work, conversation.id, agent, why)
    work.agent_changed(agent_id)


def beat(work: Work) -> None:
    """Record that this process lives."""
    installation.beat(work.connection, now_ms=work.now_ms)


def forgive_downtime(work: Work, *, lease_ms: int) -> None:
    """At the start of the only process: downtime is not absence.

    Leases, graces and offers that had not run out at the last heartbeat get a fresh stretch.
    """
    last_beat_ms = installation.last_beat_ms(work.connection)
    agents.forgive_downtime(
        work.connection,
        last_beat_ms=last_beat_ms,
        now_ms=work.now_ms,
        lease_ms=lease_ms,
        grace_ms=shortest_grace_ms(work.connection),
    )
    offers.forgive_downtime(
        work.connection, last_beat_ms=last_beat_ms, now_ms=work.now_ms, fresh_ms=lease_ms
    )
    installation.beat(work.connection, now_ms=work.now_ms)
