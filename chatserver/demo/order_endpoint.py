"""Where the chat asks the shop for orders: a shop's side of docs/orders.md, as its developer has it."""

import json
from collections.abc import Awaitable, Callable
from datetime import date

from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from chatserver.demo.orders import find_order, orders_of

PATH = "/chat/orders"

Endpoint = Callable[[Request], Awaitable[Response]]


def order_endpoint(secret: bytes, *, today: Callable[[], date]) -> Endpoint:
    """Return the endpoint.

    Args:
        secret: what the chat signs its questions with.
        today: the day from which those of the orders are counted.
    """
    webhook = Webhook(secret)

    async def answer(request: Request) -> Response:
        body = await request.body()
        try:
            webhook.verify(body, dict(request.headers), json_parse=False)
            question = json.loads(body)
        except (WebhookVerificationError, ValueError):
            return JSONResponse({}, 401)
        if question["action"] == "newest":
            found = orders_of(str(question.get("email", "")))
        else:
            order = find_order(str(question.get("number", "")))
            found = [order] if order else []
        return JSONResponse({"orders": [order.told(today(), "tr") for order in found]})

    return answer
