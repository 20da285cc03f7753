"""Orders whose way can be followed on the shop's page; invented, like everything here."""

from dataclasses import dataclass

STEPS: tuple[tuple[str, str], ...] = (
    ("Alındı", "Received"),
    ("Hazırlanıyor", "Being packed"),
    ("Kargoda", "On its way"),
    ("Teslim edildi", "Delivered"),
)


@dataclass(frozen=True, slots=True)
class Order:
    """One order. step: how far it is, counted from 0. items: names of goods in addresses."""

    number: str
    step: int
    carrier: str
    items: tuple[str, ...]


ORDERS = {
    order.number: order
    for order in (
        Order("AV-20418", 3, "HepsiJET", ("fincan",)),
        Order("AV-20415", 1, "", ("havlu", "vazo")),
        Order("AV-20391", 2, "Yurtiçi Kargo", ("kase",)),
        Order("AV-20369", 2, "Aras Kargo", ("demlik",)),
    )
}


def find_order(number: str) -> Order | None:
    """Return an order by its number, however it was typed."""
    typed = number.strip().translate(str.maketrans("ıİ", "iI")).upper().replace(" ", "")
    return ORDERS.get(typed if typed.startswith("AV-") else f"AV-{typed.removeprefix('AV')}")
