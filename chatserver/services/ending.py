"""How a conversation ends, is taken up again, or goes back to the queue.

The rest of the table "Status" of `docs/protocol.md`; its beginning is `opening.py`.
"""

from chatserver.domain.conversations import (
    Conversation,
    ResolvedBy,
    Status,
    check_agent_may_write,
)
from chatserver.domain.ids import ClientId, ConversationId, StaffId
from chatserver.domain.messages import (
    ActivityType,
    Author,
    AuthorKind,
    Message,
)
from chatserver.domain.people import Agent, Visitor
from chatserver.errors import Code, Refusal
from chatserver.services.assigning import Assignment
from chatserver.services.opening import as_visitor_author, author_key
from chatserver.services.routing import (
    as_author,
    find_for_agent,
    make_offer,
    reserve_agent,
    turn_bot_on,
    withdraw_offer,
)
from chatserver.services.work import Work
from chatserver.storage import agents, conversations, messages, sites


def resolve(work: Work, agent_id: StaffId, public_id: str, *, fence: int) -> None:
    """Mark an agent's conversation as resolved.

    Raises:
        Refusal: `not_found`, `not_assigned`, `resolved`.
    """
    _agent, seen = find_for_agent(work, agent_id, public_id)
    check_agent_may_write(seen, agent_id, fence)
    agent = agents.lock(work.connection, agent_id)
    conversation = conversations.lock(work.connection, seen.id)
    check_agent_may_write(conversation, agent_id, fence)
    _resolve(work, conversation, ResolvedBy.AGENT, author=as_author(agent))


def leave(
    work: Work, visitor: Visitor, public_id: str, *, client_id: ClientId
) -> tuple[Message, bool]:
    """End the conversation for its visitor.

    Returns:
        The activity that tells it, and whether it was sent before.

    Raises:
        Refusal: `not_found`.
    """
    sent = messages.find_sent(work.connection, author_key(visitor), client_id)
    if sent is not None:
        return sent[0], True
    found = conversations.find_of_visitor(work.connection, visitor.id, public_id)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    conversation = conversations.lock(work.connection, found.id)
    return (
        _resolve(
            work,
            conversation,
            ResolvedBy.VISITOR,
            author=as_visitor_author(visitor),
            key=author_key(visitor),
            client_id=client_id,
        ),
        False,
    )


def resolve_idle(work: Work, conversation_id: ConversationId, *, before_ms: int) -> None:
    """Resolve what nobody wrote in for a day; who waits, here or by mail, is never idle."""
    conversation = conversations.lock(work.connection, conversation_id)
    if (
        conversation.status in {Status.BOT, Status.OPEN}
        and conversation.last_message_ms <= before_ms
        and not conversation.owes_mail
    ):
        _resolve(work, conversation, ResolvedBy.IDLE)


def close_by_bot(work: Work, conversation_id: ConversationId) -> None:
    """Resolve what a rule of the shop closes; what people hold stays theirs."""
    conversation = conversations.lock(work.connection, conversation_id)
    if conversation.status in {Status.BOT, Status.WAITING}:
        _resolve(work, conversation, ResolvedBy.BOT)


def _resolve(
    work: Work,
    conversation: Conversation,
    by: ResolvedBy,
    *,
    author: Author | None = None,
    key: str = "",
    client_id: ClientId | None = None,
) -> Message:
    if conversation.status is Status.RESOLVED:
        return work.tell_activity(
            conversation, ActivityType.RESOLVED, reason=by, author_key=key, client_id=client_id
        )
    withdraw_offer(work, conversation)
    if conversation.holder is not None:
        agents.lower_load(work.connection, conversation.holder, now_ms=work.now_ms)
        work.agent_changed(conversation.holder)
    name = author.name if author else ""
    activity = work.tell_activity(
        conversation,
        ActivityType.RESOLVED,
        actor=name,
        reason=by,
        author=author or Author(AuthorKind.SYSTEM),
        author_key=key,
        client_id=client_id,
    )
    work.change(
        conversation,
        status=Status.RESOLVED,
        holder_id=None,
        bot_active=False,
        fence=conversation.fence + 1,
        resolved_ms=work.now_ms,
        resolved_by=by,
        waiting_since_ms=None,
        patience_due_ms=None,
        answer_due_since_ms=None,
        bot_answered_seq=activity.seq,
        bot_wanted_seq=activity.seq,
    )
    work.queue_changed()
    return activity


def reopen(work: Work, agent_id: StaffId, public_id: str) -> Assignment:
    """Take up a resolved conversation again, for the agent who asks.

    Raises:
        Refusal: `not_found`, `taken` (not resolved, or the visitor has another one), `full`.
    """
    agent, seen = find_for_agent(work, agent_id, public_id)
    if seen.status is Status.OPEN and seen.holder == agent_id:
        return Assignment(seen.public_id, seen.fence)
    if seen.status is not Status.RESOLVED:
        raise Refusal(Code.TAKEN)
    if not agents.raise_load_by_choice(work.connection, agent_id):
        raise Refusal(Code.FULL)
    if conversations.unresolved_of(work.connection, seen.visitor) is not None:
        raise Refusal(Code.TAKEN)
    conversation = conversations.lock(work.connection, seen.id)
    if conversation.status is not Status.RESOLVED:
        raise Refusal(Code.TAKEN)
    work.tell_activity(
        conversation, ActivityType.REOPENED, actor=agent.name, author=as_author(agent)
    )
    changed = work.change(
        conversation,
        status=Status.OPEN,
        holder_id=agent_id,
        last_agent_id=agent_id,
        fence=conversation.fence + 1,
        bot_active=False,
        resolved_ms=None,
        resolved_by="",
        last_message_ms=work.now_ms,
    )
    work.queue_changed()
    work.agent_changed(agent_id)
    return Assignment(changed.public_id, changed.fence)


def give_back(work: Work, conversation_id: ConversationId, agent: Agent, why: ActivityType) -> None:
    """Return a conversation whose agent vanished (`agent_lost`) or signed out (`agent_left`).

    It keeps its original waiting time; the visitor is told; the bot speaks where nobody suitable
    is free. The agent's row must be locked.
    """
    seen = conversations.get(work.connection, conversation_id)
    settings = sites.get(work.connection, seen.site).settings
    other = reserve_agent(work, seen.team, asked_last=agent.id)
    conversation = conversations.lock(work.connection, conversation_id)
    if conversation.holder != agent.id:
        if other is not None:
            agents.lower_load(work.connection, other.id, now_ms=other.idle_since_ms)
        return
    agents.lower_load(work.connection, agent.id, now_ms=work.now_ms)
    changed = work.change(
        conversation,
        status=Status.WAITING,
        holder_id=None,
        asked_last_id=agent.id,
        fence=conversation.fence + 1,
        waiting_since_ms=conversation.waiting_since_ms or work.now_ms,
        patience_due_ms=work.now_ms + settings.patience_s * 1000 if other else None,
        bot_active=False,
    )
    if other is not None:
        work.tell_activity(changed, why, actor=agent.name)
        make_offer(work, changed, other, settings)
    else:
        turn_bot_on(work, changed, why, actor=agent.name)
    work.queue_changed()
