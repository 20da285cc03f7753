"""Pairs of entries that compete, side by side, with merge."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from chatserver.services import engine_entries, merging
from chatserver.web.context import Web
from chatserver.web.editors.room import asked, fields_of, language_asked, room_page
from chatserver.web.help_pages import plain
from chatserver.web.pages import see_other

MAX_SHOWN = 40


async def conflicts(web: Web, request: Request) -> Response:
    """Serve the pairs of one language, as the drafts have them."""
    language = language_asked(request)
    _, entries = await web.database.read(engine_entries.drafted)
    found = await asyncio.to_thread(merging.pairs, entries, language)
    return await room_page(
        web,
        request,
        "conflicts.html",
        tab="conflicts",
        shown=language,
        pairs=found[:MAX_SHOWN],
        total=len(found),
        merged=asked(request, "merged"),
        plain=plain,
    )


async def do_merge(web: Web, request: Request) -> Response:
    """Make one entry of two, as drafts.

    Raises:
        Refusal: `bad_request`, `not_found`, `taken`, `too_large`.
    """
    form = await fields_of(request)
    keep = form.text("keep")
    await web.database.write(
        merging.merge,
        keep=keep,
        drop=form.text("drop"),
        by=request.state.account.id,
        now_ms=web.clock.now_ms(),
    )
    return see_other(f"/editor/entries/{keep}")
