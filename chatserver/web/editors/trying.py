"""Test a question: what the bot would do with it and why, and what to do about that."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from chatserver.errors import Code, Refusal
from chatserver.services import knowledge, thresholds
from chatserver.storage import faq_checks, faq_entries
from chatserver.web.context import Web
from chatserver.web.editors.entry import preview
from chatserver.web.editors.room import asked, fields_of, language_asked, query_of, room_page
from chatserver.web.pages import see_other
from chatserver.words import LANGUAGES
from faq import Match, MatchResult, fold

TOP = 5
TOLD_PARTS = 6


@dataclass(frozen=True, slots=True)
class Token:
    """One word of the message: lit where the winner has it, near where it has one like it."""

    word: str
    light: str
    like: str
    weight: float


def tokens_of(result: MatchResult) -> list[Token]:
    """Return the message's words with what they met in the winner."""
    why = result.explanation
    if why is None:
        return []
    return [
        Token(
            word.word,
            "same" if word.alike >= 0.999 else "near" if word.like else "none",
            word.like,
            word.weight,
        )
        for word in why.words
    ]


def parts_of(result: MatchResult) -> list[tuple[str, float]]:
    """Return the parts of the winner's score that count most, the largest first."""
    why = result.explanation
    parts = [(name, value) for name, value in (why.parts if why else ()) if abs(value) >= 0.01]
    return sorted(parts, key=lambda part: -abs(part[1]))[:TOLD_PARTS]


async def try_question(web: Web, request: Request) -> Response:
    """Serve the page, with the verdict where a question is handed in."""
    text, language = asked(request, "q"), language_asked(request)
    on = "live" if request.query_params.get("on") == "live" else "drafts"
    base = web.shelf.base if on == "live" else await web.shelf.drafts(web.database, web.clock)
    result = base.match(text, language, TOP, explained=True) if text else None
    winner = result.matches[0].entry if result and result.matches else None
    row = await web.database.read(faq_entries.find, winner.key) if winner else None
    said = None
    if row is not None and result is not None and result.verdict == "answer":
        content = row.live if on == "live" else row.content
        said = preview(content.wording(language)) if content else None
    return await room_page(
        web,
        request,
        "try.html",
        tab="try",
        text=text,
        shown=language,
        on=on,
        result=result,
        matches=_rows(result),
        tokens=tokens_of(result) if result else [],
        parts=parts_of(result) if result else [],
        thresholds=base.thresholds(language),
        standing=await web.database.read(thresholds.standing, language),
        said=said,
        entries=len(base.entries(language)),
        added=request.query_params.get("added", ""),
        every=sorted(
            ((entry.key, entry.question) for entry in base.entries(language)),
            key=lambda pair: fold(pair[1]),
        ),
    )


def _rows(result: MatchResult | None) -> Sequence[Match]:
    return result.matches[:TOP] if result else ()


async def do_decide_thresholds(web: Web, request: Request) -> Response:
    """Let learned thresholds hold, or go back to the shipped ones.

    Raises:
        Refusal: `bad_request`, `not_found`.
    """
    form = await fields_of(request)
    language, use = form.text("lang"), form.text("use")
    if language not in LANGUAGES or use not in {"learned", "shipped"}:
        raise Refusal(Code.BAD_REQUEST)
    await web.database.write(
        thresholds.decide, language, use=use == "learned", by=request.state.account.id
    )
    return see_other("/editor/try?" + query_of(q=form.text("q"), lang=language))


async def do_add(web: Web, request: Request) -> Response:
    """Add a tried question as an utterance or as a check.

    Raises:
        Refusal: `bad_request`, `not_found`.
    """
    form = await fields_of(request)
    text, language, key = form.text("q").strip(), form.text("lang"), form.text("entry")
    me, now_ms = request.state.account.id, web.clock.now_ms()
    if not text or language not in LANGUAGES:
        raise Refusal(Code.BAD_REQUEST)
    added = form.text("add")
    if added == "utterance":
        await web.database.write(knowledge.add_utterance, key, language, text, by=me, now_ms=now_ms)
    elif added == "check":
        await web.database.write(
            faq_checks.put, [(language, text, key or None, False)],
            origin="test", now_ms=now_ms, by=me,
        )  # fmt: skip
    else:
        raise Refusal(Code.BAD_REQUEST)
    return see_other(
        "/editor/try?" + query_of(q=text, lang=language, on=form.text("on"), added=added)
    )
