"""Who does not want to wait gets the answers by mail: to whom, from when, and until when."""

from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import Connection

from chatserver.domain.conversations import Conversation, Status
from chatserver.domain.ids import ConversationId
from chatserver.domain.messages import ActivityType, Audience
from chatserver.domain.orders import blurred, email_key
from chatserver.domain.people import Visitor
from chatserver.errors import Code, Refusal
from chatserver.services.work import Work
from chatserver.storage import answers, conversations, identities, visitors

QUIET_MS = 90_000
"""So long nobody of the shop writes before what they wrote goes out, in one mail."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where a conversation's answers may go. is_new: they do not go there yet."""

    conversation: Conversation
    address: str
    is_verified: bool
    is_new: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What is known before somebody asks.

    Args:
        email: an address of theirs, or "". to: where answers go now, most of it hidden, or "".
        may: whether answers can go by mail here at all.
    """

    email: str
    to: str
    may: bool


# Asking for it


def known(connection: Connection, visitor: Visitor, public_id: str, *, now_ms: int) -> Known:
    """Return what a visitor's form is filled with.

    Raises:
        Refusal: `not_found`.
    """
    found = _find(connection, visitor, public_id)
    kept = answers.of(connection, found.id)
    told, is_verified = _told(connection, found, visitor, now_ms=now_ms)
    may = _is_awaited(found) and (kept is None or kept.refused_ms is None or is_verified)
    return Known(told, found.answers_to, may)


def receiver_of(
    connection: Connection, visitor: Visitor, public_id: str, typed: str, *, now_ms: int
) -> Receiver:
    """Return where a visitor's answers may go: where they typed, else where they are known.

    Raises:
        Refusal: `not_found`; `not_available` where no person is awaited; `bad_request` with
            `field:email` for no address; `forbidden` where whoever has it wants no mail, or where
            answers went to another that the site does not vouch for.
    """
    found = _find(connection, visitor, public_id)
    if not _is_awaited(found):
        raise Refusal(Code.NOT_AVAILABLE, "Nobody is awaited here.")
    told, _ = _told(connection, found, visitor, now_ms=now_ms)
    try:
        address = validate_email(typed.strip() or told, check_deliverability=False).normalized
    except EmailNotValidError:
        raise Refusal(Code.BAD_REQUEST, "field:email") from None
    identity = identities.of(connection, visitor.id, now_ms=now_ms)
    is_verified = identity is not None and email_key(identity.email) == email_key(address)
    kept = answers.of(connection, found.id)
    if kept is None:
        return Receiver(found, address, is_verified, is_new=True)
    is_same = email_key(kept.address) == email_key(address)
    is_bound = kept.refused_ms is not None or (kept.mailed_ms is not None and not is_same)
    if is_bound and not is_verified:
        raise Refusal(Code.FORBIDDEN)
    return Receiver(found, address, is_verified, is_new=not (is_same and kept.is_on))


def _find(connection: Connection, visitor: Visitor, public_id: str) -> Conversation:
    found = conversations.find_of_visitor(connection, visitor.id, public_id)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return found


def _is_awaited(conversation: Conversation) -> bool:
    return conversation.status in {Status.WAITING, Status.OPEN}


def _told(
    connection: Connection, conversation: Conversation, visitor: Visitor, *, now_ms: int
) -> tuple[str, bool]:
    """Return the visitor's address as far as it is known, and whether the site vouches for it."""
    identity = identities.of(connection, visitor.id, now_ms=now_ms)
    if identity is not None and identity.email:
        return identity.email, True
    contact = conversation.details.get("contact", "")
    own = visitors.get(connection, visitor.id).email
    return conversation.details.get("email") or (contact if "@" in contact else own), False


def begin(
    work: Work, conversation_id: ConversationId, address: str, *, is_verified: bool = False
) -> str:
    """Let the answers go there from now on, and return the address with most of it hidden.

    Raises:
        Refusal: `forbidden` where whoever had the address said meanwhile that they want no mail.
    """
    conversation = conversations.lock(work.connection, conversation_id)
    kept = answers.of(work.connection, conversation_id)
    shown = blurred(address)
    if kept is not None and kept.is_on and kept.address == address:
        return shown
    if kept is not None and kept.refused_ms is not None and not is_verified:
        raise Refusal(Code.FORBIDDEN)
    values = {"address": address, "is_verified": is_verified, "is_on": True, "tries": 0}
    values |= {"asked_ms": work.now_ms, "refused_ms": None}
    if kept is None:
        seen = conversation.visitor_seen_seq
        answers.add(work.connection, conversation_id, sent_seq=seen, **values)
    else:
        answers.change(work.connection, conversation_id, **values)
    # What was said while nobody was mailed may still be unread.
    answers.wake(work.connection, conversation_id, due_ms=work.now_ms + QUIET_MS)
    tell_agents(work, conversation, ActivityType.ANSWERS_BY_MAIL, shown)
    work.change(conversation, answers_to=shown)
    return shown


def may_promise(connection: Connection, conversation: Conversation) -> bool:
    """Whether the bot may promise a mail to the address that somebody gives it."""
    kept = answers.of(connection, conversation.id)
    return kept is None or (kept.refused_ms is None and kept.mailed_ms is None)


def promise(work: Work, conversation: Conversation, address: str) -> None:
    """Keep what the bot has promised; nothing where it may not be kept any more."""
    fresh = conversations.lock(work.connection, conversation.id)
    if _is_awaited(fresh) and may_promise(work.connection, fresh):
        identity = identities.of(work.connection, fresh.visitor, now_ms=work.now_ms)
        vouched = identity is not None and email_key(identity.email) == email_key(address)
        begin(work, fresh.id, address, is_verified=vouched)


# Ending it


def give_up(work: Work, visitor: Visitor, public_id: str) -> None:
    """Mail a visitor's answers no more: they want to wait here.

    Raises:
        Refusal: `not_found`.
    """
    _stop(work, _find(work.connection, visitor, public_id).id, by="visitor")


def refuse(work: Work, conversation_id: ConversationId) -> None:
    """Mail nothing more of a conversation to whoever has the address, and forget the address."""
    _stop(work, conversation_id, by="receiver")


def _stop(work: Work, conversation_id: ConversationId, *, by: str) -> None:
    kept = answers.of(work.connection, conversation_id)
    if kept is None or not (kept.is_on or (by == "receiver" and kept.refused_ms is None)):
        return
    conversation = conversations.lock(work.connection, conversation_id)
    refused = {"address": "", "refused_ms": work.now_ms} if by == "receiver" else {}
    answers.change(work.connection, conversation_id, is_on=False, due_ms=None, tries=0, **refused)
    work.tell_activity(
        conversation, ActivityType.ANSWERS_STOPPED, reason=by, audience=Audience.AGENTS
    )
    work.change(conversation, answers_to="")


def language_of(connection: Connection, conversation_id: ConversationId) -> tuple[str, bool]:
    """Return a conversation's language, and whether nothing of it is mailed any more."""
    found = conversations.some(connection, [conversation_id])
    kept = answers.of(connection, conversation_id)
    return (found[0].language if found else "tr"), kept is None or kept.refused_ms is not None


def tell_agents(work: Work, conversation: Conversation, type_: ActivityType, to: str) -> None:
    """Say in the log, to agents alone, what happened with the mail to an address."""
    work.tell_activity(conversation, type_, target=to, audience=Audience.AGENTS)
