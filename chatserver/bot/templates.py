"""Sentences with holes, filled from a closed list of plain values; nothing is ever looked into.

`{ad}` stands for a value, `{ad|e}` for the value with that Turkish ending (Ayşe’ye), and what
stands in square brackets goes when a value in it is missing: `Merhaba[ {ad}], …`. A sentence with a
hole that can't be filled otherwise loses the hole's clause, never shows a brace. No attribute, no
index, no format, no call: a name is a name.
"""

import re
from collections.abc import Iterator, Mapping

from chatserver.bot.suffixes import CASES, suffixed
from chatserver.bot.suffixes import Case as Case

MAX_VALUE_CHARS = 200
NAMES = {
    "ad": "name", "name": "name",
    "mağaza": "shop", "magaza": "shop", "shop": "shop",
    "sipariş": "order", "siparis": "order", "order": "order",
    "iletişim": "contact", "iletisim": "contact", "contact": "contact",
    "e-posta": "email", "eposta": "email", "email": "email",
    "telefon": "phone", "phone": "phone",
    "sayı": "count", "sayi": "count", "count": "count",
    "saat": "time", "time": "time",
    "açılış": "opening", "acilis": "opening", "opening": "opening",
    "sıra": "position", "sira": "position", "position": "position",
}  # fmt: skip
"""The names that a template may use, with what they stand for; slots of flows are added to them."""

_SENTENCES = {
    "brace": "A brace that belongs to no {{name}} or {{name|ending}}.",
    "name": "There is no value “{value}”.",
    "ending": "“{value}” is no ending; there are {endings}.",
    "bracket": "Square brackets come in pairs, one pair not inside another.",
}
_HOLE = re.compile(r"\{([^{}|\[\]]{1,40})(?:\|([^{}|\[\]]{1,10}))?\}")
_OPTIONAL = re.compile(r"\[([^\[\]]{0,300})\]")
_ENGLISH = {"e": "to ", "de": "at ", "den": "from "}


def problems(template: str, slots: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield what is wrong with a template.

    Args:
        slots: names of slots that may be used besides the closed list.
    """
    for code, value in faults(template, slots):
        yield _SENTENCES[code].format(value=value, endings=", ".join(CASES))


def faults(template: str, slots: frozenset[str] = frozenset()) -> Iterator[tuple[str, str]]:
    """Yield what is wrong as `brace`, `name`, `ending` or `bracket`, with what is meant."""
    rest = _HOLE.sub("", template)
    if "{" in rest or "}" in rest:
        yield "brace", "{ad}"
    for found in _HOLE.finditer(template):
        name, ending = found[1].strip(), found[2]
        if name not in NAMES and name not in slots:
            yield "name", name
        if ending is not None and ending.strip() not in CASES:
            yield "ending", ending
    if _OPTIONAL.sub("", rest).count("[") or _OPTIONAL.sub("", rest).count("]"):
        yield "bracket", ""


def fill(template: str, values: Mapping[str, str], language: str = "tr") -> str:
    """Return the template with its holes filled; what is missing leaves no hole.

    Values are put in once, as they are: braces and brackets in them mean nothing.
    """
    out: list[str] = []
    at = 0
    for part in _OPTIONAL.finditer(template):
        out.append(_filled(template[at : part.start()], values, language))
        if all(_value(found, values, language) is not None for found in _HOLE.finditer(part[1])):
            out.append(_filled(part[1], values, language))
        at = part.end()
    out.append(_filled(template[at:], values, language))
    return _tidy("".join(out))


def _filled(piece: str, values: Mapping[str, str], language: str) -> str:
    out: list[str] = []
    at = 0
    for found in _HOLE.finditer(piece):
        out.append(_bare(piece[at : found.start()]))
        value = _value(found, values, language)
        out.append(value if value is not None else _plain(found, values))
        at = found.end()
    out.append(_bare(piece[at:]))
    return "".join(out)


def _bare(piece: str) -> str:
    return piece.replace("{", "").replace("}", "")


def _value(found: re.Match[str], values: Mapping[str, str], language: str) -> str | None:
    """Return what goes into a hole; None when it is missing, or its ending is not sure."""
    value = _plain(found, values)
    if not value:
        return None
    ending = (found[2] or "").strip()
    if not ending or language != "tr":
        return value
    return suffixed(value, ending) if ending in CASES else None


def _plain(found: re.Match[str], values: Mapping[str, str]) -> str:
    name = found[1].strip()
    value = values.get(NAMES.get(name, name)) or values.get(name) or ""
    return " ".join(str(value).split())[:MAX_VALUE_CHARS]


def _tidy(said: str) -> str:
    """Mend what a missing value leaves behind: doubled spaces, a mark after nothing."""
    said = re.sub(r" {2,}", " ", said)
    said = re.sub(r" +([,.;:!?…])", r"\1", said)
    said = re.sub(r"([,;:])(?:[,;:])+", r"\1", said)
    said = re.sub(r",([.!?…])", r"\1", said)
    return re.sub(r"^[ ,;:.]+", "", said).rstrip(" ")
