"""Turns templates into pages in the reader's language; knows no route."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request

from chatserver import words
from chatserver.clock import to_datetime
from chatserver.services.transcript_words import date_text
from chatserver.words import LANGUAGES

THEMES = ("light", "dark")
DEFAULT_LANGUAGE = "tr"
DEFAULT_ZONE = "Europe/Istanbul"

_ROOT = Path(__file__).parent.parent / "templates"
_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def script_json(value: object) -> Markup:
    """Return JSON that may stand inside a script element, whatever strings it carries.

    With `<` written as an escape no string can end the element or open a comment in it.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for char, escape in _UNSAFE.items():
        text = text.replace(char, escape)
    return Markup(text)


class Templates:
    """The product's templates.

    Args:
        extra: folders searched after the product's own.
    """

    def __init__(self, extra: Sequence[Path] = ()) -> None:
        self._environment = Environment(
            loader=FileSystemLoader([_ROOT, *extra]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def render(self, name: str, language: str, **values: Any) -> str:
        """Return a page as text; `t` words a key in its language."""
        return self._environment.get_template(name).render(
            language=language, t=_say(language), when=_when(language), **values
        )


def _say(language: str) -> Callable[..., str]:
    def say(key: str, **values: object) -> str:
        return words.say(language, key, **values)

    return say


def _when(language: str) -> Callable[[int, str], str]:
    def when(at_ms: int, zone: str = DEFAULT_ZONE) -> str:
        return date_text(local(at_ms, zone), language)

    return when


def local(at_ms: int, zone: str = DEFAULT_ZONE) -> datetime:
    """Return a moment as the clock on a site's wall shows it."""
    return to_datetime(at_ms).astimezone(ZoneInfo(zone))


def language_of(request: Request, *, default: str = DEFAULT_LANGUAGE) -> str:
    """Return the reader's language: of the account, else the query's, else the browser's."""
    account = getattr(request.state, "account", None)
    if account is not None:
        return str(account.language)
    asked = request.query_params.get("lang")
    if asked in LANGUAGES:
        return asked
    return accepted(request.headers.get("accept-language", "")) or default


def accepted(header: str) -> str | None:
    """Return the product's language that a browser likes best; None when it names none."""
    best: tuple[float, str] | None = None
    for part in header[:500].split(","):
        tag, _, quality = part.partition(";")
        language = tag.strip().lower().split("-")[0]
        try:
            weight = float(quality.strip().removeprefix("q=")) if quality.strip() else 1.0
        except ValueError:
            continue
        if language in LANGUAGES and weight > 0 and (best is None or weight > best[0]):
            best = (weight, language)
    return best[1] if best else None
