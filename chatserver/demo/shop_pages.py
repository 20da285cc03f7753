"""Draws the shop's pages and sets their headers; knows no basket's rules and no route."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from chatserver.demo.basket import Basket
from chatserver.demo.goods import CATEGORIES, FEW, GOODS, money, stars
from chatserver.demo.mailbox import Mailbox
from chatserver.demo.members import member_of, signed_word
from chatserver.demo.orders import ORDERS
from chatserver.demo.pages import path_of, title_of
from chatserver.demo.ports import HOST
from chatserver.words import LANGUAGES

_ROOT = Path(__file__).parent
_HOSTS = frozenset({HOST, "localhost"})
_SLUGS = frozenset(item.slug for item in GOODS)
SAID_BY = "/uye.js"
_QUEUE = "window.SupportChat ??= Object.assign((...a) => window.SupportChat.q.push(a), { q: [] });"
CONTACT = {"phone": "0850 000 28 58", "email": "merhaba@avlu.example"}


def chat_origin(request: Request, port: int) -> str:
    """Return where the chat is, on the name the shop was opened with where that is this machine."""
    host = request.headers.get("host", "").partition(":")[0]
    return f"http://{host if host in _HOSTS else HOST}:{port}"


def policy(chat: str) -> str:
    """Return the policy of every page: the chat's origin is all that the widget needs in it."""
    return (
        f"default-src 'none'; script-src 'self' {chat}; frame-src {chat}; style-src 'self'; "
        "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'"
    )


class Pages:
    """The shop's templates, style and pictures.

    Args:
        chat_port: where the chat is.
        mailbox: where the chat's mail ends.
    """

    def __init__(self, chat_port: int, mailbox: Mailbox) -> None:
        self._chat_port = chat_port
        self.mailbox = mailbox
        self._templates = Environment(
            loader=FileSystemLoader(_ROOT / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(few=FEW, categories=CATEGORIES, contact=CONTACT)
        self._drawn = cache(self._draw)

    def show(
        self,
        request: Request,
        page: str,
        language: str,
        *,
        template: str = "",
        status: int = 200,
        **values: Any,
    ) -> Response:
        """Return a page in a language, with its headers."""
        chat = chat_origin(request, self._chat_port)
        other = LANGUAGES[1 - LANGUAGES.index(language)]

        def say(turkish: str, english: str) -> str:
            return turkish if language == "tr" else english

        html = self._templates.get_template(f"{template or page}.html").render(
            page=page,
            language=language,
            other=other,
            title=title_of(page, language),
            say=say,
            url=lambda key: path_of(key, language),
            there=path_of("home" if page == "missing" else page, other),
            price=lambda kurus: money(kurus, language),
            stars=lambda tenths: stars(tenths, language),
            basket=Basket.of(request.cookies),
            member=member_of(request.cookies),
            said_by=SAID_BY,
            known_orders=list(ORDERS),
            chat=chat,
            **values,
        )
        return HTMLResponse(html, status, headers=_headers(chat, cache="no-store"))

    def said(self, request: Request, secret: str, *, now_s: int) -> Response:
        """Return the script by which the shop says who is signed in and what is in the basket."""
        basket = Basket.of(request.cookies)
        cart = None
        if basket.lines:
            cart = {"total": basket.total / 100, "currency": "TRY", "items": _told(basket)}
        calls = [
            ["identify", signed_word(member_of(request.cookies), secret, now_s=now_s)],
            *([["context", {"cart": cart}]] if cart else []),
        ]
        said = "".join(f"SupportChat(...{json.dumps(call)});" for call in calls)
        return Response(
            f"{_QUEUE}{said}", media_type="text/javascript", headers=_headers(cache="no-store")
        )

    def style(self) -> Response:
        """Return the one style sheet."""
        text = (_ROOT / "static" / "shop.css").read_text(encoding="utf-8")
        return Response(text, media_type="text/css", headers=_headers(cache="no-cache"))

    def picture(self, slug: str) -> Response | None:
        """Return a product's picture; None when there is no such product."""
        if slug not in _SLUGS:
            return None
        return Response(
            self._drawn(slug),
            media_type="image/svg+xml",
            headers=_headers(cache="max-age=3600"),
        )

    def _draw(self, slug: str) -> str:
        return self._templates.get_template(f"pictures/{slug}.svg").render()


def _told(basket: Basket) -> list[dict[str, object]]:
    return [
        {
            "name": line.item.name["tr"],
            "quantity": line.count,
            "price": line.total / line.count / 100,
        }
        for line in basket.lines
    ]


def _headers(chat: str = "", *, cache: str) -> dict[str, str]:
    return {
        "Content-Security-Policy": policy(chat) if chat else "default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Cache-Control": cache,
    }
