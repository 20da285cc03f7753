"""JSON as the socket speaks it; refuses what some browser or database would choke on.

The library takes a codec as an object with `loads` and `dumps`. A frame that is refused becomes
`MALFORMED` instead of an exception, so that its acknowledgement can still say so.
"""

import json
import re
from typing import Any

import orjson

MALFORMED: list[str] = ["\x00malformed"]
"""What a frame becomes that must not be believed: an event of a name nobody can send."""

MAX_DIGITS = 16
_SUSPICIOUS = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)|\x00")


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


def loads(text: str | bytes, **_options: Any) -> Any:
    """Return the value of a JSON text, or `MALFORMED`.

    Malformed are: not JSON, `NaN` and its like, numbers no browser holds, a key twice, nesting
    deeper than the parser goes, a NUL or half a surrogate pair anywhere.
    """
    try:
        if isinstance(text, bytes):
            text = text.decode()
        value = _decoder.decode(text)
        if _SUSPICIOUS.search(text):
            _check_strings(value)
    except (ValueError, RecursionError):
        return MALFORMED
    return value


def dumps(value: Any, **_options: Any) -> str:
    """Return compact JSON; `NaN` becomes null, so no browser ever meets it."""
    return orjson.dumps(value).decode()
