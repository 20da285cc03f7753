"""Pictures of products that cards show: fetched once by us, made anew, and kept in memory for a while.

The shopper's browser asks us and nobody else, so who looks at which card is told to nobody. Only
addresses that the shop's own people put on a card are asked, and an address as seldom as a day has
room in memory: what somebody looks at again and again costs the other server nothing.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass

import structlog
from sqlalchemy import Connection

from chatserver.clock import Clock
from chatserver.domain.cards import ProductBody
from chatserver.domain.messages import MessageKind
from chatserver.errors import Code, OutboundError, Refusal
from chatserver.outbound import Outbound
from chatserver.services.files import Inspected, inspect
from chatserver.storage import conversations, messages

MAX_PICTURE_BYTES = 4 * 1024 * 1024
MAX_SIDE = 640
"""Twice the width of a card, for screens with two pixels to the point."""

LIMIT_S = 8.0
KEPT = 128
KEPT_S = 24 * 3600.0
FAILED_S = 300.0
"""So long nobody is asked again after an address had no picture."""

AT_ONCE = 4
ACCEPT = "image/webp,image/png,image/jpeg,image/gif"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Kept:
    picture: Inspected | None
    until_s: float


def address_of(connection: Connection, conversation: str, seq: int) -> str | None:
    """Return where the picture of a message's product is; None where no such product is shown."""
    found = conversations.find(connection, conversation)
    if found is None:
        return None
    (*shown,) = messages.by_kinds(
        connection, found, after_seq=seq - 1, up_to_seq=seq, kinds=(MessageKind.PRODUCT,)
    )
    body = shown[0].body if shown else None
    return body.image or None if isinstance(body, ProductBody) else None


class CardPictures:
    """Fetches pictures by their address.

    Args:
        outbound: who asks other people's servers.
    """

    def __init__(self, outbound: Outbound, clock: Clock) -> None:
        self._outbound = outbound
        self._clock = clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._locks: dict[str, asyncio.Lock] = {}
        self._room = asyncio.Semaphore(AT_ONCE)

    async def get(self, address: str) -> Inspected:
        """Return a picture; many who ask for one at once make one request.

        Raises:
            Refusal: `not_found` where there is none that may be shown.
        """
        lock = self._locks.setdefault(address, asyncio.Lock())
        try:
            async with lock:
                kept = self._look(address) or await self._fetch(address)
        finally:
            if not lock.locked():
                self._locks.pop(address, None)
        if kept.picture is None:
            raise Refusal(Code.NOT_FOUND)
        return kept.picture

    def _look(self, address: str) -> _Kept | None:
        kept = self._kept.get(address)
        if kept is None or kept.until_s <= self._clock.monotonic():
            return None
        self._kept.move_to_end(address)
        return kept

    async def _fetch(self, address: str) -> _Kept:
        picture = None
        try:
            async with self._room:
                content = await self._outbound.get(address, accept=ACCEPT, limit_s=LIMIT_S)
                found = await inspect(content, max_side=MAX_SIDE)
            picture = found if found.width else None
        except (OutboundError, Refusal) as error:
            log.info("no picture of a card", reason=str(getattr(error, "reason", "")) or "content")
        now_s = self._clock.monotonic()
        kept = _Kept(picture, now_s + (FAILED_S if picture is None else KEPT_S))
        self._kept[address] = kept
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return kept
