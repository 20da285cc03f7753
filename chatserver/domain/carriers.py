"""Carriers that shops here send with, and where a parcel of each is followed; asks no carrier."""

from dataclasses import dataclass
from urllib.parse import quote

from chatserver.domain.folding import fold

MAX_TRACKING_CHARS = 40


@dataclass(frozen=True, slots=True)
class Carrier:
    """One carrier.

    Args:
        key: what a shop's endpoint or file calls it.
        name: as shoppers know it.
        follow: the carrier's own page of one parcel; `{}` stands for the tracking number.
        also: other names, folded without spaces, that shops write for it.
    """

    key: str
    name: str
    follow: str
    also: tuple[str, ...] = ()


CARRIERS: tuple[Carrier, ...] = (
    Carrier(
        "yurtici",
        "Yurtiçi Kargo",
        "https://www.yurticikargo.com/tr/online-servisler/gonderi-sorgula?code={}",
        ("yk",),
    ),
    Carrier(
        "aras",
        "Aras Kargo",
        "https://kargotakip.araskargo.com.tr/mainpage.aspx?code={}",
    ),
    Carrier(
        "mng",
        "MNG Kargo",
        "https://kargotakip.dhlecommerce.com.tr/?takipNo={}",
        ("dhlecommerce", "dhlecom", "mngdhl"),
    ),
    Carrier(
        "surat",
        "Sürat Kargo",
        "https://www.suratkargo.com.tr/KargoTakip/?kargotakipno={}",
    ),
    Carrier(
        "ptt",
        "PTT Kargo",
        "https://gonderitakip.ptt.gov.tr/Track/Verify?q={}",
        ("pttposta",),
    ),
    Carrier("hepsijet", "HepsiJET", "https://www.hepsijet.com/gonderi-takibi/{}", ("hepsi",)),
    Carrier(
        "trendyol_express",
        "Trendyol Express",
        "https://kargotakip.trendyol.com/?orderNumber={}",
        ("trendyol", "tex"),
    ),
    Carrier("ups", "UPS", "https://www.ups.com/track?loc=tr_TR&tracknum={}"),
    Carrier(
        "dhl",
        "DHL",
        "https://www.dhl.com/tr-tr/home/tracking.html?tracking-id={}",
        ("dhlexpress",),
    ),
)
"""MNG Kargo has been DHL eCommerce's since 2025: shoppers know the old name, its page is the new
one. Source: each carrier's own tracking page."""

_NOISE = ("kargo", "cargo", "express", "turkiye")


def _known(text: str) -> str:
    return "".join(char for char in fold(text) if char.isalnum())


def _bare(known: str) -> str:
    for noise in _NOISE:
        known = known.removesuffix(noise)
    return known


_BY_NAME = {
    name: carrier
    for carrier in CARRIERS
    for name in (
        _known(carrier.key),
        _known(carrier.name),
        _bare(_known(carrier.name)),
        *carrier.also,
    )
}


def carrier_of(text: str) -> Carrier | None:
    """Return the carrier that a shop means: by its key or a name, however that was typed."""
    known = _known(text)
    return _BY_NAME.get(known) or _BY_NAME.get(_bare(known))


def follow_url(carrier: Carrier, number: str) -> str:
    """Return the page where a parcel is followed; "" without a usable number."""
    plain = "".join(number.split())
    if not plain or len(plain) > MAX_TRACKING_CHARS or not plain.isprintable():
        return ""
    return carrier.follow.format(quote(plain, safe=""))
