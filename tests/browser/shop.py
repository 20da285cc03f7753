"""A small shop of an origin of its own, as a shop's own server would serve it.

Its policy is strict and knows one foreign host, the chat: no `unsafe-inline`, no `unsafe-eval`.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import urlsplit

STRICT = "default-src 'self'; script-src 'self' {chat}; frame-src {chat}; style-src 'self'"

_STYLE = "body{font:16px/1.5 system-ui;margin:0 auto;max-width:60rem;padding:1rem}a{color:#1f5f4d}"
_WORDS = {
    "tr": (
        "Avlu",
        "Ev ve mutfak",
        "Sepete git",
        "Cam sürahi",
        "Sepetiniz",
        "Sepetinizde bir ürün var.",
    ),
    "en": (
        "Avlu",
        "Home and kitchen",
        "Go to basket",
        "Glass jug",
        "Your basket",
        "One thing in it.",
    ),
}


@dataclass
class Shop:
    """Three pages (list, product, basket) with the one script tag on each.

    Args:
        chat: origin of the chat.
        pages: further bodies by path, e.g. of an attacker.
        attributes: of the script tag, besides `data-site`.
    """

    chat: str
    language: str = "tr"
    csp: str | None = STRICT
    pages: dict[str, str] = field(default_factory=dict)
    scripts: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)
    title: str = ""
    requests: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    _server: ThreadingHTTPServer | None = None

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.server_address[1])

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def other_site(self) -> str:
        """The same shop under a name that browsers take for another site than the chat's."""
        return f"http://localhost:{self.port}"

    def __enter__(self) -> "Shop":
        shop = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                path = urlsplit(self.path).path
                shop.requests.append((self.path, dict(self.headers)))
                status, kind, body = shop.answer(path)
                payload = body.encode()
                self.send_response(status)
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.send_header("Content-Length", str(len(payload)))
                if shop.csp and kind == "text/html":
                    self.send_header("Content-Security-Policy", shop.csp.format(chat=shop.chat))
                self.end_headers()
                self.wfile.write(payload)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str) -> tuple[int, str, str]:
        """Return status, type and body of a page."""
        name, lead, basket, product, basket_title, in_basket = _WORDS[self.language]
        bodies = {
            "/": (name, f"<p>{lead}</p><a id='product' href='/urun'>{product}</a>"),
            "/urun": (product, f"<a id='cart' href='/sepet'>{basket}</a>"),
            "/sepet": (basket_title, f"<p>{in_basket}</p><a id='back' href='/'>{name}</a>"),
        }
        if path in self.scripts:
            return 200, "text/javascript", self.scripts[path]
        if path == "/style.css":
            return 200, "text/css", _STYLE
        if path in self.pages:
            return 200, "text/html", self.pages[path]
        if path not in bodies:
            return 404, "text/plain", "nothing here"
        title, body = bodies[path]
        return (
            200,
            "text/html",
            self.page(self.title or title, f"<main><h1>{title}</h1>{body}</main>"),
        )

    def page(self, title: str, body: str) -> str:
        """Return a whole page with the chat in it."""
        more = "".join(f' {key}="{value}"' for key, value in self.attributes.items())
        scripts = "".join(f'<script src="{path}"></script>' for path in self.scripts)
        return (
            f'<!doctype html><html lang="{self.language}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<link rel="stylesheet" href="/style.css">'
            f"<title>{title}</title></head><body>{body}{scripts}"
            f'<script async src="{self.chat}/widget.js" data-site="demo"{more}></script>'
            "</body></html>"
        )
