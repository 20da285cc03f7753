"""What the bot says of orders: it asks the desk and words what came of it; verifies nobody itself."""

import re

from babel.dates import format_date

from chatserver.bot import gathering
from chatserver.bot.draft import Draft
from chatserver.domain.messages import Body, TextBody
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
_STEP = {
    "received": "bot.order.step_received",
    "preparing": "bot.order.step_preparing",
    "shipped": "bot.order.step_shipped",
    "delivered": "bot.order.step_delivered",
    "cancelled": "bot.order.step_cancelled",
    "returned": "bot.order.step_returned",
}


def read_code(text: str) -> str | None:
    """Return the six figures of a code that was typed, or None."""
    found = _CODE.search(text)
    return found[1] + found[2] if found else None


def hear(draft: Draft, outcome: OrderOutcome) -> None:
    """Say what came of what the desk was asked."""
    draft.because("order", type(outcome).__name__)
    match outcome:
        case OrderFound(orders=found):
            gathering.stop(draft)
            if not found:
                draft.say("bot.order.none")
            for order in found:
                for body in shown(draft, order):
                    draft.put(body)
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


def shown(draft: Draft, order: OrderStatus) -> tuple[Body, ...]:
    """Return what a visitor may see of an order, as messages."""
    language = draft.language
    lines = [draft.words(_STEP[order.step], order=order.number)]
    if order.carrier:
        lines.append(draft.words("bot.order.carrier", carrier=order.carrier))
    if order.expected is not None:
        day = format_date(order.expected, "d MMMM", locale=language)
        lines.append(draft.words("bot.order.expected", day=day))
    if order.tracking_url:
        lines.append(draft.words("bot.order.tracking", url=order.tracking_url))
    wanted = draft.state.order
    if wanted is OrderKind.CANCEL and order.cancel_url:
        lines.append(draft.words("bot.order.cancel", url=order.cancel_url))
    if wanted is OrderKind.RETURN and order.return_url:
        lines.append(draft.words("bot.order.return", url=order.return_url))
    if wanted is OrderKind.INVOICE and order.invoice_url:
        lines.append(draft.words("bot.order.invoice", url=order.invoice_url))
    return (TextBody("\n".join(lines)),)
