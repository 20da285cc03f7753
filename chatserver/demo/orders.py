"""The shop's orders: invented, like everything here; followed on its page and told to the chat."""

from dataclasses import dataclass
from datetime import date, timedelta

from chatserver.demo.goods import by_slug

STEPS: tuple[tuple[str, str], ...] = (
    ("Alındı", "Received"),
    ("Hazırlanıyor", "Being packed"),
    ("Kargoda", "On its way"),
    ("Teslim edildi", "Delivered"),
)
_STATUSES = ("received", "preparing", "shipped", "delivered")


@dataclass(frozen=True, slots=True)
class Order:
    """One order.

    Args:
        step: how far it is, counted from 0.
        items: names of goods in addresses.
        email: that it was made with.
        placed, expected: days from today.
    """

    number: str
    step: int
    carrier: str
    items: tuple[str, ...]
    email: str
    phone: str = ""
    tracking: str = ""
    placed: int = -4
    expected: int = 2

    def told(self, today: date, language: str) -> dict[str, object]:
        """Return the order as the chat's contract has it (docs/orders.md)."""
        return {
            "number": self.number,
            "status": _STATUSES[self.step],
            "placed": (today + timedelta(self.placed)).isoformat(),
            "expected": (today + timedelta(self.expected)).isoformat(),
            "carrier": self.carrier,
            "tracking_number": self.tracking,
            "items": [by_slug(slug).name[language] for slug in self.items],
            "cancellable": self.step < 2,
            "email": self.email,
            "phone": self.phone,
        }


ORDERS = {
    order.number: order
    for order in (
        Order(
            "AV-20418", 3, "HepsiJET", ("fincan",), "hulya.sezer@posta.example",
            tracking="HX20418006", placed=-6, expected=-1,
        ),
        Order(
            "AV-20415", 1, "", ("havlu", "vazo"), "can.uslu@posta.example", "0555 000 00 31",
            placed=-1, expected=4,
        ),
        Order(
            "AV-20391", 2, "Yurtiçi Kargo", ("kase",), "elif.karaca@posta.example",
            "0555 000 00 12", tracking="1029384756", placed=-3, expected=1,
        ),
        Order(
            "AV-20369", 2, "Aras Kargo", ("demlik",), "sophie.martin@mail.example",
            tracking="3513773163316", placed=-5,
        ),
    )
}  # fmt: skip


def find_order(number: str) -> Order | None:
    """Return an order by its number, however it was typed."""
    typed = number.strip().translate(str.maketrans("ıİ", "iI")).upper().replace(" ", "")
    return ORDERS.get(typed if typed.startswith("AV-") else f"AV-{typed.removeprefix('AV')}")


def orders_of(email: str) -> list[Order]:
    """Return the newest orders of an address."""
    return [order for order in ORDERS.values() if email and order.email == email][:3]
