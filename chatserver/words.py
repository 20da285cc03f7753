"""What the product says, by key and language; knows no screen.

One JSON file an area under `locales/<language>/`: flat keys, named `{placeholders}`, plural forms
as `.one` and `.other`. Why not gettext: `docs/decisions/words.md`.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

LANGUAGES = ("tr", "en")
AREAS = ("shared", "widget", "more", "bot", "console", "web", "mail", "editor", "help")
_ROOT = Path(__file__).parent / "locales"


@cache
def words(language: str, *areas: str) -> Mapping[str, str]:
    """Return every string of the areas (`shared` included) in one language.

    Raises:
        KeyError: for a language or an area that the product does not have.
    """
    if language not in LANGUAGES:
        raise KeyError(language)
    table: dict[str, str] = {}
    for area in ("shared", *areas):
        if area not in AREAS:
            raise KeyError(area)
        table.update(json.loads((_ROOT / language / f"{area}.json").read_text(encoding="utf-8")))
    return table


@cache
def familiar(area: str) -> Mapping[str, str]:
    """Return the Turkish of sites that say *sen*, where it differs from an area's own."""
    path = _ROOT / "tr" / f"{area}_sen.json"
    table: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return table


def say(language: str, key: str, /, **values: object) -> str:
    """Return one string with its placeholders filled; the area is the key's first word.

    `count` picks `.one` or `.other` where the key has such forms.

    Raises:
        KeyError: for an unknown key or a missing placeholder.
    """
    area = key.split(".", 1)[0]
    table = words(language, area if area in AREAS else "shared")
    if key not in table and "count" in values:
        key = f"{key}.{'one' if values['count'] == 1 else 'other'}"
    return table[key].format_map(dict(values))
