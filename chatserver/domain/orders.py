"""What a shopper wants to know of an order, and what may come of it; knows no endpoint, no upload.

Nothing of an order is in an outcome before its shopper is verified: by the site, or by a one-time
code that went to the order's own address.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeAlias


class OrderKind(StrEnum):
    """What is wanted of an order."""

    TRACK = "track"
    CANCEL = "cancel"
    RETURN = "return"
    INVOICE = "invoice"


class OrderStep(StrEnum):
    """How far an order is; the first four in the order of their coming."""

    RECEIVED = "received"
    PREPARING = "preparing"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class OrderNeed:
    """What the bot asks of the order desk.

    Args:
        kind: what is wanted.
        number: in the shop's own writing; None asks for a verified visitor's newest orders.
        contact: e-mail address or E.164 number that the order was made with; None when verified.
        code: the one-time code that the visitor typed, or None before one was sent.
    """

    kind: OrderKind
    number: str | None = None
    contact: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class OrderStatus:
    """One order as its shopper may see it.

    Args:
        placed, expected: days of ordering and of expected delivery, where known.
        carrier: its name as shoppers know it, or "".
        tracking_number, tracking_url: of the carrier, or "".
        items: what was ordered, in the shop's words.
        cancellable, returnable: whether the shop would still take it; None when unknown.
        cancel_url, return_url, invoice_url: https pages of the shop, or "".
    """

    number: str
    step: OrderStep
    placed: date | None = None
    expected: date | None = None
    carrier: str = ""
    tracking_number: str = ""
    tracking_url: str = ""
    items: tuple[str, ...] = field(default=())
    cancellable: bool | None = None
    returnable: bool | None = None
    cancel_url: str = ""
    return_url: str = ""
    invoice_url: str = ""


@dataclass(frozen=True, slots=True)
class OrderFound:
    """The visitor is verified and these are the orders: the one asked for, or the newest few."""

    orders: tuple[OrderStatus, ...]


@dataclass(frozen=True, slots=True)
class OrderUnknown:
    """The visitor is verified and has no such order; never said to anybody else."""


@dataclass(frozen=True, slots=True)
class CodeSent:
    """If number and contact belong together, a code is on its way; says not whether they do.

    Args:
        to: where it would be, masked (`a•••@example.com`).
    """

    to: str


@dataclass(frozen=True, slots=True)
class CodeWrong:
    """The code is not the one that was sent, or too old. tries_left: at least 1."""

    tries_left: int


@dataclass(frozen=True, slots=True)
class OrderLocked:
    """Too many wrong tries; the desk says no more for a while."""


@dataclass(frozen=True, slots=True)
class OrderSilent:
    """The shop's side did not answer in time, or with something that can't be used."""


@dataclass(frozen=True, slots=True)
class OrderDeskOff:
    """The site has no order desk, or no way to verify this visitor (no mail, a phone number)."""


OrderOutcome: TypeAlias = (
    OrderFound | OrderUnknown | CodeSent | CodeWrong | OrderLocked | OrderSilent | OrderDeskOff
)
