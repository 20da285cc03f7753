"""The secret by which a site says who is signed in: made, made anew, ended; shown once."""

from starlette.requests import Request
from starlette.responses import Response

from chatserver.clock import to_datetime
from chatserver.domain.sites import Site
from chatserver.services import identifying
from chatserver.services.transcript_words import date_text
from chatserver.services.work import Work
from chatserver.storage import identity_keys
from chatserver.web.context import Web
from chatserver.web.forms import read_form
from chatserver.web.pages import see_other
from chatserver.web.settings_pages import settings_page, site_of
from chatserver.web.templates import language_of


async def identity_settings(web: Web, request: Request) -> Response:
    """Serve `/settings/identity/<site>`."""
    return await _page(web, request, await site_of(web, request))


async def do_identity_settings(web: Web, request: Request) -> Response:
    """Make a secret and show it, this once; or end all of them."""
    site = await site_of(web, request)
    form = await read_form(request)
    now_ms, asked = web.clock.now_ms(), form.get("do", "")
    if asked == "off":
        await web.database.write(lambda c: identifying.end_secrets(Work(c, now_ms), site.id))
    if asked not in {"make", "at_once"}:
        return see_other(f"/settings/identity/{site.key}")
    secret = await web.database.write(
        lambda c: identifying.rotate_secret(
            Work(c, now_ms), site.id, web.settings.secret_key, at_once=asked == "at_once"
        )
    )
    return await _page(web, request, site, secret=secret)


async def _page(web: Web, request: Request, site: Site, *, secret: str = "") -> Response:
    now_ms, language = web.clock.now_ms(), language_of(request)
    keys = await web.database.read(identity_keys.good, site.id, now_ms=now_ms)

    def said(at_ms: int | None) -> str:
        return "" if at_ms is None else date_text(to_datetime(at_ms), language)

    return await settings_page(
        web,
        request,
        site,
        "identity",
        secret=secret,
        keys=[(said(one.made_ms), said(one.ends_ms)) for one in keys],
    )
