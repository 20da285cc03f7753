"""What a message carries, as text for a column and back; the only coder of bodies and reasons."""

import msgspec
import structlog

from chatserver.domain.cards import LinkBody, ProductBody
from chatserver.domain.messages import (
    ActivityBody,
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
_KINDS = {str(kind): kind for kind in MessageKind}
_why_decoder = msgspec.json.Decoder(Why)
_encoder = msgspec.json.Encoder()

MAX_BODY_CHARS = 128 * 1024
"""Many times what our longest message takes; what is longer, nobody of us wrote."""

UNREADABLE = TextBody("\ufffd")
"""Stands for a body that can't be read: a row changed by hand, or of a version that we are not."""

log = structlog.get_logger(__name__)


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


def read(id: int, kind: str, body: str) -> tuple[MessageKind, Body]:
    """Return kind and body of a row; a bad one must not make the whole conversation unreadable."""
    try:
        if len(body) > MAX_BODY_CHARS:
            raise ValueError("too long")
        known = _KINDS[kind]
        return known, _DECODERS[known].decode(body)
    except (ValueError, KeyError, msgspec.DecodeError):
        log.warning("message unreadable", message=id)
        kept = MessageKind.NOTE if kind == MessageKind.NOTE else MessageKind.TEXT
        return kept, UNREADABLE


def write(body: Body) -> str:
    """Return a body as it is kept."""
    return _encoder.encode(body).decode()


def read_why(text: str) -> Why | None:
    """Return the reason of a row, which most have none of."""
    if not text:
        return None
    try:
        return _why_decoder.decode(text)
    except msgspec.DecodeError:
        return None  # of another version: a reason that can't be read is none


def write_why(why: Why | None) -> str:
    """Return a reason as it is kept."""
    return "" if why is None else _encoder.encode(why).decode()
