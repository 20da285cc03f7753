"""Weekly hours in the site's own zone, over midnight and over summer time."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from chatserver.domain.hours import Calendar, Span, WeeklyHours

DAY = (Span(time(9), time(18)),)
ISTANBUL = WeeklyHours("Europe/Istanbul", (DAY, DAY, DAY, DAY, DAY, (), ()))


def at(text: str, zone: str = "Europe/Istanbul") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def test_open_and_closed_by_the_sites_clock() -> None:
    assert Calendar(ISTANBUL).is_open(at("2026-11-23T09:00"))
    assert not Calendar(ISTANBUL).is_open(at("2026-11-23T08:59"))
    assert not Calendar(ISTANBUL).is_open(at("2026-11-23T18:00"))
    assert not Calendar(ISTANBUL).is_open(at("2026-11-22T12:00")), "a Sunday"
    assert Calendar(ISTANBUL).is_open(at("2026-11-23T06:30", "UTC"))


def test_the_next_opening_is_told_over_the_weekend() -> None:
    assert Calendar(ISTANBUL).next_opening(at("2026-11-20T19:00")) == at("2026-11-23T09:00")
    assert Calendar(ISTANBUL).next_opening(at("2026-11-23T08:00")) == at("2026-11-23T09:00")
    assert Calendar(ISTANBUL).next_opening(at("2026-11-23T09:00")) == at("2026-11-24T09:00")


def test_a_span_over_midnight_is_open_in_the_night() -> None:
    late = WeeklyHours("Europe/Istanbul", ((Span(time(20), time(2)),),) + ((),) * 6)
    assert Calendar(late).is_open(at("2026-11-23T23:00"))
    assert Calendar(late).is_open(at("2026-11-24T01:59"))
    assert not Calendar(late).is_open(at("2026-11-24T02:00"))
    until_midnight = WeeklyHours("Europe/Istanbul", ((Span(time(20), time(0)),),) + ((),) * 6)
    assert Calendar(until_midnight).is_open(at("2026-11-23T23:59"))
    assert not Calendar(until_midnight).is_open(at("2026-11-24T00:00"))


def test_hours_unknown_open_never_and_say_so() -> None:
    unknown = WeeklyHours("Europe/Istanbul", ((),) * 7)
    assert not unknown.known
    assert not Calendar(unknown).is_open(at("2026-11-23T12:00"))
    assert Calendar(unknown).next_opening(at("2026-11-23T12:00")) is None


def test_summer_time_moves_with_the_zone() -> None:
    berlin = WeeklyHours("Europe/Berlin", (DAY,) * 7)
    assert Calendar(berlin).is_open(datetime(2026, 7, 1, 7, 0, tzinfo=UTC))
    assert not Calendar(berlin).is_open(datetime(2026, 12, 1, 7, 0, tzinfo=UTC))


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)))  # noqa: DTZ001 - naive on purpose
def test_at_the_next_opening_it_is_open_and_a_moment_before_it_was_not(moment: datetime) -> None:
    now = moment.replace(tzinfo=ZoneInfo("Europe/Istanbul"))
    opening = Calendar(ISTANBUL).next_opening(now)
    assert opening is not None and opening > now
    assert Calendar(ISTANBUL).is_open(opening)
    assert not Calendar(ISTANBUL).is_open(opening - timedelta(microseconds=1))
