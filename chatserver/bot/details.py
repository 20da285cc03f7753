"""Whether what was typed is a name, an address, a number; knows no flow and asks nothing.

Each check takes what a shopper wrote, sentence and all, and returns the value as it is stored, or
None: a bad answer is no fault here, only nothing found.
"""

import re
import unicodedata

import phonenumbers
from email_validator import EmailNotValidError, validate_email

MAX_NAME_CHARS = 60
MAX_NAME_WORDS = 4
MIN_QUESTION_CHARS = 8
MAX_QUESTION_CHARS = 1000
_REGION = "TR"
_EMAIL = re.compile(r"[^\s<>,;:()\"'@]{1,64}@[^\s<>,;:()\"'@]{1,255}")
_ASCII_I = str.maketrans({"İ": "i", "ı": "i"})
_INTRODUCED = re.compile(
    r"^(?:merhaba\s+)?(?:ben|ad[ıi]m|benim ad[ıi]m|ismim|benim ismim|my name is|i['’]?m|i am)\s*:?\s+",
    re.IGNORECASE,
)


def checked_name(text: str) -> str | None:
    """Return a person's name, one space between words, or None.

    Refuses what cannot be one: digits, addresses, links, control and direction signs, sentences.
    """
    said = " ".join(_INTRODUCED.sub("", text.strip()).split()).strip(" .,")
    letters = sum(c.isalpha() for c in said)
    if letters < 2 or len(said) > MAX_NAME_CHARS or len(said.split()) > MAX_NAME_WORDS:
        return None
    if not all(c.isalpha() or c in " '’.-" or unicodedata.category(c) == "Mn" for c in said):
        return None
    return said


def checked_email(text: str) -> str | None:
    """Return the first e-mail address in the text, or None; nothing is looked up."""
    for candidate in _EMAIL.findall(text.translate(_ASCII_I)):
        try:
            return validate_email(candidate.strip("."), check_deliverability=False).normalized
        except EmailNotValidError:
            continue
    return None


def checked_phone(text: str) -> str | None:
    """Return the first Turkish mobile or foreign number in the text as E.164, or None."""
    for found in phonenumbers.PhoneNumberMatcher(text[:200], _REGION):
        number = found.number
        kind = phonenumbers.number_type(number)
        if number.country_code != 90 or kind == phonenumbers.PhoneNumberType.MOBILE:
            return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return None


def checked_contact(text: str) -> str | None:
    """Return an e-mail address or, failing that, a phone number, or None."""
    return checked_email(text) or checked_phone(text)


def checked_question(text: str) -> str | None:
    """Return what the shopper wants to know, cut to what people read, or None for a mere sound."""
    said = " ".join(text.split())
    letters = sum(c.isalpha() for c in said)
    return said[:MAX_QUESTION_CHARS] if letters >= MIN_QUESTION_CHARS else None


def shown_contact(value: str) -> str:
    """Return a stored contact as people write it: 0532 123 45 67, +49 1512 3456789."""
    if not value.startswith("+"):
        return value
    number = phonenumbers.parse(value)
    if number.country_code == 90:
        digits = f"0{number.national_number}"
        return f"{digits[:4]} {digits[4:7]} {digits[7:9]} {digits[9:]}"
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))
