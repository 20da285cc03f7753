"""The widget's settings of a site: colours, texts, fields, rules; a preview, the line to copy."""

from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from chatserver.clock import to_datetime
from chatserver.domain.sites import Site, SiteSettings
from chatserver.errors import Code, Refusal
from chatserver.services import proactive
from chatserver.services import widget_settings as service
from chatserver.services.transcript_words import date_text
from chatserver.storage import sites
from chatserver.web.accent import adapt, contrast
from chatserver.web.context import Web
from chatserver.web.forms import read_form
from chatserver.web.pages import see_other
from chatserver.web.settings_pages import settings_page, site_of
from chatserver.web.templates import language_of

RESULTS_SINCE = "2000-01-01"


async def widget_sites(web: Web, request: Request) -> Response:
    """Serve `/settings/widget`: the first site's settings.

    Raises:
        Refusal: `not_found` where there is no site.
    """
    found = await web.database.read(sites.every)
    if not found:
        raise Refusal(Code.NOT_FOUND)
    return see_other(f"/settings/widget/{found[0].key}")


async def widget_settings(web: Web, request: Request) -> Response:
    """Serve `/settings/widget/<site>`."""
    site = await site_of(web, request)
    return await _page(web, request, site, site.settings)


async def do_widget_settings(web: Web, request: Request) -> Response:
    """Keep what was typed, or only show how it would look."""
    site = await site_of(web, request)
    form = await read_form(request)
    typed = service.read_form(site, form)
    if typed.problems or form.get("do") == "preview":
        status = 422 if typed.problems else 200
        return await _page(
            web, request, site, typed.settings, problems=typed.problems, typed=form, status=status
        )
    await web.database.write(service.save, site, typed.settings)
    return see_other(f"/settings/widget/{site.key}?saved=1")


async def _page(
    web: Web,
    request: Request,
    site: Site,
    shown: SiteSettings,
    *,
    problems: frozenset[str] = frozenset(),
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    widget = shown.widget
    looks = adapt(shown.accent)
    seen = await web.database.read(service.seen_on, site.id)
    language = language_of(request)
    values: dict[str, Any] = {
        "widget": widget,
        "accent": shown.accent,
        "looks": looks,
        "contrast": f"{contrast(looks.light.accent, looks.light.on):.1f}",
        "moved": looks.light.accent.lower() != shown.accent.lower(),
        "fields": (typed or {}).get("fields", service.write_fields(widget.fields)),
        "rules": (typed or {}).get("rules", service.write_rules(widget.rules)),
        "results": await web.database.read(proactive.results, site, since=RESULTS_SINCE),
        "problems": problems,
        "snippet": snippet(web, request, site, shown),
        "seen": None
        if seen is None
        else (urlsplit(seen[0]).netloc, date_text(to_datetime(seen[1]), language)),
    }
    return await settings_page(web, request, site, "widget", status=status, **values)


def snippet(web: Web, request: Request, site: Site, settings: SiteSettings) -> str:
    """Return the line that a shop copies."""
    origin = web.settings.public_url or f"{request.url.scheme}://{request.url.netloc}"
    widget = settings.widget
    attributes = {
        "data-site": site.key,
        **({"data-theme": widget.theme} if widget.theme != "auto" else {}),
        **({"data-position": widget.position} if widget.position != "right" else {}),
        "data-color": settings.accent,
        **({} if widget.launcher else {"data-launcher": "none"}),
        **({"data-proactive": "on"} if widget.rules else {}),
    }
    said = " ".join(f'{name}="{value}"' for name, value in attributes.items())
    return f'<script async src="{origin}/widget.js" {said}></script>'
