"""A talk with the bot on a page: every line of it anew at each request, so that nothing is kept."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from chatserver.bot.checks import run
from chatserver.bot.files import starter_dialogues
from chatserver.bot.knowledge import FaqKnowledge
from chatserver.bot.script import Script
from chatserver.clock import to_datetime
from chatserver.domain.messages import ChoicesBody, plain_text
from chatserver.domain.sites import Site
from chatserver.errors import Code, Refusal
from chatserver.services import previews
from chatserver.web.context import Web
from chatserver.web.editors.room import MAX_QUERY_CHARS, Fields
from chatserver.words import LANGUAGES

MAX_LINES = 20
MAX_LINE_CHARS = 500
PEOPLE = ("free", "busy", "away")
SWITCHES = ("lang", "who", "at", "page", "campaign", "cart", "orders", "verified")
"""Fields that say how the world is in which the talk takes place."""


@dataclass(frozen=True, slots=True)
class Said:
    """One line of a talk with the bot. why: which part of it spoke, and of what."""

    by: str
    text: str
    buttons: tuple[str, ...] = ()
    why: str = ""
    key: str = ""
    sure: int | None = None


def world_of(web: Web, site: Site, fields: Fields, language: str) -> previews.World:
    """Return the world that a page's switches say.

    Args:
        language: where the switches name none.

    Raises:
        Refusal: `bad_request`.
    """
    asked = {name: fields.text(name).strip()[:MAX_QUERY_CHARS] for name in SWITCHES}
    zone = ZoneInfo(site.settings.hours.zone)
    now = to_datetime(web.clock.now_ms()).astimezone(zone)
    try:
        if asked["at"]:
            now = datetime.fromisoformat(asked["at"]).replace(tzinfo=zone)
        cart = float(asked["cart"].replace(",", ".")) if asked["cart"] else None
    except ValueError:
        raise Refusal(Code.BAD_REQUEST) from None
    return previews.World(
        now,
        language=asked["lang"] if asked["lang"] in LANGUAGES else language,
        people=asked["who"] if asked["who"] in PEOPLE else None,
        page=asked["page"],
        campaign=asked["campaign"],
        cart=cart,
        has_mail=bool(web.settings.mail_url),
        has_orders=asked["orders"] == "1",
        is_verified=asked["verified"] == "1",
    )


def lines_of(fields: Fields) -> list[str]:
    """Return what is said in the talk, a line for each message."""
    return [line[:MAX_LINE_CHARS] for line in fields.lines("lines")][:MAX_LINES]


def talk(
    web: Web, site: Site, script: Script, lines: list[str], world: previews.World
) -> list[Said]:
    """Return a whole talk, from its first line."""
    if not lines:
        return []
    held = previews.begin(site.settings, script, FaqKnowledge(web.shelf.base), world)
    said: list[Said] = []
    for line in lines:
        said.append(Said("visitor", line))
        bodies = previews.say(held, line)
        whys = held.last.whys
        for place, body in enumerate(bodies):
            why = whys[place] if place < len(whys) else None
            buttons = (
                tuple(option.label for option in body.options)
                if isinstance(body, ChoicesBody)
                else ()
            )
            said.append(
                Said(
                    "bot",
                    plain_text(body),
                    buttons,
                    why.kind if why else "",
                    why.key if why else "",
                    round(why.confidence * 100) if why and why.confidence else None,
                )
            )
        if held.last.handoff is not None:
            said.append(Said("system", held.last.handoff.value))
    return said


def failing(web: Web, script: Script) -> list[str]:
    """Talk every dialogue through; return what came otherwise than expected."""
    now = to_datetime(web.clock.now_ms()).astimezone(ZoneInfo("Europe/Istanbul"))
    knowledge = FaqKnowledge(web.shelf.base)
    return [
        line
        for language in LANGUAGES
        for dialogue in starter_dialogues(language)
        for line in run(dialogue, script, knowledge, now=now)
    ]
