"""People's messages: a visitor's, an agent's reply, a note; each stored once however often sent."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chatserver.domain.cards import LinkBody, ProductBody
from chatserver.domain.conversations import Conversation, Status, check_agent_may_write
from chatserver.domain.ids import ClientId, PublicId, StaffId
from chatserver.domain.messages import Audience, Body, Message, MessageKind, TextBody
from chatserver.domain.people import Visitor
from chatserver.errors import Code, Refusal
from chatserver.masking import masked
from chatserver.services.answers_by_mail import QUIET_MS
from chatserver.services.facts import Fact, MessagePosted, SeenMoved, TurnOwed
from chatserver.services.opening import as_visitor_author, author_key, current_conversation
from chatserver.services.routing import as_author, find_for_agent
from chatserver.services.work import Work
from chatserver.storage import answers, appending, conversations, messages


@dataclass(frozen=True, slots=True)
class Posted:
    """A message is on disk.

    Args:
        conversation: where it landed, which may be another than was named.
        duplicate: whether it already was.
    """

    conversation: PublicId
    seq: int
    at_ms: int
    duplicate: bool


def posted(message: Message, *, duplicate: bool) -> Posted:
    """Return what a sender is told of a stored message."""
    return Posted(message.conversation_public, message.seq, message.at_ms, duplicate)


def _already_sent(
    work: Work, key: str, client_id: ClientId, *, kind: MessageKind, body: Body
) -> Posted | None:
    sent = messages.find_sent(work.connection, key, client_id)
    if sent is None:
        return None
    message, _conversation = sent
    if message.kind is not kind or message.body != body:
        raise Refusal(Code.CLIENT_ID_CONFLICT)
    return posted(message, duplicate=True)


@dataclass(frozen=True, slots=True)
class VisitorSays:
    """What a visitor wrote; conversation: the one they have open, if any."""

    visitor: Visitor
    conversation: str | None
    client_id: ClientId
    body: TextBody


def post_visitor_messages(
    work: Work, said: Sequence[VisitorSays]
) -> list[tuple[Posted, list[Fact]] | None]:
    """Store what many visitors wrote, each into the conversation they have open.

    Left to `post_visitor_message`: whatever opens a conversation, brings one back or names
    another. Something that was sent before breaks a unique index, and so leaves it all.
    """
    written = appending.append_from_visitors(
        work.connection,
        [
            appending.Said(
                item.visitor.id,
                item.conversation,
                as_visitor_author(item.visitor),
                author_key(item.visitor),
                item.client_id,
                _fit_to_keep(item.body),
                item.visitor.language,
            )
            for item in said
        ],
        now_ms=work.now_ms,
    )
    answers: list[tuple[Posted, list[Fact]] | None] = []
    for item, found in zip(said, written, strict=True):
        if found is None:
            answers.append(None)
            continue
        message, bot_active = found
        facts: list[Fact] = [MessagePosted(message, item.visitor.id)]
        if bot_active:
            facts.append(TurnOwed(message.conversation))
        answers.append((posted(message, duplicate=False), facts))
    return answers


def post_visitor_says(work: Work, said: VisitorSays) -> Posted:
    """Store what one visitor wrote."""
    return post_visitor_message(
        work,
        said.visitor,
        conversation=said.conversation,
        client_id=said.client_id,
        body=said.body,
    )


def _fit_to_keep(body: TextBody) -> TextBody:
    """Return a visitor's words with numbers of cards, identities and accounts hidden."""
    choice = None if body.choice is None else masked(body.choice)
    return replace(body, text=masked(body.text), choice=choice)


def post_visitor_message(
    work: Work,
    visitor: Visitor,
    *,
    conversation: str | None,
    client_id: ClientId,
    body: TextBody,
) -> Posted:
    """Store what a visitor wrote; a visitor is never refused with `resolved`.

    Numbers of cards, identities and accounts are hidden before anything else sees the message.

    Raises:
        Refusal: `not_found`, `client_id_conflict`.
    """
    key = author_key(visitor)
    body = _fit_to_keep(body)
    again = _already_sent(work, key, client_id, kind=MessageKind.TEXT, body=body)
    if again is not None:
        return again
    current = current_conversation(work, visitor, conversation)
    message = work.say(
        current,
        author=as_visitor_author(visitor),
        body=body,
        author_key=key,
        client_id=client_id,
        also={
            "bot_wanted_seq": messages.NEXT_SEQ,
            "visitor_seen_seq": messages.NEXT_SEQ,
            "answer_due_since_ms": current.answer_due_since_ms or work.now_ms,
            "language": visitor.language,
        },
    )
    if current.bot_active:
        work.owe_turn(current)
    return posted(message, duplicate=False)


AgentSays = TextBody | ProductBody | LinkBody


def _fit_to_show(body: AgentSays) -> AgentSays:
    """Return an agent's words with numbers of cards and identities hidden."""
    match body:
        case TextBody():
            return replace(body, text=masked(body.text, accounts=False))
        case ProductBody():
            return replace(body, title=masked(body.title, accounts=False))
        case LinkBody():
            title, text = (masked(said, accounts=False) for said in (body.title, body.text))
            return replace(body, title=title, text=text)


def post_agent_message(
    work: Work,
    agent_id: StaffId,
    *,
    conversation: str,
    client_id: ClientId,
    kind: MessageKind,
    body: AgentSays,
    fence: int | None,
) -> Posted:
    """Store an agent's reply or card, which need the fence, or an internal note, which does not.

    A note goes to agents alone: its audience is decided here, by its kind, and nowhere else.

    Raises:
        Refusal: `not_found`, `not_assigned`, `resolved`, `client_id_conflict`.
    """
    key = f"a{agent_id}"
    body = _fit_to_show(body)
    again = _already_sent(work, key, client_id, kind=kind, body=body)
    if again is not None:
        return again
    agent, seen = find_for_agent(work, agent_id, conversation)
    is_reply = kind is not MessageKind.NOTE
    if is_reply:
        check_agent_may_write(seen, agent_id, fence)
    locked = conversations.lock(work.connection, seen.id)
    if is_reply:
        check_agent_may_write(locked, agent_id, fence)
    message = work.say(
        locked,
        author=as_author(agent),
        body=body,
        kind=kind,
        audience=Audience.EVERYONE if is_reply else Audience.AGENTS,
        author_key=key,
        client_id=client_id,
        also={"agent_seen_seq": messages.NEXT_SEQ, "answer_due_since_ms": None}
        if is_reply
        else None,
    )
    if is_reply and locked.answers_to:
        answers.wake(work.connection, locked.id, due_ms=work.now_ms + QUIET_MS)
    return posted(message, duplicate=False)


def mark_seen_by_visitor(work: Work, visitor: Visitor, public_id: str, seq: int) -> None:
    """Record how far the visitor has read; never back, never beyond what there is.

    Raises:
        Refusal: `not_found`.
    """
    found = conversations.find_of_visitor(work.connection, visitor.id, public_id)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    seen = min(seq, found.last_public_seq)
    if seen > found.visitor_seen_seq:
        conversations.change(
            work.connection,
            found.id,
            now_ms=work.now_ms,
            state_changed=False,
            visitor_seen_seq=seen,
        )
        _tell_seen(work, found, visitor_seen=seen)


def mark_seen_by_agent(work: Work, agent_id: StaffId, public_id: str, seq: int) -> None:
    """Record how far people have read; only the holder's reading counts while it is open.

    Raises:
        Refusal: `not_found`.
    """
    _agent, found = find_for_agent(work, agent_id, public_id)
    if found.status is Status.OPEN and found.holder != agent_id:
        return
    seen = min(seq, found.last_seq)
    if found.status is Status.OPEN and seen > found.agent_seen_seq:
        conversations.change(
            work.connection, found.id, now_ms=work.now_ms, state_changed=False, agent_seen_seq=seen
        )
        _tell_seen(work, found, agent_seen=seen)


def _tell_seen(
    work: Work, found: Conversation, *, visitor_seen: int = 0, agent_seen: int = 0
) -> None:
    work.facts.append(
        SeenMoved(
            found.id,
            found.public_id,
            seen_by_agent=max(found.agent_seen_seq, agent_seen),
            seen_by_visitor=max(found.visitor_seen_seq, visitor_seen),
            by_agent=agent_seen > 0,
        )
    )
