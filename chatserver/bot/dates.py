"""Days and amounts as people write them; knows no flow.

A day in a form is a day near now: "22 kasım" is the one that lies nearest, "pazartesi" the next.
"""

import re
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from chatserver.domain.folding import fold

_MONTHS = (
    ("ocak", "january", "jan"),
    ("subat", "february", "feb"),
    ("mart", "march", "mar"),
    ("nisan", "april", "apr"),
    ("mayis", "may"),
    ("haziran", "june", "jun"),
    ("temmuz", "july", "jul"),
    ("agustos", "august", "aug"),
    ("eylul", "september", "sep", "sept"),
    ("ekim", "october", "oct"),
    ("kasim", "november", "nov"),
    ("aralik", "december", "dec"),
)
_MONTH = {name: at for at, names in enumerate(_MONTHS, 1) for name in names}
_WEEKDAYS = (
    ("pazartesi", "monday"),
    ("sali", "tuesday"),
    ("carsamba", "wednesday"),
    ("persembe", "thursday"),
    ("cuma", "friday"),
    ("cumartesi", "saturday"),
    ("pazar", "sunday"),
)
_WEEKDAY = {name: at for at, names in enumerate(_WEEKDAYS) for name in names}
_NEAR = {
    "bugun": 0, "today": 0, "yarin": 1, "tomorrow": 1, "dun": -1, "yesterday": -1,
    "evvelsi gun": -2, "onceki gun": -2, "obur gun": 2,
}  # fmt: skip
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_FIGURES = re.compile(r"(?<!\d)(\d{1,2})[./ -](\d{1,2})(?:[./ -](\d{4}|\d{2}))?(?!\d)")
_NAMED = re.compile(r"(?<!\d)(\d{1,2})(?:st|nd|rd|th)?\.? ([a-z]+)(?: (\d{4}))?")
_NAMED_FIRST = re.compile(r"([a-z]+) (\d{1,2})(?:st|nd|rd|th)?(?:,? (\d{4}))?(?!\d)")
_AMOUNT = re.compile(r"(?<![\d.,])(\d{1,3}(?:[.,]\d{3})+|\d{1,9})(?:([.,])(\d{1,2}))?(?![\d.,]*\d)")
MAX_CHARS = 200


def checked_date(text: str, today: date) -> str | None:
    """Return the first day in the text as `YYYY-MM-DD`, or None."""
    said = fold(text[:MAX_CHARS])
    if found := _ISO.search(said):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := _FIGURES.search(said):
        return _full(int(found[1]), int(found[2]), found[3], today)
    for found in _NAMED.finditer(said):
        month = _MONTH.get(_bare(found[2]))
        if month:
            return _full(int(found[1]), month, found[3], today)
    for found in _NAMED_FIRST.finditer(said):
        month = _MONTH.get(found[1])
        if month:
            return _full(int(found[2]), month, found[3], today)
    for name, days in _NEAR.items():
        if re.search(rf"\b{name}\b", said):
            return (today + timedelta(days=days)).isoformat()
    for word in said.split():
        weekday = _WEEKDAY.get(_bare(word))
        if weekday is not None:
            return (today + timedelta(days=(weekday - today.weekday()) % 7 or 7)).isoformat()
    return None


def _bare(word: str) -> str:
    """Return a month or weekday without the ending it is said with (kasımda, cumaya)."""
    for end in ("inda", "unda", "da", "de", "ta", "te", "dan", "den", "ya", "ye", "a", "e"):
        if word.endswith(end) and (word[: -len(end)] in _MONTH or word[: -len(end)] in _WEEKDAY):
            return word[: -len(end)]
    return word


def _full(day: int, month: int, year: str | None, today: date) -> str | None:
    if year:
        return _day(int(year) + (2000 if len(year) == 2 else 0), month, day)
    near = [_day(today.year + step, month, day) for step in (-1, 0, 1)]
    days = [date.fromisoformat(one) for one in near if one]
    return min(days, key=lambda one: abs(one - today)).isoformat() if days else None


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def checked_amount(text: str, language: str) -> str | None:
    """Return the first amount in the text as a plain decimal (`1499.90`), or None.

    A single mark before three figures parts thousands, before one or two it is the decimal mark:
    1.499,90 and 1,499.90 are the same.
    """
    found = _AMOUNT.search(text[:MAX_CHARS])
    if found is None:
        return None
    whole = found[1].replace(".", "").replace(",", "")
    try:
        value = Decimal(f"{whole}.{found[3] or '0'}")
    except InvalidOperation:
        return None
    return f"{value:.2f}" if found[3] else f"{value:.0f}"
