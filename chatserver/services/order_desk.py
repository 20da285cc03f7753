"""Whom the bot's turn asks about an order; knows neither endpoint nor upload."""

from typing import Protocol

from sqlalchemy import Connection

from chatserver.domain.conversations import Conversation
from chatserver.domain.ids import SiteId
from chatserver.domain.orders import OrderDeskOff, OrderNeed, OrderOutcome
from chatserver.domain.people import Visitor


class OrderDesk(Protocol):
    """Answers what is asked of an order, once its shopper is verified.

    `ask` never raises for what a shop's endpoint does or a visitor types, and ends in bounded time.
    """

    def serves(self, connection: Connection, site: SiteId) -> bool:
        """Whether the site has orders to be asked for; without, the bot only takes them down."""
        ...

    def is_verified(self, connection: Connection, visitor: Visitor) -> bool:
        """Whether the site vouches for the visitor, so that no code is needed."""
        ...

    async def ask(
        self, visitor: Visitor, conversation: Conversation, need: OrderNeed
    ) -> OrderOutcome:
        """Return what came of it; may send a one-time code, limits wrong tries."""
        ...


class NoOrderDesk:
    """The desk of a server without one."""

    def serves(self, connection: Connection, site: SiteId) -> bool:
        """Serve no site."""
        return False

    def is_verified(self, connection: Connection, visitor: Visitor) -> bool:
        """Vouch for nobody."""
        return False

    async def ask(
        self, visitor: Visitor, conversation: Conversation, need: OrderNeed
    ) -> OrderOutcome:
        """Say that there is no desk."""
        return OrderDeskOff()
