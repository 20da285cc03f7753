"""Keeps other sites from making a signed-in browser act; knows no route."""

import re

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from chatserver.errors import Code, Refusal
from chatserver.origins import header, is_own_origin
from chatserver.settings import Settings
from chatserver.web.errors import loggable_path

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

FROM_SHOPS = re.compile(r"/widget/[a-z0-9-]{1,64}/told\Z")
"""What a shop's page posts, without any right: who serves it looks at the origin."""

BY_LINK = re.compile(r"/m/[\w.-]{1,200}\Z", re.ASCII)
"""What a mail server posts for whoever wants no more mail (RFC 8058): the signed address is the
right, nothing of the browser counts, and all it does is end mail."""

log = structlog.get_logger(__name__)


def is_own_request(scope: Scope, settings: Settings) -> bool:
    """Whether a request that changes something was made by a page of this very origin.

    `Sec-Fetch-Site` is written by the browser and no script can forge it; older browsers send
    `Origin` with every POST. A request with neither is refused: an attacker's page must not gain
    anything by a browser that leaves both out.
    """
    site = header(scope, "sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    return is_own_origin(settings, scope, header(scope, "origin"))


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
            and not FROM_SHOPS.match(scope["path"])
            and not BY_LINK.match(scope["path"])
            and not is_own_request(scope, self.settings)
        ):
            log.info("request refused", reason="origin", path=loggable_path(scope["path"]))
            raise Refusal(Code.FORBIDDEN)
        await self.app(scope, receive, send)
