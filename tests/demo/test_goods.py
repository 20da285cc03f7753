"""Prices, ratings and what fits into a basket."""

import pytest

from chatserver.demo.basket import COOKIE, FREE_FROM, MOST_OF_ONE, Basket
from chatserver.demo.goods import GOODS, by_slug, money, stars
from chatserver.demo.orders import find_order


@pytest.mark.parametrize(
    ("kurus", "turkish", "english"),
    [
        (0, "0,00 TL", "TRY 0.00"),
        (5, "0,05 TL", "TRY 0.05"),
        (74990, "749,90 TL", "TRY 749.90"),
        (124990, "1.249,90 TL", "TRY 1,249.90"),
        (123456789, "1.234.567,89 TL", "TRY 1,234,567.89"),
    ],
)
def test_an_amount_is_written_as_each_language_writes_it(
    kurus: int, turkish: str, english: str
) -> None:
    assert money(kurus, "tr") == turkish
    assert money(kurus, "en") == english


def test_a_rating_has_the_languages_own_mark() -> None:
    assert stars(48, "tr") == "4,8"
    assert stars(48, "en") == "4.8"


def test_every_thing_is_worded_in_both_languages() -> None:
    assert len({item.slug for item in GOODS}) == len(GOODS) >= 6
    for item in GOODS:
        for words in (item.name, item.maker, item.alt, item.option, item.text, item.care):
            assert set(words) == {"tr", "en"}
            assert all(words.values())


def test_a_basket_survives_its_cookie() -> None:
    basket = Basket().changed("fincan.1", 2).changed("kase.0", 1)
    assert Basket.of({COOKIE: basket.cookie}) == basket
    assert basket.count == 3
    assert basket.goods == 2 * (89000 + 12000) + 124990
    assert basket.shipping == 0


def test_shipping_is_free_from_the_promised_sum() -> None:
    small = Basket().changed("havlu.0", 1)
    assert small.goods < FREE_FROM
    assert small.total == small.goods + small.shipping > small.goods


def test_a_basket_takes_no_more_than_there_is() -> None:
    few = by_slug("demlik")
    assert Basket().changed("demlik.0", 50).count == few.stock
    assert Basket().changed("havlu.0", 50).count == MOST_OF_ONE
    assert Basket().changed("lamba.0", 1).lines == ()


def test_the_last_piece_taken_out_takes_the_line_with_it() -> None:
    assert Basket().changed("fincan.0", 1).changed("fincan.0", -1).lines == ()


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        "~~~",
        "fincan",
        "fincan.9.1",
        "yok.0.1",
        "fincan.0.x",
        "fincan.-1.1",
        "fincan.0.²",
        "a" * 9999,
    ],
)
def test_a_cookie_that_makes_no_sense_is_an_empty_basket(cookie: str) -> None:
    assert Basket.of({COOKIE: cookie}).lines == ()


@pytest.mark.parametrize("typed", ["AV-20418", "av-20418", " av 20418 ", "20418", "AV20418"])
def test_an_order_is_found_however_its_number_is_typed(typed: str) -> None:
    order = find_order(typed)
    assert order is not None
    assert order.number == "AV-20418"


def test_an_unknown_order_is_none() -> None:
    assert find_order("AV-1") is None
