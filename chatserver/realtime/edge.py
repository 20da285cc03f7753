"""What event handlers work with: the chat, who is connected, and the one way to emit."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec
import orjson

from chatserver.domain.conversations import Conversation
from chatserver.domain.ids import PublicId, VisitorId
from chatserver.domain.messages import Audience, Message
from chatserver.domain.sites import Site
from chatserver.errors import Code, Refusal
from chatserver.protocol import client_asks as asks
from chatserver.protocol.fields import Fact
from chatserver.protocol.messages import MessageView
from chatserver.realtime import rooms, views
from chatserver.realtime.connections import MAX_FOLLOWED, Connection, Connections
from chatserver.realtime.envelope import Emit, Order, What
from chatserver.realtime.fanout import Fanout
from chatserver.realtime.rates import Rates
from chatserver.realtime.socket_server import SocketServer
from chatserver.services import identifying
from chatserver.services.answer_letters import AnswerLetters
from chatserver.services.chat import Chat
from chatserver.services.file_links import FileLinks
from chatserver.services.identity_words import Word, read_word
from chatserver.services.transcript_mail import TranscriptLetters
from chatserver.settings import Settings
from chatserver.storage import files as stored_files

T = TypeVar("T")

encode: Callable[[Fact], bytes] = msgspec.json.Encoder().encode
"""Word a fact as it travels."""

TYPING_INTERVAL_S = 1.0
"""Typing hints of one connection closer together than this are not passed on."""


def expect(value: T | None) -> T:
    """Return what a connection must have for this event.

    Raises:
        Refusal: `unauthenticated`.
    """
    if value is None:
        raise Refusal(Code.UNAUTHENTICATED)
    return value


@dataclass(slots=True)
class Edge:
    """Everything a handler may touch.

    Args:
        epoch: of the database, for messages on the wire.
        files: signs leave to send files, and addresses under which they are had.
        transcript_path: makes the signed path to a visitor's own transcript, in a language.
        letters: mails visitors their transcripts; None where no mail is sent.
        answers: mails answers to who did not wait; None where none can be.
        fanout: the line to other processes, where there may be any.
    """

    chat: Chat
    settings: Settings
    rates: Rates
    epoch: str
    transcript_path: Callable[[PublicId, str], str]
    files: FileLinks
    connections: Connections = field(default_factory=Connections)
    server: SocketServer | None = None
    letters: TranscriptLetters | None = None
    answers: AnswerLetters | None = None
    fanout: Fanout | None = None
    draining: bool = False

    def now_ms(self) -> int:
        """Return the time, milliseconds UTC."""
        return self.chat.clock.now_ms()

    async def emit(
        self, name: str, fact: Fact, *, room: str, namespace: str, skip: str | None = None
    ) -> None:
        """Send a fact to a room, in whichever processes it has sockets; best effort."""
        self.send(name, encode(fact), room=room, to=namespace, skip=skip)

    def send(
        self, name: str, worded: bytes, *, room: str, to: str, skip: str | None = None
    ) -> None:
        """Send what is worded already; to: the namespace."""
        if self.fanout is not None and self.fanout.wants(room):
            self.fanout.emit(room, Emit(name, to, msgspec.Raw(worded)))
        self._send_here(name, worded, room=room, to=to, skip=skip)

    def _send_here(
        self, name: str, worded: bytes | msgspec.Raw, *, room: str, to: str, skip: str | None = None
    ) -> None:
        assert self.server is not None
        members = self.server.manager
        if members.has(to, room):
            frames = self.server.encode_event(to, name, (orjson.Fragment(worded),))
            members.deliver(to, room, frames, skip=skip)

    async def emit_here(self, name: str, fact: Fact, *, room: str, namespace: str) -> None:
        """Send a fact to the sockets that this process has in a room; best effort."""
        self._send_here(name, encode(fact), room=room, to=namespace)

    def send_heard(self, room: str, emit: Emit) -> None:
        """Send what another process worded to this process's sockets in a room."""
        self._send_here(emit.name, bytes(emit.data), room=room, to=emit.namespace)

    async def tell(self, connection: Connection, name: str, fact: Fact) -> None:
        """Send a fact to one socket; best effort."""
        self._send_here(name, encode(fact), room=connection.sid, to=connection.namespace)

    def order(self, what: What, id: int = 0, *, room: str | None = None) -> None:
        """Let other processes look at something: those that have a room, or all of them."""
        if self.fanout is not None:
            self.fanout.order(room, Order(what, id))

    async def ask(
        self, connection: Connection, name: str, fact: Fact, acked: Callable[[], None]
    ) -> None:
        """Send a fact to one socket and run `acked` when, and if, it acknowledges."""
        assert self.server is not None
        await self.server.emit(
            name,
            orjson.Fragment(encode(fact)),
            to=connection.sid,
            namespace=connection.namespace,
            callback=lambda *_: acked(),
        )

    async def join(self, connection: Connection, room: str) -> None:
        """Let a socket hear a room; nobody but the server joins anyone."""
        assert self.server is not None
        await self.server.enter_room(connection.sid, room, namespace=connection.namespace)
        if self.fanout is not None and room not in connection.rooms and self._lives(connection):
            connection.rooms.add(room)
            await self.fanout.join(room)

    def _lives(self, connection: Connection) -> bool:
        return self.connections.get(connection.sid) is connection

    async def leave(self, connection: Connection, room: str) -> None:
        """Let a socket hear a room no more."""
        assert self.server is not None
        await self.server.leave_room(connection.sid, room, namespace=connection.namespace)
        self._left(connection, room)

    def _left(self, connection: Connection, room: str) -> None:
        if self.fanout is not None and room in connection.rooms:
            connection.rooms.discard(room)
            self.fanout.leave(room)

    def gone(self, connection: Connection) -> None:
        """Note that a socket has ended, and hears no room any more."""
        for room in list(connection.rooms):
            self._left(connection, room)

    async def is_anywhere(self, visitor: VisitorId) -> bool:
        """Whether a visitor has the chat open in any process, as far as can be known."""
        if self.connections.of_visitor(visitor):
            return True
        return self.fanout is not None and await self.fanout.has_listeners(rooms.visitor(visitor))

    async def follow(self, connection: Connection, conversation: Conversation) -> None:
        """Let an agent's socket hear a conversation; the one followed longest makes room."""
        connection.followed.pop(conversation.id, None)
        connection.followed[conversation.id] = conversation.public_id
        await self.join(connection, rooms.agents(conversation.id))
        if len(connection.followed) > MAX_FOLLOWED:
            oldest = next(iter(connection.followed))
            del connection.followed[oldest]
            await self.leave(connection, rooms.agents(oldest))

    async def unfollow(self, connection: Connection, conversation: Conversation) -> None:
        """End what an agent may not see any more, on the live socket."""
        if connection.followed.pop(conversation.id, None) is not None:
            await self.leave(connection, rooms.agents(conversation.id))

    def may_show_typing(self, connection: Connection, typing: bool) -> bool:
        """Whether a typing hint is passed on; the end of typing always is."""
        now = self.chat.clock.monotonic()
        if typing and now - connection.typing_at < TYPING_INTERVAL_S:
            return False
        connection.typing_at = now if typing else 0.0
        return True

    def messages_for_visitor(self, found: Iterable[Message]) -> tuple[MessageView, ...]:
        """Return messages as a visitor sees them; what is for agents is not among them."""
        return tuple(
            views.message(item, epoch=self.epoch, audience=Audience.EVERYONE)
            for item in found
            if item.audience is Audience.EVERYONE
        )

    def messages_for_agent(self, found: Iterable[Message]) -> tuple[MessageView, ...]:
        """Return messages as agents see them."""
        return tuple(
            views.message(item, epoch=self.epoch, audience=Audience.AGENTS) for item in found
        )

    async def links_of(self, conversation: Conversation, wanted: Iterable[str]) -> asks.FileLinks:
        """Return addresses of those of a conversation's files that are wanted and still there."""
        there = await self.chat.read(stored_files.of_conversation, conversation.id)
        known = {file.public_id for file in there} & set(wanted)
        return asks.FileLinks(links={file: self.files.sign_file(file) for file in known})

    async def word_of(self, site: Site, signed: str) -> Word:
        """Return what a site says in a signed word.

        Raises:
            Refusal: `identity_refused`.
        """
        now_ms = self.now_ms()
        believed = await self.chat.read(
            identifying.secrets_of, site.id, self.settings.secret_key, now_ms=now_ms
        )
        return read_word(signed, believed, site=site.key, now_ms=now_ms)

    async def forget_visitor(self, connection: Connection, *, after_s: float = 0) -> None:
        """Close the socket of a visitor who is no more.

        Args:
            after_s: time for what is still to be acknowledged.
        """
        assert self.server is not None
        await asyncio.sleep(after_s)
        await self.server.disconnect(connection.sid, namespace=connection.namespace)

    def agents_connections(self) -> list[Connection]:
        """Return the agents' sockets here."""
        return self.connections.of_agents()
