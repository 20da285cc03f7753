"""The shop's endpoint, when it is right, slow, wrong, down and hostile."""

import json
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from chatserver.clock import ManualClock, SystemClock
from chatserver.domain.orders import OrderStep
from chatserver.errors import OutboundError
from chatserver.outbound import Outbound
from chatserver.services.orders_source import (
    FAILURES,
    REST_S,
    TRIES,
    Breaker,
    EndpointOrders,
    endpoint_secret,
    new_key,
    spoken,
)
from chatserver.storage.identities import Identity
from tests.endpoints import Endpoint, Serve, dribbling, endless, endpoint, raw, says, silent

SECRET = endpoint_secret("a-test-secret-0123456789-abcdefghijklm", "key")
LOCAL = Outbound(allow_local=True)
ORDER: dict[str, Any] = {
    "number": "AV-20418",
    "status": "shipped",
    "carrier": "aras",
    "tracking_number": "99",
    "items": ["Fincan"],
    "email": "elif@ornek.example",
    "customer": "c-17",
}
ELIF = Identity("c-17", "elif@ornek.example", 2**62)


def orders(*found: dict[str, Any]) -> Serve:
    return says(json.dumps({"orders": found}).encode())


def source(there: Endpoint, clock: ManualClock | None = None) -> EndpointOrders:
    clock = clock or ManualClock()
    return EndpointOrders(there.url, SECRET, outbound=LOCAL, clock=clock, breaker=Breaker(clock))


async def why(asked: EndpointOrders) -> str:
    with pytest.raises(OutboundError) as caught:
        await asked.find("AV-20418")
    return caught.value.reason


async def test_a_signed_question_and_its_answer() -> None:
    async with endpoint(orders(ORDER)) as shop:
        order = await source(shop).find("av 20418")
    assert order is not None and order.status.step is OrderStep.SHIPPED
    assert order.status.tracking_url.endswith("code=99") and order.customer == "c-17"
    body = shop.asked[0].partition(b"\r\n\r\n")[2]
    assert json.loads(body) == {"version": 1, "action": "find", "number": "av 20418"}
    assert b"Content-Type: application/json" in shop.asked[0]


async def test_o02_the_signature_is_over_id_time_and_body_and_new_each_time() -> None:
    async with endpoint(orders()) as shop:
        asked = source(shop)
        assert await asked.find("1") is None and await asked.find("1") is None
    seen = []
    for question in shop.asked:
        head, _, body = question.decode().partition("\r\n\r\n")
        headers = {
            name.lower(): value
            for name, _, value in (line.partition(": ") for line in head.split("\r\n")[1:])
        }
        at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        expected = Webhook(spoken(SECRET)).sign(headers["webhook-id"], at, body)
        assert headers["webhook-signature"] == expected
        wrong = Webhook(spoken(endpoint_secret("another", "key")))
        assert wrong.sign(headers["webhook-id"], at, body) != expected
        seen.append(headers["webhook-id"])
    assert len(set(seen)) == 2
    assert new_key() != new_key()


async def test_the_newest_orders_of_somebody_and_of_nobody_else() -> None:
    async with endpoint(orders(ORDER, ORDER | {"number": "AV-2"})) as shop:
        found = await source(shop).newest(ELIF)
        assert [order.status.number for order in found] == ["AV-20418", "AV-2"]
        asked = json.loads(shop.asked[0].partition(b"\r\n\r\n")[2])
        assert asked["customer"] == "c-17" and asked["limit"] == 3
        shop.answer = orders(ORDER, ORDER | {"number": "AV-3", "customer": "c-18"})
        with pytest.raises(OutboundError, match="malformed"):
            await source(shop).newest(ELIF)


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"null", b"[]", b"{}", b'{"orders":{}}', b'{"orders":[{}]}', b'{"orders":[1]}',
        b'{"orders":[{"number":"AV-20418","status":"flying"}]}',
        b'{"orders":[{"number":"AV-20418","status":"shipped","items":"x"}]}',
        b'{"orders":[{"number":"AV-99999","status":"shipped"}]}',
        b'{"orders":[{"number":"AV-20418","status":"shipped","placed":"soon"}]}',
        b"<html>", b"\xff\xfe", b"[" * 60_000,
    ],
)  # fmt: skip
async def test_o03_what_is_no_answer_is_not_told(answer: bytes) -> None:
    async with endpoint(says(answer)) as shop:
        assert await why(source(shop)) == "malformed"
        assert shop.hits == 1, "nonsense is not asked for twice"


async def test_unknown_fields_are_let_be() -> None:
    async with endpoint(orders(ORDER | {"gift": True, "note": None})) as shop:
        assert await source(shop).find("AV-20418") is not None


async def test_o01_a_redirect_to_the_clouds_metadata_is_not_followed() -> None:
    redirect = says(b"", "302 Found", "Location: http://169.254.169.254/latest/meta-data/")
    async with endpoint(redirect) as shop:
        assert await why(source(shop)) == "redirect"
        assert shop.hits == 1


@pytest.mark.parametrize("answer", [endless, says(b" " * 10_000_000)])
async def test_ten_megabytes_are_not_read(answer: Serve) -> None:
    async with endpoint(answer) as shop:
        assert await why(source(shop)) == "too_large"


async def test_a_name_that_means_a_private_address_is_not_asked() -> None:
    async def inside(_host: str, _port: int) -> list[str]:
        return ["10.0.0.5"]

    clock = ManualClock()
    asked = EndpointOrders(
        "https://shop.example/orders",
        SECRET,
        outbound=Outbound(resolve=inside),
        clock=clock,
        breaker=Breaker(clock),
    )
    assert await why(asked) == "forbidden_address"


async def test_what_may_pass_is_tried_once_more() -> None:
    async with endpoint(says(b"", "503 Busy")) as shop:
        asked = source(shop)
        assert await why(asked) == "status"
        assert shop.hits == TRIES
        shop.answer = says(b"", "500 Oops")
        assert await why(asked) == "status"
        assert shop.hits == TRIES + 1
    assert await why(source(shop)) == "connection"


async def test_a_moments_trouble_is_not_noticed() -> None:
    turns = iter([raw(b""), says(b"", "503 Busy")])

    async def once_bad(asked: bytes, writer: Any) -> None:
        await (next(turns, None) or orders(ORDER))(asked, writer)

    async with endpoint(once_bad) as shop:
        next(turns)
        assert await source(shop).find("AV-20418") is not None
        assert shop.hits == 2


@pytest.mark.parametrize("answer", [silent, dribbling])
async def test_a_slow_endpoint_costs_its_limit_a_try(answer: Serve) -> None:
    clock = ManualClock()
    async with endpoint(answer) as shop:
        asked = EndpointOrders(
            shop.url, SECRET, outbound=LOCAL, clock=clock, breaker=Breaker(clock), limit_s=0.3
        )
        began = time.perf_counter()
        assert await why(asked) == "timeout"
        assert 0.3 * TRIES <= time.perf_counter() - began < 0.3 * TRIES + 1
        assert shop.hits == TRIES


async def test_who_fails_again_and_again_is_let_be_for_a_while() -> None:
    clock = ManualClock()
    async with endpoint(says(b"", "500 Oops")) as shop:
        asked = source(shop, clock)
        for _ in range(FAILURES):
            assert await why(asked) == "status"
        hits = shop.hits
        assert await why(asked) == "resting"
        clock.advance(s=REST_S + 1)
        assert await why(asked) == "status", "one trial"
        assert await why(asked) == "resting"
        assert shop.hits == hits + 1
        clock.advance(s=REST_S + 1)
        shop.answer = orders(ORDER)
        assert await asked.find("AV-20418") is not None
        assert await asked.find("AV-20418") is not None


def test_the_secret_is_in_no_database() -> None:
    key = new_key()
    secret = endpoint_secret("the installation's", key)
    assert len(secret) == 32 and secret != endpoint_secret("another's", key)
    assert spoken(secret).startswith("whsec_") and key not in spoken(secret)


async def test_the_example_of_the_documentation_understands_our_questions() -> None:
    page = (Path(__file__).parents[2] / "docs" / "orders.md").read_text("utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    example: dict[str, Any] = {}
    exec(block.replace("whsec_…", spoken(SECRET)), example)
    statuses = []

    async def serve(asked: bytes, writer: Any) -> None:
        head, _, body = asked.partition(b"\r\n\r\n")
        lines = (line.partition(": ") for line in head.decode().split("\r\n")[1:])
        headers = {name.lower(): value for name, _, value in lines}
        find = {"AV-20418": ORDER}.get
        forged, _ = example["answer"](headers | {"webhook-id": "other"}, body, find)
        status, told = example["answer"](headers, body, find)
        statuses.append((forged, status))
        await says(json.dumps(told).encode())(asked, writer)

    clock = SystemClock()
    async with endpoint(serve) as shop:
        asked = EndpointOrders(
            shop.url, SECRET, outbound=LOCAL, clock=clock, breaker=Breaker(clock)
        )
        assert await asked.find("AV-20418") is not None
        assert await asked.find("AV-1") is None
    assert statuses == [(401, 200), (401, 200)]
