"""Turkish holidays 2024-2035 against a table of this project's own.

Religious days: 2026 as Turkish newspapers gave it from Diyanet's calendar, 2025-2035 as a public
leave planner lists them (estimates after 2030, by its own word); 2024 and the second feast of 2033
are the library's and stand here so that a change is noticed. Diyanet's own pages were not read.
National days and half days: Law 2429 on national holidays, with the days added by laws 5892 (1 May)
and 6752 (15 July).
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from chatserver.domain.hours import Calendar, Span, WeeklyHours
from chatserver.services.holidays import HALF_DAY_CLOSES, calendar_of

RAMAZAN = {
    2024: "04-10", 2025: "03-30", 2026: "03-20", 2027: "03-09", 2028: "02-26", 2029: "02-14",
    2030: "02-04", 2031: "01-24", 2032: "01-14", 2033: "01-02", 2034: "12-12", 2035: "12-01",
}  # fmt: skip
KURBAN = {
    2024: "06-16", 2025: "06-06", 2026: "05-27", 2027: "05-16", 2028: "05-05", 2029: "04-24",
    2030: "04-13", 2031: "04-02", 2032: "03-22", 2033: "03-11", 2034: "03-01", 2035: "02-18",
}  # fmt: skip
NATIONAL = ("01-01", "04-23", "05-01", "05-19", "07-15", "08-30", "10-29")
SECOND_RAMAZAN_OF_2033 = date(2033, 12, 23)
"""The lunar year is shorter: 2033 sees the feast in January and again in December."""

ZONE = ZoneInfo("Europe/Istanbul")
DAILY = WeeklyHours("Europe/Istanbul", ((Span(time(9), time(18)),),) * 7, country="TR")


def on(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=ZONE)


def published(year: int) -> dict[date, bool]:
    """Return the year's holidays by day: whether it is a whole one."""
    ramazan, kurban = (date.fromisoformat(f"{year}-{days[year]}") for days in (RAMAZAN, KURBAN))
    days = {date(year, 10, 28): False}
    feasts = [(ramazan, 3), (kurban, 4)]
    if year == 2033:
        feasts.append((SECOND_RAMAZAN_OF_2033, 3))
    for first, count in feasts:
        days.setdefault(first - timedelta(days=1), False)
        days |= {first + timedelta(days=ahead): True for ahead in range(count)}
    return days | {date.fromisoformat(f"{year}-{day}"): True for day in NATIONAL}


@pytest.mark.parametrize("year", range(2024, 2036))
def test_the_holidays_are_those_that_are_published(year: int) -> None:
    calendar = calendar_of(DAILY, datetime(year, 6, 1, tzinfo=UTC))
    known = {
        day: one.closes_at is None for day, one in calendar.holidays.items() if day.year == year
    }
    assert known == published(year)


def test_an_eve_is_half_a_day_and_the_feast_is_named() -> None:
    eve = date(2026, 5, 26)
    calendar = calendar_of(DAILY, on(eve, 9))
    assert time(13) == HALF_DAY_CLOSES
    assert calendar.is_open(on(eve, 12, 59))
    assert not calendar.is_open(on(eve, 13))
    holiday = calendar.closed_by(on(eve, 14))
    assert holiday is not None
    assert holiday.names["tr"] == "Kurban Bayramı arifesi"
    assert calendar.closed_by(on(eve, 10)) is None
    assert calendar.next_opening(on(eve, 14)) == on(date(2026, 5, 31), 9)


def test_october_28_is_half_a_day_of_its_holiday() -> None:
    calendar = calendar_of(DAILY, on(date(2026, 10, 28), 9))
    holiday = calendar.closed_by(on(date(2026, 10, 28), 15))
    assert holiday is not None and holiday.names["tr"] == "Cumhuriyet Bayramı"
    assert calendar.next_opening(on(date(2026, 10, 28), 15)) == on(date(2026, 10, 30), 9)


def test_new_years_eve_looks_into_the_next_year() -> None:
    calendar = calendar_of(DAILY, on(date(2026, 12, 31), 20))
    assert calendar.next_opening(on(date(2026, 12, 31), 20)) == on(date(2027, 1, 2), 9)


def test_without_a_country_no_holiday_closes() -> None:
    plain = Calendar(WeeklyHours("Europe/Istanbul", DAILY.days))
    assert plain.is_open(on(date(2026, 10, 29), 10))
