"""A talk with the bot on a page: every line of it anew at each request, so that nothing is kept."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from chatserver.bot.checks import noted, rounds, worded
from chatserver.bot.expected import MAX_LINE_CHARS, MAX_NAME_CHARS, MAX_TURNS, Dialogue, texts
from chatserver.bot.files import dialogues_of
from chatserver.bot.knowledge import FaqKnowledge
from chatserver.bot.script import Script
from chatserver.bot.turn import Decision
from chatserver.clock import to_datetime
from chatserver.domain.messages import Body, ChoicesBody, plain_text
from chatserver.domain.sites import Site
from chatserver.services import previews, script_checks
from chatserver.services.script_checks import Verdict
from chatserver.web.context import Web
from chatserver.web.editors import check_sheet
from chatserver.web.editors.room import MAX_QUERY_CHARS
from chatserver.web.editors.sheets import Reading, Sheet
from chatserver.words import LANGUAGES

PEOPLE = ("free", "busy", "away")
SWITCHES = ("lang", "who", "at", "page", "campaign", "cart", "orders", "verified")
"""Fields that say how the world is in which the talk takes place."""


@dataclass(frozen=True, slots=True)
class Said:
    """One line of a talk with the bot.

    Args:
        by: `visitor`, `bot`, `system` for the way to people, `fault` for what should have come.
        why: which part of the bot spoke, and of what.
    """

    by: str
    text: str
    buttons: tuple[str, ...] = ()
    why: str = ""
    key: str = ""
    sure: int | None = None


def world_of(
    web: Web, site: Site, sheet: Sheet, language: str
) -> tuple[previews.World, dict[str, tuple[str, str]]]:
    """Return the world that a page's switches say, and what is wrong with which of them.

    Args:
        language: where the switches name none.
    """
    said = {name: sheet.text(name).strip()[:MAX_QUERY_CHARS] for name in SWITCHES}
    reading = Reading(sheet)
    at, cart = check_sheet.moment(reading, "at"), check_sheet.cart(reading)
    world = previews.World(
        now_of(web, site) if at is None else at.replace(tzinfo=_zone(site)),
        language=said["lang"] if said["lang"] in LANGUAGES else language,
        people=said["who"] if said["who"] in PEOPLE else None,
        page=said["page"],
        campaign=said["campaign"],
        cart=cart,
        has_mail=bool(web.settings.mail_url),
        has_orders=said["orders"] == "1",
        is_verified=said["verified"] == "1",
    )
    return world, reading.faults


def _zone(site: Site) -> ZoneInfo:
    return ZoneInfo(site.settings.hours.zone)


def now_of(web: Web, site: Site) -> datetime:
    """Return the time on the shop's clock."""
    return to_datetime(web.clock.now_ms()).astimezone(_zone(site))


def lines_of(fields: Sheet) -> list[str]:
    """Return what is said in the talk, a line for each message."""
    return [line[:MAX_LINE_CHARS] for line in fields.lines("lines")][:MAX_TURNS]


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
        said += _answer(previews.say(held, line), held.last)
    return said


def _answer(bodies: Sequence[Body], decision: Decision) -> Iterator[Said]:
    for place, body in enumerate(bodies):
        why = decision.whys[place] if place < len(decision.whys) else None
        options = body.options if isinstance(body, ChoicesBody) else ()
        yield Said(
            "bot",
            plain_text(body),
            tuple(option.label for option in options),
            why.kind if why else "",
            why.key if why else "",
            round(why.confidence * 100) if why and why.confidence else None,
        )
    if decision.handoff is not None:
        yield Said("system", decision.handoff.value)


def verdict(web: Web, site: Site, script: Script, check: Dialogue) -> Verdict:
    """Talk one dialogue through."""
    knowledge = FaqKnowledge(web.shelf.base)
    went_so = rounds(check, script, knowledge, now=now_of(web, site), shop=site.settings.name)
    return Verdict(check, tuple(went_so))


def verdicts(web: Web, site: Site, script: Script) -> list[Verdict]:
    """Talk every dialogue of a script through; takes a third of a second for the starter's."""
    knowledge = FaqKnowledge(web.shelf.base)
    return script_checks.verdicts(script, knowledge, now=now_of(web, site), shop=site.settings.name)


def went(verdict: Verdict, language: str, titles: Mapping[str, str]) -> list[Said]:
    """Return how a dialogue went, with what should have come under each turn."""
    said: list[Said] = []
    for one in verdict.rounds:
        said += [Said("visitor", line) for line in texts(one.turn.says)]
        said += _answer(one.said, one.decision)
        said += [Said("fault", worded(fault, language, titles)) for fault in one.faults]
    return said


@dataclass(frozen=True, slots=True)
class Told:
    """How a check went, in words. wrong: line by line, what was said, what should have come."""

    check: Dialogue
    wrong: tuple[tuple[str, str, tuple[str, ...]], ...]


def told(verdict: Verdict, language: str, titles: Mapping[str, str]) -> Told:
    """Return what is shown of a check in a list."""
    return Told(
        verdict.check,
        tuple(
            (
                " · ".join(texts(one.turn.says)),
                one.text,
                tuple(worded(fault, language, titles) for fault in one.faults),
            )
            for one in verdict.rounds
            if one.faults
        ),
    )


def check_of(
    web: Web, site: Site, script: Script, lines: list[str], world: previews.World
) -> Dialogue:
    """Return a talk as a check that expects what came of it, named by its first line."""
    knowledge = FaqKnowledge(web.shelf.base)
    name = " ".join(lines[0].split())[: MAX_NAME_CHARS - 6]
    frozen = previews.frozen(site.settings, script, knowledge, world, name=name)
    return noted(frozen, lines, script, knowledge, now=now_of(web, site), shop=site.settings.name)


def free_name(wanted: str, script: Script) -> str:
    """Return a name that no check of a script has."""
    taken = {one.name for one in dialogues_of(script)}
    names = (f"{wanted} ({number})" for number in range(2, len(taken) + 3))
    return next((one for one in (wanted, *names) if one not in taken), wanted)
