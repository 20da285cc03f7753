"""What a shop's page says of basket, product, order, page and visitor: read strictly, word by word.

Every field has a known shape; what is beyond it may stand beside it as a plain value. Who sends
what does not fit is told where it does not.
"""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from chatserver.errors import Code, Refusal

FIELDS = ("cart", "product", "order", "page", "visitor")
MAX_CHARS = 300
MAX_KEYS = 20
MAX_LINES = 30
MAX_AMOUNT = 1e12
VERIFIED = "verified"
"""The one attribute that no page can say: whether the site vouches for the visitor."""

_KEY = re.compile(r"[A-Za-z][\w.-]{0,39}\Z")
_CURRENCY = re.compile(r"[A-Z]{3}\Z")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

Read = Callable[[object, str], Any]


def _wrong(at: str) -> Refusal:
    return Refusal(Code.BAD_REQUEST, f"context:{at}")


def _text(value: object, at: str) -> str:
    if not isinstance(value, str) or len(value) > MAX_CHARS or _UNSTORABLE.search(value):
        raise _wrong(at)
    return value


def _amount(value: object, at: str) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(at)
    if not math.isfinite(value) or not 0 <= value <= MAX_AMOUNT:
        raise _wrong(at)
    return value


def _currency(value: object, at: str) -> str:
    if not isinstance(value, str) or not _CURRENCY.match(value):
        raise _wrong(at)
    return value


def _address(value: object, at: str) -> str:
    text = _text(value, at)
    if text and not text.startswith(("https://", "http://", "/")):
        raise _wrong(at)
    return text


def _plain(value: object, at: str) -> str | float | int | bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        if not math.isfinite(value) or abs(value) > MAX_AMOUNT:
            raise _wrong(at)
        return value
    return _text(value, at)


def _id(value: object, at: str) -> str | int:
    """Shops number their goods, or name them."""
    if isinstance(value, int) and not isinstance(value, bool):
        return int(_amount(value, at))
    return _text(value, at)


def _lines(value: object, at: str) -> list[dict[str, Any]]:
    if not isinstance(value, list | tuple) or len(value) > MAX_LINES:
        raise _wrong(at)
    return [_shaped(_LINE, line, f"{at}.{place}") for place, line in enumerate(value)]


_LINE: Mapping[str, Read] = {
    "name": _text,
    "sku": _id,
    "quantity": _amount,
    "price": _amount,
    "url": _address,
}
_SHAPES: Mapping[str, Mapping[str, Read]] = {
    "cart": {"total": _amount, "currency": _currency, "items": _lines, "url": _address},
    "product": {
        "id": _id,
        "name": _text,
        "price": _amount,
        "currency": _currency,
        "url": _address,
        "image": _address,
    },
    "order": {"number": _id, "total": _amount, "currency": _currency, "status": _text},
    "page": {"type": _text, "name": _text},
    "visitor": {},
}


def _shaped(shape: Mapping[str, Read], value: object, at: str) -> dict[str, Any]:
    if not isinstance(value, Mapping) or len(value) > MAX_KEYS:
        raise _wrong(at)
    read: dict[str, Any] = {}
    for key, one in value.items():
        if not isinstance(key, str) or not _KEY.match(key) or key == VERIFIED:
            raise _wrong(at)
        if one is not None:
            read[key] = shape.get(key, _plain)(one, f"{at}.{key}")
    return read


def read_context(said: Mapping[str, object]) -> dict[str, dict[str, Any] | None]:
    """Return what a page said, field by field; None takes a field back.

    Raises:
        Refusal: `bad_request` with the message `context:<place>`, e.g. `context:cart.total`.
    """
    read: dict[str, dict[str, Any] | None] = {}
    for field, value in said.items():
        if field not in FIELDS:
            raise _wrong(str(field)[:40])
        read[field] = None if value is None else _shaped(_SHAPES[field], value, field)
    return read


def cart_value(context: Mapping[str, Any]) -> float | None:
    """Return what the basket is worth; None where the site does not say."""
    total = (context.get("cart") or {}).get("total")
    return None if total is None else float(total)


def attributes_of(context: Mapping[str, Any]) -> dict[str, str]:
    """Return what rules may ask for: `segment` of the visitor, `product.name` of the rest."""
    found: dict[str, str] = {}
    for field, values in context.items():
        if not isinstance(values, Mapping):
            continue
        for key, value in values.items():
            if isinstance(value, str | int | float):
                name = key if field == "visitor" else f"{field}.{key}"
                found[name] = str(value).lower() if isinstance(value, bool) else str(value)
    return found
