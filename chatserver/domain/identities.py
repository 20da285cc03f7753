"""Whom a site vouches for; knows no token and no table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody whom the site vouches for.

    Args:
        customer: the shop's own id of them.
        email: their address there; "" when it was not said, or not as checked by the shop.
        expires_ms: until when the site's word holds.
        name: as the shop has it, or "".
        orders: numbers of orders that are theirs, as the shop writes them.
        context: what the site says of basket, product, order and page under its signature.
    """

    customer: str
    email: str
    expires_ms: int
    name: str = ""
    orders: tuple[str, ...] = ()
    context: Mapping[str, Any] = field(default_factory=dict)
