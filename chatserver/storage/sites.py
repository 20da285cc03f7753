"""Sites and teams; the only place that decodes a site's settings."""

from datetime import date, time
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, insert, select, update

from chatserver.domain.hours import Campaign, Span, WeeklyHours
from chatserver.domain.ids import PublicId, SiteId, TeamId
from chatserver.domain.people import Team
from chatserver.domain.sites import Site, SiteSettings
from chatserver.domain.widgets import WidgetSettings
from chatserver.storage.schema.sites import site, team


class _Settings(msgspec.Struct, frozen=True, kw_only=True):
    """`SiteSettings` as JSON: hours are `{"mon": [["09:00", "18:00"]], …}`."""

    name: str
    origins: tuple[str, ...] = ()
    zone: str = "Europe/Istanbul"
    hours: dict[str, list[tuple[str, str]]] = msgspec.field(default_factory=dict)
    country: str = ""
    exceptions: dict[date, list[tuple[str, str]]] = msgspec.field(default_factory=dict)
    campaigns: tuple["_Campaign", ...] = ()
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
    address: str = "siz"
    widget: WidgetSettings = msgspec.field(default_factory=WidgetSettings)


class _Campaign(msgspec.Struct, frozen=True, kw_only=True):
    """Days with hours of their own: `{"name": …, "first": "2026-11-27", "last": …, "hours": …}`."""

    name: str
    first: date
    last: date
    hours: list[tuple[str, str]] = msgspec.field(default_factory=list)


class _Hours(msgspec.Struct, frozen=True, kw_only=True):
    """A team's own hours; the zone is the site's."""

    hours: dict[str, list[tuple[str, str]]] = msgspec.field(default_factory=dict)
    country: str = ""
    exceptions: dict[date, list[tuple[str, str]]] = msgspec.field(default_factory=dict)
    campaigns: tuple[_Campaign, ...] = ()


DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_OF_HOURS = ("hours", "country", "exceptions", "campaigns")


def _read_spans(spans: list[tuple[str, str]]) -> tuple[Span, ...]:
    return tuple(Span(time.fromisoformat(start), time.fromisoformat(end)) for start, end in spans)


def _write_spans(spans: tuple[Span, ...]) -> list[tuple[str, str]]:
    return [(span.start.strftime("%H:%M"), span.end.strftime("%H:%M")) for span in spans]


def _read_hours(raw: "_Settings | _Hours", zone: str) -> WeeklyHours:
    return WeeklyHours(
        zone,
        tuple(_read_spans(raw.hours.get(day, [])) for day in DAYS),
        country=raw.country,
        exceptions={day: _read_spans(spans) for day, spans in raw.exceptions.items()},
        campaigns=tuple(
            Campaign(one.name, one.first, one.last, _read_spans(one.hours)) for one in raw.campaigns
        ),
    )


def _write_hours(hours: WeeklyHours) -> _Hours:
    return _Hours(
        hours={day: _write_spans(spans) for day, spans in zip(DAYS, hours.days, strict=True)},
        country=hours.country,
        exceptions={day: _write_spans(spans) for day, spans in hours.exceptions.items()},
        campaigns=tuple(
            _Campaign(name=one.name, first=one.first, last=one.last, hours=_write_spans(one.spans))
            for one in hours.campaigns
        ),
    )


def _plain_fields() -> list[str]:
    names = [field.name for field in msgspec.structs.fields(_Settings)]
    return [name for name in names if name not in {"zone", *_OF_HOURS}]


def _decode(text: str) -> SiteSettings:
    raw = msgspec.json.decode(text, type=_Settings)
    values = {name: getattr(raw, name) for name in _plain_fields()}
    return SiteSettings(hours=_read_hours(raw, raw.zone), **values)


def _encode(settings: SiteSettings) -> str:
    hours = _write_hours(settings.hours)
    values = {name: getattr(settings, name) for name in _plain_fields()}
    values |= {name: getattr(hours, name) for name in _OF_HOURS}
    return msgspec.json.encode(_Settings(zone=settings.hours.zone, **values)).decode()


def _site(row: Row[*tuple[Any, ...]]) -> Site:
    return Site(SiteId(row.id), row.key, _decode(row.settings))


_COLUMNS = (site.c.id, site.c.key, site.c.settings)

# Built once: building a statement costs more than running it.
_get = select(*_COLUMNS).where(site.c.id == bindparam("id"))
_every = select(*_COLUMNS).order_by(site.c.id)


def find(connection: Connection, key: str) -> Site | None:
    """Return the site with that key."""
    row = connection.execute(select(*_COLUMNS).where(site.c.key == key)).first()
    return _site(row) if row else None


def get(connection: Connection, site_id: SiteId) -> Site:
    """Return the site with that inner id."""
    return _site(connection.execute(_get, {"id": site_id}).one())


def every(connection: Connection) -> list[Site]:
    """Return all sites, in the order they were made."""
    return [_site(row) for row in connection.execute(_every)]


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


_TEAM = (team.c.id, team.c.public_id, team.c.site_id, team.c.name, team.c.hours)
_teams = select(*_TEAM).order_by(team.c.id)


def _team(row: Row[*tuple[Any, ...]], zone: str) -> Team:
    hours = None
    if row.hours:
        hours = _read_hours(msgspec.json.decode(row.hours, type=_Hours), zone)
    return Team(TeamId(row.id), PublicId(row.public_id), SiteId(row.site_id), row.name, hours)


def _zone(connection: Connection, site_id: SiteId, text: str) -> str:
    """Return a team's zone, its site's; asked for only where the team has hours."""
    return get(connection, site_id).settings.hours.zone if text else ""


def save_team_hours(connection: Connection, team_id: TeamId, hours: WeeklyHours | None) -> None:
    """Give a team hours of its own, or take them away."""
    text = "" if hours is None else msgspec.json.encode(_write_hours(hours)).decode()
    connection.execute(update(team).where(team.c.id == team_id).values(hours=text))


def create_team(connection: Connection, site_id: SiteId, name: str, public_id: PublicId) -> Team:
    """Add a team to a site."""
    row = connection.execute(
        insert(team).values(site_id=site_id, name=name, public_id=public_id).returning(*_TEAM)
    ).one()
    return _team(row, "")


def teams(connection: Connection, site_id: SiteId | None = None) -> list[Team]:
    """Return a site's teams, or every team; the oldest, which gets new conversations, first."""
    query = _teams
    if site_id is not None:
        query = query.where(team.c.site_id == site_id)
    return [
        _team(row, _zone(connection, SiteId(row.site_id), row.hours))
        for row in connection.execute(query).all()
    ]


def find_team(connection: Connection, public_id: PublicId) -> Team | None:
    """Return the team with that public id."""
    row = connection.execute(select(*_TEAM).where(team.c.public_id == public_id)).first()
    return _team(row, _zone(connection, SiteId(row.site_id), row.hours)) if row else None
