"""The shop's own words, each with what it changes on the checks."""

import asyncio
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from chatserver.faq_shelf import build_base
from chatserver.services import publishing, thresholds, words_of_site
from chatserver.services.publishing import Effects
from chatserver.storage import faq_checks, site_words
from chatserver.storage.site_words import WordRow
from chatserver.web.context import Web
from chatserver.web.editors.room import (
    Fields,
    asked,
    by_place,
    fields_of,
    language_asked,
    room_page,
)
from chatserver.web.pages import see_other
from chatserver.web.templates import language_of
from chatserver.words import LANGUAGES

NEW = WordRow(0, "tr", "concept", "", ())


@dataclass(frozen=True, slots=True)
class Tried:
    """A row that is looked at before it is kept, or one that is there and weighed."""

    word: WordRow
    effects: Effects


async def site_words_page(web: Web, request: Request) -> Response:
    """Serve the rows; where one is named, with what it changes."""
    weigh = asked(request, "weigh")
    rows = await web.database.read(site_words.every)
    chosen = next((row for row in rows if str(row.id) == weigh), None)
    tried = None
    if chosen is not None:
        without = [row for row in rows if row.id != chosen.id]
        tried = Tried(chosen, await _effects(web, without, rows, chosen.language))
    return await _page(web, request, rows=rows, tried=tried)


async def _page(
    web: Web,
    request: Request,
    *,
    rows: list[WordRow] | None = None,
    word: WordRow = NEW,
    tried: Tried | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    return await room_page(
        web,
        request,
        "words.html",
        tab="words",
        rows=rows if rows is not None else await web.database.read(site_words.every),
        word=word if word.name else replace(word, language=language_asked(request)),
        kinds=words_of_site.KINDS,
        tried=tried,
        errors=errors or {},
        status=422 if errors else 200,
    )


async def _effects(web: Web, before: list[WordRow], after: list[WordRow], language: str) -> Effects:
    """Return what the checks of a language say with other words; takes some seconds."""
    checks = [c for c in await web.database.read(faq_checks.every) if c.language == language]
    entries = [e for e in web.shelf.now.all_entries if e.language == language]
    sure = await web.database.read(thresholds.in_use)

    def compare() -> Effects:
        now, then = build_base(entries, before, sure), build_base(entries, after, sure)
        return publishing.effects(now, then, checks, ())

    return await asyncio.to_thread(compare)


def _word(form: Fields) -> WordRow:
    language = form.text("lang") if form.text("lang") in LANGUAGES else "tr"
    name = " ".join(form.text("name").split())
    return WordRow(0, language, form.text("kind"), name, form.lines("same"), form.lines("near"))


async def do_save_word(web: Web, request: Request) -> Response:
    """Show what a row would change on the checks, or keep it for shoppers."""
    form = await fields_of(request)
    word = _word(form)
    wrong = words_of_site.problems(word)
    if wrong:
        errors = by_place(wrong, language_of(request))
        return await _page(web, request, word=word, errors=errors)
    if form.text("do") == "try":
        rows = await web.database.read(site_words.every)
        same = (word.language, word.kind, word.name)
        others = [row for row in rows if (row.language, row.kind, row.name) != same]
        found = await _effects(web, rows, [*others, word], word.language)
        return await _page(web, request, rows=rows, word=word, tried=Tried(word, found))
    await web.database.write(
        words_of_site.put, word, by=request.state.account.id, now_ms=web.clock.now_ms()
    )
    await web.shelf.follow(web.database, web.clock)
    return see_other(f"/editor/words?lang={word.language}")


async def do_remove_word(web: Web, request: Request) -> Response:
    """Take a row away.

    Raises:
        Refusal: `not_found`.
    """
    await web.database.write(words_of_site.remove, request.path_params["word"])
    await web.shelf.follow(web.database, web.clock)
    return see_other("/editor/words")
