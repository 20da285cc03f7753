"""JSON as the socket speaks it; refuses what some browser or database would choke on.

Nearly all text is read by orjson, which refuses `NaN`, numbers beyond a double and half a surrogate
pair by itself. What orjson would let pass (a key twice, a NUL, a number of too many digits) shows in
the value or in the text; only then the strict and slow reader judges.

A text that is refused becomes `MALFORMED` instead of an exception, so that its acknowledgement can
still say so.
"""

import json
import re
from typing import Any

import msgspec
import orjson

MALFORMED: list[str] = ["\x00malformed"]
"""What a frame becomes that must not be believed: an event of a name nobody can send."""

MAX_DIGITS = 16
MAX_DEPTH = 32
"""Our deepest event has five levels."""

_SUSPICIOUS = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)|\x00")
_HUGE = 10**MAX_DIGITS
_DOUBT = 1 << 40


class _Refused(ValueError):
    pass


def _no_constant(name: str) -> Any:
    # `NaN` relayed to an agent's browser drops its connection, at every resume again.
    raise _Refused(name)


def _int(digits: str) -> int:
    if len(digits) > MAX_DIGITS + 1:
        raise _Refused("number")
    return int(digits)


def _float(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise _Refused("number")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Refused("duplicate key")
    return found


_decoder = json.JSONDecoder(
    parse_constant=_no_constant, parse_int=_int, parse_float=_float, object_pairs_hook=_object
)


def _check_strings(value: Any) -> None:
    match value:
        case str():
            if "\x00" in value or any("\ud800" <= char <= "\udfff" for char in value):
                raise _Refused("text that can't be stored")
        case dict():
            for key, inner in value.items():
                _check_strings(key)
                _check_strings(inner)
        case list():
            for inner in value:
                _check_strings(inner)
        case _:
            pass


def _count(value: Any, depth: int) -> int:
    """Return how many keys a value has, all levels together.

    A number that may have had too many digits makes it more than any text has colons: then the
    strict reader decides.
    """
    if depth > MAX_DEPTH:
        raise _Refused("depth")
    keys = 0
    if type(value) is dict:
        keys = len(value)
        value = value.values()
    for inner in value:
        kind = type(inner)
        if kind is dict or kind is list:
            keys += _count(inner, depth + 1)
        elif (kind is int or kind is float) and not -_HUGE < inner < _HUGE:
            keys += _DOUBT
    return keys


def _load_strictly(text: str) -> Any:
    value = _decoder.decode(text)
    if _SUSPICIOUS.search(text):
        _check_strings(value)
    return value


def loads(text: str | bytes) -> Any:
    """Return the value of a JSON text, or `MALFORMED`.

    Malformed are: not JSON, `NaN` and its like, numbers no browser holds, a key twice, nesting
    deeper than any event of ours, a NUL or half a surrogate pair anywhere.
    """
    try:
        if isinstance(text, bytes):
            text = text.decode()
        value = orjson.loads(text)
        keys = _count(value if type(value) in (list, dict) else [value], 1)
        # A key that stands twice is one key in the value but has a colon of its own in the text. A
        # text with more colons than keys has such a key, or a colon in some string: look closely.
        if keys != text.count(":") or "\\u0000" in text:
            value = _load_strictly(text)
    except (ValueError, RecursionError):
        return MALFORMED
    return value


def dumps(value: Any) -> str:
    """Return compact JSON; `NaN` becomes null, so no browser ever meets it."""
    return orjson.dumps(value, default=msgspec.to_builtins).decode()
