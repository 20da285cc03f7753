"""One order out of what a shop wrote."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.domain.cards import web_page
from chatserver.domain.orders import OrderStep
from chatserver.services.orders_reading import Unreadable, day_of, order_of, step_of

FULL = {
    "number": " AV-20418 ",
    "status": "Kargoda",
    "placed": "18.11.2026",
    "expected": "2026-11-24",
    "carrier": "yurtici",
    "tracking_number": "1234 5678",
    "cancellable": "hayır",
    "returnable": "true",
    "return_url": "https://avlu.example/iade",
    "email": "elif@ornek.example",
    "phone": "0532 123 45 67",
}


def test_everything_that_is_there_is_read() -> None:
    order = order_of(FULL, ["Sırlı fincan", "  ", "Havlu"])
    status = order.status
    assert (status.number, status.step) == ("AV-20418", OrderStep.SHIPPED)
    assert (status.placed, status.expected) == (date(2026, 11, 18), date(2026, 11, 24))
    assert status.carrier == "Yurtiçi Kargo"
    assert status.tracking_url.endswith("gonderi-sorgula?code=12345678")
    assert (status.cancellable, status.returnable) == (False, True)
    assert status.items == ("Sırlı fincan", "Havlu")
    assert (order.email, order.phone) == ("elif@ornek.example", "0532 123 45 67")


def test_what_is_missing_is_unknown() -> None:
    order = order_of({"number": "1", "status": "new"})
    assert order.status.step is OrderStep.RECEIVED
    assert order.status.cancellable is None and order.status.tracking_url == ""


@pytest.mark.parametrize(
    ("change", "field", "problem"),
    [
        ({"number": ""}, "number", "missing"), ({"number": "—"}, "number", "missing"),
        ({"number": "1" * 41}, "number", "too_long"), ({"status": ""}, "status", "missing"),
        ({"status": "uçtu"}, "status", "unknown"), ({"placed": "dün"}, "placed", "not_a_day"),
        ({"expected": "31.02.2026"}, "expected", "not_a_day"),
        ({"placed": "22.11.26"}, "placed", "not_a_day"),
        ({"email": "elif"}, "email", "not_an_address"), ({"email": "@"}, "email", "not_an_address"),
        ({"cancellable": "belki"}, "cancellable", "not_yes_or_no"),
    ],
)  # fmt: skip
def test_what_can_not_be_read_is_named(change: dict[str, str], field: str, problem: str) -> None:
    with pytest.raises(Unreadable) as caught:
        order_of(FULL | change)
    assert (caught.value.field, caught.value.problem) == (field, problem)


@pytest.mark.parametrize(
    ("word", "step"),
    [
        ("ALINDI", "received"), ("Ödeme Alındı", "received"), ("HAZIRLANIYOR", "preparing"),
        ("Kargoya Verildi", "shipped"), ("in_transit", "shipped"), ("TESLİM EDİLDİ", "delivered"),
        ("iptal edildi", "cancelled"), ("İade", "returned"), ("Cancelled", "cancelled"),
    ],
)  # fmt: skip
def test_words_for_a_step(word: str, step: str) -> None:
    assert step_of(word) == step


@pytest.mark.parametrize(
    "text", ["2026-11-22", "22.11.2026", "22/11/2026 14:05", "2026-11-22T14:05:00"]
)
def test_ways_to_write_a_day(text: str) -> None:
    assert day_of(text) == date(2026, 11, 22)


@pytest.mark.parametrize(
    "url",
    [
        "http://avlu.example/", "javascript:alert(1)", "https://a@b.example/", "//avlu.example/",
        "https://avlu.example\\@evil.example/", "https://avlu.example/ x", "data:text/html,x",
        "https://avlu.example/\u202e", "https://avlu.example:x/", "https://[::1", "",
    ],
)  # fmt: skip
def test_x02_only_plain_https_pages_are_linked(url: str) -> None:
    assert web_page(url) == ""
    order = order_of(FULL | {"tracking_url": url, "return_url": url, "carrier": "Uzay Kargo"})
    assert (order.status.tracking_url, order.status.return_url) == ("", "")
    assert order.status.carrier == "Uzay Kargo"


def test_the_shops_own_tracking_page_wins() -> None:
    order = order_of(FULL | {"tracking_url": "https://avlu.example/takip?no=1"})
    assert order.status.tracking_url == "https://avlu.example/takip?no=1"


@given(st.dictionaries(st.sampled_from([*FULL, "tracking_url"]), st.text(max_size=60)))
def test_o03_whatever_stands_there_is_read_or_named(values: dict[str, str]) -> None:
    try:
        order = order_of(FULL | values, list(values.values()))
    except Unreadable:
        return
    texts = [order.status.number, order.status.carrier, *order.status.items, order.phone]
    assert all("\u202e" not in text and text.isprintable() for text in texts)
