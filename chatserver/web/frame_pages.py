"""The panel's page: framed by a shop, or by itself as a hosted page."""

import asyncio
import gzip
import hashlib
from dataclasses import asdict
from functools import lru_cache

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from chatserver import __version__
from chatserver.domain.sites import Site
from chatserver.domain.widgets import Notice, WidgetSettings
from chatserver.errors import Code, Refusal
from chatserver.origins import client_address
from chatserver.protocol import markdown
from chatserver.web.accent import adapt, is_colour
from chatserver.web.assets import Inline, is_known
from chatserver.web.context import Web
from chatserver.web.headers import Kind, protect
from chatserver.web.templates import THEMES, accepted, script_json
from chatserver.words import LANGUAGES, words

POPULAR = 4
FRAME_S = 60
MAX_SQUEEZED = 64
"""Pages kept squeezed: a site has one a language, theme, and state of its people."""
MAX_QUERY_CHARS = 200


async def frame(web: Web, request: Request) -> Response:
    """Serve `/frame/<site>`, which only the site's own origins may frame."""
    return await _panel(web, request, hosted=False)


async def hosted(web: Web, request: Request) -> Response:
    """Serve `/c/<site>`, which nobody may frame."""
    return await _panel(web, request, hosted=True)


async def _panel(web: Web, request: Request, *, hosted: bool) -> Response:
    site = await web.find_site(request.path_params["site"])
    if site is None:
        raise Refusal(Code.NOT_FOUND)
    language = _language(request, site, hosted=hosted)
    theme = request.query_params.get("theme")
    theme = theme if theme in THEMES else "auto"
    first = request.query_params.get("live") == "false"
    whole = _whole(web) if first else None
    html = web.templates.render(
        "frame.html",
        language,
        theme=theme,
        hosted=hosted,
        title=site.settings.name,
        panel_js=web.assets.url("panel.js"),
        panel_css=web.assets.url("panel.css"),
        inline=whole and {"script": whole[0].text, "style": whole[1].text},
        frame_data=script_json(
            {
                **await _data(web, site, language),
                "theme": theme,
                "hosted": hosted,
                "first": first,
            }
        ),
    )
    etag, squeezed = _squeezed(html)
    response = Response(status_code=304)
    if not is_known(request, etag):
        accepts = "gzip" in request.headers.get("accept-encoding", "")
        response = HTMLResponse(squeezed if accepts else html)
        if accepts:
            response.headers["Content-Encoding"] = "gzip"
    script, style = (part.source for part in whole) if whole else ("", "")
    protect(
        response,
        Kind.HOSTED if hosted else Kind.FRAME,
        ancestors=site.settings.origins,
        script=script,
        style=style,
    )
    response.headers["Vary"] = "Accept-Encoding"
    if not hosted:
        # From page to page of the shop the panel is there at once; who is there, its socket says.
        response.headers["Cache-Control"] = f"private, max-age={FRAME_S}"
        response.headers["ETag"] = etag
    return response


def _whole(web: Web) -> tuple[Inline, Inline] | None:
    """Script and style for within the page: who opens the chat for the first time waits for one answer, not two.

    Whoever has a conversation fetches them as files: those stay with the browser, compiled.
    """
    script, style = web.assets.inline("panel.js"), web.assets.inline("panel.css")
    return (script, style) if script and style else None


@lru_cache(maxsize=MAX_SQUEEZED)
def _squeezed(html: str) -> tuple[str, bytes]:
    """Return a page's tag and its gzip. It holds no secret, so its size tells nobody anything."""
    body = html.encode()
    return f'"{hashlib.sha256(body).hexdigest()[:24]}"', gzip.compress(body, 6, mtime=0)


def _language(request: Request, site: Site, *, hosted: bool) -> str:
    """What the shop's page asked for; a hosted page asks the browser; else the site's own."""
    asked = request.query_params.get("lang")
    if asked in LANGUAGES:
        return asked
    browsers = accepted(request.headers.get("accept-language", "")) if hosted else None
    return browsers or site.settings.language


def _widget(widget: WidgetSettings, language: str) -> dict[str, object]:
    """What the panel needs of a site's settings, in one language."""

    def notice(said: Notice) -> dict[str, str]:
        return {"text": said.text.get(language, ""), "version": said.version}

    return {
        "greeting": widget.greeting.get(language, ""),
        "files": widget.files,
        "fields": [
            {
                "key": field.key,
                "kind": field.kind,
                "label": field.label.get(language) or next(iter(field.label.values()), field.key),
                "required": field.required,
                "choices": field.choices,
            }
            for field in widget.fields
        ],
        "privacy": notice(widget.privacy),
        "consent": notice(widget.consent),
    }


async def search(web: Web, request: Request) -> Response:
    """Serve `/frame/<site>/search?q=…`: what the FAQ has for a few words, answers included.

    Raises:
        Refusal: `not_found`, `rate_limited`.
    """
    site = await web.find_site(request.path_params["site"])
    if site is None:
        raise Refusal(Code.NOT_FOUND)
    await web.check_search(client_address(request.scope))
    language = _language(request, site, hosted=False)
    query = request.query_params.get("q", "")[:MAX_QUERY_CHARS].strip()
    found = await asyncio.to_thread(web.find_answers, query, language) if query else []
    entries = [
        {"entry": key, "question": question, "nodes": msgspec.to_builtins(markdown.parse(answer))}
        for key, question, answer in found
    ]
    return protect(JSONResponse({"entries": entries}), Kind.DATA)


async def _data(web: Web, site: Site, language: str) -> dict[str, object]:
    settings = site.settings
    accent = asdict(adapt(settings.accent)) if is_colour(settings.accent) else None
    return {
        "site": {
            "key": site.key,
            "name": settings.name,
            "accent": accent,
            "contact": dict(settings.contact),
            "zone": settings.hours.zone,
            "privacy_url": settings.privacy_url,
        },
        "language": language,
        "words": dict(words(language, "widget")),
        "people": msgspec.to_builtins(await web.people(site)),
        "popular": [
            {"entry": entry.key, "question": entry.question}
            for entry in web.knowledge.popular(language, POPULAR)
        ],
        "origins": list(settings.origins),
        "more": {"js": web.assets.url("more.js"), "css": web.assets.url("more.css")},
        "reply_ms": await web.reply_ms(site),
        "widget": _widget(settings.widget, language),
        "mail": web.sends_mail,
        "answers": web.sends_answers,
        "protocol": 1,
        "version": __version__,
    }
