"""A visitor's device in two words, from the browser's own claim; keeps nothing else of it."""

from functools import cache, lru_cache

from ua_parser import Parser
from ua_parser.basic import Resolver
from ua_parser.loaders import load_lazy_builtins


@cache
def _parser() -> Parser:
    # Its default compiles a thousand patterns at the first visitor, most of them for devices, which
    # nobody here asks for; everybody else would wait for a third of a second.
    return Parser(Resolver(load_lazy_builtins()))


@lru_cache(maxsize=512)
def describe_device(user_agent: str) -> str:
    """Return e.g. `Chrome · Android`; "" when it can't be told."""
    if not user_agent:
        return ""
    claim = user_agent[:500]
    parts = (_parser().parse_user_agent(claim), _parser().parse_os(claim))
    families = [part.family for part in parts if part is not None and part.family]
    return " · ".join(family for family in families if family != "Other")
