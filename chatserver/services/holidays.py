"""Public holidays as the `holidays` library knows them, half days too; knows no site's hours.

For Turkey the library follows Law 2429 and, for the religious days, the calendar that Diyanet
publishes; `tests/services/test_holidays.py` holds it against a table, and says whose.
"""

from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

import holidays as library

from chatserver.domain.hours import Calendar, Holiday, WeeklyHours

COUNTRIES = ("TR",)
HALF_DAY_CLOSES = time(13)
"""From when the eve of a Turkish holiday is one, by law."""

_YEARS_AHEAD = 1


def calendar_of(hours: WeeklyHours, now: datetime) -> Calendar:
    """Return hours with the holidays of this year and the next."""
    if hours.country not in COUNTRIES:
        return Calendar(hours)
    year = now.year
    return Calendar(hours, {**_of_year(hours.country, year), **_of_year(hours.country, year + 1)})


@lru_cache(maxsize=32)
def _of_year(country: str, year: int) -> dict[date, Holiday]:
    whole = {code: _table(country, year, "public", code) for code in ("tr", "en_US")}
    half = {code: _table(country, year, "half_day", code) for code in ("tr", "en_US")}
    found = {
        day: Holiday(_eve(day, name, half["en_US"][day]), HALF_DAY_CLOSES)
        for day, name in half["tr"].items()
    }
    for day, name in whole["tr"].items():
        found[day] = Holiday({"tr": name, "en": whole["en_US"][day]})
    return found


def _table(country: str, year: int, category: str, language: str) -> dict[date, str]:
    known: Any = library.country_holidays(
        country, years=year, categories=(category,), language=language
    )
    return dict(known.items())


def _eve(day: date, turkish: str, english: str) -> dict[str, str]:
    """Return how a half day is called: 28 October is part of its holiday, the others are eves."""
    tr, en = _bare(turkish), _bare(english)
    if (day.month, day.day) == (10, 28):
        return {"tr": tr, "en": en}
    return {"tr": f"{tr} arifesi", "en": f"the eve of {en}"}


def _bare(name: str) -> str:
    """Return a half day's name without its hour, which is said otherwise."""
    return name.split(" (")[0]
