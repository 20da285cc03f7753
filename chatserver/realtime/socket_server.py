"""The Socket.IO server with its traps closed; knows no event, only how events travel.

What python-socketio does by itself and must not do here (each was seen in a running server):

- events of one client run concurrently: here in order, one at a time for each connection;
- a client's event *named* `connect` or `disconnect` runs our own handler with forged arguments:
  here a client's events never reach the library's handlers, they go through `dispatch` alone;
- a socket that never sends CONNECT lives for ever: here for five seconds;
- binary placeholders may announce any number of attachments: here there are no binary frames;
- whoever is refused because a namespace does not exist is told by a bare string, which clients can't
  read: here by an object with a `message`.

What is refused outright, who is hung up on, and why: docs/protocol.md.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import socketio
import structlog
from socketio import packet as library
from socketio.exceptions import ConnectionRefusedError as Refuse

from chatserver.realtime import codec, packets
from chatserver.realtime.engine import EngineServer
from chatserver.realtime.lines import Frame
from chatserver.realtime.memberships import Callback, Member, Memberships
from chatserver.realtime.packets import Malformed, Packet
from chatserver.realtime.requests import environ_of
from chatserver.realtime.transports import Transport

CONNECT_TIMEOUT_S = 5.0
"""How long a transport may stay open without an accepted namespace."""

MAX_FRAME_BYTES = 64 * 1024
MAX_REFUSED_CONNECTS = 5
MAX_CONNECTS = 32
"""So many times one transport may enter namespaces, leaving them in between."""

MAX_ATTACHMENTS = 10

log = structlog.get_logger(__name__)

Dispatch = Callable[[str, str, list[Any]], Awaitable[object]]
Accepted = Callable[[str, str], Awaitable[None]]


class SocketServer(socketio.AsyncServer):
    """A Socket.IO server that hands every client event to one function.

    A namespace exists when it has a `connect` handler (`on("connect", …, namespace=…)`), which is
    called with (sid, environ, auth) and refuses by raising `ConnectionRefusedError`; a `disconnect`
    handler is called with (sid, reason).

    Args:
        dispatch: (namespace, sid, [name, …arguments]) → what the acknowledgement carries; a tuple
            is several things.
        accepted: (namespace, sid), after the client was told that it is connected.
        opened, closed: told of each transport, by its id.
        connect_timeout_s: how long a transport may stay open outside of any namespace.
        binary: whether events may carry bytes; the product's do not.
        options: those of `EngineServer`.
    """

    def __init__(
        self,
        *,
        dispatch: Dispatch,
        accepted: Accepted,
        opened: Callable[[str, dict[str, Any]], None] = lambda eio_sid, environ: None,
        closed: Callable[[str], None] = lambda eio_sid: None,
        connect_timeout_s: float = CONNECT_TIMEOUT_S,
        binary: bool = False,
        max_http_buffer_size: int = MAX_FRAME_BYTES,
        **options: Any,
    ) -> None:
        super().__init__(
            client_manager=Memberships(),
            async_handlers=False,
            binary=binary,
            max_http_buffer_size=max_http_buffer_size,
            **options,
        )
        self._dispatch = dispatch
        self._accepted = accepted
        self._opened = opened
        self._closed = closed
        self._connect_timeout_s = connect_timeout_s
        self._binary = binary

    def _engineio_server_class(self) -> type[EngineServer]:
        return EngineServer

    @property
    def _members(self) -> Memberships:
        return self.manager  # type: ignore[no-any-return]

    # Transports come and go

    async def _handle_eio_connect(self, eio_sid: str, environ: dict[str, Any]) -> None:
        self._opened(eio_sid, environ)
        self._expect_connect(self.eio.sockets[eio_sid])

    def _expect_connect(self, transport: Transport) -> None:
        """Hang up on a transport unless it enters a namespace in time."""
        if transport.deadline is None and not transport.closed:
            loop = asyncio.get_running_loop()
            transport.deadline = loop.call_later(
                self._connect_timeout_s, self._miss_connect, transport
            )

    def _miss_connect(self, transport: Transport) -> None:
        transport.deadline = None
        if not any(member.is_in for member in transport.members):
            log.info("socket closed", why="no connect in time")
            transport.shut(self.reason.SERVER_DISCONNECT)

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        self._closed(eio_sid)
        self._binary_packet.pop(eio_sid, None)
        for member in self.eio.sockets[eio_sid].members:
            try:
                await self._let_go(member, reason)
            except Exception:
                # A boundary as below: the other namespaces must be told all the same.
                log.exception("disconnect failed", namespace=member.namespace)

    def close_soon(self, eio_sid: str) -> None:
        """Hang up on a transport; those who listen are told in a moment."""
        transport = self.eio.sockets.get(eio_sid)
        if transport is not None:
            transport.shut(self.reason.SERVER_DISCONNECT)

    async def close_transport(self, eio_sid: str) -> None:
        """Hang up on a transport, by the library's habit of awaiting things."""
        self.close_soon(eio_sid)

    # In

    async def _handle_eio_message(self, eio_sid: str, data: Frame) -> None:
        transport: Transport = self.eio.sockets[eio_sid]
        try:
            if self._binary and (type(data) is not str or data[:1] in {"5", "6"}):
                packet = self._assemble(transport, data)
                if packet is None:
                    return
            elif type(data) is str and eio_sid not in self._binary_packet:
                packet = packets.decode(data)
            else:
                raise Malformed("bytes and text in the wrong order")
            match packet.kind:
                case packets.EVENT:
                    await self._take_event(transport, packet)
                case packets.ACK:
                    await self._take_ack(transport, packet)
                case packets.CONNECT:
                    await self._take_connect(transport, packet.namespace, packet.data)
                case _:
                    await self._take_disconnect(transport, packet.namespace)
        except Malformed:
            raise
        except Exception:
            # The edge's own boundary: we are wrong. The client comes back and asks again.
            log.exception("packet failed")
            transport.shut(self.reason.TRANSPORT_ERROR, code=1011)

    async def _take_connect(self, transport: Transport, namespace: str, auth: object) -> None:
        transport.connects += 1
        if transport.connects > MAX_CONNECTS:
            raise Malformed("too many connects")
        admit = self.handlers.get(namespace, {}).get("connect")
        if admit is None:
            self._refuse(transport, namespace, {"message": "Invalid namespace"})
            return
        member = self._members.enlist(transport, namespace)
        if member is None:
            raise Malformed("a second connect")
        try:
            await admit(member.sid, environ_of(transport.scope), auth)
        except Refuse as refusal:
            self._members.strike_off(member)
            self._refuse(transport, namespace, refusal.error_args)
            return
        except BaseException:
            self._members.strike_off(member)
            raise
        # From here on it counts as in, and so its leaving is told even if it has gone meanwhile.
        member.is_in = True
        if transport.deadline is not None:
            transport.deadline.cancel()
            transport.deadline = None
        transport.write(packets.connected(namespace, member.sid))
        await self._accepted(namespace, member.sid)

    def _refuse(self, transport: Transport, namespace: str, error: object) -> None:
        transport.write(packets.refused(namespace, error))
        transport.refused += 1
        if transport.refused >= MAX_REFUSED_CONNECTS:
            raise Malformed("too many refused connects")

    async def _take_disconnect(self, transport: Transport, namespace: str) -> None:
        member = self._members.of_transport(transport, namespace)
        if member is None:
            transport.stray()
            return
        await self._let_go(member, self.reason.CLIENT_DISCONNECT)
        if not transport.members:
            self._expect_connect(transport)

    async def _let_go(self, member: Member, reason: str) -> None:
        """Tell that a member has gone, if it ever was in, and forget it."""
        was_in = member.is_in
        member.is_in = False  # nothing is told it any more, but it can still be looked up
        left = self.handlers.get(member.namespace, {}).get("disconnect")
        try:
            if was_in and left is not None:
                await left(member.sid, reason)
        finally:
            self._members.strike_off(member)

    async def _take_event(self, transport: Transport, packet: Packet) -> None:
        member = self._members.of_transport(transport, packet.namespace)
        if member is None or not member.is_in:
            # Sent while we let it go, or by nobody's client: neither is answered.
            transport.stray()
            return
        answer = await self._dispatch(packet.namespace, member.sid, packet.data)
        if packet.id is not None:
            answers = answer if isinstance(answer, tuple) else (answer,)
            for frame in self._encode(packets.ACK, packet.namespace, answers, packet.id):
                transport.write(frame)

    async def _take_ack(self, transport: Transport, packet: Packet) -> None:
        member = self._members.of_transport(transport, packet.namespace)
        callback = None if member is None else member.answered(packet.id or 0)
        if callback is None or packet.data is codec.MALFORMED:
            transport.stray()
            return
        result = callback(*packet.data)
        if asyncio.iscoroutine(result):
            await result

    # Out

    async def emit(
        self,
        event: str,
        data: Any = None,
        to: str | None = None,
        room: str | list[str] | None = None,
        skip_sid: str | None = None,
        namespace: str | None = None,
        callback: Callback | None = None,
        ignore_queue: bool = False,
    ) -> None:
        """Tell a room, a socket or a namespace of an event; nothing here waits for anybody."""
        await self.manager.emit(
            event, data, namespace or "/", to or room, skip_sid=skip_sid, callback=callback
        )

    async def disconnect(
        self, sid: str, namespace: str | None = None, ignore_queue: bool = False
    ) -> None:
        """Put a socket out of a namespace; by the protocol, its client does not come back."""
        member = self._members.find(sid, namespace or "/")
        if member is not None and member.is_in:
            member.transport.write(packets.disconnected(member.namespace))
            await self._let_go(member, self.reason.SERVER_DISCONNECT)
            if not member.transport.members:
                self._expect_connect(member.transport)

    def encode_event(
        self, namespace: str, name: str, arguments: tuple[Any, ...], id: int | None = None
    ) -> tuple[Frame, ...]:
        """Return an event as it travels: one text, and its attachments where there are any."""
        return self._encode(packets.EVENT, namespace, (name, *arguments), id)

    def _encode(
        self, kind: str, namespace: str, data: tuple[Any, ...], id: int | None
    ) -> tuple[Frame, ...]:
        if self._binary:
            encoded = self.packet_class(
                int(kind), namespace=namespace, id=id, data=list(data)
            ).encode()
            text, *attachments = encoded if isinstance(encoded, list) else [encoded]
            return (packets.MESSAGE + text, *attachments)
        if kind == packets.ACK:
            assert id is not None
            return (packets.ack(namespace, id, data),)
        return (packets.event(namespace, data[0], data[1:], id),)

    # Bytes, for the protocol's sake: the library knows how to put them together

    def _assemble(self, transport: Transport, data: Frame) -> Packet | None:
        """Return a packet once all its attachments are there."""
        partial = self._binary_packet.get(transport.sid)
        try:
            if partial is None:
                if type(data) is not str:
                    raise Malformed("bytes that belong nowhere")
                begun = self.packet_class(encoded_packet=data)
                if not 0 < begun.attachment_count <= MAX_ATTACHMENTS:
                    raise Malformed("no attachments, or too many")
                self._binary_packet[transport.sid] = begun
                return None
            if type(data) is str:
                raise Malformed("text where bytes were announced")
            if not partial.add_attachment(data):
                return None
        except (ValueError, TypeError, IndexError, KeyError) as error:
            self._binary_packet.pop(transport.sid, None)
            raise Malformed("attachments that do not fit") from error
        del self._binary_packet[transport.sid]
        if not isinstance(partial.data, list) or (
            partial.packet_type == library.BINARY_ACK and partial.id is None
        ):
            raise Malformed("attachments that do not fit")
        kind = packets.ACK if partial.packet_type == library.BINARY_ACK else packets.EVENT
        return Packet(kind, partial.namespace or "/", partial.id, partial.data)
