"""The list of entries: searched, filtered, counted, and changed many at once."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from chatserver.domain.knowledge import Phase
from chatserver.errors import Code, Refusal
from chatserver.faq_shelf import today
from chatserver.services import knowledge
from chatserver.storage import faq_entries, question_log
from chatserver.storage.faq_entries import EntryRow
from chatserver.storage.question_log import Usage
from chatserver.web.context import Web
from chatserver.web.editors.room import (
    asked,
    categories_of,
    editors,
    fields_of,
    owner_in,
    query_of,
    room_page,
)
from chatserver.web.pages import see_other
from chatserver.web.templates import language_of
from chatserver.words import LANGUAGES

COUNTED_MS = 30 * 24 * 3600 * 1000
LOW_HELPFULNESS = 0.6
MIN_SAID = 3
"""Opinions on an entry below which its helpfulness says nothing."""

ONLY = ("untranslated", "review", "unhelpful", "unasked")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list."""

    entry: EntryRow
    usage: Usage
    due: bool
    language: str

    @property
    def title(self) -> str:
        """What it is called in the list, in the reader's language where it has one."""
        return self.entry.content.called(self.language) or self.entry.key

    def is_only(self, name: str) -> bool:
        """Whether one of the quick filters finds it."""
        match name:
            case "untranslated":
                return any(self.entry.content.translation(code) != "ok" for code in LANGUAGES)
            case "review":
                return self.due
            case "unhelpful":
                share = self.usage.helpfulness
                said = self.usage.helped + self.usage.did_not_help
                return share is not None and share < LOW_HELPFULNESS and said >= MIN_SAID
            case "unasked":
                return self.usage.asked == 0 and self.entry.phase in (Phase.LIVE, Phase.CHANGED)
            case _:
                return True


def _rows(connection: Connection, text: str, *, now_ms: int, day: date, language: str) -> list[Row]:
    used = question_log.usage(connection, since_ms=now_ms - COUNTED_MS)
    return [
        Row(
            entry,
            used.get(entry.key, Usage()),
            entry.review_on is not None and entry.review_on <= day,
            language,
        )
        for entry in faq_entries.every(connection, text=text)
    ]


async def editor(web: Web, request: Request) -> Response:
    """Serve `/editor`: the entries that a search and the filters find, by category."""
    now_ms = web.clock.now_ms()
    text = asked(request, "q")
    wanted = {name: asked(request, name) for name in ("category", "phase", "owner", "only", "lang")}
    found = await web.database.read(
        _rows, text, now_ms=now_ms, day=today(now_ms), language=language_of(request)
    )
    everybody = await web.database.read(editors)
    live = [row for row in found if not row.entry.archived or wanted["phase"] == Phase.ARCHIVED]
    quick = {name: sum(row.is_only(name) for row in live) for name in ONLY}
    shown = [
        row
        for row in live
        if wanted["category"] in ("", row.entry.content.category)
        and wanted["phase"] in ("", row.entry.phase)
        and wanted["owner"] in ("", str(row.entry.owner or ""))
        and (not wanted["lang"] or wanted["lang"] in row.entry.content.wordings)
        and row.is_only(wanted["only"])
    ]
    shown.sort(key=lambda row: (row.entry.content.category, -row.usage.asked, row.title))
    return await room_page(
        web,
        request,
        "list.html",
        tab="entries",
        query=text,
        wanted=wanted,
        quick=quick,
        is_filtered=bool(text or any(wanted.values())),
        filter_query=lambda **more: query_of(**{"q": text, **wanted, **more}),
        groups=[
            (name, list(rows))
            for name, rows in groupby(shown, key=lambda row: row.entry.content.category)
        ],
        categories=categories_of(row.entry for row in found),
        phases=list(Phase),
        people=everybody,
        total=len(shown),
    )


async def do_bulk(web: Web, request: Request) -> Response:
    """Change the chosen entries: owner, category, review done, archive and back.

    Raises:
        Refusal: `bad_request`.
    """
    form = await fields_of(request)
    keys, action, me = form.every("key"), form.text("action"), request.state.account.id
    now_ms = web.clock.now_ms()
    if action == "publish":
        return see_other("/editor/publish?" + "&".join(query_of(key=key) for key in keys))
    if action == "owner":
        owner = await owner_in(web, form)
        await web.database.write(knowledge.take_care, keys, owner=owner, set_owner=True)
    elif action == "category" and form.text("category").strip():
        category = " ".join(form.text("category").split())
        await web.database.write(knowledge.categorise, keys, category, by=me, now_ms=now_ms)
    elif action == "reviewed":
        next_year = today(now_ms).replace(day=1)
        await web.database.write(
            knowledge.take_care,
            keys,
            review_on=next_year.replace(year=next_year.year + 1),
            set_review=True,
        )
    elif action in {"archive", "unarchive"}:
        await web.database.write(
            knowledge.archive, keys, away=action == "archive", by=me, now_ms=now_ms
        )
    else:
        raise Refusal(Code.BAD_REQUEST)
    return see_other("/editor")
