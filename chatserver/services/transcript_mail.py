"""A visitor's own conversation by mail: to whom it may go, how often, and what is in it.

Whoever types somebody else's address could have us write to them. So a typed address gets a
transcript only of a conversation in which a person of the shop has answered, at most a few a day from
anybody; nothing that the visitor wrote stands in the subject or above the first line; and all of it
is plain text, without a link, a picture or a name of theirs beside our own words.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from email_validator import EmailNotValidError, validate_email
from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerHour
from sqlalchemy import Connection

from chatserver.domain.conversations import Conversation
from chatserver.domain.messages import AuthorKind, MessageKind
from chatserver.domain.orders import blurred, email_key
from chatserver.domain.people import Visitor
from chatserver.errors import Code, MailError, Refusal
from chatserver.services.chat import Chat
from chatserver.services.mail import Mail, Mailer, TranscriptLine, transcript_mail
from chatserver.services.transcript_words import author_text, date_text, line_text
from chatserver.services.transcripts import Transcript, read_public_transcript
from chatserver.storage import conversations, identities, messages
from chatserver.windows import LocalWindows, Windows

MAX_LINES = 500
PER_DAY = 3
"""Transcripts of one visitor, and to one address whoever asks."""

NETWORK_PER_HOUR = 10
SITE_PER_HOUR = 120
PAUSES_S = (0.0, 2.0, 10.0)
"""Before each try of handing a mail over."""

Sleep = Callable[[float], Awaitable[None]]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Receiver:
    """To whom a transcript may go. verified: by the site's word."""

    conversation: Conversation
    address: str
    verified: bool


def receiver_of(
    connection: Connection, visitor: Visitor, public_id: str, typed: str, *, now_ms: int
) -> Receiver:
    """Return to whom a visitor's transcript may go.

    The site's word comes first, then what was told in this conversation, then what is typed now.

    Raises:
        Refusal: `not_found`; `bad_request` with `field:email` where there is no address, or none
            that is one; `forbidden` where it is only typed and nobody of the shop has answered.
    """
    found = conversations.find_of_visitor(connection, visitor.id, public_id)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    identity = identities.of(connection, visitor.id, now_ms=now_ms)
    if identity is not None and identity.email:
        return Receiver(found, identity.email, verified=True)
    told = found.details.get("email", "") or visitor.email or typed.strip()
    try:
        address = validate_email(told, check_deliverability=False).normalized
    except EmailNotValidError:
        raise Refusal(Code.BAD_REQUEST, "field:email") from None
    if messages.last_of(connection, found, AuthorKind.AGENT) == 0:
        raise Refusal(Code.FORBIDDEN)
    return Receiver(found, address, verified=False)


class TranscriptLetters:
    """Mails transcripts.

    Args:
        windows: where they are counted.
        sleep: how time is let pass between two tries.
    """

    def __init__(
        self,
        chat: Chat,
        mailer: Mailer,
        *,
        windows: Windows | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._chat = chat
        self._mailer = mailer
        self._windows = windows or LocalWindows()
        self._sleep = sleep
        self._per_day = RateLimitItemPerDay(PER_DAY)
        self._network = RateLimitItemPerHour(NETWORK_PER_HOUR)
        self._site = RateLimitItemPerHour(SITE_PER_HOUR)

    async def send(self, visitor: Visitor, conversation: str, typed: str, *, network: str) -> str:
        """Mail a visitor's own conversation, and return where to with most of it hidden.

        Args:
            typed: an address; counts only where none is known.
            network: the asker's address.

        Raises:
            Refusal: as `receiver_of`, and `rate_limited`.
        """
        now_ms = self._chat.clock.now_ms()
        to = await self._chat.read(receiver_of, visitor, conversation, typed, now_ms=now_ms)
        await self._count(visitor, to, network)
        transcript = await self._chat.read(read_public_transcript, conversation)
        mail = letter(transcript, to.address, to.conversation.language)
        self._chat.tasks.start(self._deliver(mail, to.conversation), name="transcript")
        return blurred(to.address)

    async def _count(self, visitor: Visitor, to: Receiver, network: str) -> None:
        site = str(visitor.site)
        keys: tuple[tuple[RateLimitItem, tuple[str, ...]], ...] = (
            (self._per_day, ("visitor", str(visitor.id))),
            (self._per_day, ("address", site, email_key(to.address))),
            (self._network, ("network", network)),
            (self._site, ("site", site)),
        )
        for item, key in keys:
            if not await self._windows.test(item, "transcript", *key):
                raise Refusal(Code.RATE_LIMITED, after_ms=3_600_000)
        for item, key in keys:
            await self._windows.hit(item, "transcript", *key)

    async def _deliver(self, mail: Mail, conversation: Conversation) -> None:
        for last, pause_s in enumerate(PAUSES_S, 1):
            await self._sleep(pause_s)
            try:
                await self._mailer.send(mail)
            except MailError as error:
                log.warning(
                    "transcript not mailed", conversation=conversation.id, reason=str(error)
                )
                if not error.retry or last == len(PAUSES_S):
                    return
            else:
                log.info("transcript mailed", conversation=conversation.id)
                return


def letter(transcript: Transcript, to: str, language: str) -> Mail:
    """Return the mail: the newest `MAX_LINES` lines that the visitor may see."""
    shown = transcript.messages[-MAX_LINES:]
    return transcript_mail(
        to=to,
        shop=transcript.site.settings.name,
        opened=date_text(transcript.at(transcript.summary.opened_ms), language),
        zone=transcript.zone.key,
        left_out=len(transcript.messages) - len(shown),
        lines=tuple(
            TranscriptLine(
                date_text(transcript.at(message.at_ms), language),
                "" if message.kind is MessageKind.ACTIVITY else author_text(message, language),
                line_text(message, language),
            )
            for message in shown
        ),
        language=language,
    )
