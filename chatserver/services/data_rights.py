"""What the shop has of a visitor: given to them whole, or erased.

A visitor is who bears the token. What somebody typed as their e-mail opens nothing.
"""

from typing import Any

import msgspec
from sqlalchemy import Connection

from chatserver.clock import to_datetime
from chatserver.domain.conversations import Conversation, Status
from chatserver.domain.ids import ClientId, PublicId
from chatserver.domain.messages import ActivityBody, ActivityType, Audience
from chatserver.domain.people import Visitor
from chatserver.errors import Code, Refusal
from chatserver.services import ending
from chatserver.services.facts import MessagesChanged, TokensEnded
from chatserver.services.opening import new_public_id
from chatserver.services.work import Work
from chatserver.storage import (
    answers,
    consents,
    conversations,
    files,
    identities,
    messages,
    order_codes,
    question_log,
    visitor_tokens,
    visitors,
)

MOST = 10_000
"""More conversations or messages than one visitor ever has."""


def conversations_of(connection: Connection, visitor: Visitor) -> list[Conversation]:
    """Return every conversation of a visitor, newest first."""
    return conversations.newest_of(connection, visitor.id, limit=MOST)


def export(connection: Connection, visitor_public: str) -> dict[str, Any]:
    """Return all that is kept of a visitor, as plain values: times as ISO text.

    Raises:
        Refusal: `not_found`.
    """
    visitor = visitors.find(connection, PublicId(visitor_public))
    if visitor is None or visitor.revoked:
        raise Refusal(Code.NOT_FOUND)
    kept = visitors.kept(connection, visitor.id)
    return {
        "visitor": {
            "id": visitor.public_id,
            "name": visitor.name,
            "email": visitor.email,
            "phone": visitor.phone,
            "language": visitor.language,
            "device": visitor.device,
            "first_seen": _time(visitor.created_ms),
            "last_seen": _time(visitor.last_seen_ms),
            "details": kept.details,
            "context": kept.context,
        },
        "identity": _identity(connection, visitor),
        "pages": [
            {"address": page.url, "title": page.title, "at": _time(page.at_ms)}
            for page in visitors.pages(connection, visitor.id)
        ],
        "consents": [
            {
                "given": said.given,
                "version": said.version,
                "language": said.language,
                "text": said.text,
                "network": said.network,
                "at": _time(said.at_ms),
            }
            for said in consents.every(connection, visitor.id)
        ],
        "conversations": [
            _conversation(connection, one) for one in conversations_of(connection, visitor)
        ],
    }


def _identity(connection: Connection, visitor: Visitor) -> dict[str, Any] | None:
    said = identities.ever(connection, visitor.id)
    if said is None:
        return None
    return {
        "customer": said.customer,
        "name": said.name,
        "email": said.email,
        "orders": list(said.orders),
        "context": dict(said.context),
        "until": _time(said.expires_ms),
    }


def _time(at_ms: int) -> str:
    return to_datetime(at_ms).isoformat()


def _conversation(connection: Connection, one: Conversation) -> dict[str, Any]:
    log = messages.after(connection, one, 0, limit=MOST, audience=Audience.EVERYONE)
    mailed = answers.of(connection, one.id)
    return {
        "id": one.public_id,
        "opened": _time(one.opened_ms),
        "details": dict(one.details),
        "answers_to": "" if mailed is None else mailed.address,
        "messages": [
            {
                "at": _time(line.at_ms),
                "by": line.author.kind,
                "name": line.author.name,
                "kind": line.kind,
                "body": msgspec.to_builtins(line.body),
            }
            for line in log
            if not isinstance(line.body, ActivityBody)
        ],
        "files": [
            {"name": file.name, "type": file.media_type, "bytes": file.size}
            for file in files.of_conversation(connection, one.id)
        ],
    }


def erase(work: Work, visitor: Visitor) -> int:
    """Erase what a visitor wrote, sent and told, and the way to it; consents stay, as proofs.

    Times, states and scores stay without any word, so that figures of the past keep adding up.

    Returns:
        How many conversations were emptied.
    """
    found = conversations_of(work.connection, visitor)
    for one in found:
        if one.status is not Status.RESOLVED:
            ending.leave(work, visitor, one.public_id, client_id=ClientId(new_public_id()))
        locked = conversations.lock(work.connection, one.id)
        messages.blank(work.connection, locked)
        files.remove_of(work.connection, locked.id)
        question_log.forget_of(work.connection, locked.id)
        answers.forget(work.connection, locked.id)
        work.tell_activity(locked, ActivityType.ERASED)
        work.change(
            locked, details={}, bot_state="{}", preview="", preview_author="", answers_to=""
        )
        work.facts.append(MessagesChanged(locked.id, locked.public_id))
    order_codes.forget_of(work.connection, visitor.id)
    identities.forget(work.connection, visitor.id)
    visitor_tokens.end_all(work.connection, visitor.id)
    work.facts.append(TokensEnded(visitor.id))
    visitors.forget(work.connection, visitor.id, now_ms=work.now_ms)
    return len(found)
