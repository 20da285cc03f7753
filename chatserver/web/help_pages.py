"""The help centre: a shop's published answers for shoppers and search engines; works without script."""

import re
from collections.abc import Sequence
from html import escape
from itertools import groupby

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from chatserver.domain.sites import Site
from chatserver.errors import Code, Refusal
from chatserver.origins import client_address
from chatserver.services import questions
from chatserver.web import answers
from chatserver.web.accent import Accent, adapt, is_colour
from chatserver.web.context import Web
from chatserver.web.faq_pages import category_text
from chatserver.web.forms import read_form
from chatserver.web.headers import Kind, protect
from chatserver.web.pages import see_other
from chatserver.web.templates import script_json
from chatserver.words import LANGUAGES
from faq import Entry, fold

MAX_QUERY_CHARS = 200
FOUND = 8
RELATED = 4
SHORT = "public, max-age=60, stale-while-revalidate=600"
_PLAIN = re.compile(r"\[([^\]]*)\]\([^)]*\)|[*_`]")


def slug_of(entry: Entry) -> str:
    """Return an entry's readable address: its question's words, and its key that never changes."""
    words = re.findall(r"[a-z0-9]+", fold(entry.question))
    text = "-".join(words)[:60].strip("-")
    return f"{text}--{entry.key}" if text else entry.key


def key_of(slug: str) -> str:
    """Return the key in an address."""
    return slug.rpartition("--")[2]


def plain(markdown: str) -> str:
    """Return an answer as text, for descriptions and search engines."""
    return " ".join(_PLAIN.sub(lambda found: found[1] or "", markdown).split())


async def _site(web: Web, request: Request) -> tuple[Site, str]:
    site = await web.find_site(request.path_params["site"])
    language = request.path_params.get("language", LANGUAGES[0])
    if site is None or language not in LANGUAGES:
        raise Refusal(Code.NOT_FOUND)
    return site, language


def _entries(web: Web, site: Site, language: str) -> Sequence[Entry]:
    """Return what a site's shoppers may read, whatever page they come from."""
    scopes = web.shelf.now.scopes
    elsewhere = {
        key
        for key, scope in scopes.items()
        if (named := [line[5:] for line in scope if line.startswith("site:")])
        and site.key not in named
    }
    return [entry for entry in web.shelf.entries(language) if entry.key not in elsewhere]


def _base_url(web: Web) -> str:
    """Return what addresses begin with: the public URL; never the Host header, which anybody forges."""
    return web.settings.public_url.rstrip("/")


def _url(base: str, site: Site, language: str, slug: str = "") -> str:
    return f"{base}/help/{site.key}/{language}" + (f"/{slug}" if slug else "")


def _page(
    web: Web, request: Request, name: str, site: Site, language: str, **values: object
) -> Response:
    base = _base_url(web)
    html = web.templates.render(
        f"help/{name}",
        language,
        site=site,
        base=base,
        home=f"/help/{site.key}/{language}",
        style=f"/help/{site.key}/style.css?v={web.assets.url('help.css')[-12:-4]}",
        script=web.assets.url("help.js"),
        slug_of=slug_of,
        **values,
    )
    response = protect(HTMLResponse(html), Kind.HELP)
    response.headers["Cache-Control"] = SHORT
    return response


def _search(web: Web, entries: Sequence[Entry], text: str, language: str) -> list[Entry]:
    """Return what a search finds: what the engine ranks, then what has all its words."""
    allowed = {entry.key: entry for entry in entries}
    result = web.shelf.base.match(text, language, FOUND)
    least = web.shelf.base.thresholds(language).clarify / 4
    ranked = [m.entry.key for m in result.matches if m.confidence >= least]
    words = fold(text).split()
    literal = [
        entry.key
        for entry in entries
        if all(word in fold(" ".join((*entry.ways, entry.answer))) for word in words)
    ]
    starts = [
        entry.key
        for entry in entries
        if any(fold(way).startswith(fold(text)) for way in entry.ways)
    ]
    return [allowed[key] for key in dict.fromkeys((*ranked, *starts, *literal)) if key in allowed][
        :FOUND
    ]


async def help(web: Web, request: Request) -> Response:
    """Serve a site's help in one language: a search, what is asked most, all by category."""
    site, language = await _site(web, request)
    entries = _entries(web, site, language)
    query = request.query_params.get("q", "").strip()[:MAX_QUERY_CHARS]
    found = _search(web, entries, query, language) if query else []
    keys = {entry.key for entry in entries}
    ordered = sorted(entries, key=lambda entry: (entry.category, fold(entry.question)))
    return _page(
        web,
        request,
        "home.html",
        site,
        language,
        query=query,
        found=found,
        popular=[e for e in web.shelf.popular(language, RELATED) if e.key in keys],
        groups=[
            (category_text(name, language), list(group))
            for name, group in groupby(ordered, key=lambda entry: entry.category)
        ],
        canonical=_url(_base_url(web), site, language),
        alternates={code: _url(_base_url(web), site, code) for code in LANGUAGES},
        structured=script_json(_structured(ordered, language)) if not query else None,
    )


async def help_search(web: Web, request: Request) -> Response:
    """Serve what a search finds, as it is typed; typing is not noted as asking."""
    site, language = await _site(web, request)
    query = request.query_params.get("q", "").strip()[:MAX_QUERY_CHARS]
    found = _search(web, _entries(web, site, language), query, language) if query else []
    body = [
        {
            "key": entry.key,
            "question": entry.question,
            "url": f"/help/{site.key}/{language}/{slug_of(entry)}",
        }
        for entry in found
    ]
    response = protect(JSONResponse(body), Kind.DATA)
    response.headers["Cache-Control"] = "public, max-age=30"
    return response


async def help_entry(web: Web, request: Request) -> Response:
    """Serve one answer; an old address leads to the one it has now.

    Raises:
        Refusal: `not_found`.
    """
    site, language = await _site(web, request)
    entries = _entries(web, site, language)
    key = key_of(request.path_params["slug"])
    entry = next((one for one in entries if one.key == key), None)
    if entry is None:
        raise Refusal(Code.NOT_FOUND)
    slug = slug_of(entry)
    if slug != request.path_params["slug"]:
        return see_other(f"/help/{site.key}/{language}/{slug}")
    base = _base_url(web)
    others = {
        code: other
        for code in LANGUAGES
        if (other := next((e for e in _entries(web, site, code) if e.key == key), None))
    }
    return _page(
        web,
        request,
        "entry.html",
        site,
        language,
        entry=entry,
        category=category_text(entry.category, language),
        answer=answers.render(entry.answer),
        description=plain(entry.answer)[:155],
        related=[e for e in entries if e.category == entry.category and e.key != key][:RELATED],
        thanked=request.query_params.get("thanks") == "1",
        canonical=_url(base, site, language, slug),
        alternates={code: _url(base, site, code, slug_of(other)) for code, other in others.items()},
        structured=script_json(_structured([entry], language)),
    )


def _structured(entries: Sequence[Entry], language: str) -> dict[str, object]:
    """Return questions and answers as schema.org's FAQPage."""
    return {
        "@context": "https://schema.org",
        "@type": "FAQPage",
        "inLanguage": language,
        "mainEntity": [
            {
                "@type": "Question",
                "name": entry.question,
                "acceptedAnswer": {"@type": "Answer", "text": str(answers.render(entry.answer))},
            }
            for entry in entries
        ],
    }


async def do_help_feedback(web: Web, request: Request) -> Response:
    """Note whether an answer helped; once a day for each address and answer.

    Raises:
        Refusal: `not_found`, `bad_request`.
    """
    site, language = await _site(web, request)
    key = key_of(request.path_params["slug"])
    entry = next((one for one in _entries(web, site, language) if one.key == key), None)
    if entry is None:
        raise Refusal(Code.NOT_FOUND)
    helped = (await read_form(request)).get("helped")
    if helped not in {"yes", "no"}:
        raise Refusal(Code.BAD_REQUEST)
    now_ms = web.clock.now_ms()
    if web.votes.first(client_address(request.scope), site.key, key, now_ms=now_ms):
        await web.database.write(
            questions.note_vote,
            site.id,
            entry,
            number=web.shelf.now.numbers.get(key, 0),
            helped=helped == "yes",
            now_ms=now_ms,
        )
    return see_other(f"/help/{site.key}/{language}/{slug_of(entry)}?thanks=1")


async def help_style(web: Web, request: Request) -> Response:
    """Serve the one style sheet: everybody's, with the shop's colour."""
    site, _ = await _site(web, request)
    sheet = web.assets.files.get(web.assets.names.get("help.css", ""))
    body = (sheet.body if sheet else b"") + _theme(site).encode()
    response = protect(Response(body, media_type="text/css"), Kind.DATA)
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _theme(site: Site) -> str:
    if not is_colour(site.settings.accent):
        return ""
    accent: Accent = adapt(site.settings.accent)
    light, dark = accent.light, accent.dark
    return (
        f":root{{--accent:light-dark({light.accent},{dark.accent});"
        f"--on-accent:light-dark({light.on},{dark.on});"
        f"--accent-ink:light-dark({light.ink},{dark.ink})}}"
    )


async def help_sitemap(web: Web, request: Request) -> Response:
    """Serve every address of a site's help, with its other language."""
    site, _ = await _site(web, request)
    base = _base_url(web)
    by_key: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        for entry in _entries(web, site, language):
            by_key.setdefault(entry.key, {})[language] = _url(base, site, language, slug_of(entry))
    pages = [{code: _url(base, site, code) for code in LANGUAGES}, *by_key.values()]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>',
             '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
             'xmlns:xhtml="http://www.w3.org/1999/xhtml">']  # fmt: skip
    for addresses in pages:
        links = "".join(
            f'<xhtml:link rel="alternate" hreflang="{code}" href="{escape(url)}"/>'
            for code, url in addresses.items()
        )
        lines += [f"<url><loc>{escape(url)}</loc>{links}</url>" for url in addresses.values()]
    lines.append("</urlset>")
    response = protect(Response("\n".join(lines), media_type="application/xml"), Kind.DATA)
    response.headers["Cache-Control"] = SHORT
    return response
