"""Accounts of staff, their sessions and set-up links; knows no password and no page."""

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass

import structlog
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import Connection

from chatserver.domain.ids import PublicId, StaffId
from chatserver.domain.people import Role, Team
from chatserver.errors import Code, Refusal
from chatserver.storage import staff
from chatserver.storage.staff import StaffAccount, StaffSession

MAX_NAME_CHARS = 80
MAX_EMAIL_CHARS = 254
DEFAULT_CAPACITY = 4

SESSION_COOKIE = "__Host-staff"
"""Name of the cookie; the prefix makes browsers demand https, this host alone and path `/`."""

ABSOLUTE_MS = 12 * 3600 * 1000
"""How long a session lives at most. Source: OWASP ASVS 5.0, 7.3.2."""

IDLE_MS = 30 * 60 * 1000
"""How long one lives without a request or a live lease. Source: OWASP ASVS 5.0, 7.3.1."""

TOUCH_MS = 60_000
"""How old `used_ms` may grow before it is written again."""

LINK_MS = 24 * 3600 * 1000

log = structlog.get_logger(__name__)


# What people type


def fold_email(email: str) -> str:
    """Return an e-mail as it is compared: `İNFO@` from a Turkish keyboard means `info@`."""
    plain = unicodedata.normalize("NFC", email.strip()).translate(
        {ord("İ"): "i", ord("I"): "i", ord("ı"): "i"}
    )
    return plain.lower().replace("\u0307", "")


def check_email(email: str) -> str:
    """Return the folded e-mail, or refuse.

    Raises:
        Refusal: `bad_request` for what is no address.
    """
    try:
        checked = validate_email(
            fold_email(email)[: MAX_EMAIL_CHARS + 1],
            check_deliverability=False,
            allow_smtputf8=False,
            globally_deliverable=False,
        )
    except EmailNotValidError:
        raise Refusal(Code.BAD_REQUEST, "This is not an e-mail address.") from None
    return (checked.ascii_email or checked.normalized).lower()


def _digest(token: str) -> str:
    """What is stored of a token: 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


# Accounts (units: they take the connection)


def create_account(
    connection: Connection,
    *,
    email: str,
    name: str,
    role: Role,
    language: str,
    password_hash: str | None,
    now_ms: int,
    capacity: int = DEFAULT_CAPACITY,
) -> StaffAccount:
    """Add an account; without a hash nobody can sign in until a set-up link gives it a password.

    Raises:
        Refusal: `bad_request` for an e-mail or a name that is none, `taken` for an e-mail in use.
    """
    email = check_email(email)
    name = " ".join(name.split())
    if not 1 <= len(name) <= MAX_NAME_CHARS or not name.isprintable():
        raise Refusal(Code.BAD_REQUEST, "A name has 1 to 80 characters.")
    if staff.find_by_email(connection, email) is not None:
        raise Refusal(Code.TAKEN, "There is already an account with this e-mail address.")
    account = staff.create(
        connection,
        public_id=PublicId(secrets.token_urlsafe(16)),
        email=email,
        name=name,
        role=role,
        language=language,
        password_hash=password_hash,
        created_ms=now_ms,
        capacity=capacity,
        idle_since_ms=now_ms,
    )
    log.info("account created", staff=account.public_id, role=role.value)
    return account


def join_team(connection: Connection, member: StaffAccount, team: Team) -> None:
    """Put somebody into a team; harmless when they are in it."""
    staff.join_team(connection, member.id, team.id)


def disable_account(connection: Connection, staff_id: StaffId, *, now_ms: int) -> int:
    """Keep somebody out from now on; their sessions end. Return how many did."""
    staff.change(connection, staff_id, disabled_ms=now_ms)
    return staff.drop_sessions(connection, staff_id)


def store_hash(connection: Connection, staff_id: StaffId, password_hash: str) -> None:
    """Replace the hash of an unchanged password by a stronger one."""
    staff.change(connection, staff_id, password_hash=password_hash)


def set_password(
    connection: Connection, staff_id: StaffId, password_hash: str, *, keep: int | None = None
) -> int:
    """Replace a password and end every other session; return how many ended."""
    staff.change(connection, staff_id, password_hash=password_hash)
    ended = staff.drop_sessions(connection, staff_id, but=keep)
    log.info("password changed", staff_id=staff_id, sessions_ended=ended)
    return ended


# Sessions (units)


def start_session(
    connection: Connection,
    staff_id: StaffId,
    *,
    token: str,
    now_ms: int,
    device: str = "",
    instead_of: str | None = None,
) -> None:
    """Begin a session; the one whose token the browser still carried ends, so none is taken over.

    Raises:
        Refusal: `unauthenticated` when the account was disabled meanwhile.
    """
    account, _ = staff.get(connection, staff_id)
    if account.disabled:
        raise Refusal(Code.UNAUTHENTICATED)
    staff.drop_expired(connection, now_ms=now_ms)
    if instead_of:
        sign_out(connection, instead_of)
    staff.add_session(
        connection,
        staff_id,
        token_hash=_digest(token),
        now_ms=now_ms,
        expires_ms=now_ms + ABSOLUTE_MS,
        device=device[:200],
    )


def account_of_session(
    connection: Connection, token: str, *, now_ms: int
) -> tuple[StaffAccount, StaffSession] | None:
    """Return whose live session this is; None when it is nobody's.

    A session lives twelve hours at most, and thirty minutes after it was last used or its
    owner's lease (the proof of life of an open console) ended, whichever was later.
    """
    found = staff.find_session(connection, _digest(token))
    if found is None:
        return None
    account, session, lease_until_ms = found
    last_life = max(session.used_ms, min(lease_until_ms, now_ms))
    over = now_ms >= session.expires_ms or now_ms - last_life > IDLE_MS
    return None if over or account.disabled else (account, session)


def needs_touch(session: StaffSession, *, now_ms: int) -> bool:
    """Whether it is time to record that a session is in use."""
    return now_ms - session.used_ms >= TOUCH_MS


def touch_session(connection: Connection, session_id: int, *, now_ms: int) -> None:
    """Record that a session is in use."""
    staff.touch_session(connection, session_id, now_ms=now_ms)


def list_sessions(connection: Connection, staff_id: StaffId, *, now_ms: int) -> list[StaffSession]:
    """Return somebody's sessions that have not run out, the one used last first."""
    return [s for s in staff.sessions_of(connection, staff_id) if s.expires_ms > now_ms]


def sign_out(connection: Connection, token: str) -> StaffAccount | None:
    """End the session of a token and return whose it was."""
    found = staff.find_session(connection, _digest(token))
    if found is None:
        return None
    account, session, _ = found
    staff.drop_session(connection, session.id, staff_id=account.id)
    log.info("signed out", staff=account.public_id)
    return account


def end_session(connection: Connection, staff_id: StaffId, session_id: int) -> None:
    """End one of somebody's own sessions.

    Raises:
        Refusal: `not_found` for another's or none.
    """
    if not staff.drop_session(connection, session_id, staff_id=staff_id):
        raise Refusal(Code.NOT_FOUND)


def end_sessions(connection: Connection, staff_id: StaffId, *, but: int | None = None) -> int:
    """End all of somebody's sessions, all but one if one is named; return how many ended."""
    return staff.drop_sessions(connection, staff_id, but=but)


# Set-up links (units)


def create_setup_link(connection: Connection, staff_id: StaffId | None, now_ms: int) -> str:
    """Return the token of a new link, for an account or (None) for the very first one.

    It works once, for 24 hours, and makes older links for the same purpose worthless.

    Raises:
        Refusal: `forbidden` for a first account when there are accounts.
    """
    if staff_id is None and staff.anybody(connection):
        raise Refusal(Code.FORBIDDEN, "There are accounts already.")
    token = secrets.token_urlsafe(32)
    staff.add_link(
        connection,
        staff_id,
        token_hash=_digest(token),
        now_ms=now_ms,
        expires_ms=now_ms + LINK_MS,
    )
    return token


def needs_first_account(connection: Connection) -> bool:
    """Whether nobody can sign in yet."""
    return not staff.anybody(connection)


@dataclass(frozen=True, slots=True)
class SetupLink:
    """A link that still works. account: for whom; None for the first account."""

    id: int
    account: StaffAccount | None


def find_setup_link(connection: Connection, token: str, *, now_ms: int) -> SetupLink:
    """Return a link that still works; changes nothing.

    Raises:
        Refusal: `not_found` for one unknown, used, run out, or for a first account too late.
    """
    found = staff.find_link(connection, _digest(token), now_ms=now_ms)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    link_id, staff_id = found
    if staff_id is None:
        if staff.anybody(connection):
            raise Refusal(Code.NOT_FOUND)
        return SetupLink(link_id, None)
    account, _ = staff.get(connection, staff_id)
    if account.disabled:
        raise Refusal(Code.NOT_FOUND)
    return SetupLink(link_id, account)


def use_setup_link(
    connection: Connection,
    token: str,
    *,
    password_hash: str,
    now_ms: int,
    email: str = "",
    name: str = "",
    language: str = "tr",
) -> StaffAccount:
    """Give an invited account its password, or make the first account: an admin in every team.

    Raises:
        Refusal: `not_found` as in `find_setup_link`; what `create_account` refuses.
    """
    link = find_setup_link(connection, token, now_ms=now_ms)
    account = link.account
    if account is None:
        account = create_account(
            connection,
            email=email,
            name=name,
            role=Role.ADMIN,
            language=language,
            password_hash=password_hash,
            now_ms=now_ms,
        )
        staff.join_every_team(connection, account.id)
    else:
        set_password(connection, account.id, password_hash)
    if not staff.use_link(connection, link.id, now_ms=now_ms):
        raise Refusal(Code.NOT_FOUND)
    log.info("set-up link used", staff=account.public_id)
    return account
