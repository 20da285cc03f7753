"""Markdown answers as a closed list of nodes; no HTML is ever made of them on the wire.

Knows bold, emphasis, lists, links and line breaks; whatever else Markdown has stays plain text.
"""

from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

from chatserver.protocol.bodies import Node

ALLOWED_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
MAX_LINK_CHARS = 2000

_parser = MarkdownIt("zero", {"html": False, "linkify": True}).enable(
    ["emphasis", "list", "link", "linkify", "newline", "escape", "autolink", "entity"]
)
_WRAPPERS = {
    "paragraph_open": "paragraph",
    "bullet_list_open": "list",
    "ordered_list_open": "ordered_list",
    "list_item_open": "item",
    "strong_open": "strong",
    "em_open": "em",
}


def is_safe_link(href: str) -> bool:
    """Whether a link may be followed: http, https, mailto or tel, with no user name hidden in it."""
    if len(href) > MAX_LINK_CHARS or any(ord(char) <= 32 for char in href):
        return False
    try:
        parts = urlsplit(href)
    except ValueError:
        return False
    if parts.scheme not in ALLOWED_SCHEMES:
        return False
    return parts.scheme in {"mailto", "tel"} or bool(parts.netloc and "@" not in parts.netloc)


@lru_cache(maxsize=1024)
def parse(text: str) -> tuple[Node, ...]:
    """Return the nodes of a Markdown text; an unsafe link becomes its text."""
    nodes, _ = _nodes(_parser.parse(text), 0)
    return tuple(nodes)


def _nodes(tokens: Sequence[Token], start: int) -> tuple[list[Node], int]:
    nodes: list[Node] = []
    index = start
    while index < len(tokens):
        token = tokens[index]
        if token.nesting == -1:
            return nodes, index
        if token.type == "inline":
            inner, _ = _nodes(token.children or [], 0)
            nodes += inner
        elif token.type in {"softbreak", "hardbreak"}:
            nodes.append(Node(type="break"))
        elif token.type == "link_open":
            children, index = _nodes(tokens, index + 1)
            href = str(token.attrGet("href") or "")
            if is_safe_link(href):
                nodes.append(Node(type="link", href=href, children=tuple(children)))
            else:
                nodes += children
        elif token.type in _WRAPPERS:
            children, index = _nodes(tokens, index + 1)
            if token.hidden:
                nodes += children
            else:
                nodes.append(
                    Node(type=_WRAPPERS[token.type], children=tuple(children))  # type: ignore[arg-type]
                )
        elif token.content:
            nodes.append(Node(type="text", text=token.content))
        index += 1
    return nodes, index
