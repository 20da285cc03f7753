"""No more mail of a conversation: behind the signed link of every such mail, without signing in."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from chatserver.services import answers_by_mail
from chatserver.web.context import Web
from chatserver.web.headers import Kind, protect


async def stop_mail(web: Web, request: Request) -> Response:
    """Ask whether mail shall end; opening the link alone ends nothing, as scanners open links too.

    Raises:
        Refusal: `not_found` for a forged link.
    """
    return await _page(web, request)


async def do_stop_mail(web: Web, request: Request) -> Response:
    """End it, and forget the address; again is harmless.

    Raises:
        Refusal: `not_found` for a forged link.
    """
    await web.refuse_mail(web.stop_links.read(request.path_params["signed"]))
    return await _page(web, request)


async def _page(web: Web, request: Request) -> Response:
    signed = request.path_params["signed"]
    language, is_over = await web.database.read(
        answers_by_mail.language_of, web.stop_links.read(signed)
    )
    html = web.templates.render(
        "stop_mail.html",
        language,
        theme=None,
        css=web.assets.url("console.css"),
        signed=signed,
        is_over=is_over,
    )
    return protect(HTMLResponse(html), Kind.STAFF)
