"""What a visitor's socket may ask for, each by one function named as its event."""

from chatserver.domain.ids import ClientId
from chatserver.domain.messages import Author, AuthorKind, TextBody
from chatserver.domain.people import Visitor
from chatserver.errors import Code, Refusal
from chatserver.protocol import client_events as client
from chatserver.protocol import server_events as server
from chatserver.protocol.fields import check_text
from chatserver.protocol.registry import AGENT
from chatserver.realtime import rooms, views
from chatserver.realtime.connections import Connection
from chatserver.realtime.edge import Edge, expect
from chatserver.services import ending, opening, posting, sync, visitors
from chatserver.storage import conversations


def _visitor(connection: Connection) -> Visitor:
    return expect(connection.visitor)


async def visitor_start(
    edge: Edge, connection: Connection, event: client.VisitorStart
) -> client.VisitorStarted:
    """Make a visitor of this socket, at the first message and not before."""
    site = expect(connection.site)
    if connection.visitor is not None:
        raise Refusal(Code.BAD_REQUEST, "This connection is a visitor's already.")
    if event.site != site.key:
        raise Refusal(Code.NOT_FOUND)
    word = None if event.identity is None else await edge.word_of(site, event.identity)
    await edge.rates.check_start(connection.address)
    started = await edge.chat.do(
        visitors.start_visitor,
        site,
        language=event.language,
        device=connection.device,
        days=edge.settings.visitor_days,
        word=word,
    )
    connection.token_hash = visitors.hash_token(started.token)
    connection.identified = word is not None
    edge.connections.identify(connection, started.visitor)
    await edge.join(connection, rooms.visitor(started.visitor.id))
    if event.page is not None:
        await edge.chat.do(
            visitors.view_page, started.visitor, url=event.page.url, title=event.page.title
        )
    return client.VisitorStarted(token=started.token)


async def message_send(
    edge: Edge, connection: Connection, event: client.VisitorMessageSend
) -> client.MessageSent:
    """Store a visitor's message and say where it landed."""
    visitor = _visitor(connection)
    check_text(event.body.text)
    edge.rates.check_send(visitor.id)
    done = await edge.chat.do_with_others(
        posting.post_visitor_says,
        posting.post_visitor_messages,
        posting.VisitorSays(
            visitor,
            event.conversation,
            ClientId(event.client_id),
            TextBody(event.body.text, event.body.choice, event.body.reply_to),
        ),
    )
    return client.MessageSent(
        conversation=done.conversation, seq=done.seq, at_ms=done.at_ms, duplicate=done.duplicate
    )


async def conversation_sync(
    edge: Edge, connection: Connection, event: client.ConversationSync
) -> client.VisitorSync:
    """Return what this visitor misses."""
    wants = [(want.conversation, want.epoch, want.after) for want in event.wants]
    latest = {want.conversation: want.latest for want in event.wants if want.latest}
    answers = await edge.chat.read(
        sync.sync_visitor, _visitor(connection), wants, now_ms=edge.now_ms(), latest=latest
    )
    return client.VisitorSync(
        conversations=tuple(
            client.VisitorSynced(
                conversation=answer.conversation,
                epoch=edge.epoch,
                head=answer.head,
                state=views.visitor_conversation(answer.visitor_state)
                if answer.visitor_state
                else None,
                messages=edge.messages_for_visitor(answer.messages),
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
    """Record how far the visitor has read."""
    await edge.chat.do(
        posting.mark_seen_by_visitor, _visitor(connection), event.conversation, event.seq
    )
    return client.Done()


async def typing_set(edge: Edge, connection: Connection, event: client.TypingSet) -> client.Done:
    """Show agents that the visitor types; never what."""
    visitor = _visitor(connection)
    found = await edge.chat.read(conversations.find_of_visitor, visitor.id, event.conversation)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    if edge.may_show_typing(connection, event.typing):
        await edge.emit(
            "typing_changed",
            server.TypingChanged(
                conversation=found.public_id,
                author=views.author(Author(AuthorKind.VISITOR, visitor.name)),
                typing=event.typing,
            ),
            room=rooms.agents(found.id),
            namespace=AGENT,
        )
    return client.Done()


async def page_viewed(edge: Edge, connection: Connection, event: client.PageViewed) -> client.Done:
    """Add a page of the shop to the visitor's trail."""
    await edge.chat.do(
        visitors.view_page, _visitor(connection), url=event.page.url, title=event.page.title
    )
    return client.Done()


async def handoff_request(
    edge: Edge, connection: Connection, event: client.HandoffRequest
) -> client.MessageSent:
    """Honour the wish for a person."""
    visitor = _visitor(connection)
    edge.rates.check_send(visitor.id)
    message, duplicate = await edge.chat.do(
        opening.request_person,
        visitor,
        conversation=event.conversation,
        client_id=ClientId(event.client_id),
    )
    done = posting.posted(message, duplicate=duplicate)
    return client.MessageSent(
        conversation=done.conversation, seq=done.seq, at_ms=done.at_ms, duplicate=done.duplicate
    )


async def conversation_leave(
    edge: Edge, connection: Connection, event: client.ConversationLeave
) -> client.MessageSent:
    """End the conversation for its visitor."""
    message, duplicate = await edge.chat.do(
        ending.leave,
        _visitor(connection),
        event.conversation,
        client_id=ClientId(event.client_id),
    )
    return client.MessageSent(
        conversation=message.conversation_public,
        seq=message.seq,
        at_ms=message.at_ms,
        duplicate=duplicate,
    )


async def transcript_link(
    edge: Edge, connection: Connection, event: client.TranscriptLink
) -> client.TranscriptLinks:
    """Make links to the visitor's own transcript that expire."""
    found = await edge.chat.read(
        conversations.find_of_visitor, _visitor(connection).id, event.conversation
    )
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    path = edge.transcript_path(found.public_id, found.language)
    return client.TranscriptLinks(view=path, text=f"{path}.txt")
