"""The shop's pages: their addresses and titles in both languages; draws nothing."""

from chatserver.demo.goods import GOODS, by_slug
from chatserver.words import LANGUAGES

PATHS: dict[str, tuple[str, str]] = {
    "home": ("/", "/en/"),
    "cart": ("/sepet", "/en/cart"),
    "checkout": ("/odeme", "/en/checkout"),
    "done": ("/tesekkurler", "/en/thanks"),
    "track": ("/siparis", "/en/order"),
    "account": ("/hesabim", "/en/account"),
    "returns": ("/iade", "/en/returns"),
    "help": ("/iletisim", "/en/contact"),
    "mailbox": ("/posta", "/en/mailbox"),
}
"""Turkish and English address of each page; a product's are `/urun/…` and `/en/product/…`."""

TITLES: dict[str, tuple[str, str]] = {
    "home": ("Avlu · Ev ve mutfak", "Avlu · Home and kitchen"),
    "cart": ("Sepetiniz · Avlu", "Your basket · Avlu"),
    "checkout": ("Ödeme · Avlu", "Checkout · Avlu"),
    "done": ("Teşekkürler · Avlu", "Thank you · Avlu"),
    "track": ("Siparişim nerede? · Avlu", "Where is my order? · Avlu"),
    "account": ("Hesabım · Avlu", "My account · Avlu"),
    "returns": ("İade ve değişim · Avlu", "Returns and exchanges · Avlu"),
    "help": ("İletişim · Avlu", "Contact · Avlu"),
    "mailbox": ("Posta kutusu · Avlu", "Mailbox · Avlu"),
    "missing": ("Sayfa bulunamadı · Avlu", "Page not found · Avlu"),
}


def path_of(page: str, language: str) -> str:
    """Return the address of a page or of a product, by its key.

    Raises:
        KeyError: for neither.
    """
    at = LANGUAGES.index(language)
    if page in PATHS:
        return PATHS[page][at]
    return ("/urun/", "/en/product/")[at] + by_slug(page).slug


def title_of(page: str, language: str) -> str:
    """Return the title of a page or of a product, as the browser's tab shows it.

    Raises:
        KeyError: for neither.
    """
    if page in TITLES:
        return TITLES[page][LANGUAGES.index(language)]
    return f"{by_slug(page).name[language]} · Avlu"


def trail(origin: str) -> dict[tuple[str, str], tuple[str, str]]:
    """Return full address and title of every page, by key and language."""
    keys = (*PATHS, *(item.slug for item in GOODS))
    return {
        (key, language): (origin + path_of(key, language), title_of(key, language))
        for key in keys
        for language in LANGUAGES
    }
