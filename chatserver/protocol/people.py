"""Whether people are there, and who: for visitors, and for their colleagues."""

from typing import Literal

import msgspec

from chatserver.protocol.fields import Fact


class PeopleView(Fact, frozen=True):
    """Whether people are there, for a site.

    state: free (somebody can take one now) | busy (present, none free) | away (nobody).
    open: whether the weekly hours say open; null when unknown. opens_at_ms: next opening or null.
    faces: display names of available agents, five at most. back: when people are there again, as a
    sentence by language; empty when open or unknown. holiday: its name by language, where it is for
    one that nobody is there.
    """

    state: Literal["free", "busy", "away"]
    open: bool | None
    opens_at_ms: int | None
    faces: tuple[str, ...] = ()
    back: dict[str, str] = msgspec.field(default_factory=dict)
    holiday: dict[str, str] = msgspec.field(default_factory=dict)


class AgentView(Fact, frozen=True):
    """A colleague: for transfers and for the list of who is there."""

    id: str
    name: str
    availability: str
    present: bool
    load: int
    capacity: int
    teams: tuple[str, ...]


class TeamView(Fact, frozen=True):
    """A team that a conversation may go to."""

    id: str
    name: str
    site: str
