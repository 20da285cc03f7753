"""The bot's rules and flows: in their order, a form for each, and the bot to talk to beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import yaml
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from chatserver.bot.files import dump_script
from chatserver.bot.script import Flow, Rule, Script
from chatserver.domain.sites import Site
from chatserver.errors import Code, Refusal
from chatserver.services import scripts
from chatserver.services.work import Work
from chatserver.storage import orders, sites
from chatserver.storage import scripts as kept
from chatserver.storage import staff as accounts
from chatserver.web.context import Web
from chatserver.web.editors import flow_sheet, rule_sheet, talks
from chatserver.web.editors.room import asked, fields_of, query_of, room_page
from chatserver.web.editors.script_changes import (
    Change,
    changed,
    fingerprint,
    named,
    read_whole,
    sheet_of,
    standing,
    written,
)
from chatserver.web.editors.sheets import Sheet
from chatserver.web.headers import Kind, protect
from chatserver.web.pages import see_other
from chatserver.web.templates import language_of
from chatserver.words import say

KINDS = ("rule", "flow", "script")


@dataclass(frozen=True, slots=True)
class Opened:
    """What is open on the page.

    Args:
        old: the key that it is kept under; "" for a new one.
        seen: what it was when the page was drawn.
        text: it as YAML, where it is looked at so.
        theirs: as YAML, what somebody else has made of it meanwhile.
        fresh: the row that a button has just put there.
    """

    kind: str
    old: str
    sheet: Sheet
    seen: str
    faults: dict[str, str]
    text: str | None = None
    theirs: str = ""
    fresh: str = ""


async def _site(web: Web, key: str) -> Site:
    every = await web.database.read(sites.every)
    found = next((site for site in every if site.key == key), None) if key else None
    if found is None and (key or not every):
        raise Refusal(Code.NOT_FOUND)
    return found or every[0]


@dataclass(frozen=True, slots=True)
class _Kept:
    script: Script
    version: int
    is_draft: bool
    draft_by: str
    teams: list[str]
    agents: list[str]
    has_orders: bool


def _read(connection: Connection, site: Site) -> _Kept:
    draft = kept.draft(connection, site.id)
    return _Kept(
        scripts.draft_of(connection, site.id),
        scripts.script_of(connection, site.id).version,
        draft is not None,
        draft.author if draft else "",
        [team.name for team in sites.teams(connection, site.id)],
        [one.name for one in accounts.every(connection) if one.role.may_answer],
        orders.source(connection, site.id) is not None,
    )


def _entries(web: Web) -> frozenset[str]:
    return frozenset(entry.key for entry in web.shelf.now.all_entries)


def _opened(script: Script, kind: str, key: str, *, as_text: bool) -> Opened | None:
    if kind == "script":
        return Opened(kind, "", Sheet(()), fingerprint(script), {}, dump_script(script))
    found = named(script, kind, key)
    if kind not in KINDS or (key and found is None):
        return None
    text = written(found) if as_text and found is not None else None
    return Opened(kind, key, sheet_of(kind, found), fingerprint(found), {}, text)


async def bot(web: Web, request: Request) -> Response:
    """Serve rules and flows as they are being written, one of them open, and a talk with them.

    Raises:
        Refusal: `not_found`, `bad_request`.
    """
    site = await _site(web, asked(request, "site"))
    held = await web.database.read(_read, site)
    opened = _opened(
        held.script,
        asked(request, "kind"),
        asked(request, "open"),
        as_text=asked(request, "view") == "text",
    )
    fields = Sheet(tuple(request.query_params.multi_items()))
    return await _page(web, request, site, held, opened, fields)


async def bot_file(web: Web, request: Request) -> Response:
    """Serve a site's rules and flows as they are being written, as a file of YAML.

    Raises:
        Refusal: `not_found`.
    """
    site = await _site(web, asked(request, "site"))
    script = await web.database.read(scripts.draft_of, site.id)
    named_so = {"Content-Disposition": f'attachment; filename="bot-{site.key}.yaml"'}
    body = dump_script(script)
    return protect(Response(body, media_type="application/yaml", headers=named_so), Kind.DATA)


async def _page(
    web: Web,
    request: Request,
    site: Site,
    held: _Kept,
    opened: Opened | None,
    fields: Sheet,
    *,
    script: Script | None = None,
    status: int = 200,
) -> Response:
    """Return the page. script: what is talked to, where it is not the draft that is kept."""
    language = language_of(request)
    talked = script or held.script
    lines = talks.lines_of(fields)
    if held.has_orders and not fields.text("switched"):
        fields = Sheet((*fields.pairs, ("orders", "1")))
    world = talks.world_of(web, site, fields, language)
    check = fields.text("check") == "1" or fields.text("what") == "check"
    entries = _entries(web)
    return await room_page(
        web,
        request,
        "bot.html",
        tab="bot",
        status=status,
        site_key=site.key,
        sites=[(one.key, one.settings.name) for one in await web.database.read(sites.every)],
        script=held.script,
        held=held,
        faulty=standing(held.script, entries, language, but=opened),
        dialogues=talks.failing(web, talked) if check and status == 200 else None,
        opened=opened,
        moved=asked(request, "moved"),
        saved=asked(request, "saved"),
        talk=talks.talk(web, site, talked, lines if status == 200 else [], world),
        world={name: fields.text(name) for name in talks.SWITCHES} | {"lang": world.language},
        lines="\n".join(lines),
        titles={entry.key: entry.question for entry in web.shelf.entries(language)},
        grouped=_grouped(web, language),
        **_choices(held),
    )


def _choices(held: _Kept) -> dict[str, Any]:
    return {
        "events": rule_sheet.EVENTS,
        "conditions": rule_sheet.CONDITIONS,
        "actions": rule_sheet.ACTIONS,
        "people": rule_sheet.PEOPLE,
        "priorities": rule_sheet.PRIORITIES,
        "reasons": rule_sheet.REASONS,
        "slot_kinds": flow_sheet.KINDS,
        "ends": flow_sheet.ENDS,
        "order_kinds": flow_sheet.ORDERS,
        "teams": held.teams,
        "agents": held.agents,
        "blank": Sheet(()),
    }


def _grouped(web: Web, language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for entry in web.shelf.entries(language):
        groups.setdefault(entry.category, []).append((entry.key, entry.question))
    return sorted(groups.items())


async def do_save_bot(web: Web, request: Request) -> Response:
    """Keep a rule or a flow as a draft, move or remove it; put the draft in use, or drop it.

    Raises:
        Refusal: `not_found`, `too_large`.
    """
    form = Sheet((await fields_of(request)).pairs)
    site = await _site(web, form.text("site"))
    what = form.text("what")
    if form.text("row"):
        sheet, fresh = form.pressed(form.text("row"))
        held = await web.database.read(_read, site)
        return await _page(web, request, site, held, _posted(sheet, fresh=fresh), sheet)
    if what in {"talk", "check"}:
        return await _tried(web, request, site, form)
    if what in {"drop", "publish"}:
        return await _settle(web, request, site, what)
    return await _kept_draft(web, request, site, form)


def _posted(
    form: Sheet, *, faults: dict[str, str] | None = None, fresh: str = "", theirs: str = ""
) -> Opened:
    text = form.text("text") if form.has("text") else None
    old, seen = form.text("old"), form.text("seen")
    return Opened(form.text("kind"), old, form, seen, faults or {}, text, theirs, fresh)


def _worded(change: Change, language: str) -> dict[str, str]:
    return {
        name: say(language, f"editor.bot.wrong.{code}", value=value)
        for name, (code, value) in change.faults.items()
    }


async def _tried(web: Web, request: Request, site: Site, form: Sheet) -> Response:
    """Talk with the bot as it would be with what is being written; nothing is kept."""
    held = await web.database.read(_read, site)
    change = changed(held.script, form, _entries(web), saving=True)
    faults = _worded(change, language_of(request))
    opened = _posted(form, faults=faults)
    status = 422 if faults else 200
    return await _page(web, request, site, held, opened, form, script=change.script, status=status)


async def _kept_draft(web: Web, request: Request, site: Site, form: Sheet) -> Response:
    author, now_ms = request.state.account.name, web.clock.now_ms()
    entries = _entries(web)

    def unit(connection: Connection) -> Change:
        change = changed(scripts.draft_of(connection, site.id), form, entries)
        if change.ok:
            scripts.save_draft(Work(connection, now_ms), site.id, change.script, author=author)
        return change

    change = await web.database.write(unit)
    if not change.ok:
        held = await web.database.read(_read, site)
        opened = _posted(
            form, faults=_worded(change, language_of(request)), theirs=written(change.theirs)
        )
        if change.clashed:
            opened = replace(opened, seen=fingerprint(change.theirs))
        status = 409 if change.clashed else 422
        return await _page(web, request, site, held, opened, form, status=status)
    return see_other(f"/editor/bot?{_after(site, form)}")


def _after(site: Site, form: Sheet) -> str:
    what, kind = form.text("what"), form.text("kind")
    if what in {"up", "down"}:
        return query_of(
            site=site.key, kind=form.text("at"), open=form.text("open"), moved=form.text("old")
        )
    if what == "remove":
        return query_of(site=site.key)
    key = form.text("key").strip() if form.text("text") == "" else _key_of_text(form)
    view = "text" if form.text("text") and kind != "script" else ""
    return query_of(site=site.key, kind=kind, open=key, view=view, saved="1")


def _key_of_text(form: Sheet) -> str:
    try:
        found = read_whole(form.text("kind"), form.text("text"))
    except (ValueError, yaml.YAMLError, RecursionError):
        return ""
    return found.key if isinstance(found, Rule | Flow) else ""


async def _settle(web: Web, request: Request, site: Site, what: str) -> Response:
    """Put the draft in use, or drop it."""
    author, now_ms = request.state.account.name, web.clock.now_ms()
    entries = _entries(web)
    language = language_of(request)

    def unit(connection: Connection) -> Sequence[object]:
        if what == "drop":
            kept.drop_draft(connection, site.id)
            return ()
        script = scripts.draft_of(connection, site.id)
        wrong = standing(script, entries, language)
        if not wrong:
            scripts.publish(Work(connection, now_ms), site.id, script, author=author)
        return wrong

    if await web.database.write(unit):
        held = await web.database.read(_read, site)
        return await _page(web, request, site, held, None, Sheet(()), status=422)
    return see_other(f"/editor/bot?{query_of(site=site.key)}")
