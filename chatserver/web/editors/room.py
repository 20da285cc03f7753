"""What every page of the editors' room has: its frame, its forms, its sentences; knows no page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from chatserver.domain.ids import StaffId
from chatserver.domain.knowledge import Problem
from chatserver.storage import faq_checks, faq_entries
from chatserver.storage import staff as accounts
from chatserver.storage.faq_entries import EntryRow
from chatserver.storage.staff import StaffAccount
from chatserver.web.context import Web
from chatserver.web.faq_pages import category_text
from chatserver.web.forms import read_pairs
from chatserver.web.headers import Kind, protect
from chatserver.web.pages import page
from chatserver.web.templates import language_of
from chatserver.words import LANGUAGES, say

MAX_FORM_BYTES = 256 * 1024
MAX_FORM_FIELDS = 2_000
MAX_QUERY_CHARS = 300


@dataclass(frozen=True, slots=True)
class Fields:
    """A posted form."""

    pairs: tuple[tuple[str, str], ...]

    def text(self, name: str, default: str = "") -> str:
        """Return the last value of a field."""
        return next((value for key, value in reversed(self.pairs) if key == name), default)

    def has(self, name: str) -> bool:
        """Whether the form has a field, empty or not."""
        return any(one == name for one, _ in self.pairs)

    def every(self, name: str) -> list[str]:
        """Return all values of a field."""
        return [value for key, value in self.pairs if key == name]

    def lines(self, name: str) -> tuple[str, ...]:
        """Return a field's lines that are not empty."""
        return tuple(line.strip() for line in self.text(name).splitlines() if line.strip())

    def number(self, name: str) -> int:
        """Return a field as a number, 0 where it is none."""
        text = self.text(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0

    def prefixed(self, prefix: str) -> dict[str, str]:
        """Return the fields whose names begin so, by the rest of their names."""
        return {
            name.removeprefix(prefix): value
            for name, value in self.pairs
            if name.startswith(prefix)
        }


async def fields_of(request: Request) -> Fields:
    """Read a posted form of an editor's page.

    Raises:
        Refusal: `bad_request`, `too_large`.
    """
    return Fields(
        tuple(await read_pairs(request, max_bytes=MAX_FORM_BYTES, max_fields=MAX_FORM_FIELDS))
    )


def _counts(connection: Connection) -> dict[str, int]:
    rows = faq_entries.every(connection)
    return {
        "entries": sum(not row.archived for row in rows),
        "checks": len(faq_checks.every(connection)),
        "publish": sum(row.is_pending for row in rows),
    }


async def room_page(
    web: Web, request: Request, name: str, *, tab: str, status: int = 200, **values: object
) -> Response:
    """Return a page of the room with its tabs."""
    language = language_of(request)

    def category(text: str) -> str:
        return category_text(text, language) if text else ""

    return page(
        web,
        request,
        f"editors/{name}",
        kind=Kind.EDITOR,
        status=status,
        section="faq",
        tab=tab,
        counts=await web.database.read(_counts),
        editors_css=web.assets.url("editors.css"),
        editors_js=web.assets.url("editors.js"),
        panel_css=web.assets.url("panel.css"),
        languages=LANGUAGES,
        category_text=category,
        query_of=query_of,
        problem=lambda one: problem_text(language, one),
        **values,
    )


def query_of(**values: object) -> str:
    """Return a query string of what is not empty."""
    return urlencode({name: value for name, value in values.items() if value not in ("", None)})


def asked(request: Request, name: str) -> str:
    """Return a query parameter, trimmed and bounded."""
    return request.query_params.get(name, "").strip()[:MAX_QUERY_CHARS]


def language_asked(request: Request, name: str = "lang") -> str:
    """Return the FAQ's language that a page is asked for, else the reader's."""
    wanted = request.query_params.get(name, "")
    return wanted if wanted in LANGUAGES else language_of(request)


def problem_text(language: str, problem: Problem) -> str:
    """Return what is wrong, worded."""
    return say(language, f"editor.problem.{problem.code}", value=problem.value)


def by_place(problems: Iterable[Problem], language: str) -> dict[str, str]:
    """Return worded problems by their field, the first of each; a line's with its number."""
    found: dict[str, str] = {}
    for problem in problems:
        parts = problem.place.split(".")
        text = problem_text(language, problem)
        if len(parts) == 3:
            text = say(language, "editor.problem.line", line=int(parts[2]) + 1, text=text)
        found.setdefault(".".join(parts[:2]), text)
    return found


def data(values: object, status: int = 200) -> Response:
    """Return JSON for a page's own script."""
    return protect(JSONResponse(values, status), Kind.DATA)


def editors(connection: Connection) -> Sequence[StaffAccount]:
    """Return who may own an entry."""
    return [
        account
        for account in accounts.every(connection)
        if account.role.may_edit and not account.disabled
    ]


async def owner_in(web: Web, form: Fields) -> StaffId | None:
    """Return whom a form names as an entry's owner, None for nobody."""
    named = form.text("owner")
    everybody = await web.database.read(editors)
    return next((account.id for account in everybody if str(account.id) == named), None)


def categories_of(rows: Iterable[EntryRow]) -> list[str]:
    """Return the categories that entries have, in order."""
    return sorted({row.content.category for row in rows} - {""})
