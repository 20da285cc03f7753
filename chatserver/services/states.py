"""A conversation as its visitor and as agents may see it; decides nothing about who asks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from chatserver.domain.conversations import COMES_BACK_MS, Conversation, Status
from chatserver.domain.ids import ConversationId
from chatserver.domain.people import Agent, Team, Visitor
from chatserver.domain.sites import Site
from chatserver.services.people import People, people_of
from chatserver.storage import (
    agents,
    conversations,
    installation,
    offers,
    previews,
    ratings,
    sites,
    visitors,
    waits,
)

WAITS_OF_MS = 2 * 3600 * 1000
"""Whose waits an estimate is made of: those of the last two hours."""


@dataclass(frozen=True, slots=True)
class VisitorState:
    """A conversation as its visitor may see it."""

    conversation: Conversation
    agent_name: str | None
    position: int | None
    people: People
    wait: tuple[int, int] | None = None
    rating: int | None = None


@dataclass(frozen=True, slots=True)
class AgentState:
    """A conversation as agents see it.

    Args:
        unread: visitor messages no agent has seen.
        offered_to: name of the agent who is being asked.
    """

    conversation: Conversation
    site: Site
    team: Team
    holder: Agent | None
    visitor: Visitor
    unread: int
    preview: str
    preview_author: str
    offered_to: str | None


def visitor_state(
    connection: Connection, conversation: Conversation, *, now_ms: int
) -> VisitorState:
    """Return a conversation as its visitor may see it."""
    site = sites.get(connection, conversation.site)
    holder = None
    if conversation.holder is not None:
        holder = agents.get(connection, conversation.holder).name
    return VisitorState(
        conversation,
        agent_name=holder,
        position=conversations.position(connection, conversation),
        people=people_of(connection, site, now_ms=now_ms),
        wait=waits.spread(connection, conversation.team, since_ms=now_ms - WAITS_OF_MS)
        if conversation.status is Status.WAITING
        else None,
        rating=ratings.score_of(connection, conversation.id)
        if conversation.status is Status.RESOLVED
        else None,
    )


def agent_states(connection: Connection, found: Iterable[Conversation]) -> list[AgentState]:
    """Return conversations as agents see them."""
    found = list(found)
    if not found:
        return []
    people = {agent.id: agent for agent in agents.every(connection)}
    by_site = {site.id: site for site in sites.every(connection)}
    by_team = {team.id: team for team in sites.teams(connection)}
    rows = previews.of(connection, [conversation.id for conversation in found])
    asked = {
        offer.conversation: people[offer.agent].name
        for offer in offers.live(connection)
        if offer.agent in people
    }
    seen = visitors.some(connection, {item.visitor for item in found})
    return [
        AgentState(
            conversation,
            site=by_site[conversation.site],
            team=by_team[conversation.team],
            holder=None if conversation.holder is None else people.get(conversation.holder),
            visitor=seen[conversation.visitor],
            unread=rows[conversation.id].unread,
            preview=rows[conversation.id].text,
            preview_author=rows[conversation.id].author,
            offered_to=asked.get(conversation.id),
        )
        for conversation in found
    ]


def agent_state(connection: Connection, conversation_id: ConversationId) -> AgentState:
    """Return one conversation as agents see it."""
    return agent_states(connection, [conversations.get(connection, conversation_id)])[0]


def agent_states_of(
    connection: Connection, ids: Sequence[ConversationId]
) -> tuple[list[AgentState], int]:
    """Return conversations for agents, with the queue's revision in the same snapshot."""
    found = conversations.some(connection, ids)
    return agent_states(connection, found), installation.queue_revision(connection)


def visitor_state_of(
    connection: Connection, conversation_id: ConversationId, *, now_ms: int
) -> VisitorState:
    """Return one conversation as its visitor may see it."""
    return visitor_state(connection, conversations.get(connection, conversation_id), now_ms=now_ms)


def visitors_conversations(
    connection: Connection, visitor: Visitor, *, now_ms: int
) -> list[VisitorState]:
    """Return the visitor's newest conversation, if it is live or may still come back or be read."""
    newest = conversations.newest_of(connection, visitor.id, limit=1)
    return [
        visitor_state(connection, conversation, now_ms=now_ms)
        for conversation in newest
        if conversation.status is not Status.RESOLVED
        or now_ms - (conversation.resolved_ms or 0) < COMES_BACK_MS
    ]
