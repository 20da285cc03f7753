"""One entry: written side by side in both languages, kept by itself, never overwritten."""

from dataclasses import dataclass, replace

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from chatserver.domain.knowledge import Content, Problem, Wording
from chatserver.protocol.markdown import parse
from chatserver.services import knowledge
from chatserver.storage import faq_entries, question_log, sites
from chatserver.storage.faq_entries import EntryRow
from chatserver.storage.question_log import Usage
from chatserver.web.context import Web
from chatserver.web.editors.differences import differences
from chatserver.web.editors.entry_form import content_of, day_of
from chatserver.web.editors.listing import COUNTED_MS
from chatserver.web.editors.room import (
    Fields,
    by_place,
    categories_of,
    data,
    editors,
    fields_of,
    owner_in,
    room_page,
)
from chatserver.web.errors import wants_json
from chatserver.web.pages import see_other
from chatserver.web.templates import language_of
from chatserver.words import LANGUAGES, say
from faq import KnowledgeBase

MAX_WARNED = 60
"""Utterances of one language that are asked of the drafts at each save."""


@dataclass(frozen=True, slots=True)
class Warned:
    """An utterance that another entry wins."""

    language: str
    utterance: str
    winner: str
    title: str


async def entry(web: Web, request: Request) -> Response:
    """Serve the editor of an entry.

    Raises:
        Refusal: `not_found`.
    """
    row = await web.database.read(knowledge.get, request.path_params["key"])
    return await _entry_page(web, request, row, row.content)


async def _entry_page(
    web: Web,
    request: Request,
    row: EntryRow,
    content: Content,
    *,
    errors: dict[str, str] | None = None,
    theirs: EntryRow | None = None,
    status: int = 200,
) -> Response:
    now_ms = web.clock.now_ms()
    usage = await web.database.read(question_log.usage, since_ms=now_ms - COUNTED_MS)
    rows = await web.database.read(faq_entries.every)
    every_site = await web.database.read(sites.every)
    return await room_page(
        web,
        request,
        "entry.html",
        tab="entries",
        entry=row,
        content=content,
        nodes={language: preview(content.wording(language)) for language in LANGUAGES},
        used=usage.get(row.key, Usage()),
        warnings=await _warnings(web, row.key, content),
        categories=categories_of(rows),
        people=await web.database.read(editors),
        errors=errors or {},
        theirs=theirs,
        differences=differences(theirs.content, content, language_of(request)) if theirs else (),
        site=every_site[0].settings.name if every_site else "",
        status=status,
    )


def preview(said: Wording) -> list[dict[str, object]]:
    """Return an answer as the widget gets it: the very nodes."""
    return [msgspec.to_builtins(node) for node in parse(said.full_answer)]


async def _warnings(web: Web, key: str, content: Content) -> list[Warned]:
    base = await web.shelf.drafts(web.database, web.clock)
    return _won_by_others(base, key, content)


def _won_by_others(base: KnowledgeBase, key: str, content: Content) -> list[Warned]:
    found: list[Warned] = []
    for language, said in content.wordings.items():
        for utterance in said.utterances[-MAX_WARNED:]:
            result = base.match(utterance, language, 1)
            first = result.matches[0].entry if result.matches else None
            if first is not None and first.key != key and result.verdict != "none":
                found.append(Warned(language, utterance, first.key, first.question))
    return found


async def do_save_entry(web: Web, request: Request) -> Response:
    """Keep what the form says: for the page's script with JSON, else with the page.

    Raises:
        Refusal: `not_found`.
    """
    key = request.path_params["key"]
    form = await fields_of(request)
    me, now_ms = request.state.account, web.clock.now_ms()
    language = language_of(request)
    before = await web.database.read(knowledge.get, key)
    content, wrong = content_of(form, before.content)
    still = form.text("still_right")
    if still in LANGUAGES:
        said = replace(content.wording(still), edited_ms=now_ms)
        content = content.with_wording(still, said)
    if form.has("review_on") or form.has("owner"):
        wrong += await _take_care(web, key, form)
    if wrong:
        saved = knowledge.Saved(before, problems=tuple(wrong))
    else:
        saved = await web.database.write(
            knowledge.save, key, content, version=form.number("version"), by=me.id, now_ms=now_ms
        )
    if wants_json(request):
        return data(await _saved(web, saved, content, language), 200 if saved.ok else 409)
    if saved.ok:
        return see_other(f"/editor/entries/{key}?saved=1")
    return await _entry_page(
        web,
        request,
        saved.entry,
        content,
        errors=by_place(saved.problems, language),
        theirs=saved.entry if saved.clashed else None,
        status=409 if saved.clashed else 422,
    )


async def _take_care(web: Web, key: str, form: Fields) -> list[Problem]:
    problems: list[Problem] = []
    day = day_of(form, "review_on", problems)
    if not problems:
        await web.database.write(
            knowledge.take_care,
            [key],
            owner=await owner_in(web, form),
            review_on=day,
            set_owner=True,
            set_review=True,
        )
    return problems


async def _saved(
    web: Web, saved: knowledge.Saved, content: Content, language: str
) -> dict[str, object]:
    shown = saved.entry.content if saved.ok else content
    return {
        "ok": saved.ok,
        "version": saved.entry.version,
        "phase": saved.entry.phase.value,
        "phase_text": say(language, f"editor.phase.{saved.entry.phase.value}"),
        "said": say(language, "editor.entry.saved" if saved.ok else "editor.entry.not_saved"),
        "clashed": say(language, "editor.entry.clashed", editor=saved.entry.changed_by or "?")
        if saved.clashed
        else "",
        "problems": by_place(saved.problems, language),
        "nodes": {code: preview(shown.wording(code)) for code in LANGUAGES},
        "translations": {code: shown.translation(code) for code in LANGUAGES},
        "warnings": [
            {
                "language": one.language,
                "text": say(
                    language, "editor.entry.taken", utterance=one.utterance, entry=one.title
                ),
            }
            for one in (await _warnings(web, saved.entry.key, shown) if saved.ok else ())
        ],
    }
