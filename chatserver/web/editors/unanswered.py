"""Unanswered questions by what they ask, one click from an answer; shows no personal data."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from chatserver.errors import Code, Refusal
from chatserver.services import questions
from chatserver.services import unanswered as service
from chatserver.services.unanswered import DAY_MS, WINDOW_DAYS
from chatserver.storage import question_log
from chatserver.web.context import Web
from chatserver.web.editors.room import asked, fields_of, query_of, room_page
from chatserver.web.pages import see_other
from chatserver.words import LANGUAGES
from faq import fold
from faq.clusters import clusters

STATES = ("open", "done", "ignored")
WHY = ("none", "clarify", "did_not_help", "handed_off")
MAX_SHOWN = 100
MAX_IDS = 5_000
SPARK_WIDTH, SPARK_HEIGHT = 84, 20


def spark(days: tuple[int, ...]) -> str:
    """Return a small line of counts as the points of a drawing."""
    most = max(days) or 1
    step = SPARK_WIDTH / (len(days) - 1)
    return " ".join(
        f"{at * step:.1f},{SPARK_HEIGHT - 2 - (SPARK_HEIGHT - 4) * count / most:.1f}"
        for at, count in enumerate(days)
    )


async def unanswered(web: Web, request: Request) -> Response:
    """Serve the groups, what is asked most first."""
    now_ms = web.clock.now_ms()
    state = asked(request, "state") if asked(request, "state") in STATES else "open"
    why, language = asked(request, "why"), asked(request, "lang")
    rows = await web.database.read(
        question_log.unanswered,
        since_ms=now_ms - WINDOW_DAYS * DAY_MS,
        language=language if language in LANGUAGES else None,
    )
    base = await web.shelf.drafts(web.database, web.clock)
    found = await asyncio.to_thread(service.groups, rows, base, clusters, now_ms=now_ms)
    counts = {name: sum(group.state == name for group in found) for name in STATES}
    shown = [g for g in found if g.state == state and why in ("", g.why)]
    return await room_page(
        web,
        request,
        "unanswered.html",
        tab="unanswered",
        groups=shown[:MAX_SHOWN],
        total=len(shown),
        state=state,
        states=counts,
        why=why,
        whys=WHY,
        lang=language,
        spark=spark,
        effects=await web.database.read(service.effects),
        every={
            code: sorted(
                ((entry.key, entry.question) for entry in base.entries(code)),
                key=lambda pair: fold(pair[1]),
            )
            for code in LANGUAGES
        },
        settled=asked(request, "settled"),
        settled_entry=asked(request, "entry"),
        link=lambda **more: query_of(**{"state": state, "why": why, "lang": language, **more}),
    )


async def do_settle(web: Web, request: Request) -> Response:
    """Make a group an utterance or a new entry, or ignore it.

    Raises:
        Refusal: `bad_request`, `not_found`.
    """
    form = await fields_of(request)
    ids = [int(one) for one in form.text("ids").split(",") if one.isascii() and one.isdigit()]
    how, language = form.text("how"), form.text("lang")
    message = " ".join(form.text("message").split())
    if (
        not ids
        or len(ids) > MAX_IDS
        or language not in LANGUAGES
        or not message
        or how not in {"utterance", "entry", "ignored"}
        or (how == "utterance" and not form.text("entry"))
    ):
        raise Refusal(Code.BAD_REQUEST)
    key = await web.database.write(
        service.settle,
        ids,
        how,
        language=language,
        message=message[:300],
        entry=form.text("entry") or None,
        by=request.state.account.id,
        now_ms=web.clock.now_ms(),
    )
    if how == "entry":
        return see_other(f"/editor/entries/{key}")
    return see_other("/editor/unanswered?" + query_of(settled=how, entry=key or ""))


async def question(web: Web, request: Request) -> Response:
    """Serve what visitor and bot said around a question, masked.

    Raises:
        Refusal: `not_found`.
    """
    row, lines = await web.database.read(questions.excerpt, request.path_params["question"])
    return await room_page(web, request, "question.html", tab="unanswered", row=row, lines=lines)
