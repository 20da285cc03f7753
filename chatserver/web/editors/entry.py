"""One entry: written side by side in both languages, kept by itself, with all it ever was."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import msgspec
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from chatserver.domain.knowledge import Button, Content, Problem, Wording
from chatserver.errors import Code, Refusal
from chatserver.protocol.markdown import parse
from chatserver.services import knowledge
from chatserver.storage import faq_entries, question_log
from chatserver.storage.faq_entries import EntryRow, RevisionRow
from chatserver.storage.question_log import Usage
from chatserver.web.context import Web
from chatserver.web.editors.listing import COUNTED_MS
from chatserver.web.editors.room import (
    Fields,
    asked,
    by_place,
    data,
    editors,
    fields_of,
    language_asked,
    query_of,
    room_page,
)
from chatserver.web.errors import wants_json
from chatserver.web.pages import see_other
from chatserver.web.templates import language_of
from chatserver.words import LANGUAGES, say
from faq import KnowledgeBase

MAX_WARNED = 60
"""Utterances of one language that are asked of the drafts at each save."""


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
        categories=sorted({row.content.category for row in rows} - {""}),
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
        categories=sorted({one.content.category for one in rows} - {""}),
        people=await web.database.read(editors),
        errors=errors or {},
        theirs=theirs,
        differences=differences(theirs.content, content, language_of(request)) if theirs else (),
        site=await _first_site(web),
        status=status,
    )


async def _first_site(web: Web) -> str:
    from chatserver.storage import sites

    every = await web.database.read(sites.every)
    return every[0].settings.name if every else ""


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


def content_of(form: Fields, before: Content) -> tuple[Content, list[Problem]]:
    """Return the content that a form says; fields that it lacks stay as they were."""
    problems: list[Problem] = []
    content = before
    names = {name for name, _ in form.pairs}
    for language in LANGUAGES:
        said = content.wording(language)
        if f"{language}.question" in names:
            said = replace(said, question=form.text(f"{language}.question"))
        if f"{language}.utterances" in names:
            said = replace(said, utterances=form.lines(f"{language}.utterances"))
        if f"{language}.answer" in names:
            answer = form.text(f"{language}.answer").replace("\r\n", "\n")
            said = replace(said, answer=answer)
        if f"{language}.buttons" in names:
            buttons = []
            for at, line in enumerate(form.lines(f"{language}.buttons")):
                label, mark, address = line.rpartition("|")
                if not mark:
                    problems.append(Problem(f"{language}.buttons.{at}", "button"))
                buttons.append(Button(label.strip(), address.strip()))
            said = replace(said, buttons=tuple(buttons))
        content = content.with_wording(language, said)
    days: dict[str, date | None] = {}
    for name in ("valid_from", "valid_until"):
        if name in names:
            try:
                days[name] = date.fromisoformat(form.text(name)) if form.text(name) else None
            except ValueError:
                problems.append(Problem(name, "day"))
    content = replace(content, **days)  # type: ignore[arg-type]
    if "category" in names:
        content = replace(content, category=form.text("category"))
    if "scope" in names:
        content = replace(content, scope=form.lines("scope"))
    return content, problems


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
    if "review_on" in dict(form.pairs) or "owner" in dict(form.pairs):
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
    try:
        day = date.fromisoformat(form.text("review_on")) if form.text("review_on") else None
    except ValueError:
        return [Problem("review_on", "day")]
    owner = next(
        (a.id for a in await web.database.read(editors) if str(a.id) == form.text("owner")), None
    )
    await web.database.write(
        knowledge.take_care, [key], owner=owner, review_on=day, set_owner=True, set_review=True
    )
    return []


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


# History


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs. lines: sign (`+`, `-` or " ") and text."""

    place: str
    lines: tuple[tuple[str, str], ...]


def differences(old: Content, new: Content, language: str) -> list[Difference]:
    """Return what differs between two states, field by field, line by line."""
    found: list[Difference] = []
    for code in LANGUAGES:
        before, after = old.wording(code), new.wording(code)
        for name, first, second in (
            ("question", [before.question], [after.question]),
            ("utterances", before.utterances, after.utterances),
            ("answer", before.answer.splitlines(), after.answer.splitlines()),
            ("buttons", _buttons(before), _buttons(after)),
        ):
            lines = _lines(list(first), list(second))
            if lines:
                label = say(language, f"editor.entry.{name}")
                found.append(Difference(f"{say(language, f'web.language.{code}')}: {label}", lines))
    for name in ("category", "valid_from", "valid_until"):
        lines = _lines([str(getattr(old, name) or "")], [str(getattr(new, name) or "")])
        if lines:
            found.append(Difference(say(language, f"editor.entry.{name}"), lines))
    lines = _lines(list(old.scope), list(new.scope))
    if lines:
        found.append(Difference(say(language, "editor.entry.scope"), lines))
    return found


def _buttons(said: Wording) -> list[str]:
    return [f"{button.label} | {button.address}" for button in said.buttons]


def _lines(old: Sequence[str], new: Sequence[str]) -> tuple[tuple[str, str], ...]:
    if list(old) == list(new):
        return ()
    found = []
    for line in difflib.ndiff([line for line in old if line], [line for line in new if line]):
        if line[0] in "+- " and line[:2] != "? ":
            found.append((line[0], line[2:]))
    return tuple(found)


def _states(connection: Connection, key: str) -> tuple[EntryRow, list[RevisionRow]]:
    return knowledge.history(connection, key)


async def entry_history(web: Web, request: Request) -> Response:
    """Serve an entry's states, with one of them held against what is being written.

    Raises:
        Refusal: `not_found`.
    """
    row, states = await web.database.read(_states, request.path_params["key"])
    wanted = request.query_params.get("state", "")
    chosen = next((state for state in states if str(state.id) == wanted), None)
    if wanted and chosen is None:
        raise Refusal(Code.NOT_FOUND)
    compared = chosen or next((state for state in states if state.content != row.content), None)
    return await room_page(
        web,
        request,
        "history.html",
        tab="entries",
        entry=row,
        states=states,
        chosen=compared,
        differences=differences(compared.content, row.content, language_of(request))
        if compared
        else (),
    )


async def do_restore_entry(web: Web, request: Request) -> Response:
    """Make an old state the draft again.

    Raises:
        Refusal: `not_found`; `taken` where somebody else saved meanwhile.
    """
    key = request.path_params["key"]
    form = await fields_of(request)
    saved = await web.database.write(
        knowledge.restore,
        key,
        form.number("state"),
        version=form.number("version"),
        by=request.state.account.id,
        now_ms=web.clock.now_ms(),
    )
    if saved.clashed:
        raise Refusal(Code.TAKEN)
    return see_other(f"/editor/entries/{key}?{query_of(restored=1)}")
