"""Opening hours as an owner types them: read, checked, said back; and the days of the coming year.

A day is `09:00-12:30, 13:30-18:00`, nothing when closed. A special day and a campaign are a line
each, cells parted by `|`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from chatserver.domain.hours import Campaign, Span, WeeklyHours
from chatserver.services.holidays import COUNTRIES, calendar_of

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ZONES = (
    "Europe/Istanbul", "Europe/London", "Europe/Berlin", "Europe/Paris", "Europe/Amsterdam",
    "Europe/Vienna", "Europe/Athens", "Europe/Sofia", "Asia/Nicosia", "Asia/Baku", "Asia/Dubai",
    "America/New_York", "UTC",
)  # fmt: skip
"""Offered; any other that exists may be typed."""

MAX_SPANS = 6
MAX_LINES = 100
MAX_NAME_CHARS = 80
AHEAD_DAYS = 365
DAY_MINUTES = 24 * 60

_SPAN = re.compile(
    r"(?P<h1>\d{1,2})(?:[:.](?P<m1>\d\d))?\s*[-–—]\s*(?P<h2>\d{1,2})(?:[:.](?P<m2>\d\d))?\Z"
)


class Unreadable(Exception):
    """Something typed is no hours. line: of several, from 1."""

    def __init__(self, line: int = 0) -> None:
        super().__init__(line)
        self.line = line


@dataclass(frozen=True, slots=True)
class TypedHours:
    """A form as it was read. problems: fields that are not good, with the line, 0 for the whole."""

    hours: WeeklyHours
    problems: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ComingDay:
    """A day of the coming year that is unlike its week.

    Args:
        names: by language; the campaign's own in both; empty for a special day.
        kind: `holiday`, `half`, `campaign` or `special`.
        spans: when people are there on it.
    """

    day: date
    names: Mapping[str, str]
    kind: str
    spans: tuple[Span, ...]


def _clock(hour: str, minute: str | None) -> time:
    whole = int(hour) * 60 + int(minute or 0)
    if whole > DAY_MINUTES or int(minute or 0) > 59:
        raise Unreadable
    return time(whole // 60 % 24, whole % 60)


def read_spans(text: str) -> tuple[Span, ...]:
    """Read `09:00-12:30, 13:30-18:00`; a span may go on after midnight, none may meet another.

    Raises:
        Unreadable: for anything else.
    """
    spans = []
    for part in text.replace(";", ",").split(","):
        if not part.strip():
            continue
        found = _SPAN.match(part.strip())
        if found is None:
            raise Unreadable
        spans.append(Span(_clock(found["h1"], found["m1"]), _clock(found["h2"], found["m2"])))
    spans.sort(key=lambda span: span.start)
    ends = [_end(span) for span in spans]
    begins = [_minutes(span.start) for span in spans]
    if len(spans) > MAX_SPANS or any(
        begin < end for end, begin in zip(ends, begins[1:], strict=False)
    ):
        raise Unreadable
    return tuple(spans)


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _end(span: Span) -> int:
    end = _minutes(span.end)
    return end if end > _minutes(span.start) else end + DAY_MINUTES


def write_spans(spans: tuple[Span, ...]) -> str:
    """Return hours as they are typed; the end of a day as 24:00."""
    return ", ".join(
        f"{span.start:%H:%M}-{'24:00' if span.end == time() else f'{span.end:%H:%M}'}"
        for span in spans
    )


def _lines(text: str) -> list[tuple[int, list[str]]]:
    found = [
        (number, [cell.strip() for cell in line.split("|")])
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip()
    ]
    if len(found) > MAX_LINES:
        raise Unreadable(MAX_LINES + 1)
    return found


def read_exceptions(text: str) -> dict[date, tuple[Span, ...]]:
    """Read lines of `2026-12-31 | 09:00-13:00`; without hours the day is closed.

    Raises:
        Unreadable: with the line.
    """
    days: dict[date, tuple[Span, ...]] = {}
    for number, cells in _lines(text):
        try:
            day = date.fromisoformat(cells[0])
            if len(cells) > 2 or day in days:
                raise Unreadable
            days[day] = read_spans(cells[1] if len(cells) == 2 else "")
        except (ValueError, Unreadable):
            raise Unreadable(number) from None
    return days


def read_campaigns(text: str) -> tuple[Campaign, ...]:
    """Read lines of `Efsane günler | 2026-11-27 | 2026-11-30 | 09:00-24:00`.

    Raises:
        Unreadable: with the line.
    """
    found: list[Campaign] = []
    for number, cells in _lines(text):
        try:
            name, first, last, spans = cells
            read = Campaign(
                name, date.fromisoformat(first), date.fromisoformat(last), read_spans(spans)
            )
            if not name or len(name) > MAX_NAME_CHARS or read.last < read.first or not read.spans:
                raise Unreadable
        except (ValueError, Unreadable):
            raise Unreadable(number) from None
        found.append(read)
    return tuple(found)


def write_exceptions(hours: WeeklyHours) -> str:
    """Return special days as they are typed."""
    return "\n".join(
        f"{day.isoformat()} | {write_spans(spans)}".rstrip(" |")
        for day, spans in sorted(hours.exceptions.items())
    )


def write_campaigns(hours: WeeklyHours) -> str:
    """Return campaigns as they are typed."""
    return "\n".join(
        f"{one.name} | {one.first.isoformat()} | {one.last.isoformat()} | {write_spans(one.spans)}"
        for one in hours.campaigns
    )


def written(hours: WeeklyHours) -> dict[str, str]:
    """Return hours as a form has them."""
    form = {day: write_spans(spans) for day, spans in zip(DAYS, hours.days, strict=True)}
    form |= {"exceptions": write_exceptions(hours), "campaigns": write_campaigns(hours)}
    form |= {"zone": hours.zone, **({"country": hours.country} if hours.country else {})}
    return form


def read_form(form: Mapping[str, str], *, zone: str | None = None) -> TypedHours:
    """Read a form; what is not good is empty in `hours` and named.

    Args:
        zone: where it is not asked for: a team's is its site's.
    """
    problems: dict[str, int] = {}

    def days() -> tuple[tuple[Span, ...], ...]:
        found = []
        for day in DAYS:
            try:
                found.append(read_spans(form.get(day, "")))
            except Unreadable:
                problems[day] = 0
                found.append(())
        return tuple(found)

    where = zone or form.get("zone", "").strip()
    try:
        ZoneInfo(where)
    except (KeyError, ValueError, OSError):
        problems["zone"] = 0
        where = "UTC"
    country = form.get("country", "")
    hours = WeeklyHours(where, days(), country=country if country in COUNTRIES else "")
    exceptions: dict[date, tuple[Span, ...]] = {}
    campaigns: tuple[Campaign, ...] = ()
    try:
        exceptions = read_exceptions(form.get("exceptions", ""))
    except Unreadable as error:
        problems["exceptions"] = error.line
    try:
        campaigns = read_campaigns(form.get("campaigns", ""))
    except Unreadable as error:
        problems["campaigns"] = error.line
    return TypedHours(
        WeeklyHours(
            hours.zone,
            hours.days,
            country=hours.country,
            exceptions=exceptions,
            campaigns=campaigns,
        ),
        problems,
    )


def coming(hours: WeeklyHours, now: datetime) -> list[ComingDay]:
    """Return the days of the coming year that are unlike their week, the next first."""
    local = now.astimezone(ZoneInfo(hours.zone))
    calendar = calendar_of(hours, local)
    found = []
    for ahead in range(AHEAD_DAYS):
        day = local.date() + timedelta(days=ahead)
        campaign = next((one for one in hours.campaigns if one.first <= day <= one.last), None)
        holiday = calendar.holidays.get(day)
        names: Mapping[str, str] = holiday.names if holiday else {}
        if day in hours.exceptions:
            kind = "special"
        elif campaign is not None:
            kind, names = "campaign", {"tr": campaign.name, "en": campaign.name}
        elif holiday is not None:
            kind = "holiday" if holiday.closes_at is None else "half"
        else:
            continue
        found.append(ComingDay(day, names, kind, calendar.spans(day)))
    return found
