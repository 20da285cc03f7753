"""What of the answers goes by mail, and when.

What has been read in the panel is not mailed; being connected is no sign of reading, so it counts for
nothing. `sent_seq` moves after the mail was handed over: a crash between may repeat a mail, and
loses none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import Connection

from chatserver.bot.intents import Intent, intents
from chatserver.domain.conversations import Conversation, Status
from chatserver.domain.ids import ConversationId
from chatserver.domain.messages import (
    ActivityType,
    Audience,
    AuthorKind,
    Message,
    MessageKind,
    TextBody,
)
from chatserver.domain.orders import blurred
from chatserver.domain.sites import Site
from chatserver.services.answers_by_mail import QUIET_MS, tell_agents
from chatserver.services.work import Work
from chatserver.storage import answers, conversations, messages, sites, visitors

HOLD_MS = 10 * 60_000
"""Nothing waits longer than that for whoever writes on and on."""

LEASE_MS = 3 * 60_000
"""So long one try has; after a crash the next begins then."""

BACKOFF_MS = tuple(minutes * 60_000 for minutes in (1, 5, 30, 120, 360, 720))
"""Between the tries; together most of a day."""

MAX_LINES = 100
MAX_QUESTION_CHARS = 500
ASKS_BACK = 40
"""So far back the question is looked for, messages."""

SMALL_TALK = frozenset({Intent.GREETING, Intent.THANKS, Intent.BYE, Intent.YES, Intent.NO})


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be mailed now.

    Args:
        lines: of the shop's people, unread, oldest first. question: what they answer, or "".
        back: the shop's page that leads to the conversation; "" where only ours does.
    """

    conversation: Conversation
    site: Site
    to: str
    is_verified: bool
    lines: tuple[Message, ...]
    question: str
    back: str


def is_answered(message: Message) -> bool:
    """Whether a message is something that a person of the shop said to the visitor."""
    return (
        message.author.kind is AuthorKind.AGENT
        and message.kind is not MessageKind.ACTIVITY
        and message.audience is Audience.EVERYONE
    )


def take(work: Work, conversation_id: ConversationId) -> Letter | None:
    """Return what is to be mailed now, and give this try its time; None when nothing is."""
    conversation = conversations.lock(work.connection, conversation_id)
    kept = answers.of(work.connection, conversation_id)
    if kept is None or not kept.is_on or kept.due_ms is None or kept.due_ms > work.now_ms:
        return None
    after = max(kept.sent_seq, conversation.visitor_seen_seq)
    unread = messages.after(
        work.connection, conversation, after, limit=MAX_LINES, audience=Audience.EVERYONE
    )
    lines = tuple(message for message in unread if is_answered(message))
    if not lines:
        more = len(unread) == MAX_LINES
        answers.change(
            work.connection,
            conversation_id,
            sent_seq=unread[-1].seq if more else conversation.last_public_seq,
            due_ms=work.now_ms if more else None,
            tries=0,
        )
        return None
    ready_ms = min(lines[-1].at_ms + QUIET_MS, lines[0].at_ms + HOLD_MS)
    if ready_ms > work.now_ms and conversation.status is not Status.RESOLVED:
        answers.change(work.connection, conversation_id, due_ms=ready_ms)
        return None
    answers.change(work.connection, conversation_id, due_ms=work.now_ms + LEASE_MS)
    site = sites.get(work.connection, conversation.site)
    page = visitors.last_page(work.connection, conversation.visitor)
    return Letter(
        conversation,
        site,
        kept.address,
        kept.is_verified,
        lines,
        question_before(work.connection, conversation, lines[0].seq),
        way_back(site.settings.origins, page.url if page else ""),
    )


def question_before(connection: Connection, conversation: Conversation, seq: int) -> str:
    """Return what the visitor asked last before a message, in their own words; "" for nothing.

    Answers to the bot's forms, presses of buttons and small talk are no question. What the bot gathered as one
    stands for all that was said before a person spoke.
    """
    before = messages.before(
        connection, conversation, seq, limit=ASKS_BACK, audience=Audience.EVERYONE
    )
    spoken = [at for at, message in enumerate(before) if is_answered(message)]
    if not spoken and conversation.details.get("question"):
        return conversation.details["question"][:MAX_QUESTION_CHARS]
    since = before[spoken[-1] + 1 :] if spoken else before
    return "\n".join(_asked(since, conversation.language))[-MAX_QUESTION_CHARS:]


def _asked(log: Sequence[Message], language: str) -> list[str]:
    said: list[str] = []
    form = False
    for message in log:
        if message.author.kind is AuthorKind.VISITOR and isinstance(message.body, TextBody):
            body = message.body
            if not form and body.choice is None and not intents(body.text, language) & SMALL_TALK:
                said.append(body.text)
            form = False
        elif message.kind is not MessageKind.ACTIVITY:
            form = message.kind is MessageKind.FORM
    return said


def way_back(origins: Sequence[str], page: str) -> str:
    """Return the address of the shop's page that opens the conversation; "" where none does.

    Of the page that the visitor says they were on only its origin counts, and only where the shop's
    own settings have it: a path could lead anywhere.
    """
    parts = urlsplit(page)
    origin = f"{parts.scheme}://{parts.netloc}".lower()
    return f"{origin}/#supportchat" if origin in origins else ""


def sent(work: Work, letter: Letter) -> None:
    """Note that a letter was handed over, and look at once whether there is more."""
    kept = answers.of(work.connection, letter.conversation.id)
    if kept is None:
        return
    answers.change(
        work.connection,
        letter.conversation.id,
        sent_seq=max(kept.sent_seq, letter.lines[-1].seq),
        due_ms=work.now_ms if kept.is_on else None,
        tries=0,
        mailed_ms=work.now_ms,
    )
    tell_agents(work, letter.conversation, ActivityType.ANSWERS_MAILED, blurred(letter.to))


def failed(work: Work, letter: Letter, *, retry: bool) -> None:
    """Note that a letter was not taken: it is tried again later, or told to the shop's people.

    What they write next is mailed with it.
    """
    kept = answers.of(work.connection, letter.conversation.id)
    if kept is None or not kept.is_on:
        return
    if retry and kept.tries < len(BACKOFF_MS):
        due_ms = work.now_ms + BACKOFF_MS[kept.tries]
        answers.change(work.connection, kept.conversation, tries=kept.tries + 1, due_ms=due_ms)
        return
    answers.change(work.connection, kept.conversation, tries=0, due_ms=None)
    tell_agents(work, letter.conversation, ActivityType.ANSWERS_FAILED, blurred(letter.to))


def put_off(work: Work, letter: Letter, *, until_ms: int) -> None:
    """Look at it again later: the address has had enough for a while."""
    answers.change(work.connection, letter.conversation.id, due_ms=until_ms)
