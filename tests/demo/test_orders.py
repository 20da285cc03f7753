"""The demo's order endpoint and mailbox: a shop's side of the contract."""

import json
import secrets
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from standardwebhooks import Webhook

from chatserver.clock import ManualClock, SystemClock
from chatserver.demo.mailbox import KEPT, Mailbox
from chatserver.demo.order_endpoint import PATH
from chatserver.demo.orders import ORDERS
from chatserver.demo.shop import build_shop
from chatserver.domain.carriers import carrier_of
from chatserver.services.mail import code_mail
from chatserver.services.orders_reading import order_of

SECRET = secrets.token_bytes(32)
SHOP = "http://127.0.0.1:8001"


def client(mailbox: Mailbox | None = None) -> httpx2.AsyncClient:
    app = build_shop(8000, mailbox=mailbox, secret=SECRET)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=SHOP)


def signed(body: str, *, secret: bytes = SECRET, ago: timedelta = timedelta()) -> dict[str, str]:
    at = datetime.fromtimestamp(SystemClock().now_ms() / 1000, UTC) - ago
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", at, body),
    }


@pytest.mark.parametrize("number", list(ORDERS))
async def test_a_signed_question_is_answered_as_the_contract_has_it(number: str) -> None:
    body = json.dumps({"version": 1, "action": "find", "number": number.lower()})
    async with client() as shop:
        answer = await shop.post(PATH, content=body, headers=signed(body))
    (told,) = answer.json()["orders"]
    texts = {key: str(value) for key, value in told.items() if key != "items"}
    order = order_of(texts | {"cancellable": texts["cancellable"].lower()}, told["items"])
    assert order.status.number == number and "@" in order.email and order.status.items
    if order.status.carrier:
        assert carrier_of(order.status.carrier) and order.status.tracking_url


async def test_o02_what_is_not_signed_or_signed_long_ago_is_refused() -> None:
    body = json.dumps({"version": 1, "action": "find", "number": "AV-20391"})
    async with client() as shop:
        for headers in (
            {},
            signed(body + " "),
            signed(body, secret=b"another secret of 32 bytes......"),
            signed(body, ago=timedelta(minutes=6)),
            signed(body, ago=-timedelta(minutes=6)),
        ):
            answer = await shop.post(PATH, content=body, headers=headers)
            assert (answer.status_code, answer.json()) == (401, {})
        unknown = json.dumps({"version": 1, "action": "find", "number": "AV-99999"})
        none = await shop.post(PATH, content=unknown, headers=signed(unknown))
        assert none.json() == {"orders": []}
    bare = httpx2.ASGITransport(app=build_shop(8000))
    async with httpx2.AsyncClient(transport=bare, base_url=SHOP) as shop:
        assert (await shop.post(PATH, content=body, headers=signed(body))).status_code == 404


async def test_mail_lands_on_a_page_and_nowhere_else() -> None:
    mailbox = Mailbox(ManualClock())
    for number in range(KEPT + 1):
        mail = code_mail(
            to="elif@ornek.example",
            shop="<b>Avlu</b>",
            code=f"{number:06d}",
            number="AV-1",
            minutes=10,
            language="tr",
        )
        await mailbox.send(mail)
    async with client(mailbox) as shop:
        page = (await shop.get("/posta")).text
        assert "000 030" in page and "000 000" not in page and "<b>Avlu" not in page
        assert page.index("000 030") < page.index("000 029")
        assert "AV-1" in (await shop.get("/en/mailbox")).text
