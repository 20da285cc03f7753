"""Ranking agents, against a slow and plain oracle."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from chatserver.domain.ids import PublicId, StaffId, TeamId
from chatserver.domain.people import Agent, Availability, Role
from chatserver.domain.routing import is_suitable, rank_agents

TEAM, OTHER = TeamId(1), TeamId(2)
NOW = 1_000_000


@st.composite
def agents(draw: st.DrawFn) -> list[Agent]:
    return [
        Agent(
            id=StaffId(number),
            public_id=PublicId(f"agent-{number}"),
            name=f"Agent {number}",
            role=Role.AGENT,
            language="tr",
            availability=draw(st.sampled_from(list(Availability))),
            capacity=draw(st.integers(1, 4)),
            load=draw(st.integers(0, 4)),
            lease_until_ms=draw(st.sampled_from([NOW - 1, NOW, NOW + 1])),
            idle_since_ms=draw(st.integers(0, 3)),
            missed_in_row=0,
            teams=frozenset(draw(st.sets(st.sampled_from([TEAM, OTHER])))),
            disabled=draw(st.booleans()),
        )
        for number in range(draw(st.integers(0, 6)))
    ]


@given(agents(), st.sets(st.integers(0, 5)), st.none() | st.integers(0, 5))
def test_the_first_is_suitable_and_nobody_suitable_is_better(
    people: list[Agent], asked: set[int], preferred: int | None
) -> None:
    lately = {StaffId(number) for number in asked}
    wish = None if preferred is None else StaffId(preferred)
    ranked = rank_agents(people, team=TEAM, now_ms=NOW, asked_lately=lately, preferred=wish)
    suitable = [
        agent
        for agent in people
        if agent.availability is Availability.AVAILABLE
        and not agent.disabled
        and agent.lease_until_ms > NOW
        and agent.load < agent.capacity
        and TEAM in agent.teams
        and agent.id not in lately
    ]
    assert {agent.id for agent in ranked} == {agent.id for agent in suitable}
    if wish in {agent.id for agent in suitable}:
        assert ranked[0].id == wish
        ranked = ranked[1:]
    for before, after in pairwise(ranked):
        assert (before.load / before.capacity, before.load, before.idle_since_ms, before.id) <= (
            after.load / after.capacity,
            after.load,
            after.idle_since_ms,
            after.id,
        )


@given(agents())
def test_who_gave_it_away_is_asked_last(people: list[Agent]) -> None:
    ranked = rank_agents(people, team=TEAM, now_ms=NOW, asked_last=StaffId(0))
    if any(agent.id == 0 for agent in ranked):
        assert ranked[-1].id == 0
    assert all(is_suitable(agent, team=TEAM, now_ms=NOW) for agent in ranked)
