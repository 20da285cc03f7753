"""What an agent's socket may ask for beside talking: files and what was said long ago."""

from chatserver.domain.messages import Audience
from chatserver.errors import Code, Refusal
from chatserver.protocol import client_asks as asks
from chatserver.realtime.connections import Connection
from chatserver.realtime.edge import Edge, expect
from chatserver.services import files, reading


async def history_get(edge: Edge, connection: Connection, event: asks.HistoryGet) -> asks.History:
    """Return what was said earlier."""
    found = await edge.chat.read(reading.find_visible, expect(connection.agent), event.conversation)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    lines = await edge.chat.read(
        reading.history, found, event.before, limit=event.limit, audience=Audience.AGENTS
    )
    return asks.History(
        conversation=found.public_id, epoch=edge.epoch, messages=edge.messages_for_agent(lines)
    )


async def file_offer(
    edge: Edge, connection: Connection, event: asks.AgentFileOffer
) -> asks.FileOffered:
    """Give leave to send a file to a conversation the agent may see; the fence is looked at later."""
    agent = expect(connection.agent)
    files.check_offer(event.name, event.size)
    if event.conversation is None:
        raise Refusal(Code.BAD_REQUEST)
    if await edge.chat.read(reading.find_visible, agent, event.conversation) is None:
        raise Refusal(Code.NOT_FOUND)
    grant = files.Grant(
        "agent", agent, event.conversation, event.client_id, event.name, event.fence
    )
    return asks.FileOffered(upload=f"/upload/{edge.files.sign_grant(grant)}")


async def file_links(
    edge: Edge, connection: Connection, event: asks.FileLinksGet
) -> asks.FileLinks:
    """Return addresses of a conversation's files."""
    found = await edge.chat.read(reading.find_visible, expect(connection.agent), event.conversation)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return await edge.links_of(found, event.files)
