"""The shop that embeds the chat; knows nothing of it but one script tag and one origin."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route


def build_shop(chat_port: int) -> Starlette:
    """Return the shop as an app of its own origin."""

    async def home(request: Request) -> Response:
        return HTMLResponse(
            f'<!doctype html><html lang="tr"><meta charset="utf-8"><title>Avlu</title><h1>Avlu</h1>'
            f'<script async src="http://127.0.0.1:{chat_port}/widget.js" data-site="demo"></script>'
        )

    return Starlette(routes=[Route("/", home)])
