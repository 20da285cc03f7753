"""Which origin is ours; decided from the settings or the connection, never from forged headers.

`X-Forwarded-*` is read by the server alone, and only from peers in `FORWARDED_ALLOW_IPS`: what
arrives here in the ASGI scope is already believed or ignored.
"""

import ipaddress
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
    """Return what limits count by: the peer's address, of IPv6 its network of 64 bits.

    The peer is who the server says; behind a proxy that it trusts, the proxy's client. Whoever has
    one IPv6 address has 2**64 of them, so a single one would be no limit.
    """
    client = scope.get("client")
    host = str(client[0]) if client else ""
    try:
        parsed = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((int(parsed), 64), strict=False))
    return str(parsed)
