"""Agents as routing sees them: availability, load, lease, teams."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, exists, or_, select, update

from chatserver.domain.ids import PublicId, StaffId, TeamId
from chatserver.domain.people import Agent, Availability, Role
from chatserver.storage.schema.conversations import conversation
from chatserver.storage.schema.staff import staff, team_member

# Built once: building a statement costs more than running it.
_every = (
    select(staff)
    .where(staff.c.disabled_ms.is_(None), staff.c.role != Role.EDITOR)
    .order_by(staff.c.id)
)
_every_team = select(team_member.c.staff_id, team_member.c.team_id)


def _agent(row: Row[*tuple[Any, ...]], teams: Collection[TeamId]) -> Agent:
    return Agent(
        id=StaffId(row.id),
        public_id=PublicId(row.public_id),
        name=row.name,
        role=Role(row.role),
        language=row.language,
        availability=Availability(row.availability),
        capacity=row.capacity,
        load=row.load,
        lease_until_ms=row.lease_until_ms,
        idle_since_ms=row.idle_since_ms,
        missed_in_row=row.missed_in_row,
        teams=frozenset(teams),
        disabled=row.disabled_ms is not None,
    )


def every(connection: Connection) -> list[Agent]:
    """Return everybody who may answer, with their teams."""
    teams: dict[int, set[TeamId]] = {}
    for row in connection.execute(_every_team):
        teams.setdefault(row.staff_id, set()).add(TeamId(row.team_id))
    return [_agent(row, teams.get(row.id, set())) for row in connection.execute(_every)]


def get(connection: Connection, agent: StaffId) -> Agent:
    """Return one agent."""
    row = connection.execute(select(staff).where(staff.c.id == agent)).one()
    return _agent(row, _teams(connection, agent))


def find(connection: Connection, public_id: str) -> Agent | None:
    """Return the agent with that public id."""
    row = connection.execute(select(staff).where(staff.c.public_id == public_id)).first()
    return _agent(row, _teams(connection, StaffId(row.id))) if row else None


def _teams(connection: Connection, agent: StaffId) -> set[TeamId]:
    rows = connection.execute(select(team_member.c.team_id).where(team_member.c.staff_id == agent))
    return {TeamId(row.team_id) for row in rows}


def lock(connection: Connection, agent: StaffId) -> Agent:
    """Return one agent and keep others from changing the row until this unit commits."""
    row = connection.execute(select(staff).where(staff.c.id == agent).with_for_update()).one()
    return _agent(row, _teams(connection, agent))


def raise_load(connection: Connection, agent: StaffId, *, now_ms: int) -> bool:
    """Take one place of an agent who is available, alive and under capacity; say if there was one.

    One statement, so that of many who want the last place exactly one gets it.
    """
    result = connection.execute(
        update(staff)
        .where(
            staff.c.id == agent,
            staff.c.disabled_ms.is_(None),
            staff.c.availability == Availability.AVAILABLE,
            staff.c.lease_until_ms > now_ms,
            staff.c.load < staff.c.capacity,
        )
        .values(load=staff.c.load + 1)
    )
    return result.rowcount == 1


def raise_load_by_choice(connection: Connection, agent: StaffId) -> bool:
    """Take one place for an agent who takes a conversation by hand; capacity still holds."""
    result = connection.execute(
        update(staff)
        .where(staff.c.id == agent, staff.c.disabled_ms.is_(None), staff.c.load < staff.c.capacity)
        .values(load=staff.c.load + 1)
    )
    return result.rowcount == 1


def lower_load(connection: Connection, agent: StaffId, *, now_ms: int) -> None:
    """Give one place back; the agent has been idle since now."""
    connection.execute(
        update(staff).where(staff.c.id == agent).values(load=staff.c.load - 1, idle_since_ms=now_ms)
    )


def change(connection: Connection, agent: StaffId, **values: Any) -> None:
    """Write columns of an agent's row."""
    connection.execute(update(staff).where(staff.c.id == agent).values(**values))


def renew_lease(connection: Connection, agent: StaffId, *, until_ms: int) -> None:
    """Move the end of an agent's lease; never back."""
    connection.execute(
        update(staff)
        .where(staff.c.id == agent, staff.c.lease_until_ms < until_ms)
        .values(lease_until_ms=until_ms)
    )


def lost(connection: Connection, *, ended_before_ms: int) -> list[StaffId]:
    """Return agents whose lease ended at or before a time and who still count on somebody's list.

    Those not offline, and those who declared themselves offline but hold conversations.
    """
    holds = exists().where(conversation.c.holder_id == staff.c.id, conversation.c.status == "open")
    rows = connection.execute(
        select(staff.c.id).where(
            or_(staff.c.availability != Availability.OFFLINE, holds),
            staff.c.lease_until_ms <= ended_before_ms,
        )
    )
    return [StaffId(row.id) for row in rows]


def forgive_downtime(
    connection: Connection, *, last_beat_ms: int, now_ms: int, lease_ms: int, grace_ms: int
) -> None:
    """Give leases and graces that had not run out at the last heartbeat a fresh start.

    Downtime is not absence: an agent who was there when the process died gets a whole lease, one
    whose grace was running gets that much grace again.
    """
    connection.execute(
        update(staff)
        .where(
            staff.c.lease_until_ms <= last_beat_ms,
            staff.c.lease_until_ms + grace_ms > last_beat_ms,
        )
        .values(lease_until_ms=now_ms + lease_ms - grace_ms)
    )
    connection.execute(
        update(staff)
        .where(
            staff.c.lease_until_ms > last_beat_ms,
            staff.c.lease_until_ms < now_ms + lease_ms,
        )
        .values(lease_until_ms=now_ms + lease_ms)
    )
