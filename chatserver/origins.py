"""Which origin is ours; decided from the settings or the connection, never from forged headers.

`X-Forwarded-*` is read by the server alone, and only from peers in `FORWARDED_ALLOW_IPS`: what
arrives here in the ASGI scope is already believed or ignored.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from chatserver.settings import Settings


def header(scope: Mapping[str, Any], name: str) -> str | None:
    """Return a request header; None when it is absent. Repeated headers make it worthless: ""."""
    wanted = name.lower().encode()
    values = [value for key, value in scope["headers"] if key.lower() == wanted]
    if not values:
        return None
    return values[0].decode("latin-1") if len(values) == 1 else ""


def own_origin(settings: Settings, scope: Mapping[str, Any]) -> str:
    """Return the origin under which the browser that made this request must know us."""
    if settings.public_url:
        parts = urlsplit(settings.public_url)
        return f"{parts.scheme}://{parts.netloc}".lower()
    scheme = {"ws": "http", "wss": "https"}.get(scope["scheme"], scope["scheme"])
    return f"{scheme}://{header(scope, 'host') or ''}".lower()


def is_own_origin(settings: Settings, scope: Mapping[str, Any], origin: str | None) -> bool:
    """Whether a request's `Origin` is exactly ours; an absent or `null` one is not."""
    return bool(origin) and origin == own_origin(settings, scope)


def client_address(scope: Mapping[str, Any]) -> str:
    """Return the network address of who made the request, by the trusted-proxy rule."""
    client = scope.get("client")
    return str(client[0]) if client else "unknown"
