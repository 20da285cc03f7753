"""Whom the desk asks for orders: the shop's endpoint, or what the shop uploaded; judges nobody."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Protocol

import msgspec
import structlog
from standardwebhooks import Webhook

from chatserver.clock import Clock, to_datetime
from chatserver.domain.ids import SiteId
from chatserver.domain.orders import ShopOrder, number_key
from chatserver.errors import OutboundError
from chatserver.outbound import Outbound
from chatserver.services.orders_reading import Unreadable, order_of
from chatserver.storage import orders
from chatserver.storage.database import Database
from chatserver.storage.identities import Identity

LIMIT_S = 2.0
"""For one try, from the name to the last byte."""

TRIES = 2
FAILURES = 5
"""After so many failures in a row an endpoint is let be."""

REST_S = 30.0
NEWEST = 3
VERSION = 1

log = structlog.get_logger(__name__)


class OrderSource(Protocol):
    """Where orders come from.

    Both raise `OutboundError` when the shop's side can't be asked or can't be understood.
    """

    async def find(self, number: str) -> ShopOrder | None:
        """Return the order of a number."""
        ...

    async def newest(self, identity: Identity) -> tuple[ShopOrder, ...]:
        """Return the newest orders of somebody the site vouches for."""
        ...


class UploadedOrders:
    """The orders that the shop uploaded."""

    def __init__(self, database: Database, site: SiteId) -> None:
        self._database = database
        self._site = site

    async def find(self, number: str) -> ShopOrder | None:
        """Return the order of a number."""
        return await self._database.read(orders.find, self._site, number)

    async def newest(self, identity: Identity) -> tuple[ShopOrder, ...]:
        """Return the newest orders of an address."""
        return await self._database.read(
            orders.newest, self._site, email=identity.email, limit=NEWEST
        )


class Breaker:
    """Lets an endpoint be that fails again and again, and tries it anew after a rest."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures = 0
        self._rests_until = 0.0

    def check(self) -> None:
        """Refuse while the endpoint rests; the first question after that is the trial.

        Raises:
            OutboundError: `resting`.
        """
        if self._failures >= FAILURES:
            now = self._clock.monotonic()
            if now < self._rests_until:
                raise OutboundError("resting")
            self._rests_until = now + REST_S

    def succeeded(self) -> None:
        """Note an answer that can be used."""
        self._failures = 0

    def failed(self) -> None:
        """Note a failure."""
        self._failures += 1
        self._rests_until = self._clock.monotonic() + REST_S


class _Order(msgspec.Struct):
    number: str
    status: str
    placed: str = ""
    expected: str = ""
    carrier: str = ""
    tracking_number: str = ""
    tracking_url: str = ""
    items: list[str] = msgspec.field(default_factory=list)
    cancellable: bool | None = None
    returnable: bool | None = None
    cancel_url: str = ""
    return_url: str = ""
    invoice_url: str = ""
    email: str = ""
    phone: str = ""
    customer: str = ""


class _Answer(msgspec.Struct):
    orders: list[_Order]


_decode = msgspec.json.Decoder(_Answer).decode


class EndpointOrders:
    """The shop's own endpoint, asked over signed HTTP; the contract is docs/orders.md.

    Args:
        secret: what questions are signed with.
        breaker: the endpoint's own, kept between questions.
        limit_s: for one try.
    """

    def __init__(
        self,
        url: str,
        secret: bytes,
        *,
        outbound: Outbound,
        clock: Clock,
        breaker: Breaker,
        limit_s: float = LIMIT_S,
    ) -> None:
        self._url = url
        self._webhook = Webhook(secret)
        self._outbound = outbound
        self._clock = clock
        self._breaker = breaker
        self._limit_s = limit_s

    async def find(self, number: str) -> ShopOrder | None:
        """Return the order of a number; an answer about another one can't be used."""
        found = await self._ask({"action": "find", "number": number})
        if not found:
            return None
        if len(found) > 1 or number_key(found[0].status.number) != number_key(number):
            raise self._malformed("another order than asked for")
        return found[0]

    async def newest(self, identity: Identity) -> tuple[ShopOrder, ...]:
        """Return somebody's newest orders; an answer with anybody else's can't be used."""
        found = await self._ask(
            {
                "action": "newest",
                "customer": identity.customer,
                "email": identity.email,
                "limit": NEWEST,
            }
        )
        if not all(order.is_of_customer(identity.customer, identity.email) for order in found):
            raise self._malformed("an order of somebody else")
        return tuple(found[:NEWEST])

    async def _ask(self, question: dict[str, object]) -> Sequence[ShopOrder]:
        self._breaker.check()
        body = msgspec.json.encode({"version": VERSION, **question}).decode()
        for last in range(1, TRIES + 1):
            try:
                answer = await self._outbound.post(
                    self._url, body.encode(), self._signed(body), limit_s=self._limit_s
                )
                found = self._read(answer)
            except OutboundError as error:
                self._breaker.failed()
                log.warning("order endpoint failed", reason=str(error), attempt=last)
                if last == TRIES or not error.retry:
                    raise
            else:
                self._breaker.succeeded()
                return found
        raise AssertionError("unreachable")  # pragma: no cover

    def _signed(self, body: str) -> dict[str, str]:
        """Sign anew for each try: the id is the try's, so a replay is known by it."""
        message_id = f"msg_{secrets.token_urlsafe(16)}"
        at = to_datetime(self._clock.now_ms())
        return {
            "webhook-id": message_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": self._webhook.sign(message_id, at, body),
        }

    def _read(self, answer: bytes) -> Sequence[ShopOrder]:
        try:
            return [_order(raw) for raw in _decode(answer).orders[: NEWEST + 1]]
        except msgspec.DecodeError as error:
            raise self._malformed(str(error)) from None
        except Unreadable as error:
            raise self._malformed(str(error)) from None

    def _malformed(self, why: str) -> OutboundError:
        # Of the answer itself nothing is logged: it is about people.
        log.warning("order endpoint answered nonsense", why=why[:120])
        return OutboundError("malformed")


def _order(raw: _Order) -> ShopOrder:
    values = {
        name: "" if value is None else str(value).lower() if isinstance(value, bool) else value
        for name, value in msgspec.structs.asdict(raw).items()
        if name != "items"
    }
    return order_of(values, raw.items)


def new_key() -> str:
    """Return what a new endpoint's secret is made from."""
    return secrets.token_urlsafe(16)


def endpoint_secret(secret_key: str, key: str) -> bytes:
    """Return an endpoint's secret: worked out, so that no database and no backup has it.

    Args:
        secret_key: the installation's.
        key: the endpoint's, from the database.
    """
    return hmac.new(secret_key.encode(), f"order endpoint {key}".encode(), hashlib.sha256).digest()


def spoken(secret: bytes) -> str:
    """Return a secret as it is handed to the shop's developer."""
    return "whsec_" + base64.b64encode(secret).decode()
