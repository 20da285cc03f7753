"""Mails the answers of people who did not want to wait: words them, counts them, hands them over."""

import hashlib

import structlog
from itsdangerous import BadData, URLSafeSerializer
from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerHour

from chatserver.domain.ids import ConversationId
from chatserver.domain.orders import email_key
from chatserver.domain.people import Visitor
from chatserver.errors import Code, MailError, Refusal
from chatserver.services import answers_by_mail, answers_due
from chatserver.services.answers_by_mail import Known, Receiver
from chatserver.services.answers_due import Letter
from chatserver.services.chat import Chat
from chatserver.services.mail import Mail, Mailer, TranscriptLine, answer_mail
from chatserver.services.transcript_words import author_text, clean, line_text
from chatserver.storage import answers
from chatserver.windows import LocalWindows, Windows

ASKS_PER_DAY = 3
"""Conversations whose answers one visitor may send away, and one address may be given, a day."""

NETWORK_PER_HOUR = 10
MAILS_PER_DAY = 10
"""To one address that no site vouches for, whoever gave it; what comes after waits."""

LATER_MS = 3_600_000
AT_ONCE = 8
"""Mails under way; a server that is slow holds up no more."""

log = structlog.get_logger(__name__)


class StopLinks:
    """Signs the address that stops the mail of one conversation, and opens nothing of it.

    It works as long as mail is kept anywhere: who wants no more must always be able to say so.
    """

    def __init__(self, secret_key: str) -> None:
        self._serializer = URLSafeSerializer(
            secret_key,
            salt="answers-stop",
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )

    def sign(self, conversation: ConversationId) -> str:
        """Return what follows `/m/` in the address."""
        return str(self._serializer.dumps(int(conversation)))

    def read(self, signed: str) -> ConversationId:
        """Return which conversation a link is of.

        Raises:
            Refusal: `not_found` for a forged one.
        """
        try:
            return ConversationId(int(self._serializer.loads(signed)))
        except (BadData, TypeError, ValueError):
            raise Refusal(Code.NOT_FOUND) from None


class AnswerLetters:
    """Sends answers by mail.

    Args:
        origin: of this server, as the settings have it: links are made of it and of no request.
        windows: where mails are counted.
    """

    def __init__(
        self,
        chat: Chat,
        mailer: Mailer,
        *,
        origin: str,
        links: StopLinks,
        windows: Windows | None = None,
    ) -> None:
        self._chat = chat
        self._mailer = mailer
        self._origin = origin
        self._links = links
        self._windows = windows or LocalWindows()
        self._under_way: set[ConversationId] = set()
        self._asks = RateLimitItemPerDay(ASKS_PER_DAY)
        self._network = RateLimitItemPerHour(NETWORK_PER_HOUR)
        self._mails = RateLimitItemPerDay(MAILS_PER_DAY)

    async def known(self, visitor: Visitor, conversation: str) -> Known:
        """Return what a visitor's form is filled with.

        Raises:
            Refusal: `not_found`.
        """
        now_ms = self._chat.clock.now_ms()
        return await self._chat.read(answers_by_mail.known, visitor, conversation, now_ms=now_ms)

    async def begin(self, visitor: Visitor, conversation: str, typed: str, *, network: str) -> str:
        """Let a conversation's answers go by mail; return where to, with most of it hidden.

        Args:
            typed: an address; the known one where it is "".
            network: the asker's address.

        Raises:
            Refusal: as `answers_by_mail.receiver_of`, and `rate_limited`.
        """
        to = await self._chat.read(
            answers_by_mail.receiver_of,
            visitor,
            conversation,
            typed,
            now_ms=self._chat.clock.now_ms(),
        )
        if to.is_new:
            await self._count(visitor, to, network)
        return await self._chat.do(
            answers_by_mail.begin, to.conversation.id, to.address, is_verified=to.is_verified
        )

    async def _count(self, visitor: Visitor, to: Receiver, network: str) -> None:
        keys: tuple[tuple[RateLimitItem, tuple[str, ...]], ...] = (
            (self._asks, ("visitor", str(visitor.id))),
            (self._asks, ("address", str(visitor.site), email_key(to.address))),
            (self._network, ("network", network)),
        )
        for item, key in keys:
            if not await self._windows.test(item, "answers", *key):
                raise Refusal(Code.RATE_LIMITED, after_ms=LATER_MS)
        for item, key in keys:
            await self._windows.hit(item, "answers", *key)

    async def sweep(self) -> None:
        """Begin to mail whatever is due."""
        for conversation in await self._chat.read(answers.due, now_ms=self._chat.clock.now_ms()):
            if len(self._under_way) >= AT_ONCE:
                return
            if conversation not in self._under_way:
                self._under_way.add(conversation)
                self._chat.tasks.start(self._look(conversation), name=f"answers {conversation}")

    async def _look(self, conversation: ConversationId) -> None:
        try:
            letter = await self._chat.do(answers_due.take, conversation)
            if letter is not None:
                await self._deliver(letter)
        except Refusal as refusal:
            log.warning("answers postponed", conversation=conversation, code=refusal.code)
        finally:
            self._under_way.discard(conversation)

    async def _deliver(self, letter: Letter) -> None:
        conversation = letter.conversation.id
        key = ("answers", "mails", str(letter.site.id), email_key(letter.to))
        if not (letter.is_verified or await self._windows.test(self._mails, *key)):
            until_ms = self._chat.clock.now_ms() + LATER_MS
            await self._chat.do(answers_due.put_off, letter, until_ms=until_ms)
            return
        try:
            await self._mailer.send(self.worded(letter))
        except MailError as error:
            log.warning("answers not mailed", conversation=conversation, reason=str(error))
            await self._chat.do(answers_due.failed, letter, retry=error.retry)
        else:
            log.info("answers mailed", conversation=conversation, lines=len(letter.lines))
            await self._windows.hit(self._mails, *key)
            await self._chat.do(answers_due.sent, letter)

    def worded(self, letter: Letter) -> Mail:
        """Return the mail; the same letter makes the same one, so that a repeated one is known."""
        conversation, site = letter.conversation, letter.site
        language = conversation.language
        ours = f"{self._origin}/c/{site.key}?lang={language}#supportchat"
        signed = self._links.sign(conversation.id)
        return answer_mail(
            to=letter.to,
            shop=site.settings.name,
            lines=[
                TranscriptLine("", author_text(line, language), line_text(line, language))
                for line in letter.lines
            ],
            question=clean(letter.question),
            back=letter.back or ours,
            stop=f"{self._origin}/m/{signed}",
            thread=hashlib.sha256(signed.encode()).hexdigest()[:32],
            last=letter.lines[-1].seq,
            language=language,
        )
