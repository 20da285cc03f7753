"""Rules, flows and dialogue checks are opened, written, tried, kept and put in use; draws nothing."""

import asyncio
from dataclasses import replace

import msgspec
import yaml
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from chatserver.bot.expected import MAX_CHECKS, Dialogue
from chatserver.bot.files import dialogues_of, dump_script
from chatserver.bot.knowledge import FaqKnowledge
from chatserver.bot.script import Script
from chatserver.domain.sites import Site
from chatserver.errors import Code, Refusal
from chatserver.services import script_checks, scripts
from chatserver.services.script_checks import Effects
from chatserver.services.work import Work
from chatserver.storage import scripts as kept
from chatserver.web.context import Web
from chatserver.web.editors import talks
from chatserver.web.editors.room import asked, fields_of, query_of
from chatserver.web.editors.rule_page import (
    Held,
    Opened,
    Shown,
    draw,
    entry_keys,
    opened_of,
    read,
    site_of,
)
from chatserver.web.editors.script_changes import (
    Change,
    Part,
    changed,
    fingerprint,
    named,
    read_whole,
    standing,
    written,
)
from chatserver.web.editors.sheets import Sheet
from chatserver.web.headers import Kind, protect
from chatserver.web.pages import see_other
from chatserver.web.templates import language_of
from chatserver.words import say


async def bot(web: Web, request: Request) -> Response:
    """Serve rules and flows as they are being written, one of them open, and a talk with them.

    Raises:
        Refusal: `not_found`, `bad_request`.
    """
    site = await site_of(web, asked(request, "site"))
    held = await web.database.read(read, site)
    opened = opened_of(
        held.script,
        asked(request, "kind"),
        asked(request, "open"),
        as_text=asked(request, "view") == "text",
        language=language_of(request),
    )
    fields = Sheet(tuple(request.query_params.multi_items()))
    shown = None
    if opened is not None and opened.kind == "check":
        shown = Shown(check=_check(held.script, opened.old))
    return await draw(web, request, site, held, opened, fields, shown=shown)


def _check(script: Script, name: str) -> Dialogue | None:
    found = named(script, "check", name)
    return found if isinstance(found, Dialogue) else None


async def bot_file(web: Web, request: Request) -> Response:
    """Serve a site's rules and flows as they are being written, as a file of YAML.

    Raises:
        Refusal: `not_found`.
    """
    site = await site_of(web, asked(request, "site"))
    script = await web.database.read(scripts.draft_of, site.id)
    named_so = {"Content-Disposition": f'attachment; filename="bot-{site.key}.yaml"'}
    body = dump_script(script)
    return protect(Response(body, media_type="application/yaml", headers=named_so), Kind.DATA)


async def do_save_bot(web: Web, request: Request) -> Response:
    """Keep a rule, a flow or a check as a draft, move or remove it; put the draft in use, or drop it.

    Raises:
        Refusal: `not_found`, `too_large`, `bad_request`.
    """
    form = Sheet((await fields_of(request)).pairs)
    site = await site_of(web, form.text("site"))
    match form.text("what"):
        case _ if form.text("row"):
            sheet, fresh = form.pressed(form.text("row"))
            held = await web.database.read(read, site)
            return await draw(web, request, site, held, _posted(sheet, fresh=fresh), sheet)
        case "talk" | "check":
            return await _tried(web, request, site, form)
        case "note":
            return await _noted(web, request, site, form)
        case "publish":
            return await _put_in_use(web, request, site, form)
        case "drop":
            await web.database.write(kept.drop_draft, site.id)
            return see_other(f"/editor/bot?{query_of(site=site.key)}")
        case _:
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
    held = await web.database.read(read, site)
    change = changed(held.script, form, entry_keys(web), saving=True)
    faults = _worded(change, language_of(request))
    opened = _posted(form, faults=faults) if form.text("kind") else None
    is_check = form.text("kind") == "check"
    shown = Shown(change.script, _check(change.script, _key(form)) if is_check else None)
    status = 422 if faults else 200
    return await draw(web, request, site, held, opened, form, shown=shown, status=status)


async def _noted(web: Web, request: Request, site: Site, form: Sheet) -> Response:
    """Make a check of a talk with the bot; what is being written beside it stays as it is.

    Raises:
        Refusal: `bad_request` where nothing was said.
    """
    held = await web.database.read(read, site)
    change = changed(held.script, form, entry_keys(web), saving=True)
    faults = _worded(change, language_of(request))
    opened = _posted(form, faults=faults) if form.text("kind") else None
    world, wrong = talks.world_of(web, site, form, language_of(request))
    lines = talks.lines_of(form)
    if faults or wrong:
        return await draw(web, request, site, held, opened, form, status=422)
    if not lines or len(dialogues_of(held.script)) >= MAX_CHECKS:
        raise Refusal(Code.BAD_REQUEST)
    check = talks.check_of(web, site, change.script, lines, world)
    author, now_ms = request.state.account.name, web.clock.now_ms()

    def unit(connection: Connection) -> str:
        script = scripts.draft_of(connection, site.id)
        name = talks.free_name(check.name, script)
        mine = msgspec.structs.replace(check, name=name)
        fresh = msgspec.structs.replace(script, checks=(*dialogues_of(script), mine))
        scripts.save_draft(Work(connection, now_ms), site.id, fresh, author=author)
        return name

    name = await web.database.write(unit)
    if opened is None:
        after = query_of(site=site.key, kind="check", open=name, saved="noted")
        return see_other(f"/editor/bot?{after}")
    held = await web.database.read(read, site)
    shown = Shown(change.script, noted=name)
    return await draw(web, request, site, held, opened, form, shown=shown)


async def _kept_draft(web: Web, request: Request, site: Site, form: Sheet) -> Response:
    author, now_ms = request.state.account.name, web.clock.now_ms()
    entries = entry_keys(web)

    def unit(connection: Connection) -> Change:
        change = changed(scripts.draft_of(connection, site.id), form, entries)
        if change.ok:
            scripts.save_draft(Work(connection, now_ms), site.id, change.script, author=author)
        return change

    change = await web.database.write(unit)
    if not change.ok:
        held = await web.database.read(read, site)
        opened = _posted(
            form, faults=_worded(change, language_of(request)), theirs=written(change.theirs)
        )
        if change.clashed:
            opened = replace(opened, seen=fingerprint(change.theirs))
        status = 409 if change.clashed else 422
        return await draw(web, request, site, held, opened, form, status=status)
    return see_other(f"/editor/bot?{_after(site, form)}")


def _after(site: Site, form: Sheet) -> str:
    what, kind = form.text("what"), form.text("kind")
    if what in {"up", "down"}:
        return query_of(
            site=site.key, kind=form.text("at"), open=form.text("open"), moved=form.text("old")
        )
    if what == "remove":
        return query_of(site=site.key, kind="checks" if kind == "check" else "")
    view = "text" if form.text("text") and kind != "script" else ""
    return query_of(site=site.key, kind=kind, open=_key(form), view=view, saved="1")


def _key(form: Sheet) -> str:
    """Return what the part that a form says is called by, "" where it says none."""
    if form.text("text") == "":
        name = "name" if form.text("kind") == "check" else "key"
        return " ".join(form.text(name).split())
    if form.text("kind") == "script":
        return ""
    try:
        found: Part = read_whole(form.text("kind"), form.text("text"))
    except (ValueError, yaml.YAMLError, RecursionError):
        return ""
    return found.key


async def _put_in_use(web: Web, request: Request, site: Site, form: Sheet) -> Response:
    """Put the draft in use, once every dialogue check that would break has its reason."""
    author, now_ms = request.state.account.name, web.clock.now_ms()
    entries, language = entry_keys(web), language_of(request)
    held = await web.database.read(read, site)
    reasons = form.prefixed("reason:")
    found = Effects()
    if not standing(held.script, entries, language):
        found = await _effects(web, site, held)

    def unit(connection: Connection) -> int:
        script = scripts.draft_of(connection, site.id)
        if standing(script, entries, language) or found.undecided(reasons):
            return 422
        live = scripts.script_of(connection, site.id)
        if (script, live) != (held.script, held.live):
            return 409
        scripts.publish(
            Work(connection, now_ms), site.id, script, author=author, found=found, reasons=reasons
        )
        return 303

    status = await web.database.write(unit)
    if status != 303:
        held = await web.database.read(read, site)
        if status == 409:
            found = await _effects(web, site, held)
        shown = Shown(found=found if found.drops else None, reasons=reasons)
        return await draw(web, request, site, held, None, Sheet(()), shown=shown, status=status)
    return see_other(f"/editor/bot?{query_of(site=site.key)}")


async def _effects(web: Web, site: Site, held: Held) -> Effects:
    """Talk every check through with both scripts, beside the loop."""
    return await asyncio.to_thread(
        script_checks.effects,
        held.live,
        held.script,
        FaqKnowledge(web.shelf.base),
        now=talks.now_of(web, site),
        shop=site.settings.name,
    )
