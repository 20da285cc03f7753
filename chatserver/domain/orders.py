"""What a shopper wants to know of an order, and what may come of it; knows no endpoint, no upload.

Nothing of an order is in an outcome before its shopper is verified: by the site, or by a one-time
code that went to the order's own address.
"""

import unicodedata
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from hmac import compare_digest
from typing import TypeAlias

from chatserver.domain.folding import fold


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

    @property
    def can_be_cancelled(self) -> bool:
        """Whether the shop would still stop it, and has a page for that."""
        early = self.step in {OrderStep.RECEIVED, OrderStep.PREPARING}
        return early and self.cancellable is not False and bool(self.cancel_url)

    @property
    def can_be_returned(self) -> bool:
        """Whether the shop would take it back, and has a page for that."""
        arrived = self.step is OrderStep.DELIVERED
        return arrived and self.returnable is not False and bool(self.return_url)


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
        to: the address that was typed, masked (`a•••@example.com`); "" when a phone number was: it
            goes to the order's own address either way, and of that one nothing is told.
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
    """The site has no order desk, or no way to verify this visitor (no mail is set up)."""


OrderOutcome: TypeAlias = (
    OrderFound | OrderUnknown | CodeSent | CodeWrong | OrderLocked | OrderSilent | OrderDeskOff
)


@dataclass(frozen=True, slots=True)
class ShopOrder:
    """One order as the shop gave it: what its shopper may see, and whose it is.

    Args:
        email, phone: that it was made with; "" where the shop has none. They never leave the desk.
        customer: the shop's own id of the shopper, or "".
    """

    status: OrderStatus
    email: str = ""
    phone: str = ""
    customer: str = ""

    def is_of_contact(self, contact: str) -> bool:
        """Whether it was made with this address or number; takes as long for any that is not."""
        email, phone = email_key(contact), phone_key(contact)
        by_email = compare_digest(email_key(self.email).encode(), email.encode())
        by_phone = compare_digest(phone_key(self.phone).encode(), phone.encode())
        return (by_email and "@" in email) or (by_phone and bool(phone) and "@" not in contact)

    def is_of_customer(self, customer: str, email: str) -> bool:
        """Whether it is of somebody the site vouches for, by the shop's id or by their address."""
        if self.customer and customer:
            return compare_digest(self.customer.encode(), customer.encode())
        return bool(email) and compare_digest(
            email_key(self.email).encode(), email_key(email).encode()
        )


MIN_PHONE_DIGITS = 7
NATIONAL_DIGITS = 10
"""Figures of a number behind its country's: shops write `0532…`, `+90 532…` and `532…`."""


def number_key(number: str) -> str:
    """Return an order number as it is compared: `av-20418`, `AV 20418` and `AV20418` become one."""
    return "".join(char for char in _apart(number) if char.isalnum()).upper()


def email_key(email: str) -> str:
    """Return an e-mail address as it is compared; case and marks on letters make no difference."""
    plain = (char for char in _apart(email) if not unicodedata.combining(char))
    return "".join("".join(plain).split())


def _apart(text: str) -> str:
    """Return the text folded and decomposed: no two signs join when what parts them goes."""
    return unicodedata.normalize("NFKD", fold(text))


def phone_key(phone: str) -> str:
    """Return a telephone number as it is compared: its last ten figures; "" for none."""
    digits = "".join(char for char in phone if char.isascii() and char.isdigit())
    return digits[-NATIONAL_DIGITS:] if len(digits) >= MIN_PHONE_DIGITS else ""


def blurred(contact: str) -> str:
    """Return an e-mail address with most of its name hidden; "" for anything else."""
    name, at, host = contact.rpartition("@")
    return f"{name[:1]}•••@{host}" if at and name and host else ""
