"""The bot's rules and flows: a list, a form for each, and the bot to talk to beside it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args
from zoneinfo import ZoneInfo

import msgspec
import yaml
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from chatserver.bot.checks import run
from chatserver.bot.files import starter_dialogues
from chatserver.bot.knowledge import FaqKnowledge
from chatserver.bot.problems import problems
from chatserver.bot.script import EventKind, Flow, Rule, Script, Text
from chatserver.clock import to_datetime
from chatserver.domain.messages import ChoicesBody, plain_text
from chatserver.domain.sites import Site
from chatserver.errors import Code, Refusal
from chatserver.services import previews, scripts
from chatserver.services.work import Work
from chatserver.storage import scripts as kept
from chatserver.storage import sites
from chatserver.web.context import Web
from chatserver.web.editors.room import Fields, asked, fields_of, query_of, room_page
from chatserver.web.pages import see_other
from chatserver.words import LANGUAGES

MAX_LINES = 20
PEOPLE = ("free", "busy", "away")


@dataclass(frozen=True, slots=True)
class Said:
    """One line of a talk with the bot. why: which part of it spoke, and of what."""

    by: str
    text: str
    buttons: tuple[str, ...] = ()
    why: str = ""


async def _site(web: Web, key: str) -> Site:
    every = await web.database.read(sites.every)
    found = next((site for site in every if site.key == key), None) if key else None
    if found is None and (key or not every):
        raise Refusal(Code.NOT_FOUND)
    return found or every[0]


def _read(connection: Connection, site: Site) -> tuple[Script, Script, bool]:
    return (
        scripts.draft_of(connection, site.id),
        scripts.script_of(connection, site.id),
        kept.draft(connection, site.id) is not None,
    )


async def bot(web: Web, request: Request) -> Response:
    """Serve rules and flows as they are being written, one of them open, and a talk with them.

    Raises:
        Refusal: `not_found`.
    """
    return await _page(web, request, await _site(web, asked(request, "site")))


async def _page(
    web: Web,
    request: Request,
    site: Site,
    *,
    wrong: tuple[str, ...] = (),
    written: Fields | None = None,
) -> Response:
    script, live, is_draft = await web.database.read(_read, site)
    kind, key = asked(request, "kind"), asked(request, "open")
    opened = _opened(script, kind, key)
    entries = frozenset(entry.key for entry in web.shelf.now.all_entries)
    talk = _talk(web, request, site, script)
    return await room_page(
        web,
        request,
        "bot.html",
        tab="bot",
        site_key=site.key,
        sites=[(one.key, one.settings.name) for one in await web.database.read(sites.every)],
        script=script,
        is_draft=is_draft,
        version=live.version,
        wrong=[*wrong, *problems(script, entries)],
        dialogues=_failing(web, request, script),
        which=kind if opened is not None else "",
        opened=opened,
        action_text=_yaml(opened.do) if isinstance(opened, Rule) else "",
        step_text=_yaml(opened.steps) if isinstance(opened, Flow) else "",
        events=get_args(EventKind),
        people=PEOPLE,
        talk=talk,
        world={name: asked(request, name) for name in ("lang", "at", "who", "page", "cart")},
        lines=request.query_params.get("lines", "")[:4000],
        entries=sorted(entries),
        status=422 if wrong else 200,
    )


def _opened(script: Script, kind: str, key: str) -> Rule | Flow | None:
    if kind == "rule":
        empty = Rule("", Text(), ())
        return next((rule for rule in script.rules if rule.key == key), None if key else empty)
    if kind == "flow":
        blank = Flow("", Text(), ())
        return next((flow for flow in script.flows if flow.key == key), None if key else blank)
    return None


def _yaml(value: object) -> str:
    plain = msgspec.to_builtins(value)
    return yaml.safe_dump(plain, allow_unicode=True, sort_keys=False) if plain else ""


def _talk(web: Web, request: Request, site: Site, script: Script) -> list[Said]:
    """Return a talk with the bot: every line of it anew, so that nothing need be kept."""
    lines = [line.strip() for line in request.query_params.get("lines", "").splitlines()]
    lines = [line[:500] for line in lines if line][:MAX_LINES]
    if not lines:
        return []
    zone = ZoneInfo(site.settings.hours.zone)
    now = to_datetime(web.clock.now_ms()).astimezone(zone)
    try:
        at = asked(request, "at")
        now = datetime.fromisoformat(at).replace(tzinfo=zone) if at else now
        cart = float(asked(request, "cart")) if asked(request, "cart") else None
    except ValueError:
        raise Refusal(Code.BAD_REQUEST) from None
    language = asked(request, "lang")
    who = asked(request, "who")
    world = previews.World(
        now,
        language=language if language in LANGUAGES else "tr",
        people=who if who in PEOPLE else None,
        page=asked(request, "page"),
        cart=cart,
    )
    talk = previews.begin(site.settings, script, FaqKnowledge(web.shelf.base), world)
    said: list[Said] = []
    for line in lines:
        said.append(Said("visitor", line))
        bodies = previews.say(talk, line)
        whys = talk.last.whys
        for place, body in enumerate(bodies):
            why = whys[place] if place < len(whys) else None
            said.append(
                Said(
                    "bot",
                    plain_text(body),
                    tuple(option.label for option in body.options)
                    if isinstance(body, ChoicesBody)
                    else (),
                    f"{why.kind} {why.key}".strip() if why else "",
                )
            )
        if talk.last.handoff is not None:
            said.append(Said("system", talk.last.handoff.value))
    return said


def _failing(web: Web, request: Request, script: Script) -> list[str] | None:
    """Talk every dialogue through when asked to; None when not."""
    if asked(request, "check") != "1":
        return None
    now = to_datetime(web.clock.now_ms()).astimezone(ZoneInfo("Europe/Istanbul"))
    knowledge = FaqKnowledge(web.shelf.base)
    return [
        line
        for language in LANGUAGES
        for dialogue in starter_dialogues(language)
        for line in run(dialogue, script, knowledge, now=now)
    ]


def _rule(form: Fields) -> Rule:
    number = {
        name: float(form.text(name)) if form.text(name) else None
        for name in ("cart_from", "cart_below")
    }
    when = {
        "event": form.text("event") or "message",
        "says": form.lines("says"),
        "not_says": form.lines("not_says"),
        "entries": form.lines("entries"),
        "language": form.text("language") or None,
        "hours": form.text("hours") or None,
        "people": form.every("people"),
        "pages": form.lines("pages"),
        "campaigns": form.lines("campaigns"),
        **number,
    }
    rule: dict[str, Any] = {
        "key": form.text("key").strip(),
        "title": {"tr": form.text("title.tr"), "en": form.text("title.en")},
        "when": when,
        "do": yaml.safe_load(form.text("do")) or [],
        "at_most": form.number("at_most") or 1,
        "goes_on": form.text("goes_on") == "1",
        "enabled": form.text("enabled") == "1",
    }
    return msgspec.convert(rule, Rule)


def _flow(form: Fields, old: Flow | None) -> Flow:
    flow = {
        **(msgspec.to_builtins(old) if old else {}),
        "key": form.text("key").strip(),
        "title": {"tr": form.text("title.tr"), "en": form.text("title.en")},
        "steps": yaml.safe_load(form.text("steps")) or [],
        "enabled": form.text("enabled") == "1",
    }
    return msgspec.convert(flow, Flow)


def changed(script: Script, form: Fields) -> Script:
    """Return the script after what a form asks for.

    Raises:
        ValueError: naming the place, where it can't be read.
    """
    what, kind, old = form.text("what"), form.text("kind"), form.text("old")
    rules, flows = list(script.rules), list(script.flows)
    at = next((i for i, rule in enumerate(rules) if rule.key == old), None)
    if kind == "rule" and what == "up" and at:
        rules[at - 1], rules[at] = rules[at], rules[at - 1]
    elif kind == "rule" and what == "remove":
        rules = [rule for rule in rules if rule.key != old]
    elif kind == "rule" and what == "save":
        rule = _rule(form)
        if at is not None:
            attributes = rules[at].when.attributes
            rule = msgspec.structs.replace(
                rule, when=msgspec.structs.replace(rule.when, attributes=attributes)
            )
            rules[at] = rule
        else:
            rules.append(rule)
    elif kind == "flow" and what == "remove":
        flows = [flow for flow in flows if flow.key != old]
    elif kind == "flow" and what == "save":
        before = next((flow for flow in flows if flow.key == old), None)
        flow = _flow(form, before)
        flows = [flow if one is before else one for one in flows]
        if before is None:
            flows.append(flow)
    return msgspec.structs.replace(script, rules=tuple(rules), flows=tuple(flows))


async def do_save_bot(web: Web, request: Request) -> Response:
    """Keep a rule or a flow as a draft, move or remove it; put the draft in use, or drop it.

    Raises:
        Refusal: `not_found`, `too_large`.
    """
    form = await fields_of(request)
    site = await _site(web, form.text("site"))
    author, now_ms = request.state.account.name, web.clock.now_ms()
    script, _, _ = await web.database.read(_read, site)
    back = f"/editor/bot?{query_of(site=site.key)}"
    if form.text("what") == "drop":
        await web.database.write(kept.drop_draft, site.id)
        return see_other(back)
    try:
        after = changed(script, form)
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        return await _page(web, request, site, wrong=(str(error)[:300],), written=form)

    def unit(connection: Connection) -> None:
        work = Work(connection, now_ms)
        if form.text("what") == "publish":
            scripts.publish(work, site.id, after, author=author)
        else:
            scripts.save_draft(work, site.id, after, author=author)

    try:
        await web.database.write(unit)
    except scripts.ScriptRefused as refused:
        return await _page(web, request, site, wrong=tuple(refused.problems))
    if form.text("what") == "save":
        back += "&" + query_of(kind=form.text("kind"), open=form.text("key"))
    return see_other(back)
