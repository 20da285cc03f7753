"""A new entry: begun by a question, then written on as a draft."""

from starlette.requests import Request
from starlette.responses import Response

from chatserver.domain.knowledge import Content, Problem, Wording
from chatserver.services import knowledge
from chatserver.storage import faq_entries
from chatserver.web.context import Web
from chatserver.web.editors.room import (
    asked,
    by_place,
    categories_of,
    fields_of,
    language_asked,
    room_page,
)
from chatserver.web.pages import see_other
from chatserver.web.templates import language_of
from chatserver.words import LANGUAGES


async def entry_new(web: Web, request: Request) -> Response:
    """Serve the form of a new entry, begun by a question where one is handed in."""
    return await _new_page(web, request, asked(request, "question"), language_asked(request))


async def _new_page(
    web: Web, request: Request, question: str, language: str, *, category: str = "",
    errors: dict[str, str] | None = None,
) -> Response:  # fmt: skip
    rows = await web.database.read(faq_entries.every)
    return await room_page(
        web,
        request,
        "new.html",
        tab="entries",
        question=question,
        shown=language,
        category=category,
        categories=categories_of(rows),
        errors=errors or {},
        status=422 if errors else 200,
    )


async def do_create_entry(web: Web, request: Request) -> Response:
    """Add a draft and go on writing it."""
    form = await fields_of(request)
    language = form.text("language")
    language = language if language in LANGUAGES else language_of(request)
    content = Content(
        form.text("category"), {language: Wording(form.text("question"), form.lines("utterances"))}
    )
    key, problems = await web.database.write(
        knowledge.create, content, by=request.state.account.id, now_ms=web.clock.now_ms()
    )
    if problems:
        errors = by_place(
            (Problem(p.place.removeprefix(f"{language}."), p.code, p.value) for p in problems),
            language_of(request),
        )
        return await _new_page(
            web, request, form.text("question"), language, category=form.text("category"),
            errors=errors,
        )  # fmt: skip
    return see_other(f"/editor/entries/{key}")
