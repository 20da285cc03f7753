"""Sites and teams; the only place that decodes a site's settings."""

from datetime import time
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, insert, select, update

from chatserver.domain.hours import Span, WeeklyHours
from chatserver.domain.ids import PublicId, SiteId, TeamId
from chatserver.domain.people import Team
from chatserver.domain.sites import Site, SiteSettings
from chatserver.domain.widgets import WidgetSettings
from chatserver.storage.schema import site, team


class _Settings(msgspec.Struct, frozen=True, kw_only=True):
    """`SiteSettings` as JSON: hours are `{"mon": [["09:00", "18:00"]], …}`."""

    name: str
    origins: tuple[str, ...] = ()
    zone: str = "Europe/Istanbul"
    hours: dict[str, list[tuple[str, str]]] = msgspec.field(default_factory=dict)
    language: str = "tr"
    first_responder: str = "people"
    accent: str = "#1f5f4d"
    offer_s: int = 20
    patience_s: int = 30
    grace_s: int = 45
    order_example: str = ""
    order_pattern: str = ""
    contact: dict[str, str] = msgspec.field(default_factory=dict)
    privacy_url: str = ""
    widget: WidgetSettings = msgspec.field(default_factory=WidgetSettings)


DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _decode(text: str) -> SiteSettings:
    raw = msgspec.json.decode(text, type=_Settings)
    days = tuple(
        tuple(
            Span(time.fromisoformat(start), time.fromisoformat(end))
            for start, end in raw.hours.get(day, [])
        )
        for day in DAYS
    )
    values = {
        field.name: getattr(raw, field.name)
        for field in msgspec.structs.fields(_Settings)
        if field.name not in {"zone", "hours"}
    }
    return SiteSettings(hours=WeeklyHours(raw.zone, days), **values)


def _encode(settings: SiteSettings) -> str:
    hours = {
        day: [(span.start.strftime("%H:%M"), span.end.strftime("%H:%M")) for span in spans]
        for day, spans in zip(DAYS, settings.hours.days, strict=True)
    }
    values = {
        field.name: getattr(settings, field.name)
        for field in msgspec.structs.fields(_Settings)
        if field.name not in {"zone", "hours"}
    }
    raw = _Settings(zone=settings.hours.zone, hours=hours, **values)
    return msgspec.json.encode(raw).decode()


def _site(row: Row[*tuple[Any, ...]]) -> Site:
    return Site(SiteId(row.id), row.key, _decode(row.settings))


_COLUMNS = (site.c.id, site.c.key, site.c.settings)


def find(connection: Connection, key: str) -> Site | None:
    """Return the site with that key."""
    row = connection.execute(select(*_COLUMNS).where(site.c.key == key)).first()
    return _site(row) if row else None


def get(connection: Connection, site_id: SiteId) -> Site:
    """Return the site with that inner id."""
    return _site(connection.execute(select(*_COLUMNS).where(site.c.id == site_id)).one())


def every(connection: Connection) -> list[Site]:
    """Return all sites, in the order they were made."""
    return [_site(row) for row in connection.execute(select(*_COLUMNS).order_by(site.c.id))]


def create(connection: Connection, key: str, settings: SiteSettings, *, now_ms: int) -> Site:
    """Add a site."""
    row = connection.execute(
        insert(site)
        .values(key=key, settings=_encode(settings), created_ms=now_ms)
        .returning(site.c.id)
    ).one()
    return Site(SiteId(row.id), key, settings)


def save(connection: Connection, site_id: SiteId, settings: SiteSettings) -> None:
    """Replace a site's settings."""
    connection.execute(update(site).where(site.c.id == site_id).values(settings=_encode(settings)))


_TEAM = (team.c.id, team.c.public_id, team.c.site_id, team.c.name)


def _team(row: Row[*tuple[Any, ...]]) -> Team:
    return Team(TeamId(row.id), PublicId(row.public_id), SiteId(row.site_id), row.name)


def create_team(connection: Connection, site_id: SiteId, name: str, public_id: PublicId) -> Team:
    """Add a team to a site."""
    row = connection.execute(
        insert(team)
        .values(site_id=site_id, name=name, public_id=public_id)
        .returning(team.c.id, team.c.public_id, team.c.site_id, team.c.name)
    ).one()
    return _team(row)


def teams(connection: Connection, site_id: SiteId | None = None) -> list[Team]:
    """Return a site's teams, or every team; the oldest, which gets new conversations, first."""
    query = select(*_TEAM).order_by(team.c.id)
    if site_id is not None:
        query = query.where(team.c.site_id == site_id)
    return [_team(row) for row in connection.execute(query)]


def find_team(connection: Connection, public_id: PublicId) -> Team | None:
    """Return the team with that public id."""
    row = connection.execute(select(*_TEAM).where(team.c.public_id == public_id)).first()
    return _team(row) if row else None
