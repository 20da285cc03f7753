"""The FAQ as staff read it: a list with a search, and one entry with its answer."""

from itertools import groupby

from starlette.requests import Request
from starlette.responses import Response

from chatserver.domain.folding import fold
from chatserver.errors import Code, Refusal
from chatserver.web import answers
from chatserver.web.context import FaqEntry, Web
from chatserver.web.pages import page
from chatserver.web.templates import language_of
from chatserver.words import LANGUAGES, words

MAX_QUERY_CHARS = 200


async def faq(web: Web, request: Request) -> Response:
    """Serve `/faq`: every entry of one language that the search finds, by category."""
    shown = request.query_params.get("entries", "")
    shown = shown if shown in LANGUAGES else language_of(request)
    query = request.query_params.get("q", "")[:MAX_QUERY_CHARS]
    every = {language: web.knowledge.entries(language) for language in LANGUAGES}
    found = [entry for entry in every[shown] if matches(entry, query)]
    order = {entry.category: place for place, entry in reversed(list(enumerate(every[shown])))}
    found.sort(key=lambda entry: order[entry.category])
    return page(
        web,
        request,
        "faq.html",
        section="faq",
        shown=shown,
        query=query,
        counts={language: len(entries) for language, entries in every.items()},
        groups=[
            (category_text(category, language_of(request)), list(entries))
            for category, entries in groupby(found, key=lambda entry: entry.category)
        ],
        total=len(found),
        has={language: {entry.key for entry in entries} for language, entries in every.items()},
    )


def matches(entry: FaqEntry, query: str) -> bool:
    """Whether every word of a search is in the entry's question, answer, key or utterances."""
    text = fold(
        " ".join([entry.key, entry.question, entry.category, entry.answer, *entry.utterances])
    )
    return all(word in text for word in fold(query).split())


def category_text(category: str, language: str) -> str:
    """Return a category as people read it; one that a shop made up itself stays."""
    return words(language, "web").get(f"web.faq.category.{category}", category)


async def faq_entry(web: Web, request: Request) -> Response:
    """Serve one entry.

    Raises:
        Refusal: `not_found`.
    """
    shown, key = request.path_params["language"], request.path_params["key"]
    if shown not in LANGUAGES:
        raise Refusal(Code.NOT_FOUND)
    for entry in web.knowledge.entries(shown):
        if entry.key == key:
            others = [
                language
                for language in LANGUAGES
                if language != shown and any(e.key == key for e in web.knowledge.entries(language))
            ]
            return page(
                web,
                request,
                "faq_entry.html",
                section="faq",
                entry=entry,
                category=category_text(entry.category, language_of(request)),
                shown=shown,
                others=others,
                answer=answers.render(entry.answer),
            )
    raise Refusal(Code.NOT_FOUND)
