"""What an agent's socket may ask for, each by one function named as its event."""

from chatserver.domain.ids import ClientId, StaffId
from chatserver.domain.messages import Author, AuthorKind, MessageKind, TextBody
from chatserver.domain.people import Availability
from chatserver.errors import Code, Refusal
from chatserver.protocol import agent_events as agents
from chatserver.protocol import client_events as client
from chatserver.protocol import server_events as server
from chatserver.protocol.fields import check_text
from chatserver.protocol.registry import AGENT, VISITOR
from chatserver.realtime import rooms, views
from chatserver.realtime.connections import Connection
from chatserver.realtime.edge import Edge, expect
from chatserver.services import assigning, ending, posting, presence, sight, sync
from chatserver.services import drafts as drafting
from chatserver.storage import conversations


def _agent(connection: Connection) -> StaffId:
    return expect(connection.agent)


def _assigned(assignment: assigning.Assignment) -> agents.Assigned:
    return agents.Assigned(conversation=assignment.conversation, fence=assignment.fence)


async def message_send(
    edge: Edge, connection: Connection, event: client.AgentMessageSend
) -> client.MessageSent:
    """Store a reply or a note."""
    check_text(event.body.text)
    done = await edge.chat.do(
        posting.post_agent_message,
        _agent(connection),
        conversation=event.conversation,
        client_id=ClientId(event.client_id),
        kind=MessageKind(event.kind),
        body=TextBody(event.body.text, reply_to=event.body.reply_to),
        fence=event.fence,
    )
    return client.MessageSent(
        conversation=done.conversation, seq=done.seq, at_ms=done.at_ms, duplicate=done.duplicate
    )


async def conversation_sync(
    edge: Edge, connection: Connection, event: client.ConversationSync
) -> client.AgentSync:
    """Return what this agent misses; the socket follows what it asked for from now on.

    It follows before it reads: overlap gives duplicates, which are dropped; the other order holes.
    """
    agent = _agent(connection)
    for want in event.wants:
        found = await edge.chat.read(conversations.find_visible, agent, want.conversation)
        if found is not None:
            await edge.follow(connection, found)
    wants = [(want.conversation, want.epoch, want.after) for want in event.wants]
    latest = {want.conversation: want.latest for want in event.wants if want.latest}
    answers = await edge.chat.read(sync.sync_agent, agent, wants, latest=latest)
    return client.AgentSync(
        conversations=tuple(
            client.AgentSynced(
                conversation=answer.conversation,
                epoch=edge.epoch,
                head=answer.head,
                state=views.agent_conversation(answer.agent_state) if answer.agent_state else None,
                messages=edge.messages_for_agent(answer.messages),
                more=answer.more,
                reset=answer.reset,
                missing=answer.missing,
            )
            for answer in answers
        )
    )


async def messages_seen(
    edge: Edge, connection: Connection, event: client.MessagesSeen
) -> client.Done:
    """Record how far people have read."""
    await edge.chat.do(
        posting.mark_seen_by_agent, _agent(connection), event.conversation, event.seq
    )
    return client.Done()


async def typing_set(edge: Edge, connection: Connection, event: client.TypingSet) -> client.Done:
    """Show that the agent types: a reply to visitor and colleagues, a note to colleagues only."""
    agent = _agent(connection)
    found = await edge.chat.read(conversations.find_visible, agent, event.conversation)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    if not edge.may_show_typing(connection, event.typing):
        return client.Done()
    typing = server.TypingChanged(
        conversation=found.public_id,
        author=views.author(
            Author(AuthorKind.AGENT, connection.agent_name, connection.agent_public_id)
        ),
        typing=event.typing,
        note=event.note,
    )
    await edge.emit(
        "typing_changed",
        typing,
        room=rooms.agents(found.id),
        namespace=AGENT,
        skip=connection.sid,
    )
    if not event.note and found.holder == agent:
        await edge.emit(
            "typing_changed", typing, room=rooms.visitor(found.visitor), namespace=VISITOR
        )
    return client.Done()


async def queue_sync(edge: Edge, connection: Connection, event: agents.QueueSync) -> agents.Queue:
    """Return the whole picture."""
    now_ms = edge.now_ms()
    picture = await edge.chat.read(sight.queue, _agent(connection), now_ms=now_ms)
    return views.queue(picture, now_ms=now_ms)


async def availability_set(
    edge: Edge, connection: Connection, event: agents.AvailabilitySet
) -> client.Done:
    """Declare yourself."""
    await edge.chat.do(presence.declare, _agent(connection), Availability(event.availability))
    return client.Done()


async def offer_accept(
    edge: Edge, connection: Connection, event: agents.OfferAccept
) -> agents.Assigned:
    """Accept your offer, or take what was offered."""
    return _assigned(
        await edge.chat.do(assigning.accept_offer, _agent(connection), event.conversation)
    )


async def offer_decline(
    edge: Edge, connection: Connection, event: agents.OfferDecline
) -> client.Done:
    """Let the next one have it."""
    await edge.chat.do(assigning.decline_offer, _agent(connection), event.conversation)
    return client.Done()


async def conversation_take(
    edge: Edge, connection: Connection, event: agents.ConversationTake
) -> agents.Assigned:
    """Take from the queue or from the bot."""
    return _assigned(await edge.chat.do(assigning.take, _agent(connection), event.conversation))


async def conversation_transfer(
    edge: Edge, connection: Connection, event: agents.ConversationTransfer
) -> client.MessageSent:
    """Give it to somebody else."""
    message = await edge.chat.do(
        assigning.transfer,
        _agent(connection),
        event.conversation,
        fence=event.fence,
        client_id=ClientId(event.client_id),
        to_agent=event.agent,
        to_team=event.team,
        reason=event.reason,
    )
    return client.MessageSent(
        conversation=message.conversation_public,
        seq=message.seq,
        at_ms=message.at_ms,
        duplicate=False,
    )


async def conversation_resolve(
    edge: Edge, connection: Connection, event: agents.ConversationResolve
) -> client.Done:
    """Mark as resolved."""
    await edge.chat.do(ending.resolve, _agent(connection), event.conversation, fence=event.fence)
    return client.Done()


async def conversation_reopen(
    edge: Edge, connection: Connection, event: agents.ConversationReopen
) -> agents.Assigned:
    """Take up a resolved conversation again."""
    return _assigned(await edge.chat.do(ending.reopen, _agent(connection), event.conversation))


async def draft_save(edge: Edge, connection: Connection, event: agents.DraftSave) -> client.Done:
    """Keep what is half written."""
    await edge.chat.do(drafting.save_draft, _agent(connection), event.conversation, text=event.text)
    return client.Done()


async def context_get(
    edge: Edge, connection: Connection, event: agents.ContextGet
) -> agents.Context:
    """Return what is known of the visitor."""
    found = await edge.chat.read(conversations.find_visible, _agent(connection), event.conversation)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    known = await edge.chat.read(sight.card, found, now_ms=edge.now_ms())
    return views.card(known, online=await edge.is_anywhere(found.visitor))
