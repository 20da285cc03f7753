"""Whether people are there for a site's visitors, and when they are back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from chatserver.bot.phrases import back
from chatserver.clock import to_datetime, to_ms
from chatserver.domain.hours import Holiday
from chatserver.domain.ids import TeamId
from chatserver.domain.people import Availability
from chatserver.domain.sites import Site
from chatserver.services.holidays import calendar_of
from chatserver.storage import agents, sites
from chatserver.words import LANGUAGES


@dataclass(frozen=True, slots=True)
class People:
    """What a visitor may know of the people behind a site.

    Args:
        state: free (somebody can take a conversation now), busy (there, but full), away (nobody).
        open: what the weekly hours say; None when they are unknown.
        opens_at_ms: next opening while closed; None when open or unknown.
        holiday: for which it is closed just now; None on any other day.
        back: when people are there again as a sentence, by language; empty like `opens_at_ms`.
        faces: display names of the agents who are there, five at most.
    """

    state: Literal["free", "busy", "away"]
    open: bool | None
    opens_at_ms: int | None
    faces: tuple[str, ...] = ()
    holiday: Holiday | None = None
    back: Mapping[str, str] = field(default_factory=dict)

    def holiday_in(self, language: str) -> str:
        """Return the holiday's name in a language, or ""."""
        return self.holiday.names.get(language, "") if self.holiday else ""


def people_of(
    connection: Connection, site: Site, *, now_ms: int, team: TeamId | None = None
) -> People:
    """Return whether people are there; declared and alive counts, the hours only word it.

    Args:
        team: whose own hours count, where it has some; the site's when left out.
    """
    all_teams = sites.teams(connection, site.id)
    teams = {one.id for one in all_teams}
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
    own = next((one.hours for one in all_teams if one.id == team and one.hours), None)
    hours, now = own or site.settings.hours, to_datetime(now_ms)
    calendar = calendar_of(hours, now)
    is_open = calendar.is_open(now) if hours.known else None
    opening = None if is_open in (True, None) else calendar.next_opening(now)
    return People(
        state=state,
        open=is_open,
        opens_at_ms=None if opening is None else to_ms(opening),
        faces=tuple(agent.name for agent in there[:5]),
        holiday=calendar.closed_by(now),
        back={} if opening is None else _back(now.astimezone(opening.tzinfo), opening),
    )


def _back(now: datetime, opening: datetime) -> dict[str, str]:
    return {language: back(now, opening, language) for language in LANGUAGES}
