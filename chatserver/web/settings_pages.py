"""What the settings' pages of a site share: whose they are, and the way from one to the next."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chatserver.domain.sites import Site
from chatserver.errors import Code, Refusal
from chatserver.storage import sites
from chatserver.web.context import Web
from chatserver.web.pages import page

TABS = ("widget", "hours", "orders", "identity")


async def site_of(web: Web, request: Request) -> Site:
    """Return the site that an address names.

    Raises:
        Refusal: `not_found`.
    """
    site = await web.find_site(request.path_params["site"])
    if site is None:
        raise Refusal(Code.NOT_FOUND)
    return site


async def settings_page(
    web: Web, request: Request, site: Site, tab: str, *, status: int = 200, **values: Any
) -> Response:
    """Return one of a site's settings pages."""
    return page(
        web,
        request,
        f"{tab}_settings.html",
        section="widget",
        status=status,
        site=site,
        every=await web.database.read(sites.every),
        tab=tab,
        tabs=TABS,
        saved="saved" in request.query_params,
        **values,
    )
