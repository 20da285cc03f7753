"""A visitor's device in two words, from the browser's own claim; keeps nothing else of it."""

from functools import lru_cache

import ua_parser


@lru_cache(maxsize=512)
def describe_device(user_agent: str) -> str:
    """Return e.g. `Chrome · Android`; "" when it can't be told."""
    if not user_agent:
        return ""
    found = ua_parser.parse(user_agent[:500])
    parts = [part.family for part in (found.user_agent, found.os) if part and part.family]
    return " · ".join(part for part in parts if part != "Other")
