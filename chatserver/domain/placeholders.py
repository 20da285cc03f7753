"""Takes personal data out of what people type, before it is kept for editors; knows no storage."""

import re

EMAIL, CARD, IBAN, PHONE, IDENTITY, NUMBER, LINK = (
    "[email]", "[card]", "[iban]", "[phone]", "[id]", "[number]", "[link]",
)  # fmt: skip

# Every part has an end, so that a long text without a sign costs no more than its length.
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_LINK = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b", re.IGNORECASE)
_RUN = re.compile(r"(?:(?<!\w)|(?=\+))\+?\(?\d(?:[ ().\-/]{0,2}\d){4,25}(?!\d)")
_MIXED = re.compile(r"(?<![A-Za-z])[A-Za-z]{1,20}-?\d{4,}")
_PRICE = re.compile(r"\d{1,3}(?:\.\d{3})+")
_PHONE_DIGITS = re.compile(r"(?:0|90|0090)?5\d{9}|0?(?:850|[234]\d\d)\d{7}")


def with_placeholders(text: str) -> str:
    """Return a text without e-mail addresses, cards, IBANs, phones, identity and order numbers.

    Doing it twice is doing it once. Prices such as `1.500` and counts of up to four digits stay.
    """
    text = _LINK.sub(LINK, _EMAIL.sub(EMAIL, text))
    text = _IBAN.sub(_iban, text)
    text = _MIXED.sub(NUMBER, text)
    return _RUN.sub(_number, text)


def _iban(found: re.Match[str]) -> str:
    digits = sum(char.isdigit() for char in found[0])
    return IBAN if digits >= 12 else found[0]


def _number(found: re.Match[str]) -> str:
    text = found[0]
    digits = "".join(char for char in text if char.isdigit())
    if _PRICE.fullmatch(text):
        return text
    if 13 <= len(digits) <= 19 and _luhn(digits):
        return CARD
    if _PHONE_DIGITS.fullmatch(digits) or text.startswith("+"):
        return PHONE
    if len(digits) == 11 and _is_identity(digits):
        return IDENTITY
    return NUMBER if len(digits) >= 5 else text


def _luhn(digits: str) -> bool:
    """Whether the check digit of a payment card holds (ISO/IEC 7812-1)."""
    total = 0
    for at, char in enumerate(reversed(digits)):
        value = int(char) * (1 + at % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _is_identity(digits: str) -> bool:
    """Whether these eleven digits are a Turkish identity number, by both check digits."""
    d = [int(char) for char in digits]
    tenth = (sum(d[0:9:2]) * 7 - sum(d[1:8:2])) % 10
    return d[0] != 0 and d[9] == tenth and d[10] == sum(d[:10]) % 10
