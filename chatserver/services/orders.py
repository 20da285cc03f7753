"""The order desk: tells an order to whom it belongs, and to nobody else whether there is one.

Whoever asks is either vouched for by the site, or names number and contact and then types a code
that went to the order's *own* address. Until then every answer is the same for an order that does
not exist, one of somebody else and one's own: in words, in work, and on a grid of time.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from math import ceil

import structlog
from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerHour
from sqlalchemy import Connection

from chatserver.domain.conversations import Conversation
from chatserver.domain.ids import SiteId
from chatserver.domain.orders import (
    CodeSent,
    CodeWrong,
    OrderDeskOff,
    OrderFound,
    OrderLocked,
    OrderNeed,
    OrderOutcome,
    OrderSilent,
    OrderUnknown,
    ShopOrder,
    blurred,
    email_key,
    number_key,
    phone_key,
)
from chatserver.domain.people import Visitor
from chatserver.domain.sites import Site
from chatserver.errors import MailError, OutboundError
from chatserver.outbound import Outbound
from chatserver.services.chat import Chat
from chatserver.services.mail import Mail, Mailer, code_mail
from chatserver.services.orders_codes import (
    CODE_DIGITS,
    CODE_MINUTES,
    Asked,
    code_hash,
    figures,
    is_proven,
    keep_code,
    new_code,
    try_code,
)
from chatserver.services.orders_source import (
    NEWEST,
    Breaker,
    EndpointOrders,
    OrderSource,
    UploadedOrders,
    endpoint_secret,
)
from chatserver.storage import identities, orders, sites
from chatserver.storage.identities import Identity
from chatserver.windows import LocalWindows, Windows

GRID_S = 0.4
"""Answers that must not tell anything by their time come at whole multiples of this."""

CODES_PER_HOUR = 5
"""For one visitor, for one order, for one contact."""

WRONG_PER_DAY = 15
"""Wrong codes of one visitor, and for one order whoever types them."""

MAIL_PAUSES_S = (0.0, 2.0, 10.0)
"""Before each try of handing a mail over."""

Sleep = Callable[[float], Awaitable[None]]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Request:
    """What a visitor whom nobody vouches for wants to know, and where it would be found."""

    visitor: Visitor
    conversation: Conversation
    need: OrderNeed
    asked: Asked
    source: OrderSource


class OrderCounter:
    """Answers what is asked of an order; implements `order_desk.OrderDesk`.

    Args:
        chat: where units are run, and the tasks that mail.
        mailer: None where no mail is set up: then only the site can vouch for a visitor.
        secret_key: the installation's.
        windows: where codes and wrong tries are counted.
        sleep: how time is let pass.
    """

    def __init__(
        self,
        chat: Chat,
        *,
        mailer: Mailer | None,
        outbound: Outbound,
        secret_key: str,
        windows: Windows | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._chat = chat
        self._mailer = mailer
        self._outbound = outbound
        self._secret_key = secret_key
        self._windows = windows or LocalWindows()
        self._sleep = sleep
        self._breakers: dict[str, Breaker] = {}
        self._codes = RateLimitItemPerHour(CODES_PER_HOUR)
        self._wrong = RateLimitItemPerDay(WRONG_PER_DAY)

    def serves(self, connection: Connection, site: SiteId) -> bool:
        """Whether the site has orders to be asked for."""
        return orders.source(connection, site) is not None

    def is_verified(self, connection: Connection, visitor: Visitor) -> bool:
        """Whether the site vouches for the visitor, so that no code is needed."""
        now_ms = self._chat.clock.now_ms()
        return identities.of(connection, visitor.id, now_ms=now_ms) is not None

    async def ask(
        self, visitor: Visitor, conversation: Conversation, need: OrderNeed
    ) -> OrderOutcome:
        """Return what came of it; may send a one-time code, limits wrong tries."""
        source = await self._source(visitor.site)
        if source is None:
            return OrderDeskOff()
        now_ms = self._chat.clock.now_ms()
        identity = await self._chat.read(identities.of, visitor.id, now_ms=now_ms)
        try:
            if identity is not None:
                return await _tell_verified(source, identity, need)
            if need.number is None or self._mailer is None:
                return OrderDeskOff()
            asked = Asked(conversation.id, visitor.id, number_key(need.number))
            if await self._chat.read(is_proven, asked, now_ms=now_ms):
                return await _tell_proven(source, need.number)
            if need.code is not None:
                return await self._check(_Request(visitor, conversation, need, asked, source))
            return await self._send_code(_Request(visitor, conversation, need, asked, source))
        except OutboundError:
            return OrderSilent()

    async def _source(self, site: SiteId) -> OrderSource | None:
        found = await self._chat.read(orders.source, site)
        if found is None:
            return None
        if not found.url:
            return UploadedOrders(self._chat.database, site)
        breaker = self._breakers.setdefault(found.url, Breaker(self._chat.clock))
        return EndpointOrders(
            found.url,
            endpoint_secret(self._secret_key, found.key),
            outbound=self._outbound,
            clock=self._chat.clock,
            breaker=breaker,
        )

    # A code is asked for

    async def _send_code(self, request: _Request) -> OrderOutcome:
        visitor, asked, source = request.visitor, request.asked, request.source
        began = asyncio.get_running_loop().time()
        contact = request.need.contact or ""
        if not await self._may(self._codes, "order code", visitor, asked, _contact_key(contact)):
            return OrderLocked()
        order = await source.find(request.need.number or "")
        is_theirs = order is not None and order.is_of_contact(contact) and "@" in order.email
        code = new_code()
        # What nobody was sent, nobody can type.
        kept = code if is_theirs else secrets.token_hex(CODE_DIGITS)
        await self._chat.do(keep_code, asked, code_hash(self._secret_key, asked, kept))
        site = await self._chat.read(sites.get, visitor.site)
        if order is not None and is_theirs:
            mail = _mail(order, site, code, request.conversation.language)
            self._chat.tasks.start(self._deliver(mail, request.conversation), name="order code")
        await self._wait_for_the_grid(began)
        return CodeSent(blurred(contact))

    async def _deliver(self, mail: Mail, conversation: Conversation) -> None:
        assert self._mailer is not None
        for last, pause_s in enumerate(MAIL_PAUSES_S, 1):
            await self._sleep(pause_s)
            try:
                await self._mailer.send(mail)
            except MailError as error:
                log.warning("code not mailed", conversation=conversation.id, reason=str(error))
                if not error.retry or last == len(MAIL_PAUSES_S):
                    return
            else:
                log.info("code mailed", conversation=conversation.id)
                return

    async def _wait_for_the_grid(self, began: float) -> None:
        """Let the answer come at a whole multiple of `GRID_S`, so that its time tells little."""
        took = asyncio.get_running_loop().time() - began
        await self._sleep(max(1, ceil(took / GRID_S)) * GRID_S - took)

    # A code is typed

    async def _check(self, request: _Request) -> OrderOutcome:
        visitor, asked = request.visitor, request.asked
        for key in _keys(visitor, asked):
            if not await self._windows.test(self._wrong, "order try", *key):
                return OrderLocked()
        typed = code_hash(self._secret_key, asked, figures(request.need.code or ""))
        tried = await self._chat.do(try_code, asked, typed)
        if tried.verdict == "right":
            return await _tell_proven(request.source, request.need.number or "")
        if tried.verdict == "none":
            return await self._send_code(request)
        if not await self._may(self._wrong, "order try", visitor, asked) or not tried.tries_left:
            return OrderLocked()
        return CodeWrong(tried.tries_left)

    async def _may(
        self, item: RateLimitItem, what: str, visitor: Visitor, asked: Asked, *more: str
    ) -> bool:
        """Count one try for the visitor and for the order; whether both have any left.

        By what was typed alone: whether there is such an order makes no difference.
        """
        allowed = True
        contacts = (("contact", str(visitor.site), one) for one in more if one)
        for key in (*_keys(visitor, asked), *contacts):
            allowed = await self._windows.hit(item, what, *key) and allowed
        return allowed


def _keys(visitor: Visitor, asked: Asked) -> tuple[tuple[str, ...], ...]:
    return (
        ("visitor", str(visitor.id)),
        ("order", str(visitor.site), asked.number_key),
    )


def _contact_key(contact: str) -> str:
    return email_key(contact) if "@" in contact else phone_key(contact)


def _mail(order: ShopOrder, site: Site, code: str, language: str) -> Mail:
    return code_mail(
        to=order.email,
        shop=site.settings.name,
        code=code,
        number=order.status.number,
        minutes=CODE_MINUTES,
        language=language,
    )


async def _tell_verified(source: OrderSource, identity: Identity, need: OrderNeed) -> OrderOutcome:
    named = {number_key(number) for number in identity.orders}
    if need.number is None:
        found = await source.newest(identity)
        if not found and identity.orders:
            found = await _named(source, identity.orders[:NEWEST])
        return OrderFound(tuple(order.status for order in found))
    order = await source.find(need.number)
    if order is None:
        return OrderUnknown()
    is_named = number_key(order.status.number) in named
    if not is_named and not order.is_of_customer(identity.customer, identity.email):
        return OrderUnknown()
    return OrderFound((order.status,))


async def _named(source: OrderSource, numbers: Sequence[str]) -> tuple[ShopOrder, ...]:
    """Return the orders that the site's word names."""
    found = [await source.find(number) for number in numbers]
    return tuple(order for order in found if order is not None)


async def _tell_proven(source: OrderSource, number: str) -> OrderOutcome:
    order = await source.find(number)
    return OrderUnknown() if order is None else OrderFound((order.status,))
