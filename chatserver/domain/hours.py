"""When people of a site or a team are there: a week, and days that are unlike it; knows no clock.

What counts on a day, the first that says something: an exception for that very day, a campaign that
is on, a public holiday (a half one closes at its hour), the weekday. Spans are local times of one
zone; moments are compared in UTC, so a day that has 23 or 25 hours is right too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LOOKS_AHEAD_DAYS = 62
"""Who does not open for so long is said to be closed, without a day."""


@dataclass(frozen=True, slots=True)
class Span:
    """One stretch of opening on a day.

    Args:
        start: local time it opens.
        end: local time it closes; not after `start` means on the next day (`time(0)` is midnight).
    """

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Holiday:
    """A public holiday.

    Args:
        names: by language.
        closes_at: local time from which a half one counts; None for a whole day.
    """

    names: Mapping[str, str]
    closes_at: time | None = None


@dataclass(frozen=True, slots=True)
class Campaign:
    """Days with hours of their own, holidays included.

    Args:
        first, last: both included.
        spans: of each of these days.
    """

    name: str
    first: date
    last: date
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """When people are usually there.

    Hours never keep a free agent from a visitor; they only word what is said when nobody is there.

    Args:
        zone: time zone name, e.g. `Europe/Istanbul`.
        days: seven tuples of spans, Monday first; all empty when the hours are unknown.
        country: whose public holidays close (`TR`), or "" for none.
        exceptions: single days with hours of their own; no span closes the day.
        campaigns: stretches of days with hours of their own.
    """

    zone: str
    days: tuple[tuple[Span, ...], ...]
    country: str = ""
    exceptions: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)
    campaigns: tuple[Campaign, ...] = ()

    @property
    def known(self) -> bool:
        """Whether any hour is set."""
        return any(self.days)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Hours with the holidays that fall into them.

    Args:
        holidays: of the years that may be asked about, by day.
    """

    hours: WeeklyHours
    holidays: Mapping[date, Holiday] = field(default_factory=dict)

    def spans(self, day: date) -> tuple[Span, ...]:
        """Return when people are there on a day."""
        own = self.hours.exceptions.get(day)
        if own is not None:
            return own
        for campaign in self.hours.campaigns:
            if campaign.first <= day <= campaign.last:
                return campaign.spans
        usual = self.hours.days[day.weekday()]
        holiday = self.holidays.get(day)
        if holiday is None:
            return usual
        return () if holiday.closes_at is None else _until(usual, holiday.closes_at)

    def is_open(self, now: datetime) -> bool:
        """Whether `now` (aware) lies in a span, one that began the day before included."""
        today = self._local(now).date()
        moment = now.astimezone(UTC)
        for day in (today - timedelta(days=1), today):
            for span in self.spans(day):
                start, end = self._moments(day, span)
                if start <= moment < end:
                    return True
        return False

    def next_opening(self, now: datetime) -> datetime | None:
        """Return when it opens next (aware, local zone); None when never soon, or unknown."""
        if not self.hours.known and not self.hours.exceptions:
            return None
        today, moment = self._local(now).date(), now.astimezone(UTC)
        for ahead in range(LOOKS_AHEAD_DAYS):
            day = today + timedelta(days=ahead)
            starts = [self._moments(day, span)[0] for span in self.spans(day)]
            later = [start for start in sorted(starts) if start > moment]
            if later:
                return self._local(later[0])
        return None

    def closed_by(self, now: datetime) -> Holiday | None:
        """Return the holiday for which it is closed at a moment that a usual week has open."""
        local = self._local(now)
        holiday = self.holidays.get(local.date())
        if holiday is None or self.is_open(now) or not self.hours.known:
            return None
        if holiday.closes_at is not None and local.time() < holiday.closes_at:
            return None
        is_usual = any(span.start <= local.time() for span in self.hours.days[local.weekday()])
        is_whole = holiday.closes_at is None and bool(self.hours.days[local.weekday()])
        return holiday if is_usual or is_whole else None

    def _local(self, now: datetime) -> datetime:
        return now.astimezone(ZoneInfo(self.hours.zone))

    def _moments(self, day: date, span: Span) -> tuple[datetime, datetime]:
        zone = ZoneInfo(self.hours.zone)
        start = datetime.combine(day, span.start, tzinfo=zone)
        end_day = day + timedelta(days=1) if span.end <= span.start else day
        end = datetime.combine(end_day, span.end, tzinfo=zone)
        return start.astimezone(UTC), end.astimezone(UTC)


def _until(spans: tuple[Span, ...], closes_at: time) -> tuple[Span, ...]:
    """Return spans cut where a half holiday begins."""
    kept = []
    for span in spans:
        if span.start >= closes_at:
            continue
        goes_on = span.end > closes_at or span.end <= span.start
        kept.append(Span(span.start, closes_at) if goes_on else span)
    return tuple(kept)
