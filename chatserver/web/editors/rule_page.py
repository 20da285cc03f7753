"""The page of the bot's rules, flows and dialogue checks: what is on it; handles no form."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from chatserver.bot.expected import Dialogue
from chatserver.bot.files import dialogues_of, dump_script
from chatserver.bot.script import Script
from chatserver.domain.sites import Site
from chatserver.errors import Code, Refusal
from chatserver.services import scripts
from chatserver.services.script_checks import Effects, Verdict
from chatserver.storage import orders, sites
from chatserver.storage import scripts as kept
from chatserver.storage import staff as accounts
from chatserver.web.context import Web
from chatserver.web.editors import check_sheet, flow_sheet, rule_sheet, talks
from chatserver.web.editors.room import asked, room_page
from chatserver.web.editors.script_changes import (
    fingerprint,
    named,
    sheet_of,
    standing,
    written,
)
from chatserver.web.editors.sheets import Sheet
from chatserver.web.templates import language_of
from chatserver.words import say

KINDS = ("rule", "flow", "check", "script")
TOLD_VERSIONS = 5


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


async def site_of(web: Web, key: str) -> Site:
    """Return a site by its key, the first where none is named.

    Raises:
        Refusal: `not_found`.
    """
    every = await web.database.read(sites.every)
    found = next((site for site in every if site.key == key), None) if key else None
    if found is None and (key or not every):
        raise Refusal(Code.NOT_FOUND)
    return found or every[0]


@dataclass(frozen=True, slots=True)
class Held:
    """What is kept of a site's rules.

    Args:
        script: as it is being written; live: as it is in use.
        versions: what was put in use, the newest first.
    """

    script: Script
    live: Script
    versions: list[kept.Kept]
    is_draft: bool
    draft_by: str
    teams: list[str]
    agents: list[str]
    has_orders: bool


def read(connection: Connection, site: Site) -> Held:
    """Read what is kept of a site's rules."""
    draft = kept.draft(connection, site.id)
    return Held(
        scripts.draft_of(connection, site.id),
        scripts.script_of(connection, site.id),
        kept.history(connection, site.id, limit=TOLD_VERSIONS),
        draft is not None,
        draft.author if draft else "",
        [team.name for team in sites.teams(connection, site.id)],
        [one.name for one in accounts.every(connection) if one.role.may_answer],
        orders.source(connection, site.id) is not None,
    )


def entry_keys(web: Web) -> frozenset[str]:
    """Return the keys of the entries that shoppers get."""
    return frozenset(entry.key for entry in web.shelf.now.all_entries)


def opened_of(
    script: Script, kind: str, key: str, *, as_text: bool, language: str
) -> Opened | None:
    """Return a part of a script to be written, or None where there is none of that name.

    Args:
        language: what a new check is in.
    """
    if kind == "script":
        return Opened(kind, "", Sheet(()), fingerprint(script), {}, dump_script(script))
    found = named(script, kind, key)
    if kind not in KINDS or (key and found is None):
        return None
    text = written(found) if as_text and found is not None else None
    sheet = sheet_of(kind, found)
    if kind == "check" and found is None:
        sheet = Sheet((*sheet.pairs, ("lang", language)))
    return Opened(kind, key, sheet, fingerprint(found), {}, text)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a request adds to the page.

    Args:
        script: what is talked to, where it is not the draft that is kept.
        check: the dialogue check that is talked through.
        found: what putting the draft in use would do, where that waits for reasons.
        noted: name of the check that was just made of the talk.
    """

    script: Script | None = None
    check: Dialogue | None = None
    found: Effects | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)
    noted: str = ""


async def draw(
    web: Web,
    request: Request,
    site: Site,
    held: Held,
    opened: Opened | None,
    fields: Sheet,
    *,
    shown: Shown | None = None,
    status: int = 200,
) -> Response:
    """Return the page."""
    language = language_of(request)
    shown = shown or Shown()
    talked = shown.script or held.script
    if opened is not None and opened.kind == "check":
        fields = opened.sheet
    elif held.has_orders and not fields.text("switched"):
        fields = Sheet((*fields.pairs, ("orders", "1")))
    lines = talks.lines_of(fields)
    world, faults = talks.world_of(web, site, fields, language)
    if opened is not None and opened.kind == "check":
        faults = {}
    elif faults and status == 200:
        status = 400
    titles = {entry.key: entry.question for entry in web.shelf.entries(language)}
    went: list[talks.Said] = []
    if status == 200 and shown.check is not None:
        went = talks.went(talks.verdict(web, site, talked, shown.check), language, titles)
    elif status == 200:
        went = talks.talk(web, site, talked, lines, world)
    listed = asked(request, "kind") == "checks" and opened is None
    tried = fields.text("check") == "1" or fields.text("what") == "check"
    ran: list[Verdict] = []
    if status == 200 and (listed or tried):
        ran = await asyncio.to_thread(talks.verdicts, web, site, talked)
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
        checks=dialogues_of(held.script),
        faulty=standing(held.script, entry_keys(web), language, but=opened),
        ran=[talks.told(one, language, titles) for one in ran] if listed or tried else None,
        listed=listed,
        only=asked(request, "only"),
        of=asked(request, "of"),
        found=shown.found,
        shifts=[
            (one, talks.told(one.will, language, titles))
            for one in (shown.found.shifts if shown.found else ())
        ],
        reasons_given=shown.reasons,
        noted=shown.noted,
        opened=opened,
        moved=asked(request, "moved"),
        saved=asked(request, "saved"),
        talk=went,
        passes=shown.check and went and not any(one.by == "fault" for one in went),
        world={name: fields.text(name) for name in talks.SWITCHES} | {"lang": world.language},
        world_faults={
            name: say(language, f"editor.bot.wrong.{code}", value=value)
            for name, (code, value) in faults.items()
        },
        lines="\n".join(lines),
        titles=titles,
        grouped=_grouped(web, language),
        **_choices(held),
    )


def _choices(held: Held) -> dict[str, Any]:
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
        "wanted": check_sheet.WANTED,
        "slots": sorted({step.slot for flow in held.script.flows for step in flow.steps}),
        "teams": held.teams,
        "agents": held.agents,
        "blank": Sheet(()),
    }


def _grouped(web: Web, language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for entry in web.shelf.entries(language):
        groups.setdefault(entry.category, []).append((entry.key, entry.question))
    return sorted(groups.items())
