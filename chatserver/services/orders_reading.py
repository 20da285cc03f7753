"""One order out of what a shop wrote: words of a file's row or an endpoint's answer; asks nobody.

What shoppers will read is cleaned here, once: no control signs, nothing that turns the direction of
text, no address but https.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from chatserver.domain.cards import MAX_URL_CHARS, clean_line, web_page
from chatserver.domain.carriers import MAX_TRACKING_CHARS, carrier_of, follow_url
from chatserver.domain.folding import fold
from chatserver.domain.orders import OrderStatus, OrderStep, ShopOrder, number_key

MAX_NUMBER_CHARS = 40
MAX_NAME_CHARS = 60
MAX_ITEM_CHARS = 120
MAX_ITEMS = 20
MAX_CONTACT_CHARS = 254

_STEPS: dict[OrderStep, tuple[str, ...]] = {
    OrderStep.RECEIVED: (
        "received", "new", "pending", "processing payment", "paid", "confirmed", "alindi",
        "siparis alindi", "yeni", "yeni siparis", "onaylandi", "onay bekliyor", "odeme alindi",
        "odeme bekleniyor", "beklemede",
    ),
    OrderStep.PREPARING: (
        "preparing", "processing", "packing", "packed", "ready", "hazirlaniyor", "hazir",
        "paketleniyor", "paketlendi", "isleniyor", "tedarik surecinde", "kargoya hazir",
    ),
    OrderStep.SHIPPED: (
        "shipped", "in transit", "out for delivery", "on its way", "kargoda", "kargoya verildi",
        "kargolandi", "yolda", "dagitimda", "dagitima cikti", "transferde",
    ),
    OrderStep.DELIVERED: (
        "delivered", "completed", "teslim edildi", "teslim", "tamamlandi",
    ),
    OrderStep.CANCELLED: (
        "cancelled", "canceled", "iptal", "iptal edildi",
    ),
    OrderStep.RETURNED: (
        "returned", "refunded", "return", "iade", "iade edildi", "iade alindi",
    ),
}  # fmt: skip
_STEP_BY_WORD = {word: step for step, words in _STEPS.items() for word in words}
_YES = frozenset({"true", "1", "yes", "evet", "var"})
_NO = frozenset({"false", "0", "no", "hayir", "yok"})
_DAYS = ("%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%Y.%m.%d", "%Y/%m/%d")


class Unreadable(ValueError):
    """A value that can't be what it should be. field: which. problem: a stable word for what."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


def step_of(text: str) -> OrderStep | None:
    """Return how far an order is by a word for it in Turkish or English."""
    return _STEP_BY_WORD.get(" ".join(fold(text).replace("_", " ").split()))


def day_of(text: str) -> date:
    """Return a day written as `2026-11-22`, `22.11.2026` or `22/11/2026`; a time is let be.

    Raises:
        ValueError: for anything else.
    """
    first = text.strip().replace("T", " ").split(" ")[0]
    try:
        found = date.fromisoformat(first)
    except ValueError:
        for form in _DAYS:
            try:
                found = datetime.strptime(first, form).date()  # noqa: DTZ007 - a day has no zone
                break
            except ValueError:
                continue
        else:
            raise
    if not 2000 <= found.year <= 2100:
        raise ValueError(text)
    return found


def order_of(values: Mapping[str, str], items: Sequence[str] = ()) -> ShopOrder:
    """Return the order that these values describe; what is missing or empty is unknown.

    Args:
        values: by the names of the contract (`number`, `status`, `carrier`, …).
        items: what was ordered.

    Raises:
        Unreadable: naming the value that can't be read.
    """

    def value(name: str, longest: int = MAX_URL_CHARS) -> str:
        return clean_line(values.get(name, ""), longest)

    number = value("number", MAX_NUMBER_CHARS)
    if not number_key(number):
        raise Unreadable("number", "missing")
    if len(values["number"].strip()) > MAX_NUMBER_CHARS:
        raise Unreadable("number", "too_long")
    if not value("status"):
        raise Unreadable("status", "missing")
    step = step_of(value("status"))
    if step is None:
        raise Unreadable("status", "unknown")
    email = value("email", MAX_CONTACT_CHARS)
    if email and not (email.count("@") == 1 and all(email.split("@")) and " " not in email):
        raise Unreadable("email", "not_an_address")
    carrier = carrier_of(value("carrier"))
    tracking = value("tracking_number", MAX_TRACKING_CHARS)
    follow = web_page(values.get("tracking_url", ""))
    if not follow and carrier is not None:
        follow = follow_url(carrier, tracking)
    return ShopOrder(
        OrderStatus(
            number=number,
            step=step,
            placed=_day(values, "placed"),
            expected=_day(values, "expected"),
            carrier=carrier.name if carrier else value("carrier", MAX_NAME_CHARS),
            tracking_number=tracking,
            tracking_url=follow,
            items=tuple(
                text for item in items[:MAX_ITEMS] if (text := clean_line(item, MAX_ITEM_CHARS))
            ),
            cancellable=_yes_or_no(values, "cancellable"),
            returnable=_yes_or_no(values, "returnable"),
            cancel_url=web_page(values.get("cancel_url", "")),
            return_url=web_page(values.get("return_url", "")),
            invoice_url=web_page(values.get("invoice_url", "")),
        ),
        email=email,
        phone=value("phone", MAX_NAME_CHARS),
        customer=value("customer", MAX_CONTACT_CHARS),
    )


def _day(values: Mapping[str, str], name: str) -> date | None:
    text = values.get(name, "").strip()
    if not text:
        return None
    try:
        return day_of(text)
    except ValueError:
        raise Unreadable(name, "not_a_day") from None


def _yes_or_no(values: Mapping[str, str], name: str) -> bool | None:
    word = fold(values.get(name, ""))
    if not word:
        return None
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise Unreadable(name, "not_yes_or_no")
