"""What an agent's socket may ask for beside talking: cards, files and what was said long ago."""

from chatserver.domain.cards import LinkBody, ProductBody, clean_line, web_page
from chatserver.domain.ids import ClientId
from chatserver.domain.messages import MessageKind
from chatserver.errors import Code, Refusal
from chatserver.protocol import client_asks as asks
from chatserver.protocol import client_events as client
from chatserver.protocol.fields import check_text
from chatserver.realtime.connections import Connection
from chatserver.realtime.edge import Edge, expect
from chatserver.services import files, pages, posting
from chatserver.services.file_links import Grant
from chatserver.storage import conversations


async def history_get(edge: Edge, connection: Connection, event: asks.HistoryGet) -> asks.History:
    """Return what was said earlier."""
    page = await edge.chat.read(
        pages.for_agent,
        expect(connection.agent),
        event.conversation,
        event.before,
        limit=event.limit,
    )
    if page is None:
        raise Refusal(Code.NOT_FOUND)
    return asks.History(
        conversation=event.conversation, epoch=edge.epoch, messages=edge.messages_for_agent(page)
    )


async def card_send(edge: Edge, connection: Connection, event: asks.CardSend) -> client.MessageSent:
    """Show the visitor a product or a page."""
    body = card_of(event)
    done = await edge.chat.do(
        posting.post_agent_message,
        expect(connection.agent),
        conversation=event.conversation,
        client_id=ClientId(event.client_id),
        kind=MessageKind.LINK if isinstance(body, LinkBody) else MessageKind.PRODUCT,
        body=body,
        fence=event.fence,
    )
    return client.MessageSent(
        conversation=done.conversation, seq=done.seq, at_ms=done.at_ms, duplicate=done.duplicate
    )


def card_of(event: asks.CardSend) -> ProductBody | LinkBody:
    """Return the card that an agent means.

    Raises:
        Refusal: `bad_request`, with `field:<name>` as its message where one field is at fault.
    """
    product, link = event.product, event.link
    if product is not None and link is None:
        return ProductBody(
            _line(product.title, "title"),
            _page(product.url, "url"),
            product.price_kurus,
            product.stock,
            _page(product.image, "image") if product.image else "",
            _line(product.sku, "sku") if product.sku else "",
        )
    if link is not None and product is None:
        text = _line(link.text, "text") if link.text else ""
        return LinkBody(_line(link.title, "title"), _page(link.url, "url"), text)
    raise Refusal(Code.BAD_REQUEST)


def _line(text: str, field: str) -> str:
    line = clean_line(check_text(text))
    if not line:
        raise Refusal(Code.BAD_REQUEST, f"field:{field}")
    return line


def _page(url: str, field: str) -> str:
    page = web_page(url)
    if not page:
        raise Refusal(Code.BAD_REQUEST, f"field:{field}")
    return page


async def file_offer(
    edge: Edge, connection: Connection, event: asks.AgentFileOffer
) -> asks.FileOffered:
    """Give leave to send a file to a conversation the agent may see; the fence is looked at later."""
    agent = expect(connection.agent)
    files.check_offer(event.name, event.size)
    if event.conversation is None:
        raise Refusal(Code.BAD_REQUEST)
    if await edge.chat.read(conversations.find_visible, agent, event.conversation) is None:
        raise Refusal(Code.NOT_FOUND)
    grant = Grant("agent", agent, event.conversation, event.client_id, event.name, event.fence)
    return asks.FileOffered(upload=f"/upload/{edge.files.sign_grant(grant)}")


async def file_links(
    edge: Edge, connection: Connection, event: asks.FileLinksGet
) -> asks.FileLinks:
    """Return addresses of a conversation's files."""
    found = await edge.chat.read(
        conversations.find_visible, expect(connection.agent), event.conversation
    )
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return await edge.links_of(found, event.files)
