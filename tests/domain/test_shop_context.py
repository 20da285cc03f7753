"""What a shop's page may say, and where it is told what does not fit."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.domain.shop_context import FIELDS, attributes_of, cart_value, read_context
from chatserver.errors import Code, Refusal

GOOD: dict[str, Any] = {
    "cart": {
        "total": 849.9,
        "currency": "TRY",
        "items": [{"name": "Vazo", "sku": 12, "quantity": 2, "price": 300, "url": "/urun/vazo"}],
        "coupon": "BAHAR",
    },
    "product": {"id": "vazo", "name": "Vazo", "price": 300, "image": "https://s.example/v.png"},
    "order": {"number": "AV-20418", "total": 10},
    "page": {"type": "product"},
    "visitor": {"segment": "vip", "orders": 3, "member": True},
}


def test_what_fits_is_kept_as_it_was_said() -> None:
    assert read_context(GOOD) == GOOD
    assert read_context({"cart": None}) == {"cart": None}
    assert read_context({"cart": {"total": None}}) == {"cart": {}}


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"cart": {"total": "850"}}, "cart.total"),
        ({"cart": {"total": -1}}, "cart.total"),
        ({"cart": {"total": True}}, "cart.total"),
        ({"cart": {"total": float("nan")}}, "cart.total"),
        ({"cart": {"total": 1e13}}, "cart.total"),
        ({"cart": {"currency": "try"}}, "cart.currency"),
        ({"cart": {"items": {}}}, "cart.items"),
        ({"cart": {"items": [{}] * 31}}, "cart.items"),
        ({"cart": {"items": [{"price": "x"}]}}, "cart.items.0.price"),
        ({"cart": {"items": [{"url": "javascript:alert(1)"}]}}, "cart.items.0.url"),
        ({"cart": []}, "cart"),
        ({"cart": "850"}, "cart"),
        ({"product": {"name": "x" * 301}}, "product.name"),
        ({"product": {"name": "a\x00"}}, "product.name"),
        ({"product": {"name": "\ud800"}}, "product.name"),
        ({"visitor": {"a": {"b": 1}}}, "visitor.a"),
        ({"visitor": {"a": [1]}}, "visitor.a"),
        ({"visitor": {"": 1}}, "visitor"),
        ({"visitor": {"__proto__": 1}}, "visitor"),
        ({"visitor": {"verified": "true"}}, "visitor"),
        ({"visitor": {f"k{n}": n for n in range(21)}}, "visitor"),
        ({"basket": {}}, "basket"),
    ],
)
def test_what_does_not_fit_is_named(said: dict[str, Any], where: str) -> None:
    with pytest.raises(Refusal) as caught:
        read_context(said)
    assert (caught.value.code, caught.value.message) == (Code.BAD_REQUEST, f"context:{where}")


def test_rules_see_the_baskets_worth_and_attributes() -> None:
    assert cart_value(GOOD) == 849.9
    assert cart_value({}) is None and cart_value({"cart": {}}) is None
    attributes = attributes_of(GOOD)
    assert attributes["segment"] == "vip"
    assert attributes["member"] == "true"
    assert attributes["product.name"] == "Vazo"
    assert attributes["cart.coupon"] == "BAHAR"
    assert "cart.items" not in attributes


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
KEYS = st.sampled_from([*FIELDS, "total", "items", "name", "else"]) | st.text(max_size=5)


@given(st.dictionaries(st.sampled_from(FIELDS), st.dictionaries(KEYS, ANY) | ANY))
def test_whatever_a_page_says_is_read_or_refused(said: dict[str, Any]) -> None:
    try:
        read = read_context(said)
    except Refusal as refusal:
        assert refusal.code is Code.BAD_REQUEST
        assert refusal.message.startswith("context:")
    else:
        assert read_context(read) == read, "what was read is read again as it is"
        attributes_of(read)
        cart_value(read)
