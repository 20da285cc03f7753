"""Where a site's orders come from: the look of a number, an endpoint, or an uploaded file."""

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from chatserver.domain.sites import Site
from chatserver.errors import Code, Refusal
from chatserver.services import order_settings as service
from chatserver.services.orders_upload import Report, upload
from chatserver.storage import orders, sites
from chatserver.web.context import Web
from chatserver.web.forms import read_form
from chatserver.web.pages import see_other
from chatserver.web.settings_pages import settings_page, site_of

MAX_FILE_BYTES = 20 * 1024 * 1024
"""Half a million orders; who has more, has an endpoint or the command."""


async def orders_settings(web: Web, request: Request) -> Response:
    """Serve `/settings/orders/<site>`."""
    return await _page(web, request, await site_of(web, request))


async def do_orders_settings(web: Web, request: Request) -> Response:
    """Keep the look of a number, connect an endpoint, or disconnect it."""
    site = await site_of(web, request)
    form = await read_form(request)
    match form.get("do", ""):
        case "connect":
            return await _connect(web, request, site, form)
        case "disconnect":
            now_ms = web.clock.now_ms()
            await web.database.write(orders.connect, site.id, url="", key="", now_ms=now_ms)
        case _:
            typed = service.read_number(form)
            if typed.problems:
                return await _page(web, request, site, form=form, problems=typed.problems)
            await web.database.write(
                sites.save,
                site.id,
                replace(site.settings, order_pattern=typed.pattern, order_example=typed.example),
            )
    return see_other(f"/settings/orders/{site.key}?saved=1")


async def _connect(web: Web, request: Request, site: Site, form: dict[str, str]) -> Response:
    url = form.get("url", "").strip()
    if not service.is_endpoint(url, allow_local=web.settings.allow_local_orders):
        return await _page(web, request, site, form=form, problems=frozenset({"url"}))
    secret = await web.database.write(
        service.connect,
        site.id,
        url,
        secret_key=web.settings.secret_key,
        now_ms=web.clock.now_ms(),
    )
    return await _page(web, request, site, secret=secret)


async def do_orders_upload(web: Web, request: Request) -> Response:
    """Take a file of orders; one with rows that can't be read changes nothing and names them.

    Raises:
        Refusal: `bad_request` for anything that is no form with a file.
    """
    site = await site_of(web, request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        raise Refusal(Code.BAD_REQUEST)
    async with request.form(max_files=1, max_fields=2) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise Refusal(Code.BAD_REQUEST)
        skip = form.get("skip") is not None
        content = await file.read(MAX_FILE_BYTES + 1)
    try:
        report = await asyncio.to_thread(_take, web, site, content, skip, _runner(web))
    except Refusal as refusal:
        if refusal.code is not Code.BAD_REQUEST:
            raise
        return await _page(web, request, site, problems=frozenset({"file"}))
    return await _page(web, request, site, report=report)


def _runner(web: Web) -> Callable[..., Any]:
    """Return what runs a unit from a thread, by the one writer of this process."""
    loop = asyncio.get_running_loop()

    def run(unit: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        written = web.database.write(unit, *args, **kwargs)
        return asyncio.run_coroutine_threadsafe(written, loop).result()

    return run


def _take(web: Web, site: Site, content: bytes, skip: bool, run: Callable[..., Any]) -> Report:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders"
        path.write_bytes(content)
        return upload(run, site.id, path, skip_faulty=skip, now_ms=web.clock.now_ms())


async def _page(
    web: Web,
    request: Request,
    site: Site,
    *,
    form: dict[str, str] | None = None,
    problems: frozenset[str] = frozenset(),
    secret: str = "",
    report: Report | None = None,
) -> Response:
    is_faulty = bool(problems) or (report is not None and report.taken is None)
    source = await web.database.read(orders.source, site.id)
    settings = site.settings
    kept = {"pattern": settings.order_pattern, "example": settings.order_example}
    kept["url"] = source.url if source else ""
    return await settings_page(
        web,
        request,
        site,
        "orders",
        status=422 if is_faulty else 200,
        form={**kept, **(form or {})},
        problems=problems,
        secret=secret,
        report=report,
        connected=kept["url"],
        count=await web.database.read(orders.count, site.id),
    )
