"""Weekly opening hours of a site, in its own time zone; knows no holidays yet and no clock."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Span:
    """One stretch of opening on a weekday.

    Args:
        start: local time it opens.
        end: local time it closes; `time(0)` means midnight at the end of that day.
    """

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """When people are usually there.

    Hours never keep a free agent from a visitor; they only word what is said when nobody is there.

    Args:
        zone: time zone name, e.g. `Europe/Istanbul`.
        days: seven tuples of spans, Monday first; all empty when the hours are unknown.
    """

    zone: str
    days: tuple[tuple[Span, ...], ...]

    @property
    def known(self) -> bool:
        """Whether any hour is set."""
        return any(self.days)

    def _moments(self, day: datetime, span: Span) -> tuple[datetime, datetime]:
        zone = ZoneInfo(self.zone)
        start = datetime.combine(day.date(), span.start, tzinfo=zone)
        end_day = day.date() + timedelta(days=1) if span.end <= span.start else day.date()
        return start, datetime.combine(end_day, span.end, tzinfo=zone)

    def is_open(self, now: datetime) -> bool:
        """Whether `now` (aware) lies in a span, one that began yesterday included."""
        local = now.astimezone(ZoneInfo(self.zone))
        for back in (0, 1):
            day = local - timedelta(days=back)
            for span in self.days[day.weekday()]:
                start, end = self._moments(day, span)
                if start <= now < end:
                    return True
        return False

    def next_opening(self, now: datetime) -> datetime | None:
        """Return when it opens next (aware, local zone); None when never or hours are unknown."""
        local = now.astimezone(ZoneInfo(self.zone))
        for ahead in range(8):
            day = local + timedelta(days=ahead)
            starts = [self._moments(day, span)[0] for span in self.days[day.weekday()]]
            later = [start for start in sorted(starts) if start > now]
            if later:
                return later[0]
        return None
