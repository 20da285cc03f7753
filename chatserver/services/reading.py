"""What people may read: states, missing messages, the queue, the visitor's card.

Every look-up goes through whoever asks, so what is not theirs looks like what is not there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from chatserver.domain.conversations import COMES_BACK_MS, Conversation, Status
from chatserver.domain.identities import Identity
from chatserver.domain.ids import ConversationId, PublicId, SiteId, StaffId
from chatserver.domain.messages import Audience, Message
from chatserver.domain.people import Agent, PageView, Team, Visitor
from chatserver.domain.sites import Site
from chatserver.services.people import People, people_of
from chatserver.storage import (
    agents,
    consents,
    conversations,
    drafts,
    identities,
    installation,
    messages,
    offers,
    previews,
    ratings,
    sites,
    visitors,
    waits,
)

MAX_SYNC_MESSAGES = 200
"""Messages in one answer, over all conversations asked for."""

WAITS_OF_MS = 2 * 3600 * 1000
"""Whose waits an estimate is made of: those of the last two hours."""

RESOLVED_SHOWN_MS = 12 * 3600 * 1000
"""For so long an agent's own resolved conversations stay in the list."""


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


@dataclass(frozen=True, slots=True)
class Synced:
    """What was missing of one conversation.

    Args:
        messages: oldest first.
        more: whether there is more to fetch.
        reset: the reader must start over.
    """

    conversation: PublicId
    head: int
    messages: tuple[Message, ...]
    more: bool
    reset: bool
    visitor_state: VisitorState | None = None
    agent_state: AgentState | None = None
    missing: bool = False


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


def agent_and_teams(connection: Connection, agent_id: StaffId) -> tuple[Agent, list[Team]]:
    """Return an agent and every team there is."""
    return agents.get(connection, agent_id), sites.teams(connection)


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


def _missing(public_id: str) -> Synced:
    return Synced(PublicId(public_id), 0, (), more=False, reset=False, missing=True)


def _lines(
    connection: Connection,
    found: Conversation,
    after: int,
    latest: int | None,
    *,
    room: int,
    audience: Audience,
) -> list[Message]:
    """Return messages after a seq, one more than there is room for; or the newest few."""
    if after == 0 and latest is not None:
        most = min(latest, room)
        return messages.before(connection, found, found.last_seq + 1, limit=most, audience=audience)
    return messages.after(connection, found, after, limit=room + 1, audience=audience)


def sync_visitor(
    connection: Connection,
    visitor: Visitor,
    wants: Iterable[tuple[str, str | None, int]],
    *,
    now_ms: int,
    latest: Mapping[str, int] | None = None,
) -> list[Synced]:
    """Return what a visitor misses.

    Args:
        wants: public id, the epoch the reader knows (None at first), the newest seq it has.
        latest: of a conversation it has nothing of, only so many of the newest are wanted.
    """
    epoch = installation.epoch(connection)
    room = MAX_SYNC_MESSAGES
    answers = []
    for public_id, known_epoch, after in wants:
        found = conversations.find_of_visitor(connection, visitor.id, public_id)
        if found is None:
            answers.append(_missing(public_id))
            continue
        head = found.last_public_seq
        reset = (known_epoch not in (None, epoch)) or after > head
        lines = _lines(
            connection,
            found,
            0 if reset else after,
            (latest or {}).get(public_id),
            room=room,
            audience=Audience.EVERYONE,
        )
        more, lines = len(lines) > room, lines[:room]
        room -= len(lines)
        answers.append(
            Synced(
                found.public_id,
                head,
                tuple(lines),
                more=more,
                reset=reset,
                visitor_state=visitor_state(connection, found, now_ms=now_ms),
            )
        )
    return answers


def may_see(agent: Agent, conversation: Conversation) -> bool:
    """Whether an agent may read a conversation: of a team of theirs, or held."""
    return conversation.team in agent.teams or conversation.holder == agent.id


def sync_agent(
    connection: Connection,
    agent_id: StaffId,
    wants: Iterable[tuple[str, str | None, int]],
    *,
    latest: Mapping[str, int] | None = None,
) -> list[Synced]:
    """Return what an agent misses; arguments as for `sync_visitor`."""
    epoch = installation.epoch(connection)
    agent = agents.get(connection, agent_id)
    room = MAX_SYNC_MESSAGES
    answers: list[Synced] = []
    seen: dict[str, Conversation] = {}
    for public_id, known_epoch, after in wants:
        found = conversations.find(connection, public_id)
        if found is None or not may_see(agent, found):
            answers.append(_missing(public_id))
            continue
        seen[public_id] = found
        reset = (known_epoch not in (None, epoch)) or after > found.last_seq
        lines = _lines(
            connection,
            found,
            0 if reset else after,
            (latest or {}).get(public_id),
            room=room,
            audience=Audience.AGENTS,
        )
        more, lines = len(lines) > room, lines[:room]
        room -= len(lines)
        answers.append(
            Synced(found.public_id, found.last_seq, tuple(lines), more=more, reset=reset)
        )
    # All of them at once: who comes back follows dozens, and a state is a handful of statements.
    states = dict(zip(seen, agent_states(connection, seen.values()), strict=True))
    return [replace(one, agent_state=states.get(one.conversation)) for one in answers]


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
