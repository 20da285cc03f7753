"""Card, identity and account numbers made unreadable before anything is kept; asks nobody why.

A number counts when its own check digits say so (Luhn with a card's first digits, both check
digits of a Turkish identity number, an IBAN's remainder), however it is written: in groups, with
dots, dashes or invisible signs between, in digits of any script. What was found is hidden digit
by digit; separators and everything around stay.
"""

import re
import unicodedata
from collections.abc import Iterator

from stdnum import iban, luhn
from stdnum.tr import tckimlik

HIDDEN = "•"
SHOWN_DIGITS = 4
"""How many digits at the end of a card or an account stay, for people to tell one from another."""

TCKN_DIGITS = 11
TR_IBAN_DIGITS = 24
_SIZES = (TCKN_DIGITS, 14, 15, 16, 19, TR_IBAN_DIGITS)
_MAX_IBAN = 34
_MIN_IBAN = 15

_DIGIT = re.compile(r"\d")
_WORTH_A_LOOK = re.compile(r"(?:\d[^\d]{0,3}?){10}|[A-Za-z]{2}\d\d")
_RUN = re.compile(r"\d+(?:[\W_]{1,3}\d+)*")
_GROUP = re.compile(r"\d+")
_FOREIGN_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d\d(?:[ \-.]?[A-Za-z0-9]){11,30}")
_SECURITY_CODE = re.compile(
    r"\b(?:cvv2?|cvc2?|güvenlik (?:kodu|numarası)|guvenlik (?:kodu|numarasi)|security code)"
    r"[\W_]{0,3}(?:is|:)?[\W_]{0,3}(\d{3,4})(?!\d)",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[^\s@<>\"'(),;:]{1,64}@[^\s@<>\"'(),;:]{1,255}")
_PHONE = re.compile(
    r"(?<!\d)(?:\+?90|0090|0)?[ .\-(]{0,2}5\d{2}[ .\-)]{0,2}\d{3}(?:[ .\-]?\d{2}){2}(?!\d)"
)


def masked(text: str, *, accounts: bool = True) -> str:
    """Return the text with such numbers hidden; the very text when there is none.

    Args:
        accounts: hide IBANs too. People of the shop give the shop's own to those who pay by it.
    """
    if _DIGIT.search(text) is None or _WORTH_A_LOOK.search(text) is None:
        return text
    hidden: set[int] = set()
    for run in _RUN.finditer(text):
        for places in _numbers(text, run, accounts=accounts):
            hidden.update(places)
    if accounts:
        hidden.update(_foreign_accounts(text))
    if hidden:
        for code in _SECURITY_CODE.finditer(text):
            hidden.update(range(*code.span(1)))
    if not hidden:
        return text
    return "".join(HIDDEN if place in hidden else char for place, char in enumerate(text))


def redacted(text: str) -> str:
    """Return the text as a log may carry it: addresses and phone numbers gone as well."""
    return _PHONE.sub("[phone]", _EMAIL.sub("[email]", masked(text)))


def _numbers(text: str, run: re.Match[str], *, accounts: bool) -> Iterator[list[int]]:
    """Yield the places to hide of each number in a run of groups of digits.

    A number begins with a group and ends with one: a part of a longer figure is none.
    """
    if run.end() - run.start() < TCKN_DIGITS:
        return
    places: list[int] = []
    starts: list[int] = []
    for group in _GROUP.finditer(text, *run.span()):
        starts.append(len(places))
        places.extend(range(*group.span()))
    ends = {*starts[1:], len(places)}
    digits = "".join(str(unicodedata.decimal(text[at])) for at in places)
    for start in starts:
        for size in _SIZES:
            end = start + size
            if end in ends:
                shown = _shown(digits[start:end], accounts=accounts)
                if shown is not None:
                    yield places[start : end - shown]


def _shown(number: str, *, accounts: bool) -> int | None:
    """Return how many digits at the end may stay; None for a number of no such kind.

    What is cheap to rule out is ruled out before the library is asked.
    """
    size = len(number)
    if size == TCKN_DIGITS:
        could_be = sum(map(int, number[:10])) % 10 == int(number[10])
        return 0 if could_be and tckimlik.is_valid(number) else None
    if size == TR_IBAN_DIGITS:
        could_be = accounts and int(f"{number[2:]}2927{number[:2]}") % 97 == 1
        valid = could_be and iban.is_valid(f"TR{number}", check_country=False)
        return SHOWN_DIGITS if valid else None
    return SHOWN_DIGITS if _is_card(number) and luhn.is_valid(number) else None


def _is_card(number: str) -> bool:
    """Whether a card scheme gives out numbers of this length that begin so.

    Visa, Mastercard, Troy, American Express, Maestro, UnionPay, Discover, JCB, Diners.
    """
    size, two, four = len(number), int(number[:2] or 0), int(number[:4] or 0)
    if size in (16, 19) and number[0] == "4":
        return True
    if size == 16 and (51 <= two <= 55 or 2221 <= four <= 2720 or four == 9792):
        return True
    if size == 15 and two in (34, 37):
        return True
    if size == 14 and (two in (36, 38) or 3000 <= four <= 3059):
        return True
    if size == 16 and 3528 <= four <= 3589:
        return True
    return size in (16, 19) and (two in (50, 62, 64, 65) or 56 <= two <= 59 or four == 6011)


def _foreign_accounts(text: str) -> Iterator[int]:
    """Yield the places of letters and digits of accounts that are written with their country."""
    for found in _FOREIGN_IBAN.finditer(text):
        places = [at for at in range(*found.span()) if text[at].isalnum()]
        ends = [
            size
            for size in range(_MIN_IBAN, min(len(places), _MAX_IBAN) + 1)
            if size == len(places) or places[size] != places[size - 1] + 1
        ]
        for size in ends:
            number = "".join(text[at] for at in places[:size])
            if iban.is_valid(number, check_country=False):
                yield from places[2 : size - SHOWN_DIGITS]
                break
