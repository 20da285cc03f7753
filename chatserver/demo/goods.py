"""What the shop sells and how its prices are written; knows no basket and no page."""

from functools import cache
from pathlib import Path

import msgspec
import yaml

Words = dict[str, str]
"""The same in Turkish (`tr`) and English (`en`)."""

CATEGORIES: dict[str, tuple[str, str]] = {
    "sofra": ("Sofra", "Table"),
    "mutfak": ("Mutfak", "Kitchen"),
    "tekstil": ("Tekstil", "Textiles"),
    "aydinlatma": ("Aydınlatma", "Lighting"),
    "hediye": ("Hediye", "Gifts"),
}
FEW = 5
"""From how many on the page says how many are left."""


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """One size or colour. more: what it costs above the price, in kuruş."""

    tr: str
    en: str
    more: int = 0

    def label(self, language: str) -> str:
        """Return what the shopper reads."""
        return self.tr if language == "tr" else self.en


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing for sale.

    Args:
        price, before: kuruş; `before` is the crossed-out one, 0 for none.
        rating: tenths of a star, and how many reviews.
        stock: pieces left; 0 is sold out.
        option: what the options differ in.
    """

    slug: str
    category: str
    name: Words
    maker: Words
    alt: Words
    price: int
    rating: tuple[int, int]
    stock: int
    option: Words
    options: list[Option]
    text: Words
    care: Words
    before: int = 0

    def price_of(self, option: int) -> int:
        """Return the price with an option, in kuruş."""
        return self.price + self.options[option].more


def _load() -> tuple[Item, ...]:
    path = Path(__file__).parent / "data" / "goods.yaml"
    return tuple(msgspec.convert(yaml.safe_load(path.read_text(encoding="utf-8")), list[Item]))


GOODS = _load()


@cache
def by_slug(slug: str) -> Item:
    """Return a thing by its name in addresses.

    Raises:
        KeyError: when the shop has none of that name.
    """
    for item in GOODS:
        if item.slug == slug:
            return item
    raise KeyError(slug)


def money(kurus: int, language: str) -> str:
    """Return an amount as shoppers read it: `1.249,90 TL`, `TRY 1,249.90`."""
    english = f"{kurus // 100:,}.{kurus % 100:02d}"
    if language == "en":
        return f"TRY {english}"
    return english.translate(str.maketrans(",.", ".,")) + " TL"


def stars(tenths: int, language: str) -> str:
    """Return a rating: `4,8` in Turkish, `4.8` in English."""
    return f"{tenths // 10}{',' if language == 'tr' else '.'}{tenths % 10}"
