"""Orders and carriers as values: what is compared, what is shown, where a parcel is followed."""

from datetime import date
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.domain.carriers import CARRIERS, Carrier, carrier_of, follow_url
from chatserver.domain.orders import (
    OrderStatus,
    OrderStep,
    ShopOrder,
    blurred,
    email_key,
    number_key,
    phone_key,
)

ORDER = ShopOrder(
    OrderStatus("AV-20418", OrderStep.SHIPPED, placed=date(2026, 11, 18)),
    email="Elif.Kaya@Ornek.example",
    phone="0532 123 45 67",
    customer="c-17",
)


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("Yurtiçi Kargo", "yurtici"), ("YURTİÇİ", "yurtici"), ("yurtici kargo", "yurtici"),
        ("Aras", "aras"), ("ARAS KARGO", "aras"), ("MNG Kargo", "mng"), ("DHL eCommerce", "mng"),
        ("Sürat", "surat"), ("surat kargo", "surat"), ("PTT", "ptt"), ("PTT Kargo", "ptt"),
        ("HepsiJet", "hepsijet"), ("HEPSİJET", "hepsijet"), ("Trendyol Express", "trendyol_express"),
        ("trendyol_express", "trendyol_express"), ("TEX", "trendyol_express"), ("UPS", "ups"),
        ("UPS Kargo", "ups"), ("DHL", "dhl"), ("DHL Express", "dhl"),
    ],
)  # fmt: skip
def test_a_carrier_is_known_by_any_of_its_names(said: str, key: str) -> None:
    found = carrier_of(said)
    assert found is not None and found.key == key


@pytest.mark.parametrize("said", ["", "kargo", "Elden teslim", "Kolay Gelsin", "express"])
def test_who_is_no_carrier_of_ours(said: str) -> None:
    assert carrier_of(said) is None


@pytest.mark.parametrize("carrier", CARRIERS, ids=lambda carrier: carrier.key)
@given(number=st.text(max_size=50))
def test_a_tracking_link_stays_on_the_carriers_page(carrier: Carrier, number: str) -> None:
    url, plain = follow_url(carrier, number), urlsplit(carrier.follow)
    if url:
        parts = urlsplit(url)
        assert (parts.scheme, parts.netloc) == ("https", plain.netloc)
        assert parts.query.count("&") == plain.query.count("&")
        assert url.isascii() and not parts.fragment


def test_tracking_links() -> None:
    assert all("12345678" in follow_url(carrier, "1234 5678") for carrier in CARRIERS)
    assert all(follow_url(carrier, "") == "" for carrier in CARRIERS)


@pytest.mark.parametrize("typed", ["av-20418", "AV 20418", "AV20418", "ＡＶ–20418", "Av.20418"])
def test_a_number_is_one_however_it_is_typed(typed: str) -> None:
    assert number_key(typed) == "AV20418"


@pytest.mark.parametrize(
    ("contact", "theirs"),
    [
        ("elif.kaya@ornek.example", True), ("ELİF.KAYA@ORNEK.EXAMPLE", True),
        ("+905321234567", True), ("5321234567", True), ("0 532 123 45 67", True),
        ("elif@ornek.example", False), ("+905321234568", False), ("", False), ("4567", False),
        ("@", False), ("c-17", False),
    ],
)  # fmt: skip
def test_whose_an_order_is(contact: str, theirs: bool) -> None:
    assert ORDER.is_of_contact(contact) is theirs


def test_an_order_without_a_contact_is_nobodys() -> None:
    bare = ShopOrder(ORDER.status)
    for contact in ("", "@", "0", "elif.kaya@ornek.example", "+905321234567"):
        assert not bare.is_of_contact(contact)
    assert not bare.is_of_customer("", "")
    assert not bare.is_of_customer("c-17", "")


def test_the_shops_own_id_wins_over_an_address() -> None:
    assert ORDER.is_of_customer("c-17", "somebody@else.example")
    assert not ORDER.is_of_customer("c-18", "elif.kaya@ornek.example")
    assert ORDER.is_of_customer("", "elif.kaya@ornek.example")


def test_what_of_an_address_is_shown() -> None:
    assert blurred("elif@ornek.example") == "e•••@ornek.example"
    assert [blurred(contact) for contact in ("", "+905321234567", "@x", "x@")] == [""] * 4


@given(st.text(max_size=40))
def test_keys_are_the_same_the_second_time(text: str) -> None:
    assert number_key(number_key(text)) == number_key(text)
    assert email_key(email_key(text)) == email_key(text)
    assert phone_key(phone_key(text)) == phone_key(text)
