"""What is answered when something is refused or breaks; never a traceback, always a reference."""

import secrets

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatserver.errors import Code, Refusal
from chatserver.web.context import Web
from chatserver.web.headers import Kind, protect
from chatserver.web.templates import language_of

STATUS: dict[Code, int] = {
    Code.BAD_REQUEST: 400,
    Code.TOO_LARGE: 413,
    Code.UNAUTHENTICATED: 401,
    Code.FORBIDDEN: 403,
    Code.NOT_FOUND: 404,
    Code.NOT_ASSIGNED: 409,
    Code.TAKEN: 409,
    Code.FULL: 409,
    Code.NOT_AVAILABLE: 409,
    Code.RESOLVED: 409,
    Code.CLIENT_ID_CONFLICT: 409,
    Code.IDENTITY_REFUSED: 403,
    Code.IDENTITY_DIFFERS: 409,
    Code.RATE_LIMITED: 429,
    Code.UNAVAILABLE: 503,
    Code.DRAINING: 503,
    Code.TIMEOUT: 504,
}

_WORDED = {400, 401, 403, 404, 405, 413, 429, 503}

log = structlog.get_logger(__name__)


def loggable_path(path: str) -> str:
    """Return a path as the log may carry it: without the secret of a one-time or signed link."""
    first = path.split("/", 2)[1] if path.startswith("/") else ""
    return f"/{first}/…" if first in {"setup", "t", "f", "d", "m", "upload"} else path


def wants_json(request: Request) -> bool:
    """Whether a program asks: JSON named, HTML not."""
    accept = request.headers.get("accept", "")
    return "application/json" in accept and "text/html" not in accept


def error_response(
    web: Web,
    request: Request,
    status: int,
    *,
    code: str = "",
    headers: dict[str, str] | None = None,
    fault: Exception | None = None,
) -> Response:
    """Return the page (or the JSON) of an error, with a reference that the log has too.

    Nothing of the request and nothing of the fault is shown.
    """
    reference = secrets.token_hex(4)
    if fault is not None:
        log.error(
            "request failed",
            path=loggable_path(request.url.path),
            reference=reference,
            exc_info=fault,
        )
    else:
        log.info("request refused", status=status, code=code, reference=reference)
    response: Response
    if wants_json(request):
        response = JSONResponse(
            {"error": {"code": code or str(status), "status": status, "reference": reference}},
            status,
            headers,
        )
        return protect(response, Kind.DATA)
    word = str(status) if status in _WORDED else "500"
    page = web.templates.render(
        "error.html",
        language_of(request),
        word=word,
        reference=reference,
        theme=None,
        css=web.assets.url("console.css"),
    )
    response = HTMLResponse(page, status, headers)
    return protect(response, Kind.STAFF)


def refusal_response(web: Web, request: Request, refusal: Refusal) -> Response:
    """Return what a refusal looks like over HTTP."""
    headers = {}
    if refusal.after_ms is not None:
        headers["Retry-After"] = str(-(-refusal.after_ms // 1000))
    return error_response(
        web, request, STATUS[refusal.code], code=refusal.code.value, headers=headers
    )


class FaultsMiddleware:
    """The edge where faults stop: logged with a traceback, shown as a sentence and a reference."""

    def __init__(self, app: ASGIApp, web: Web) -> None:
        self.app = app
        self.web = web

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def send_noting(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, send_noting)
        except Exception as error:
            if begun:  # too late for another answer; the server cuts the connection
                raise
            response = self._answer(Request(scope), error)
            await response(scope, receive, send)

    def _answer(self, request: Request, error: Exception) -> Response:
        if isinstance(error, Refusal):
            return refusal_response(self.web, request, error)
        return error_response(self.web, request, 500, fault=error)
