"""Keeps other sites from making a signed-in browser act; knows no route."""

from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from chatserver.errors import Code, Refusal
from chatserver.settings import Settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_DEFAULT_PORTS = {"http": 80, "https": 443}

log = structlog.get_logger(__name__)


def own_origin(scope: Scope, settings: Settings) -> str:
    """Return the origin under which browsers see this server.

    The configured one, else scheme and Host of the request. `X-Forwarded-*` is never read here:
    anybody can send it. uvicorn alone believes it, from the proxies it is told to trust, and has
    then already written the scheme into the scope.
    """
    if settings.public_url:
        return normalise(settings.public_url)
    host = Headers(scope=scope).get("host", "")
    return normalise(f"{scope.get('scheme', 'http')}://{host}")


def normalise(origin: str) -> str:
    """Return an origin as browsers write it: lower case, no default port; "" for what is none."""
    try:
        parts = urlsplit(origin.strip())
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    suffix = "" if port in {None, _DEFAULT_PORTS[parts.scheme]} else f":{port}"
    return f"{parts.scheme}://{host}{suffix}"


def is_own_request(scope: Scope, settings: Settings) -> bool:
    """Whether a request that changes something was made by a page of this very origin.

    `Sec-Fetch-Site` is written by the browser and no script can forge it; older browsers send
    `Origin` with every POST. A request with neither is refused: an attacker's page must not gain
    anything by a browser that leaves both out.
    """
    headers = Headers(scope=scope)
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        return site in {"same-origin", "none"}
    return bool(origin) and normalise(origin or "") == own_origin(scope, settings)


class OriginMiddleware:
    """Refuses what another site makes a browser send."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request.

        Raises:
            Refusal: `forbidden` for a change asked for by another origin.
        """
        if (
            scope["type"] == "http"
            and scope["method"] not in SAFE_METHODS
            and not is_own_request(scope, self.settings)
        ):
            log.info("request refused", reason="origin", path=scope["path"])
            raise Refusal(Code.FORBIDDEN)
        await self.app(scope, receive, send)
