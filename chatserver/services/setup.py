"""Setting up: sites with their teams, invited accounts, the link for the very first one."""

import re
import secrets
from collections.abc import Sequence
from datetime import time
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from chatserver.domain.hours import Span, WeeklyHours
from chatserver.domain.ids import PublicId
from chatserver.domain.people import Role
from chatserver.domain.sites import Site, SiteSettings
from chatserver.errors import Code, Refusal
from chatserver.services import staff
from chatserver.storage import agents, sites
from chatserver.storage import staff as accounts_table
from chatserver.storage.staff import StaffAccount

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(
    r"(?P<first>mon|tue|wed|thu|fri|sat|sun)(?:-(?P<last>mon|tue|wed|thu|fri|sat|sun))?"
    r"\s+(?P<start>\d\d:\d\d)-(?P<end>\d\d:\d\d)"
)


def parse_hours(lines: Sequence[str], zone: str) -> WeeklyHours:
    """Return weekly hours of lines such as `mon-fri 09:00-18:00`.

    Raises:
        Refusal: `bad_request`, naming the line or the zone.
    """
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise Refusal(Code.BAD_REQUEST, f"There is no time zone {zone!r}.") from None
    days: list[list[Span]] = [[] for _ in DAYS]
    for line in lines:
        found = _HOURS.fullmatch(line.strip().lower())
        try:
            if found is None:
                raise ValueError(line)
            span = Span(time.fromisoformat(found["start"]), time.fromisoformat(found["end"]))
        except ValueError:
            raise Refusal(
                Code.BAD_REQUEST, f"Hours look like `mon-fri 09:00-18:00`, not {line!r}."
            ) from None
        first = DAYS.index(found["first"])
        last = DAYS.index(found["last"] or found["first"])
        for day in range(first, last + 1 if last >= first else last + 8):
            days[day % 7].append(span)
    country = "TR" if zone == "Europe/Istanbul" else ""
    return WeeklyHours(zone, tuple(tuple(spans) for spans in days), country=country)


def check_origin(origin: str) -> str:
    """Return an origin as browsers write it.

    Raises:
        Refusal: `bad_request`.
    """
    parts = urlsplit(origin)
    if (
        parts.scheme not in {"http", "https"}
        or not parts.netloc
        or parts.path.strip("/")
        or any(char in parts.netloc for char in " ;,'\"@*")
    ):
        raise Refusal(Code.BAD_REQUEST, f"{origin!r} is not an origin like https://shop.example.")
    return f"{parts.scheme}://{parts.netloc}".lower()


def check_web_address(url: str) -> str:
    """Return an address that a shopper may be sent to.

    Raises:
        Refusal: `bad_request`.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc or "@" in parts.netloc:
        raise Refusal(Code.BAD_REQUEST, f"{url!r} is not a web address.")
    return url


def add_site(
    connection: Connection,
    key: str,
    *,
    name: str,
    origins: Sequence[str],
    language: str,
    zone: str,
    hours: Sequence[str],
    team: str,
    now_ms: int,
    privacy_url: str = "",
) -> Site:
    """Add a website with its first team; every agent there is joins it.

    Raises:
        Refusal: `bad_request` for what is not well formed, `taken` for a key in use.
    """
    if not re.fullmatch(r"[a-z0-9-]{1,64}", key):
        raise Refusal(Code.BAD_REQUEST, "A site key has small letters, figures and hyphens.")
    if sites.find(connection, key) is not None:
        raise Refusal(Code.TAKEN, f"There is a site {key!r} already.")
    settings = SiteSettings(
        name=name,
        origins=tuple(check_origin(origin) for origin in origins),
        hours=parse_hours(hours, zone),
        language=language,
        privacy_url=check_web_address(privacy_url) if privacy_url else "",
    )
    site = sites.create(connection, key, settings, now_ms=now_ms)
    first = sites.create_team(connection, site.id, team, PublicId(secrets.token_urlsafe(16)))
    for agent in agents.every(connection):
        accounts_table.join_team(connection, agent.id, first.id)
    return site


def invite(
    connection: Connection,
    *,
    email: str,
    name: str,
    role: Role,
    language: str,
    capacity: int,
    now_ms: int,
) -> str:
    """Add an account in every team and return the token of its set-up link.

    Raises:
        Refusal: `bad_request`, `taken`.
    """
    account = staff.create_account(
        connection,
        email=email,
        name=name,
        role=role,
        language=language,
        password_hash=None,
        capacity=capacity,
        now_ms=now_ms,
    )
    for team in sites.teams(connection):
        staff.join_team(connection, account, team)
    return staff.create_setup_link(connection, account.id, now_ms)


def new_link(connection: Connection, *, email: str, now_ms: int) -> str:
    """Return the token of a new set-up link for an account.

    Raises:
        Refusal: `not_found`.
    """
    found = accounts_table.find_by_email(connection, staff.fold_email(email))
    if found is None:
        raise Refusal(Code.NOT_FOUND, f"There is no account {email!r}.")
    return staff.create_setup_link(connection, found[0].id, now_ms)


def first_link(connection: Connection, *, now_ms: int) -> str | None:
    """Return the token that makes the first account; None when there is one."""
    if not staff.needs_first_account(connection):
        return None
    return staff.create_setup_link(connection, None, now_ms)


def accounts(connection: Connection) -> list[StaffAccount]:
    """Return every account."""
    return accounts_table.every(connection)


def sites_of(connection: Connection) -> list[Site]:
    """Return every site."""
    return sites.every(connection)
