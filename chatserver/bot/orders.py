"""What the bot says of orders: it asks the desk and words what came of it; verifies nobody itself."""

import re

from chatserver.bot import gathering
from chatserver.bot.draft import Draft
from chatserver.domain.messages import OrderBody
from chatserver.domain.orders import (
    CodeSent,
    CodeWrong,
    OrderDeskOff,
    OrderFound,
    OrderKind,
    OrderLocked,
    OrderOutcome,
    OrderSilent,
    OrderStatus,
    OrderUnknown,
)

_CODE = re.compile(r"(?<![\w-])(\d{3}) ?-?(\d{3})(?!\d)")


def read_code(text: str) -> str | None:
    """Return the six figures of a code that was typed, or None."""
    found = _CODE.search(text)
    return found[1] + found[2] if found else None


def hear(draft: Draft, outcome: OrderOutcome) -> None:
    """Say what came of what the desk was asked."""
    draft.because("order", type(outcome).__name__)
    match outcome:
        case OrderFound(orders=found):
            wanted = draft.state.order
            gathering.stop(draft)
            if not found:
                draft.say("bot.order.none")
            for order in found:
                draft.put(OrderBody(order))
            if len(found) == 1 and (lack := _lack(wanted, found[0])):
                draft.offer_people(draft.words(lack))
            draft.remember(done=False, order=None)
        case OrderUnknown():
            gathering.stop(draft)
            draft.offer_people(draft.words("bot.order.unknown"))
        case CodeSent(to=to):
            draft.remember(awaiting=True, gathering=None, tries=0)
            if to:
                draft.say("bot.order.code_sent", to=to)
            else:
                draft.say("bot.order.code_sent_plain")
            gathering.ask_code(draft)
        case CodeWrong(tries_left=left):
            gathering.ask_code(draft, error=draft.words("bot.order.code_wrong", count=left))
        case OrderLocked():
            gathering.stop(draft)
            draft.offer_people(draft.words("bot.order.locked"))
        case OrderSilent():
            draft.say("bot.order.silent")
            gathering.leave_to_people(draft)
        case OrderDeskOff():
            gathering.leave_to_people(draft)


def _lack(wanted: OrderKind | None, order: OrderStatus) -> str:
    """Return the key of what is said when the card has no page for what was wanted; "" when it has."""
    match wanted:
        case OrderKind.CANCEL if not order.can_be_cancelled:
            return "bot.order.not_cancellable"
        case OrderKind.RETURN if not order.can_be_returned:
            return "bot.order.not_returnable"
        case OrderKind.INVOICE if not order.invoice_url:
            return "bot.order.no_invoice"
        case _:
            return ""
