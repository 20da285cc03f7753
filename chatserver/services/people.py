"""Whether people are there for a site's visitors, and when they are back."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from chatserver.clock import to_datetime, to_ms
from chatserver.domain.people import Availability
from chatserver.domain.sites import Site
from chatserver.storage import agents, sites


@dataclass(frozen=True, slots=True)
class People:
    """What a visitor may know of the people behind a site.

    Args:
        state: free (somebody can take a conversation now), busy (there, but full), away (nobody).
        open: what the weekly hours say; None when they are unknown.
        opens_at_ms: next opening while closed; None when open or unknown.
        faces: display names of the agents who are there, five at most.
    """

    state: Literal["free", "busy", "away"]
    open: bool | None
    opens_at_ms: int | None
    faces: tuple[str, ...] = ()


def people_of(connection: Connection, site: Site, *, now_ms: int) -> People:
    """Return whether people are there; declared and alive counts, the hours only word it."""
    teams = {team.id for team in sites.teams(connection, site.id)}
    there = [
        agent
        for agent in agents.every(connection)
        if agent.teams & teams
        and agent.is_present(now_ms)
        and agent.availability in {Availability.AVAILABLE, Availability.BUSY}
    ]
    state: Literal["free", "busy", "away"] = "away"
    if there:
        state = "free" if any(agent.can_take_one(now_ms) for agent in there) else "busy"
    hours, now = site.settings.hours, to_datetime(now_ms)
    is_open = hours.is_open(now) if hours.known else None
    opening = None if is_open in (True, None) else hours.next_opening(now)
    return People(
        state=state,
        open=is_open,
        opens_at_ms=None if opening is None else to_ms(opening),
        faces=tuple(agent.name for agent in there[:5]),
    )
