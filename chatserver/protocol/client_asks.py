"""What a client may ask for beside talking: history, files, rating, own data; and the answers."""

from typing import Annotated, Any, Literal

import msgspec

from chatserver.domain.cards import (
    MAX_KURUS,
    MAX_LINE_CHARS,
    MAX_SKU_CHARS,
    MAX_TITLE_CHARS,
    MAX_URL_CHARS,
    Stock,
)
from chatserver.domain.messages import MAX_RATING_CHARS
from chatserver.protocol.fields import (
    ClientIdField,
    ContextField,
    Event,
    Fact,
    Fence,
    PublicIdField,
    RatingReason,
    Seq,
    SignedWord,
)
from chatserver.protocol.messages import MessageView


class HistoryGet(Event, frozen=True):
    """Ask for what was said before `before`, newest first to be had."""

    conversation: PublicIdField
    before: Seq
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 100


class History(Fact, frozen=True):
    """Earlier messages, oldest first; the last one's seq is `before`'s `previous_seq`."""

    conversation: str
    epoch: str
    messages: tuple[MessageView, ...]
    ok: Literal[True] = True


class CsatSubmit(Event, frozen=True):
    """Rate a conversation that is over; again, and the newer one counts."""

    conversation: PublicIdField
    client_id: ClientIdField
    score: Annotated[int, msgspec.Meta(ge=1, le=5)]
    reasons: Annotated[tuple[RatingReason, ...], msgspec.Meta(max_length=8)] = ()
    text: Annotated[str, msgspec.Meta(max_length=MAX_RATING_CHARS)] = ""


class FileOffer(Event, frozen=True):
    """Ask for leave to send a file; its bytes are then posted to the address in the answer.

    conversation: null for a visitor who has none yet. size: bytes.
    """

    client_id: ClientIdField
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
    size: Annotated[int, msgspec.Meta(ge=1, le=2**40)]
    conversation: PublicIdField | None = None


class AgentFileOffer(FileOffer, frozen=True):
    """The same of an agent, who holds the conversation."""

    fence: Fence | None = None


class FileOffered(Fact, frozen=True):
    """Where to post the bytes, within ten minutes; posting them again under it is harmless."""

    upload: str
    ok: Literal[True] = True


class FileLinksGet(Event, frozen=True):
    """Ask for addresses of files of one conversation."""

    conversation: PublicIdField
    files: Annotated[tuple[PublicIdField, ...], msgspec.Meta(min_length=1, max_length=50)]


class FileLinks(Fact, frozen=True):
    """Addresses by file, good for a quarter of an hour; what is gone or not yours is left out."""

    links: dict[str, str]
    ok: Literal[True] = True


CardTitle = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TITLE_CHARS)]
CardUrl = Annotated[str, msgspec.Meta(max_length=MAX_URL_CHARS)]


class ProductIn(Event, frozen=True):
    """Something that the shop sells. url, image: https; image and sku may be ""."""

    title: CardTitle
    url: CardUrl
    price_kurus: Annotated[int, msgspec.Meta(ge=0, le=MAX_KURUS)] | None = None
    stock: Stock = "unknown"
    image: CardUrl = ""
    sku: Annotated[str, msgspec.Meta(max_length=MAX_SKU_CHARS)] = ""


class LinkIn(Event, frozen=True):
    """A page, at an https address."""

    title: CardTitle
    url: CardUrl
    text: Annotated[str, msgspec.Meta(max_length=MAX_LINE_CHARS)] = ""


class CardSend(Event, frozen=True):
    """Show the visitor a product or a page (exactly one of the two).

    Refused with `bad_request` and the message `field:<name>` for what can't be shown.
    """

    client_id: ClientIdField
    conversation: PublicIdField
    fence: Fence
    product: ProductIn | None = None
    link: LinkIn | None = None


class TranscriptMail(Event, frozen=True):
    """Ask for this conversation by mail. email: counts only where the shop knows no address.

    Refused with `bad_request` and `field:email` where an address is wanted, with `forbidden` before
    anybody of the shop has answered, with `not_available` where no mail is sent.
    """

    conversation: PublicIdField
    email: Annotated[str, msgspec.Meta(max_length=254)] = ""


class TranscriptMailed(Fact, frozen=True):
    """It is on its way. to: the address with most of it hidden."""

    to: str
    ok: Literal[True] = True


class AnswersGet(Event, frozen=True):
    """Ask what is known before answers are sent by mail.

    Refused with `not_available` where no mail is sent.
    """

    conversation: PublicIdField


class AnswersKnown(Fact, frozen=True):
    """What is known: an address of the visitor's or "", where answers go now or "".

    may: whether answers can go by mail here.
    """

    email: str
    to: str
    may: bool
    ok: Literal[True] = True


class AnswersMail(Event, frozen=True):
    """Leave, and have what people answer sent by mail as long as it is not read here.

    email: the known address where it is left out. Refused with `bad_request` and `field:email`
    where an address is wanted, with `forbidden` for an address that wants no mail and for a second
    one, with `not_available` where no mail is sent or no person is awaited.
    """

    conversation: PublicIdField
    email: Annotated[str, msgspec.Meta(max_length=254)] = ""


class AnswersMailed(Fact, frozen=True):
    """They will go there. to: the address with most of it hidden."""

    to: str
    ok: Literal[True] = True


class AnswersStop(Event, frozen=True):
    """Wait here after all: no more mail."""

    conversation: PublicIdField


class DetailsGive(Event, frozen=True):
    """What the visitor filled in before the conversation, by the site's fields.

    Refused with `bad_request` and the message `field:<key>` for the first that is not good.
    """

    details: Annotated[
        dict[
            Annotated[str, msgspec.Meta(max_length=40)],
            Annotated[str, msgspec.Meta(max_length=300)],
        ],
        msgspec.Meta(max_length=8),
    ]


class Identify(Event, frozen=True):
    """Present the site's signed word on who this is; a visitor need not have begun.

    Refused with `identity_refused` where the word can't be believed, and with `identity_differs`
    where the site vouched for this visitor as somebody else: then forget the token first.
    """

    identity: SignedWord


class Identified(Fact, frozen=True):
    """The word is believed. token: connect again with this one, the one before ends; or null."""

    token: str | None
    ok: Literal[True] = True


class VisitorEnd(Event, frozen=True):
    """The shopper signed out: the token of this device is worthless from now on."""


class ContextSet(Event, frozen=True):
    """What the shop's page says: shown to agents as unverified, seen by the bot's rules.

    Refused with `bad_request` and the message `context:<place>` for the first that is not good.
    """

    context: dict[ContextField, Any]


class ConsentSet(Event, frozen=True):
    """Agree to the site's text of today, or withdraw. version: of the text that was read."""

    given: bool
    version: Annotated[str, msgspec.Meta(max_length=60)]


class PrivacyGet(Event, frozen=True):
    """Ask what is kept of oneself."""


class Privacy(Fact, frozen=True):
    """What is kept: consent (null: never asked or never said), when it was given, how much."""

    consent: bool | None
    consent_version: str
    consent_ms: int | None
    conversations: int
    ok: Literal[True] = True


class DataExport(Event, frozen=True):
    """Ask for everything that is kept of oneself."""


class DataLink(Fact, frozen=True):
    """Where it can be had, for a quarter of an hour."""

    url: str
    ok: Literal[True] = True


class DataErase(Event, frozen=True):
    """Erase everything that was written, sent and told, and end the token."""


class RuleCount(Event, frozen=True):
    """The visitor opened what a rule said first, or answered it."""

    rule: Annotated[str, msgspec.Meta(max_length=40)]
    step: Literal["opened", "answered"]
