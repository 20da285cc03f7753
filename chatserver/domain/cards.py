"""What a shop shows in a conversation: a thing it sells, or a page; knows nobody who shows it."""

import unicodedata
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import urlsplit

Stock = Literal["in", "few", "out", "unknown"]
STOCKS: tuple[Stock, ...] = get_args(Stock)

MAX_URL_CHARS = 500
MAX_TITLE_CHARS = 200
MAX_LINE_CHARS = 300
MAX_SKU_CHARS = 64
MAX_KURUS = 10**12


@dataclass(frozen=True, slots=True)
class ProductBody:
    """Something that the shop sells.

    Args:
        title: as the shop calls it.
        url: its https page.
        price_kurus: what it costs, in kuruş; None when not said.
        stock: whether it can be had.
        image: https address of its picture, or "". No browser of ours ever asks that address.
        sku: what the shop's basket calls it; "" where it can't be put there from here.
    """

    title: str
    url: str
    price_kurus: int | None = None
    stock: Stock = "unknown"
    image: str = ""
    sku: str = ""


@dataclass(frozen=True, slots=True)
class LinkBody:
    """A page. title: what it is; text: one line more, or ""; url: https."""

    title: str
    url: str
    text: str = ""


def web_page(text: str) -> str:
    """Return an https address that shoppers may be sent to; "" for anything else."""
    url = text.strip()
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if (
        parts.scheme != "https"
        or not parts.hostname
        or "@" in parts.netloc
        or port == 0
        or len(url) > MAX_URL_CHARS
        or any(unicodedata.category(char)[0] in "CZ" or char in "\\<>\"'" for char in url)
    ):
        return ""
    return url


def clean_line(text: str, longest: int = MAX_LINE_CHARS) -> str:
    """Return a text as one line without control and direction signs, cut to a length."""
    plain = "".join(
        " " if unicodedata.category(char) in {"Cc", "Zl", "Zp"} else char
        for char in unicodedata.normalize("NFC", text)
        if unicodedata.category(char) not in {"Cf", "Cs", "Co", "Cn"}
    )
    return " ".join(plain.split())[:longest].strip()


def money(kurus: int, language: str) -> str:
    """Return an amount as shoppers read it: `1.499,90 TL`, `1.500 TL`; `TRY 1,499.90`."""
    cents = f".{kurus % 100:02d}" if kurus % 100 else ""
    english = f"{kurus // 100:,}{cents}"
    if language == "en":
        return f"TRY\u00a0{english}"
    return english.translate(str.maketrans(",.", ".,")) + "\u00a0TL"
