"""The lines of a transcript as people read them: when, who, what; draws nothing."""

import re
from datetime import datetime

from chatserver.domain.cards import LinkBody, ProductBody
from chatserver.domain.conversations import HandoffReason
from chatserver.domain.messages import (
    ActivityBody,
    ActivityType,
    AuthorKind,
    ChoicesBody,
    Message,
    OrderBody,
    plain_text,
)
from chatserver.services.card_words import link_text, order_text, product_text
from chatserver.words import say

DETAILS = frozenset({"name", "contact", "order", "question"})
_INVISIBLE = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f]")


def date_text(moment: datetime, language: str) -> str:
    """Return a date and time as tables show it: `22.11.2026 14:30`, in English `22 Nov 2026`."""
    if language == "tr":
        return moment.strftime("%d.%m.%Y %H:%M")
    month = say(language, f"web.month.{moment.month}")
    return f"{moment.day} {month} {moment.strftime('%Y %H:%M')}"


def clean(text: str) -> str:
    """Return text without what turns its direction or controls a terminal; line breaks stay."""
    return _INVISIBLE.sub("", text)


def author_text(message: Message, language: str) -> str:
    """Return who wrote a message; the kind is ours, so nobody becomes an agent by their name."""
    name = " ".join(clean(message.author.name).split())
    match message.author.kind:
        case AuthorKind.VISITOR if name:
            return say(language, "web.who.visitor_named", name=name)
        case AuthorKind.AGENT if name:
            return name
        case kind:
            return say(language, f"web.who.{kind.value}")


def activity_text(body: ActivityBody, language: str) -> str:
    """Return a change of state as a sentence."""
    key = f"web.activity.{body.type.value}"
    if body.type is ActivityType.RESOLVED:
        key = f"{key}.{body.reason if body.reason in {'agent', 'visitor'} else 'idle'}"
    details = "; ".join(
        f"{say(language, f'web.detail.{slot}') if slot in DETAILS else slot}: {value}"
        for slot, value in body.details.items()
    )
    return clean(
        say(
            language,
            key,
            actor=body.actor or say(language, "web.who.somebody"),
            target=body.target,
            reason=reason_text(body.reason, language),
            details=details,
        )
    )


def reason_text(reason: str, language: str) -> str:
    """Return a stable word as people read it; what an agent typed stays."""
    known = {reason.value for reason in HandoffReason}
    return say(language, f"web.reason.{reason}") if reason in known else reason


def line_text(message: Message, language: str) -> str:
    """Return what a message says, as plain text."""
    if isinstance(message.body, ActivityBody):
        return activity_text(message.body, language)
    if isinstance(message.body, OrderBody):
        return clean(order_text(message.body.order, language))
    if isinstance(message.body, ProductBody):
        return clean(product_text(message.body, language))
    if isinstance(message.body, LinkBody):
        return clean(link_text(message.body))
    text = clean(plain_text(message.body))
    if isinstance(message.body, ChoicesBody):
        return "\n".join([text, *(f"• {clean(option.label)}" for option in message.body.options)])
    return text
