"""Accounts of staff, their sessions and set-up links; keeps hashes and never a secret itself."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from chatserver.domain.ids import PublicId, StaffId, TeamId
from chatserver.domain.people import Role
from chatserver.storage.schema.sites import team
from chatserver.storage.schema.staff import setup_link, staff, staff_session, team_member


@dataclass(frozen=True, slots=True)
class StaffAccount:
    """A person who may sign in.

    Args:
        email: folded, as it is compared.
        language: of the screens, `tr` or `en`.
    """

    id: StaffId
    public_id: PublicId
    email: str
    name: str
    role: Role
    language: str
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class StaffSession:
    """One browser that is signed in."""

    id: int
    staff: StaffId
    created_ms: int
    used_ms: int
    expires_ms: int
    device: str


_ACCOUNT = (
    staff.c.id,
    staff.c.public_id,
    staff.c.email,
    staff.c.name,
    staff.c.role,
    staff.c.language,
    staff.c.disabled_ms,
)


def _account(row: Row[*tuple[Any, ...]]) -> StaffAccount:
    return StaffAccount(
        id=StaffId(row.id),
        public_id=PublicId(row.public_id),
        email=row.email,
        name=row.name,
        role=Role(row.role),
        language=row.language,
        disabled=row.disabled_ms is not None,
    )


def create(connection: Connection, **values: Any) -> StaffAccount:
    """Add an account.

    Raises:
        IntegrityError: when another has that e-mail.
    """
    row = connection.execute(insert(staff).values(**values).returning(*_ACCOUNT)).one()
    return _account(row)


def find_by_email(connection: Connection, email: str) -> tuple[StaffAccount, str | None] | None:
    """Return the account with that folded e-mail and its password hash."""
    row = connection.execute(
        select(*_ACCOUNT, staff.c.password_hash).where(staff.c.email == email)
    ).first()
    return (_account(row), row.password_hash) if row else None


def get(connection: Connection, staff_id: StaffId) -> tuple[StaffAccount, str | None]:
    """Return an account by its inner id, and its password hash."""
    row = connection.execute(
        select(*_ACCOUNT, staff.c.password_hash).where(staff.c.id == staff_id)
    ).one()
    return _account(row), row.password_hash


def every(connection: Connection) -> list[StaffAccount]:
    """Return all accounts, in the order they were made."""
    return [_account(row) for row in connection.execute(select(*_ACCOUNT).order_by(staff.c.id))]


def anybody(connection: Connection) -> bool:
    """Whether any account exists."""
    return connection.execute(select(func.count()).select_from(staff)).scalar_one() > 0


def change(connection: Connection, staff_id: StaffId, **values: Any) -> None:
    """Write columns of an account."""
    connection.execute(update(staff).where(staff.c.id == staff_id).values(**values))


def join_team(connection: Connection, staff_id: StaffId, team_id: TeamId) -> None:
    """Put somebody into a team; harmless when they are in it."""
    there = connection.execute(
        select(team_member.c.staff_id).where(
            team_member.c.team_id == team_id, team_member.c.staff_id == staff_id
        )
    ).first()
    if there is None:
        connection.execute(insert(team_member).values(team_id=team_id, staff_id=staff_id))


def join_every_team(connection: Connection, staff_id: StaffId) -> None:
    """Put somebody into all teams there are."""
    for row in connection.execute(select(team.c.id).order_by(team.c.id)).all():
        join_team(connection, staff_id, TeamId(row.id))


# Sessions

_SESSION = (
    staff_session.c.id,
    staff_session.c.staff_id,
    staff_session.c.created_ms,
    staff_session.c.used_ms,
    staff_session.c.expires_ms,
    staff_session.c.device,
)


def _session(row: Row[*tuple[Any, ...]]) -> StaffSession:
    return StaffSession(
        row.id, StaffId(row.staff_id), row.created_ms, row.used_ms, row.expires_ms, row.device
    )


def add_session(
    connection: Connection,
    staff_id: StaffId,
    *,
    token_hash: str,
    now_ms: int,
    expires_ms: int,
    device: str,
) -> int:
    """Add a session and return its id."""
    return int(
        connection.execute(
            insert(staff_session)
            .values(
                token_hash=token_hash,
                staff_id=staff_id,
                created_ms=now_ms,
                used_ms=now_ms,
                expires_ms=expires_ms,
                device=device,
            )
            .returning(staff_session.c.id)
        ).scalar_one()
    )


def find_session(
    connection: Connection, token_hash: str
) -> tuple[StaffAccount, StaffSession, int] | None:
    """Return whose session this is, the session, and until when their lease lives.

    Expired ones are returned too: the caller decides.
    """
    row = connection.execute(
        select(staff_session, staff.c.lease_until_ms)
        .join(staff, staff.c.id == staff_session.c.staff_id)
        .where(staff_session.c.token_hash == token_hash)
    ).first()
    if row is None:
        return None
    account, _ = get(connection, StaffId(row.staff_id))
    return account, _session(row), row.lease_until_ms


def touch_session(connection: Connection, session_id: int, *, now_ms: int) -> None:
    """Record that a session is used; never back."""
    connection.execute(
        update(staff_session)
        .where(staff_session.c.id == session_id, staff_session.c.used_ms < now_ms)
        .values(used_ms=now_ms)
    )


def sessions_of(connection: Connection, staff_id: StaffId) -> list[StaffSession]:
    """Return somebody's sessions, the one used last first."""
    rows = connection.execute(
        select(*_SESSION)
        .where(staff_session.c.staff_id == staff_id)
        .order_by(staff_session.c.used_ms.desc(), staff_session.c.id.desc())
    )
    return [_session(row) for row in rows]


def live_sessions(
    connection: Connection, people: Collection[StaffId], *, now_ms: int
) -> tuple[dict[StaffId, set[int]], dict[StaffId, set[TeamId]]]:
    """Return people's sessions that have not run out, and their teams."""
    sessions: dict[StaffId, set[int]] = {}
    teams: dict[StaffId, set[TeamId]] = {}
    for row in connection.execute(
        select(staff_session.c.staff_id, staff_session.c.id).where(
            staff_session.c.staff_id.in_(people), staff_session.c.expires_ms > now_ms
        )
    ):
        sessions.setdefault(StaffId(row.staff_id), set()).add(row.id)
    for row in connection.execute(
        select(team_member.c.staff_id, team_member.c.team_id).where(
            team_member.c.staff_id.in_(people)
        )
    ):
        teams.setdefault(StaffId(row.staff_id), set()).add(TeamId(row.team_id))
    return sessions, teams


def enabled(connection: Connection, people: Collection[StaffId]) -> list[StaffId]:
    """Return those of some people who may answer, and whose account is not switched off."""
    rows = connection.execute(
        select(staff.c.id).where(
            staff.c.id.in_(people), staff.c.disabled_ms.is_(None), staff.c.role != Role.EDITOR
        )
    )
    return [StaffId(row.id) for row in rows]


def drop_session(connection: Connection, session_id: int, *, staff_id: StaffId) -> bool:
    """End one session of somebody; say whether there was one."""
    result = connection.execute(
        delete(staff_session).where(
            staff_session.c.id == session_id, staff_session.c.staff_id == staff_id
        )
    )
    return result.rowcount == 1


def drop_sessions(connection: Connection, staff_id: StaffId, *, but: int | None = None) -> int:
    """End all sessions of somebody, all but one if one is named; say how many."""
    query = delete(staff_session).where(staff_session.c.staff_id == staff_id)
    if but is not None:
        query = query.where(staff_session.c.id != but)
    return connection.execute(query).rowcount


def drop_expired(connection: Connection, *, now_ms: int) -> None:
    """Forget sessions and links whose time is over."""
    connection.execute(delete(staff_session).where(staff_session.c.expires_ms <= now_ms))
    connection.execute(delete(setup_link).where(setup_link.c.expires_ms <= now_ms))


# Set-up links


def add_link(
    connection: Connection,
    staff_id: StaffId | None,
    *,
    token_hash: str,
    now_ms: int,
    expires_ms: int,
) -> None:
    """Add a link for an account (None: the first one) and forget the older ones for it."""
    connection.execute(delete(setup_link).where(_for(staff_id)))
    connection.execute(
        insert(setup_link).values(
            token_hash=token_hash, staff_id=staff_id, created_ms=now_ms, expires_ms=expires_ms
        )
    )


def _for(staff_id: StaffId | None) -> Any:
    return setup_link.c.staff_id.is_not_distinct_from(staff_id)


def find_link(
    connection: Connection, token_hash: str, *, now_ms: int
) -> tuple[int, StaffId | None] | None:
    """Return an unused live link: its id and for whom it is (None: the first account)."""
    row = connection.execute(
        select(setup_link.c.id, setup_link.c.staff_id).where(
            setup_link.c.token_hash == token_hash,
            setup_link.c.used_ms.is_(None),
            setup_link.c.expires_ms > now_ms,
        )
    ).first()
    if row is None:
        return None
    return row.id, None if row.staff_id is None else StaffId(row.staff_id)


def use_link(connection: Connection, link_id: int, *, now_ms: int) -> bool:
    """Mark a link used; of two who try at once, one is told yes."""
    result = connection.execute(
        update(setup_link)
        .where(setup_link.c.id == link_id, setup_link.c.used_ms.is_(None))
        .values(used_ms=now_ms)
    )
    return result.rowcount == 1
