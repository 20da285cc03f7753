"""The shop that embeds the chat: a website of its own origin, with a strict policy.

It works without a script of its own and knows nothing of the chat but one script tag, one origin
and the attribute `data-chat-open`. Nothing can be ordered: what is typed is thrown away.
"""

from collections.abc import Awaitable, Callable
from datetime import date
from functools import partial

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from chatserver.clock import SystemClock, to_datetime
from chatserver.demo.basket import COOKIE, Basket
from chatserver.demo.goods import CATEGORIES, GOODS, by_slug
from chatserver.demo.mailbox import Mailbox
from chatserver.demo.members import COOKIE as MEMBER_COOKIE
from chatserver.demo.members import ELIF
from chatserver.demo.order_endpoint import PATH as ENDPOINT
from chatserver.demo.order_endpoint import order_endpoint
from chatserver.demo.orders import STEPS, find_order
from chatserver.demo.pages import path_of
from chatserver.demo.shop_pages import SAID_BY, Pages
from chatserver.words import LANGUAGES

MAX_BODY_BYTES = 8 * 1024
MAX_FIELDS = 16
FIELDS = ("name", "email", "phone", "city", "address")
"""What the address form asks for; all of it is needed."""

Serve = Callable[[Pages, str, Request], Awaitable[Response]]


async def _home(pages: Pages, language: str, request: Request) -> Response:
    chosen = request.query_params.get("k", "")
    category = chosen if chosen in CATEGORIES else ""
    goods = [item for item in GOODS if not category or item.category == category]
    return pages.show(request, "home", language, goods=goods, category=category)


async def _item(pages: Pages, language: str, request: Request) -> Response:
    try:
        item = by_slug(request.path_params["slug"])
    except KeyError:
        return _missing(pages, language, request)
    return pages.show(request, item.slug, language, template="item", item=item)


async def _cart(pages: Pages, language: str, request: Request) -> Response:
    return pages.show(request, "cart", language)


async def _change_cart(pages: Pages, language: str, request: Request) -> Response:
    form = await _fields(request)
    by = {"add": 1, "less": -1, "none": -99}.get(form.get("do", ""), 0)
    key = form.get("line", "") or f"{form.get('slug', '')}.{form.get('option', '')}"
    basket = Basket.of(request.cookies).changed(key, by)
    answer = RedirectResponse(path_of("cart", language), 303)
    answer.set_cookie(COOKIE, basket.cookie, path="/", httponly=True, samesite="lax")
    return answer


async def _checkout(pages: Pages, language: str, request: Request) -> Response:
    if not Basket.of(request.cookies).lines:
        return RedirectResponse(path_of("cart", language), 303)
    return pages.show(request, "checkout", language, form={}, missing=())


async def _order(pages: Pages, language: str, request: Request) -> Response:
    form = await _fields(request)
    missing = tuple(name for name in FIELDS if not form.get(name, "").strip())
    if missing:
        return pages.show(request, "checkout", language, status=422, form=form, missing=missing)
    answer = RedirectResponse(path_of("done", language), 303)
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
    return answer


async def _done(pages: Pages, language: str, request: Request) -> Response:
    return pages.show(request, "done", language)


async def _track(pages: Pages, language: str, request: Request) -> Response:
    number = request.query_params.get("no", "")[:40]
    order = find_order(number)
    items = [by_slug(slug) for slug in order.items] if order else []
    return pages.show(
        request, "track", language, number=number, order=order, items=items, steps=STEPS
    )


async def _mailbox(pages: Pages, language: str, request: Request) -> Response:
    return pages.show(request, "mailbox", language, letters=pages.mailbox.letters)


async def _account(pages: Pages, language: str, request: Request) -> Response:
    return pages.show(request, "account", language)


async def _sign_in_or_out(pages: Pages, language: str, request: Request) -> Response:
    form = await _fields(request)
    answer = RedirectResponse(path_of("account", language), 303)
    if form.get("do") == "in":
        answer.set_cookie(MEMBER_COOKIE, ELIF.id, path="/", httponly=True, samesite="lax")
    else:
        answer.delete_cookie(MEMBER_COOKIE, path="/", httponly=True, samesite="lax")
    return answer


async def _returns(pages: Pages, language: str, request: Request) -> Response:
    return pages.show(request, "returns", language)


async def _help(pages: Pages, language: str, request: Request) -> Response:
    return pages.show(request, "help", language)


async def _style(pages: Pages, _language: str, _request: Request) -> Response:
    return pages.style()


async def _picture(pages: Pages, language: str, request: Request) -> Response:
    picture = pages.picture(request.path_params["slug"])
    return picture or _missing(pages, language, request)


def _missing(pages: Pages, language: str, request: Request) -> Response:
    return pages.show(request, "missing", language, status=404)


async def _fields(request: Request) -> dict[str, str]:
    form = await request.form(max_files=0, max_fields=MAX_FIELDS)
    return {name: value[:300] for name, value in form.items() if isinstance(value, str)}


_SERVES: tuple[tuple[str, str, Serve], ...] = (
    ("home", "GET", _home),
    ("cart", "GET", _cart),
    ("cart", "POST", _change_cart),
    ("checkout", "GET", _checkout),
    ("checkout", "POST", _order),
    ("done", "GET", _done),
    ("track", "GET", _track),
    ("account", "GET", _account),
    ("account", "POST", _sign_in_or_out),
    ("returns", "GET", _returns),
    ("help", "GET", _help),
    ("mailbox", "GET", _mailbox),
)


def build_shop(
    chat_port: int, *, mailbox: Mailbox | None = None, secret: bytes = b"", signs_with: str = ""
) -> Starlette:
    """Return the shop as an app.

    Args:
        chat_port: where the chat is, on the same host name as the shop was opened with.
        mailbox: where the chat's mail ends; one that stays empty when left out.
        secret: what the chat signs its questions for orders with; without, there is no endpoint.
        signs_with: the secret by which it says who is signed in; without, it says nobody is.
    """
    clock = SystemClock()
    pages = Pages(chat_port, mailbox or Mailbox(clock))

    def route(path: str, serve: Serve, language: str, method: str = "GET") -> Route:
        return Route(path, partial(serve, pages, language), methods=[method])

    def today() -> date:
        return to_datetime(clock.now_ms()).date()

    async def said(request: Request) -> Response:
        return pages.said(request, signs_with, now_s=clock.now_ms() // 1000)

    routes = [
        Route(SAID_BY, said),
        route("/shop.css", _style, "tr"),
        route("/resim/{slug}.svg", _picture, "tr"),
    ]
    if secret:
        endpoint = order_endpoint(secret, today=today)
        routes.append(Route(ENDPOINT, endpoint, methods=["POST"]))
    for language, item in zip(LANGUAGES, ("/urun/{slug}", "/en/product/{slug}"), strict=True):
        routes.append(route(item, _item, language))
        for page, method, serve in _SERVES:
            routes.append(route(path_of(page, language), serve, language, method))

    async def not_found(request: Request, _error: Exception) -> Response:
        language = "en" if request.url.path.startswith("/en/") else "tr"
        return _missing(pages, language, request)

    return Starlette(
        routes=routes, exception_handlers={404: not_found}, max_body_size=MAX_BODY_BYTES
    )
