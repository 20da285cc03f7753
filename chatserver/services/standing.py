"""What members of staff are right now, for sockets that were let in earlier."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection

from chatserver.domain.ids import StaffId, TeamId
from chatserver.storage import staff


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody who may answer.

    Args:
        sessions: those that are not over.
    """

    teams: frozenset[TeamId]
    sessions: frozenset[int]


def standing_of(
    connection: Connection, people: Collection[StaffId], *, now_ms: int
) -> dict[StaffId, Standing]:
    """Return how people stand; who is switched off or gone is not among them."""
    sessions, teams = staff.live_sessions(connection, people, now_ms=now_ms)
    return {
        person: Standing(
            frozenset(teams.get(person, ())),
            frozenset(sessions.get(person, ())),
        )
        for person in staff.enabled(connection, people)
    }
