"""People of the staff for tests of a running server."""

import secrets
from dataclasses import dataclass

from sqlalchemy import Connection

from chatserver.domain.people import Role, Team
from chatserver.services import staff
from tests.clock import now_ms


@dataclass
class Account:
    """A member of staff with a session."""

    id: int
    public_id: str
    name: str
    token: str


def hire_agent(connection: Connection, name: str, *, team: Team, capacity: int) -> Account:
    """Return a new agent of a team, with a session."""
    account = staff.create_account(
        connection,
        email=f"{name.replace(' ', '').lower()}@shop.example",
        name=name,
        role=Role.AGENT,
        language="tr",
        password_hash=None,
        capacity=capacity,
        now_ms=now_ms(),
    )
    staff.join_team(connection, account, team)
    token = secrets.token_urlsafe(32)
    staff.start_session(connection, account.id, token=token, now_ms=now_ms())
    return Account(account.id, account.public_id, name, token)


def hire_editor(connection: Connection) -> str:
    """Return the token of a new editor's session."""
    account = staff.create_account(
        connection, email="gizem@shop.example", name="Gizem", role=Role.EDITOR, language="tr",
        password_hash=None, now_ms=now_ms(),
    )  # fmt: skip
    token = secrets.token_urlsafe(32)
    staff.start_session(connection, account.id, token=token, now_ms=now_ms())
    return token
