"""Turns an answer's Markdown into the few elements that answers have; knows no page."""

import re
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

MAX_HREF_CHARS = 2000

_MARKDOWN = MarkdownIt("zero", {"html": False, "linkify": False}).enable(
    ["emphasis", "link", "list", "newline", "escape", "autolink"]
)
_ELEMENTS = {
    "paragraph": "p",
    "bullet_list": "ul",
    "ordered_list": "ol",
    "list_item": "li",
    "strong": "strong",
    "em": "em",
}
_LOOKS_LIKE_HOST = re.compile(r"^(?:https?://)?((?:[\w-]+\.)+[a-zA-Z]{2,})(?:[/:?#]|\Z)")
_CONTROLS = re.compile(r"[\x00-\x20\x7f\\]")


def safe_href(href: str) -> str | None:
    """Return an address that a reader may follow, or None.

    Only http, https, mailto and tel; no user part (`https://shop.tr@evil.example` shows one shop
    and opens another), no `//host`, no control characters, no endless ones.
    """
    if not href or len(href) > MAX_HREF_CHARS or _CONTROLS.search(href):
        return None
    try:
        parts = urlsplit(href)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme in {"http", "https"}:
        if not host or "@" in parts.netloc or not host.isascii():
            return None
        return href
    if parts.scheme == "mailto":
        return href if re.fullmatch(r"mailto:[^\s?&<>\"]+@[\w.-]+", href, re.ASCII) else None
    if parts.scheme == "tel":
        return href if re.fullmatch(r"tel:\+?[0-9().-]{3,20}", href) else None
    return None


def render(markdown: str) -> Markup:
    """Return an answer as HTML: paragraphs, lists, bold, emphasis and links; all else is text."""
    return _walk(_MARKDOWN.parse(markdown))


def _walk(tokens: list[Token]) -> Markup:
    out: list[str] = []
    links: list[tuple[str | None, int]] = []
    for token in tokens:
        name, _, turn = token.type.rpartition("_")
        if token.type == "inline":
            out.append(_walk(token.children or []))
        elif token.type in {"softbreak", "hardbreak"}:
            out.append("<br>")
        elif token.type == "link_open":
            href = safe_href(str(token.attrs.get("href", "")))
            links.append((href, len(out)))
            if href:
                out.append(
                    f'<a href="{escape(href)}" rel="noopener noreferrer nofollow" target="_blank">'
                )
        elif token.type == "link_close":
            href, start = links.pop()
            if href:
                out.append("</a>")
                out.append(_real_host(href, "".join(out[start + 1 : -1])))
        elif name in _ELEMENTS and not token.hidden:
            out.append(f"<{'/' if turn == 'close' else ''}{_ELEMENTS[name]}>")
        elif token.nesting == 0:
            out.append(str(escape(token.content)))
    return Markup("".join(out))


def _real_host(href: str, shown: str) -> str:
    """The real host behind a link whose text names another one."""
    text = Markup(shown).striptags()
    claimed = _LOOKS_LIKE_HOST.match(text.strip())
    real = urlsplit(href).hostname
    if claimed is None or real is None or claimed[1].lower() == real:
        return ""
    return f" ({escape(real)})"
