"""What messages carry, as JSON in their rows: bodies and reasons; the only coder of both."""

from typing import Any

import msgspec
import structlog
from sqlalchemy import Row

from chatserver.domain.cards import LinkBody, ProductBody
from chatserver.domain.messages import (
    ActivityBody,
    ActivityType,
    Body,
    CardBody,
    ChoicesBody,
    FileBody,
    FormBody,
    MessageKind,
    OrderBody,
    RatingBody,
    TextBody,
)
from chatserver.domain.why import Why

log = structlog.get_logger(__name__)

BODY_TYPES: dict[MessageKind, type[Body]] = {
    MessageKind.TEXT: TextBody,
    MessageKind.NOTE: TextBody,
    MessageKind.ACTIVITY: ActivityBody,
    MessageKind.CHOICES: ChoicesBody,
    MessageKind.CARD: CardBody,
    MessageKind.ORDER: OrderBody,
    MessageKind.PRODUCT: ProductBody,
    MessageKind.LINK: LinkBody,
    MessageKind.FORM: FormBody,
    MessageKind.FILE: FileBody,
    MessageKind.RATING: RatingBody,
}
_DECODERS = {kind: msgspec.json.Decoder(type_) for kind, type_ in BODY_TYPES.items()}
_why_decoder = msgspec.json.Decoder(Why)
_encoder = msgspec.json.Encoder()

MAX_BODY_CHARS = 128 * 1024
"""Many times what our longest message takes; what is longer, nobody of us wrote."""

UNREADABLE = TextBody("\ufffd")
"""Stands for a body that can't be read: a row changed by hand, or of a version that we are not."""


def kind_of(body: Body) -> MessageKind:
    """Return the kind that carries this body; a note is a text for agents and must say so itself."""
    match body:
        case TextBody():
            return MessageKind.TEXT
        case ActivityBody():
            return MessageKind.ACTIVITY
        case ChoicesBody():
            return MessageKind.CHOICES
        case CardBody():
            return MessageKind.CARD
        case OrderBody():
            return MessageKind.ORDER
        case ProductBody():
            return MessageKind.PRODUCT
        case LinkBody():
            return MessageKind.LINK
        case FormBody():
            return MessageKind.FORM
        case FileBody():
            return MessageKind.FILE
        case RatingBody():
            return MessageKind.RATING


def encode(value: Body | Why) -> str:
    """Return a body or a reason as it is kept."""
    return _encoder.encode(value).decode()


def read(row: Row[*tuple[Any, ...]]) -> tuple[MessageKind, Body]:
    """Return kind and body of a row; a bad one must not make the whole conversation unreadable."""
    try:
        kind = MessageKind(row.kind)
        if len(row.body) > MAX_BODY_CHARS:
            raise ValueError("too long")
        return kind, _DECODERS[kind].decode(row.body)
    except (ValueError, msgspec.DecodeError):
        log.warning("message unreadable", message=row.id)
        kept = MessageKind.NOTE if row.kind == MessageKind.NOTE else MessageKind.TEXT
        return kept, UNREADABLE


def read_why(text: str) -> Why | None:
    """Return a kept reason; None where there is none, or none that this version can read."""
    if not text:
        return None
    try:
        return _why_decoder.decode(text)
    except msgspec.DecodeError:
        return None


def emptied(said: Body, *, is_visitors: bool) -> Body:
    """Return what stays of a body whose words are taken out: scores and changes of state."""
    match said:
        case RatingBody(score=score, reasons=reasons):
            return RatingBody(score, reasons)
        case ActivityBody(type=type_, actor=actor, target=target, reason=reason):
            is_typed = type_ is ActivityType.TRANSFER_REASON
            is_address = type_.startswith("answers_")
            return ActivityBody(
                type_,
                "" if is_visitors else actor,
                "" if is_address else target,
                "" if is_typed else reason,
            )
        case _:
            return TextBody("")
