"""Opening hours as they are typed: what is read, what is named, what the coming year shows."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.domain.hours import Campaign, Span, WeeklyHours
from chatserver.services.hours_form import (
    DAYS,
    Unreadable,
    coming,
    read_campaigns,
    read_exceptions,
    read_form,
    read_spans,
    write_spans,
    written,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ""),
        (" 9-18 ", "09:00-18:00"),
        ("09.00 – 12.30, 13:30-18:00", "09:00-12:30, 13:30-18:00"),
        ("13:30-18:00; 9:00-12:30", "09:00-12:30, 13:30-18:00"),
        ("22:00-02:00", "22:00-02:00"),
        ("00:00-24:00", "00:00-24:00"),
    ],
)
def test_hours_are_read_as_people_type_them(text: str, said: str) -> None:
    assert write_spans(read_spans(text)) == said


@pytest.mark.parametrize(
    "text",
    ["dokuzdan altıya", "9", "25:00-26:00", "09:60-10:00", "09:00-18:00, 17:00-19:00", "24:30-25",
     "22:00-02:00, 23:00-24:00", "1-2,3-4,5-6,7-8,9-10,11-12,13-14", "-9-18", "09:00-18:00 x"],
)  # fmt: skip
def test_what_is_no_hours_is_named(text: str) -> None:
    with pytest.raises(Unreadable):
        read_spans(text)
    typed = read_form({"zone": "Europe/Istanbul", "tue": text})
    assert dict(typed.problems) == {"tue": 0}


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("exceptions", "2026-12-31 | 09:00-13:00\nyarın | 9-13", 2),
        ("exceptions", "2026-12-31\n2026-12-31", 2),
        ("exceptions", "2026-12-31 | 9-13 | x", 1),
        ("campaigns", "Efsane | 2026-11-30 | 2026-11-27 | 9-24", 1),
        ("campaigns", "\nEfsane | 2026-11-27 | 2026-11-30", 2),
        ("campaigns", "Efsane | 2026-11-27 | 2026-11-30 |", 1),
        ("campaigns", " | 2026-11-27 | 2026-11-30 | 9-24", 1),
        ("zone", "Mars/Olympus", 0),
        ("zone", "../etc/passwd", 0),
        ("zone", "", 0),
    ],
)
def test_what_is_not_good_is_named_with_its_line(name: str, text: str, line: int) -> None:
    form = {"zone": "Europe/Istanbul", name: text}
    assert dict(read_form(form).problems) == {name: line}


def test_special_days_and_campaigns_are_read() -> None:
    assert read_exceptions("2026-12-31 | 9-13\n2027-01-02") == {
        date(2026, 12, 31): (Span(time(9), time(13)),),
        date(2027, 1, 2): (),
    }
    assert read_campaigns("Efsane | 2026-11-27 | 2026-11-30 | 9-24") == (
        Campaign("Efsane", date(2026, 11, 27), date(2026, 11, 30), (Span(time(9), time(0)),)),
    )


def test_the_coming_year_shows_half_days_campaigns_and_special_days() -> None:
    week = (Span(time(9), time(18)),)
    hours = WeeklyHours(
        "Europe/Istanbul",
        (week,) * 6 + ((),),
        country="TR",
        exceptions={date(2027, 1, 1): week},
        campaigns=(Campaign("Efsane", date(2026, 11, 27), date(2026, 11, 28), week),),
    )
    days = coming(hours, NOW)
    assert [day.day.isoformat() for day in days[:3]] == ["2026-11-27", "2026-11-28", "2027-01-01"]
    assert [day.kind for day in days[:3]] == ["campaign", "campaign", "special"]
    half = next(day for day in days if day.day == date(2027, 10, 28))
    assert (half.kind, write_spans(half.spans)) == ("half", "09:00-13:00")
    republic = next(day for day in days if day.day == date(2027, 10, 29))
    assert (republic.kind, republic.spans) == ("holiday", ())
    assert not [day for day in days if not day.names and day.kind != "special"]
    without = WeeklyHours("Europe/Istanbul", hours.days)
    assert coming(without, NOW) == []


SPANS = st.lists(
    st.integers(0, 24 * 4), min_size=0, max_size=8, unique=True
).map(sorted).map(
    lambda marks: tuple(
        Span(time(a // 4, a % 4 * 15), time(b // 4 % 24, b % 4 * 15))
        for a, b in zip(marks[::2], marks[1::2], strict=False)
    )
)  # fmt: skip


@given(st.tuples(*[SPANS] * 7), st.dictionaries(st.dates(), SPANS, max_size=4))
def test_what_is_written_is_read_as_it_was(
    days: tuple[tuple[Span, ...], ...], exceptions: dict[date, tuple[Span, ...]]
) -> None:
    hours = WeeklyHours("Europe/Istanbul", days, country="TR", exceptions=exceptions)
    typed = read_form(written(hours))
    assert dict(typed.problems) == {}
    assert typed.hours == hours


@given(st.dictionaries(st.sampled_from([*DAYS, "zone", "exceptions", "campaigns"]), st.text()))
def test_whatever_is_typed_is_read_or_named(form: dict[str, str]) -> None:
    typed = read_form(form)
    coming(typed.hours, NOW)
