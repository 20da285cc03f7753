"""What an agent has in sight: whose conversations, the queue of them, a visitor's card.

Every look-up goes through the agent, so what is not theirs looks like what is not there.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from chatserver.domain.conversations import Conversation
from chatserver.domain.identities import Identity
from chatserver.domain.ids import PublicId, SiteId, StaffId
from chatserver.domain.people import Agent, PageView, Team, Visitor
from chatserver.domain.sites import Site
from chatserver.services.states import AgentState, agent_states
from chatserver.storage import (
    agents,
    consents,
    conversations,
    drafts,
    identities,
    installation,
    offers,
    previews,
    ratings,
    sites,
    visitors,
)

RESOLVED_SHOWN_MS = 12 * 3600 * 1000
"""For so long an agent's own resolved conversations stay in the list."""


@dataclass(frozen=True, slots=True)
class Queue:
    """The whole picture for one agent."""

    revision: int
    epoch: str
    states: tuple[AgentState, ...]
    offers: tuple[tuple[PublicId, offers.Offer], ...]
    agents: tuple[Agent, ...]
    teams: tuple[Team, ...]
    sites: tuple[Site, ...]
    drafts: dict[PublicId, str]
    me: Agent


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of a conversation's visitor."""

    conversation: PublicId
    visitor: Visitor
    pages: tuple[PageView, ...]
    past: tuple[tuple[Conversation, str, str], ...]
    shop: dict[str, Any]
    consent: bool | None
    rating: int | None
    identity: Identity | None


def may_see(agent: Agent, conversation: Conversation) -> bool:
    """Whether an agent may read a conversation: of a team of theirs, or held."""
    return conversation.team in agent.teams or conversation.holder == agent.id


def agent_and_teams(connection: Connection, agent_id: StaffId) -> tuple[Agent, list[Team]]:
    """Return an agent and every team there is."""
    return agents.get(connection, agent_id), sites.teams(connection)


def queue(connection: Connection, agent_id: StaffId, *, now_ms: int) -> Queue:
    """Return the whole picture for one agent, in one snapshot."""
    me = agents.get(connection, agent_id)
    found = conversations.visible_to(
        connection, me.teams, agent_id, resolved_since_ms=now_ms - RESOLVED_SHOWN_MS
    )
    by_id = {conversation.id: conversation.public_id for conversation in found}
    my_sites: set[SiteId] = {team.site for team in sites.teams(connection) if team.id in me.teams}
    return Queue(
        revision=installation.queue_revision(connection),
        epoch=installation.epoch(connection),
        states=tuple(agent_states(connection, found)),
        offers=tuple(
            (by_id[offer.conversation], offer)
            for offer in offers.live_for(connection, agent_id)
            if offer.conversation in by_id
        ),
        agents=tuple(agents.every(connection)),
        teams=tuple(team for team in sites.teams(connection) if team.site in my_sites),
        sites=tuple(site for site in sites.every(connection) if site.id in my_sites),
        drafts=drafts.of_agent(connection, agent_id),
        me=me,
    )


def card(connection: Connection, conversation: Conversation, *, now_ms: int) -> Card:
    """Return what is known of a conversation's visitor."""
    identity = identities.of(connection, conversation.visitor, now_ms=now_ms)
    devices = [conversation.visitor]
    if identity is not None:
        devices = identities.visitors_of(connection, conversation.site, identity.customer)
    found = [one for device in devices for one in conversations.newest_of(connection, device)]
    past = [one for one in found if one.id != conversation.id]
    rows = previews.of(connection, [other.id for other in past])
    names = {agent.id: agent.name for agent in agents.every(connection)}
    said = consents.newest(connection, conversation.visitor)
    return Card(
        conversation.public_id,
        visitors.get(connection, conversation.visitor),
        tuple(visitors.pages(connection, conversation.visitor)),
        tuple(
            (
                other,
                rows[other.id].text,
                names.get(other.last_agent, "") if other.last_agent else "",
            )
            for other in past
        ),
        shop=visitors.kept(connection, conversation.visitor).context,
        identity=identity,
        consent=None if said is None else said.given,
        rating=ratings.score_of(connection, conversation.id),
    )
