"""Visitors, agents and teams as values; knows nothing of sessions or sockets."""

from dataclasses import dataclass
from enum import StrEnum

from chatserver.domain.hours import WeeklyHours
from chatserver.domain.ids import PublicId, SiteId, StaffId, TeamId, VisitorId


class Role(StrEnum):
    """What a member of staff may do.

    Agents answer, editors keep the FAQ, admins do both and keep accounts and settings.
    """

    AGENT = "agent"
    EDITOR = "editor"
    ADMIN = "admin"

    @property
    def may_answer(self) -> bool:
        """Whether conversations are open to this role."""
        return self is not Role.EDITOR

    @property
    def may_edit(self) -> bool:
        """Whether the FAQ's making is open to this role."""
        return self is not Role.AGENT


class Availability(StrEnum):
    """What an agent declares."""

    AVAILABLE = "available"
    BUSY = "busy"
    AWAY = "away"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class Agent:
    """A person who answers.

    Args:
        capacity: most conversations at once.
        load: open conversations and live offers.
        lease_until_ms: the proof of life; over when past.
        idle_since_ms: since when nothing was assigned; the longest idle is asked first.
        missed_in_row: offers that ran out one after the other.
    """

    id: StaffId
    public_id: PublicId
    name: str
    role: Role
    language: str
    availability: Availability
    capacity: int
    load: int
    lease_until_ms: int
    idle_since_ms: int
    missed_in_row: int
    teams: frozenset[TeamId]
    disabled: bool = False

    def is_present(self, now_ms: int) -> bool:
        """Whether the lease lives."""
        return now_ms < self.lease_until_ms

    def can_take_one(self, now_ms: int) -> bool:
        """Whether this agent is available, present and under capacity."""
        return (
            not self.disabled
            and self.availability is Availability.AVAILABLE
            and self.is_present(now_ms)
            and self.load < self.capacity
        )


@dataclass(frozen=True, slots=True)
class Team:
    """The group a conversation is routed to.

    Args:
        hours: the team's own, in place of the site's; None where it has none.
    """

    id: TeamId
    public_id: PublicId
    site: SiteId
    name: str
    hours: WeeklyHours | None = None


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person on the website, known by a token.

    Args:
        name, email, phone: what they said of themselves; never verified, never merged.
        device: a short summary of the browser ("Chrome · Android").
    """

    id: VisitorId
    public_id: PublicId
    site: SiteId
    name: str
    email: str
    phone: str
    language: str
    device: str
    created_ms: int
    last_seen_ms: int
    expires_ms: int
    revoked: bool


@dataclass(frozen=True, slots=True)
class PageView:
    """One page that a visitor looked at."""

    url: str
    title: str
    at_ms: int
