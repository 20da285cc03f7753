"""The checks and the publish page: what would be answered differently, and who takes it on."""

import asyncio
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from chatserver.clock import to_ms
from chatserver.errors import Code, Refusal
from chatserver.faq_shelf import build_base, today
from chatserver.services import publishing, thresholds
from chatserver.services.publishing import Effects, Plan, Stand, Wanted
from chatserver.storage import faq_checks, faq_entries, faq_publications, site_words
from chatserver.storage.faq_checks import CheckRow
from chatserver.web.context import Web
from chatserver.web.editors.room import (
    asked,
    fields_of,
    language_asked,
    room_page,
)
from chatserver.web.pages import see_other
from chatserver.web.templates import DEFAULT_ZONE, language_of
from chatserver.words import LANGUAGES
from faq import fold
from faq.checks import Check


async def checks(web: Web, request: Request) -> Response:
    """Serve the checks with how each fares on the published base and on the drafts."""
    language, text = language_asked(request), asked(request, "q")
    only = asked(request, "only")
    every = await web.database.read(faq_checks.every)
    drafts = await web.shelf.drafts(web.database, web.clock)
    own = [row for row in every if row.language == language]

    def fared() -> list[tuple[CheckRow, Stand, bool, bool]]:
        found = []
        for row in own:
            check = Check(row.message, row.entry, row.offered)
            result = drafts.match(row.message, language)
            now = check.passes(web.shelf.base, language)
            found.append((row, Stand.of(result), check.is_met_by(result), now))
        return found

    rows = await asyncio.to_thread(fared)
    shown = [
        row
        for row in rows
        if all(word in fold(f"{row[0].message} {row[0].entry}") for word in fold(text).split())
        and (only != "failing" or not row[2])
    ]
    return await room_page(
        web,
        request,
        "checks.html",
        tab="checks",
        shown=language,
        query=text,
        only=only,
        rows=shown,
        passing=sum(row[2] for row in rows),
        total=len(rows),
        titles=await _titles(web, request),
        every=sorted((entry.key, entry.question) for entry in drafts.entries(language)),
    )


async def _titles(web: Web, request: Request) -> dict[str, str]:
    rows = await web.database.read(faq_entries.every)
    return {row.key: row.content.called(language_of(request)) for row in rows}


async def do_add_check(web: Web, request: Request) -> Response:
    """Add a check, or replace the one of the same message.

    Raises:
        Refusal: `bad_request`.
    """
    form = await fields_of(request)
    language, message = form.text("lang"), " ".join(form.text("message").split())
    if language not in LANGUAGES or not 1 <= len(message) <= 500:
        raise Refusal(Code.BAD_REQUEST)
    entry = form.text("entry") or None
    if entry is not None and await web.database.read(faq_entries.find, entry) is None:
        raise Refusal(Code.BAD_REQUEST)
    await web.database.write(
        faq_checks.put, [(language, message, entry, form.text("offered") == "1")],
        origin="test", now_ms=web.clock.now_ms(), by=request.state.account.id,
    )  # fmt: skip
    return see_other(f"/editor/checks?lang={language}")


async def do_remove_check(web: Web, request: Request) -> Response:
    """Take a check away.

    Raises:
        Refusal: `not_found`.
    """
    if not await web.database.write(faq_checks.remove, request.path_params["check"]):
        raise Refusal(Code.NOT_FOUND)
    return see_other("/editor/checks")


async def _effects(web: Web, plan: Plan) -> Effects:
    """Ask what shoppers have now and what they would have, beside the loop."""
    day = today(web.clock.now_ms())
    words = await web.database.read(site_words.every)
    held = await web.database.read(thresholds.in_use)
    learned = await web.database.read(thresholds.to_be, now_ms=web.clock.now_ms())

    def compare() -> Effects:
        now, then = (
            build_base(publishing.on_day(entries, day), words, sure)
            for entries, sure in ((plan.live, held), (plan.entries, learned))
        )
        return publishing.effects(now, then, plan.checks, plan.recent)

    return await asyncio.to_thread(compare) if plan.chosen else Effects()


async def _moves(web: Web) -> list[tuple[str, int, int]]:
    """Return the languages whose threshold a publication would move: from and to, in per cent."""
    held = await web.database.read(thresholds.in_use)
    learned = await web.database.read(thresholds.to_be, now_ms=web.clock.now_ms())
    found = [
        (code, (held.get(code) or thresholds.shipped(code)).answer, sure.answer)
        for code, sure in learned.items()
    ]
    return [(code, round(a * 100), round(b * 100)) for code, a, b in found if abs(a - b) >= 0.005]


async def publish(web: Web, request: Request) -> Response:
    """Serve the page: what is pending, and what publishing it would change."""
    keys = request.query_params.getlist("key")
    return await _publish_page(web, request, chosen=keys or None)


async def _publish_page(
    web: Web,
    request: Request,
    *,
    chosen: list[str] | None,
    reasons: dict[str, str] | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    now_ms = web.clock.now_ms()
    plan = await web.database.read(publishing.plan, now_ms=now_ms, chosen=chosen)
    found = await _effects(web, plan)
    scheduled, latest = await web.database.read(_publications)
    return await room_page(
        web,
        request,
        "publish.html",
        tab="publish",
        plan=plan,
        effects=found,
        moves=await _moves(web),
        titles=await _titles(web, request),
        reasons=reasons or {},
        problem_key=problem,
        scheduled=scheduled,
        latest=latest,
        done=asked(request, "done"),
        status=status,
    )


def _publications(
    connection: Connection,
) -> tuple[list[faq_publications.PublicationRow], list[faq_publications.PublicationRow]]:
    return faq_publications.scheduled(connection), faq_publications.latest(connection, limit=5)


async def do_publish(web: Web, request: Request) -> Response:
    """Publish the chosen entries, now or at a time, when every drop has its reason."""
    form = await fields_of(request)
    now_ms = web.clock.now_ms()
    chosen = form.every("key")
    reasons = form.prefixed("reason:")
    plan = await web.database.read(publishing.plan, now_ms=now_ms, chosen=chosen)
    due_ms: int | None = None
    problem = ""
    if form.text("when") == "later":
        due_ms = _moment(form.text("at"))
        if due_ms is None or due_ms <= now_ms:
            problem = "time"
    if not plan.chosen:
        problem = "nothing"
    elif plan.stamp != form.text("stamp") or set(chosen) != plan.chosen:
        problem = "changed"
    elif plan.problems:
        problem = "problems"
    if not problem:
        found = await _effects(web, plan)
        if publishing.undecided(found, reasons):
            problem = "undecided"
    if problem:
        return await _publish_page(
            web, request, chosen=chosen, reasons=reasons, problem=problem, status=422
        )
    versions = {row.key: row.version for row in plan.pending if row.key in plan.chosen}
    await web.database.write(
        publishing.publish,
        Wanted(versions, reasons, due_ms, form.text("note")),
        found,
        by=request.state.account.id,
        now_ms=now_ms,
    )
    await web.shelf.follow(web.database, web.clock)
    return see_other(f"/editor/publish?done={'later' if due_ms else 'now'}")


def _moment(text: str) -> int | None:
    """Return a time as a browser's field writes it, on the shops' clock."""
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        return None
    return to_ms(local.replace(tzinfo=ZoneInfo(DEFAULT_ZONE)))


async def do_cancel_publication(web: Web, request: Request) -> Response:
    """Take back what was scheduled.

    Raises:
        Refusal: `not_found`.
    """
    await web.database.write(
        publishing.cancel, request.path_params["publication"], now_ms=web.clock.now_ms()
    )
    return see_other("/editor/publish")
