"""Weekly hours in the site's own zone, over midnight and over summer time."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from chatserver.domain.hours import Calendar, Campaign, Holiday, Span, WeeklyHours

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


BLACK_FRIDAY = Campaign(
    "Efsane Cuma", date(2026, 11, 27), date(2026, 11, 29), (Span(time(8), time(0)),)
)


def test_a_campaign_has_hours_of_its_own_and_an_exception_wins() -> None:
    hours = WeeklyHours(
        "Europe/Istanbul",
        ISTANBUL.days,
        exceptions={date(2026, 11, 28): ()},
        campaigns=(BLACK_FRIDAY,),
    )
    calendar = Calendar(hours)
    assert calendar.is_open(at("2026-11-27T23:30"))
    assert not calendar.is_open(at("2026-11-28T12:00")), "the exception"
    assert calendar.is_open(at("2026-11-29T08:00")), "a Sunday of the campaign"
    assert calendar.next_opening(at("2026-11-28T01:00")) == at("2026-11-29T08:00")


def test_several_spans_a_day() -> None:
    split = (Span(time(9), time(12)), Span(time(13), time(18)))
    calendar = Calendar(WeeklyHours("Europe/Istanbul", (split,) * 7))
    assert not calendar.is_open(at("2026-11-23T12:30"))
    assert calendar.next_opening(at("2026-11-23T12:30")) == at("2026-11-23T13:00")


def test_a_half_holiday_cuts_spans_and_a_whole_one_takes_them() -> None:
    half, whole = date(2026, 10, 28), date(2026, 10, 29)
    split = (Span(time(9), time(12)), Span(time(12, 30), time(18)), Span(time(20), time(2)))
    calendar = Calendar(
        WeeklyHours("Europe/Istanbul", (split,) * 7),
        {half: Holiday({"tr": "x"}, time(13)), whole: Holiday({"tr": "x"})},
    )
    assert calendar.spans(half) == (split[0], Span(time(12, 30), time(13)))
    assert calendar.spans(whole) == ()


def test_the_hour_that_comes_twice_is_open_twice() -> None:
    night = WeeklyHours("Europe/Berlin", ((Span(time(1), time(4)),),) * 7)
    start = datetime(2026, 10, 24, 23, 0, tzinfo=UTC)  # 01:00 in Berlin
    open_minutes = sum(
        Calendar(night).is_open(start + timedelta(minutes=minute)) for minute in range(300)
    )
    assert open_minutes == 240, "four hours pass between one and four"
    spring = datetime(2026, 3, 29, 0, 0, tzinfo=UTC)
    open_minutes = sum(
        Calendar(night).is_open(spring + timedelta(minutes=minute)) for minute in range(300)
    )
    assert open_minutes == 120, "the hour that is left out is left out"


def test_who_never_opens_has_no_next_opening() -> None:
    shut = WeeklyHours(
        "Europe/Istanbul",
        ISTANBUL.days,
        campaigns=(Campaign("tadilat", date(2026, 1, 1), date(2027, 12, 31), ()),),
    )
    assert Calendar(shut).next_opening(at("2026-11-23T08:00")) is None
