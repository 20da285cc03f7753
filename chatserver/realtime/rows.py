"""The rows of the agents' lists: told at once where a state changed, and paced where only words did.

A row shows the last words and how much is unread; it is read from the database for everybody in one
go. A busy conversation has it told once a second, all of them together four times a second, and a
message that comes alone at once. Where more change than anybody could read, each has to wait a
little longer, so that lists never hold up the messages themselves.
"""

import asyncio
from collections.abc import Iterable

import structlog

from chatserver.domain.conversations import Conversation
from chatserver.domain.ids import ConversationId
from chatserver.errors import Refusal
from chatserver.protocol import server_events as server
from chatserver.protocol.registry import AGENT
from chatserver.realtime import rooms, views
from chatserver.realtime.edge import Edge
from chatserver.realtime.pace import Pace
from chatserver.services.states import agent_states_of

ROUND_S = 0.25
"""Rows that changed by words alone are told in rounds; between two passes so long."""

ROW_S = 1.0
"""One row is not told again by words alone before that."""

MIN_TOLD = 50
"""So many rows are told in any round: two hundred a second."""

SHARE_TOLD = 8
"""Of more than that, every eighth: whichever waits is told within a few seconds."""

MAX_READ = 200
"""Rows read together."""

log = structlog.get_logger(__name__)


class Rows:
    """Tells agents how conversations stand."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._waiting: dict[ConversationId, None] = {}
        self._told_at: dict[ConversationId, float] = {}
        self._noted = asyncio.Event()
        # Who read first tells first, so that nobody is told an older state after a newer one.
        self._telling = asyncio.Lock()

    def note(self, conversation: ConversationId) -> None:
        """Have a row told soon."""
        self._waiting[conversation] = None
        self._noted.set()

    async def run(self) -> None:
        """Tell what was noted until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await self._noted.wait()
            try:
                await self.tell(self.due(loop.time()))
            except Refusal as refusal:
                # Nobody waits for this; the beacon repairs what was not told.
                log.warning("rows untold", code=refusal.code)
            except Exception:
                log.exception("rows untold")
            if not self._waiting:
                self._noted.clear()
            await asyncio.sleep(ROUND_S)

    def due(self, now: float) -> list[ConversationId]:
        """Return whose rows are to be told in this round, those who wait longest first."""
        for conversation, at in list(self._told_at.items()):
            if at <= now - ROW_S:
                del self._told_at[conversation]
        due = [item for item in self._waiting if item not in self._told_at]
        return due[: max(MIN_TOLD, len(due) // SHARE_TOLD)]

    async def drained(self) -> None:
        """Tell what waits, now."""
        await self.tell(list(self._waiting))

    async def tell(self, changed: Iterable[ConversationId]) -> None:
        """Tell agents how conversations stand."""
        ids = list(changed)
        now = asyncio.get_running_loop().time()
        for conversation in ids:
            self._waiting.pop(conversation, None)
            self._told_at[conversation] = now
        if not (self._edge.connections.agents() or self._edge.fanout is not None):
            return
        for start in range(0, len(ids), MAX_READ):
            async with self._telling:
                await self._tell(ids[start : start + MAX_READ])

    async def _tell(self, ids: list[ConversationId]) -> None:
        edge = self._edge
        states, revision = await edge.chat.read(agent_states_of, ids)
        pace = Pace()
        for state in states:
            await pace.breathe()
            conversation = state.conversation
            update = server.AgentConversationUpdated(
                state=views.agent_conversation(state), revision=revision
            )
            await edge.emit(
                "conversation_updated", update, room=rooms.team(conversation.team), namespace=AGENT
            )
            if conversation.holder is not None and any(
                conversation.team not in item.teams
                for item in edge.connections.of_agent(conversation.holder)
            ):
                await edge.emit(
                    "conversation_updated",
                    update,
                    room=rooms.agent(conversation.holder),
                    namespace=AGENT,
                )
            await self.unfollow_strangers(conversation)

    async def unfollow_strangers(self, conversation: Conversation) -> None:
        """End what agents may not see any more, on their live sockets."""
        for item in self._edge.agents_connections():
            if (
                conversation.id in item.followed
                and conversation.team not in item.teams
                and conversation.holder != item.agent
            ):
                await self._edge.unfollow(item, conversation)
