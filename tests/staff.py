"""People of the staff for tests of a running server."""

import secrets

from sqlalchemy import Connection

from chatserver.domain.people import Role
from chatserver.services import staff
from tests.server import now_ms


def hire_editor(connection: Connection) -> str:
    """Return the token of a new editor's session."""
    account = staff.create_account(
        connection, email="gizem@shop.example", name="Gizem", role=Role.EDITOR, language="tr",
        password_hash=None, now_ms=now_ms(),
    )  # fmt: skip
    token = secrets.token_urlsafe(32)
    staff.start_session(connection, account.id, token=token, now_ms=now_ms())
    return token
