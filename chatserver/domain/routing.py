"""Who is asked next: team, then least load under capacity, then longest idle; pure policy."""

from collections.abc import Collection, Iterable

from chatserver.domain.ids import StaffId, TeamId
from chatserver.domain.people import Agent

ASK_AGAIN_MS = 60_000
"""An agent who declined or missed a conversation is not asked for it again for so long."""

MISSED_IN_ROW = 2
"""So many offers missed one after the other make an agent away."""


def is_suitable(
    agent: Agent, *, team: TeamId, now_ms: int, asked_lately: Collection[StaffId] = ()
) -> bool:
    """Whether this agent may be offered a conversation of this team now."""
    return team in agent.teams and agent.can_take_one(now_ms) and agent.id not in asked_lately


def rank_agents(
    agents: Iterable[Agent],
    *,
    team: TeamId,
    now_ms: int,
    asked_lately: Collection[StaffId] = (),
    preferred: StaffId | None = None,
    asked_last: StaffId | None = None,
) -> list[Agent]:
    """Return the suitable agents, the one to ask first in front.

    The preferred agent (who spoke with this visitor last) comes first when suitable, the one who
    gave the conversation away last; between them the smallest share of capacity in use wins, then
    the smallest load, then who has been idle longest, then the lower id so that order is total.
    """
    suitable = [
        agent
        for agent in agents
        if is_suitable(agent, team=team, now_ms=now_ms, asked_lately=asked_lately)
    ]
    return sorted(
        suitable,
        key=lambda agent: (
            agent.id == asked_last,
            agent.id != preferred,
            agent.load / agent.capacity,
            agent.load,
            agent.idle_since_ms,
            agent.id,
        ),
    )
