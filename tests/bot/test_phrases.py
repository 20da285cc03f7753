from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chatserver.bot import phrases

from .cast import CLOSED, FREE, MONDAY_MORNING, SUNDAY_EVENING, ZONE, waiting


@pytest.mark.parametrize(
    ("opens_at", "turkish", "english"),
    [
        (SUNDAY_EVENING + timedelta(hours=2), "bugün 22:00", "today 22:00"),
        (MONDAY_MORNING, "yarın 09:00", "tomorrow 09:00"),
        (MONDAY_MORNING + timedelta(days=1), "salı 09:00", "Tuesday 09:00"),
        (MONDAY_MORNING + timedelta(days=5), "cumartesi 09:00", "Saturday 09:00"),
        (datetime(2026, 12, 1, 13, 30, tzinfo=ZONE), "1 Aralık 13:30", "1 December 13:30"),
    ],
)
def test_a_time_ahead_is_said_as_people_say_it(
    opens_at: datetime, turkish: str, english: str
) -> None:
    assert phrases.opening(SUNDAY_EVENING, opens_at, "tr") == turkish
    assert phrases.opening(SUNDAY_EVENING, opens_at, "en") == english


def test_the_day_is_wished_by_the_hour() -> None:
    assert phrases.goodbye(FREE) == "İyi akşamlar dilerim."
    assert phrases.goodbye(replace(FREE, now=MONDAY_MORNING)) == "İyi günler dilerim."


def test_with_people_there_no_opening_is_named() -> None:
    assert "09:00" not in phrases.taken_down(waiting(replace(CLOSED, people="busy")))
    assert "Yarın 09:00’da buradayız." in phrases.taken_down(waiting(CLOSED))
