"""The security headers of every kind of answer; knows no page's content.

No policy needs `unsafe-inline` or a nonce: what a page holds of script and style is our own file, named by
its digest.
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from urllib.parse import urlsplit, urlunsplit

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Kind(StrEnum):
    """What an answer is, for its headers."""

    CONSOLE = "console"
    STAFF = "staff"
    EDITOR = "editor"
    HELP = "help"
    FRAME = "frame"
    HOSTED = "hosted"
    DOCUMENT = "document"
    DATA = "data"


_READING = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_APP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; font-src 'self'; media-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors {ancestors}; require-trusted-types-for 'script'"
)
_NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

POLICIES: dict[Kind, str] = {
    Kind.CONSOLE: _APP,
    Kind.STAFF: _READING,
    Kind.EDITOR: _APP,
    Kind.HELP: _APP,
    Kind.FRAME: _APP,
    Kind.HOSTED: _APP,
    Kind.DOCUMENT: _READING.replace("form-action 'self'", "form-action 'none'"),
    Kind.DATA: _NOTHING,
}

_PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"

_DEFAULTS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": _PERMISSIONS,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": _NOTHING,
}

_ORIGIN = re.compile(r"https?://[A-Za-z0-9.*-]+(:\d{1,5})?\Z")


def protect(
    response: Response,
    kind: Kind,
    *,
    ancestors: Iterable[str] = (),
    script: str = "",
    style: str = "",
) -> Response:
    """Set what a kind of page needs and return it.

    Args:
        ancestors: origins that may frame it (`Kind.FRAME` only); whatever is no plain origin is
            left out, so nothing a site's settings hold can add to the policy.
        script: the digest of the one script that stands within the page, as a policy names it.
        style: the same for its style.
    """
    allowed = [origin for origin in ancestors if _ORIGIN.match(origin)]
    framed = kind is Kind.FRAME and allowed
    policy = POLICIES[kind].replace("{ancestors}", " ".join(allowed) if framed else "'none'")
    for directive, digest in (("script-src", script), ("style-src", style)):
        if digest:
            policy = policy.replace(f"{directive} 'self'", f"{directive} 'self' {digest}")
    response.headers["Content-Security-Policy"] = policy
    if not framed:
        response.headers["X-Frame-Options"] = "DENY"
    if kind is Kind.FRAME:
        # The panel lives in another origin's page: that page must be able to load it.
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        response.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
    if kind in {Kind.STAFF, Kind.CONSOLE, Kind.EDITOR}:
        # With "no-referrer" browsers send "Origin: null" with a form's POST, and the check
        # against forged requests would have nothing to go by. Other origins still learn nothing.
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
    if kind is Kind.HELP:
        # As above, for the vote's form; these pages are for everybody, search engines included.
        response.headers["Referrer-Policy"] = "same-origin"
    if kind is Kind.DOCUMENT:
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "no-store"
    return response


def local_path(location: str) -> str:
    """Return a redirect's target without scheme and host: none of ours leads to another site.

    Starlette builds its own redirects (a slash too many) from the Host header, which anybody may
    forge. Slashes and backslashes in front shrink to one, as `//evil.example` is a host to browsers.
    """
    parts = urlsplit(location)
    return "/" + urlunsplit(("", "", parts.path, parts.query, "")).lstrip("/\\")


class HeadersMiddleware:
    """Gives every answer what it lacks; what a page set itself stays."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if "location" in headers:
                    headers["location"] = local_path(headers["location"])
                for name, value in _DEFAULTS.items():
                    headers.setdefault(name, value)
                if scope.get("scheme") == "https":
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
            await send(message)

        await self.app(scope, receive, send_protected)
