"""Who is in which namespace and room, and telling them; knows transports, and no event.

The library's manager keeps every room as two dictionaries, looks through all rooms when a client
leaves, keeps who is just connecting in a list that every event is looked up in, and makes a task for
each recipient of an event. Here a member knows its rooms, and telling a room is encoding once and
writing to each.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import structlog
from socketio.async_manager import AsyncManager

from chatserver.realtime.lines import Frame
from chatserver.realtime.transports import Transport

MAX_UNACKED = 64
"""Answers that one socket may owe; older ones are not waited for any more."""

log = structlog.get_logger(__name__)

Callback = Callable[..., Any]


class Member:
    """One client in one namespace.

    Args:
        is_in: whether it was told so; before, nothing is told it.
        rooms: where it is, its own room (named as its sid) left out.
        callbacks: what is run when an event is acknowledged, by the event's id.
    """

    __slots__ = ("callbacks", "is_in", "last_id", "namespace", "rooms", "sid", "transport")

    def __init__(self, sid: str, namespace: str, transport: Transport) -> None:
        self.sid = sid
        self.namespace = namespace
        self.transport = transport
        self.is_in = False
        self.rooms: tuple[str, ...] = ()
        self.callbacks: dict[int, Callback] | None = None
        self.last_id = 0

    def expect(self, callback: Callback) -> int:
        """Return the id of an event whose acknowledgement runs the callback."""
        if self.callbacks is None:
            self.callbacks = {}
        elif len(self.callbacks) >= MAX_UNACKED:
            del self.callbacks[next(iter(self.callbacks))]
        self.last_id += 1
        self.callbacks[self.last_id] = callback
        return self.last_id

    def answered(self, id: int) -> Callback | None:
        """Return what an acknowledgement runs; None for one that nobody waits for."""
        return self.callbacks.pop(id, None) if self.callbacks else None


class Memberships(AsyncManager):
    """The library's manager by another way of keeping books.

    All public methods of the library's are here, so its server can be used by its own names; its
    tables (`rooms`, `pending_connect` …) stay empty.
    """

    def __init__(self) -> None:
        super().__init__()
        self._members: dict[str, dict[str, Member]] = {}
        self._joined: dict[str, dict[str, set[Member]]] = {}

    # Members

    def enlist(self, transport: Transport, namespace: str) -> Member | None:
        """Take in who is just connecting; None when the transport is in this namespace already."""
        if self.of_transport(transport, namespace) is not None:
            return None
        member = Member(self.server.eio.generate_id(), namespace, transport)
        self._members.setdefault(namespace, {})[member.sid] = member
        transport.members = (*transport.members, member)
        return member

    def of_transport(self, transport: Transport, namespace: str) -> Member | None:
        """Return a transport's member of a namespace."""
        for member in transport.members:
            if member.namespace == namespace:
                return member  # type: ignore[no-any-return]
        return None

    def find(self, sid: str, namespace: str) -> Member | None:
        """Return a member of a namespace."""
        return self._members.get(namespace, {}).get(sid)

    def strike_off(self, member: Member) -> None:
        """Forget a member and where it was."""
        member.is_in = False
        members = self._members.get(member.namespace, {})
        if members.pop(member.sid, None) is None:
            return
        if not members:
            del self._members[member.namespace]
        for room in member.rooms:
            self._leave(member, room)
        member.rooms = ()
        member.callbacks = None
        member.transport.members = tuple(
            other for other in member.transport.members if other is not member
        )

    def _leave(self, member: Member, room: str) -> None:
        rooms = self._joined[member.namespace]
        rooms[room].discard(member)
        if not rooms[room]:
            del rooms[room]
            if not rooms:
                del self._joined[member.namespace]

    def join(self, member: Member, room: str) -> None:
        """Let a member hear a room."""
        if room not in member.rooms:
            member.rooms = (*member.rooms, room)
            self._joined.setdefault(member.namespace, {}).setdefault(room, set()).add(member)

    # Telling

    def has(self, namespace: str, room: str) -> bool:
        """Whether anybody here hears a room; a sid is the room of its socket."""
        return bool(self._targets(namespace, room))

    def rooms_of(self, namespace: str) -> Iterable[str]:
        """Return the rooms of a namespace that anybody here hears."""
        return self._joined.get(namespace, {}).keys()

    def _targets(self, namespace: str, room: str | None) -> Iterable[Member]:
        members = self._members.get(namespace)
        if members is None:
            return ()
        if room is None:
            return members.values()
        own = members.get(room)
        return (own,) if own is not None else self._joined.get(namespace, {}).get(room, ())

    def deliver(
        self,
        namespace: str,
        room: str | None,
        frames: tuple[Frame, ...],
        *,
        skip: str | None = None,
    ) -> None:
        """Write an encoded event to everybody in a room, or in the namespace.

        Nothing here waits: who reads slowly has a queue, and who reads too slowly is hung up on
        and struck off later, not while we go through the room.
        """
        for member in self._targets(namespace, room):
            if member.is_in and member.sid != skip:
                for frame in frames:
                    member.transport.write(frame)

    async def emit(
        self,
        event: str,
        data: Any,
        namespace: str,
        room: str | list[str] | None = None,
        skip_sid: str | None = None,
        callback: Callback | None = None,
        to: str | None = None,
        **_options: Any,
    ) -> None:
        """Tell a room, a socket or a namespace of an event.

        Args:
            data: its argument; a tuple has several, None has none.
            callback: run with what the socket's acknowledgement carries.
        """
        place = to or room
        if isinstance(place, list):
            for one in place:
                await self.emit(event, data, namespace, one, skip_sid, callback)
            return
        arguments = data if isinstance(data, tuple) else () if data is None else (data,)
        if callback is None:
            if self._targets(namespace, place):
                frames = self.server.encode_event(namespace, event, arguments)
                self.deliver(namespace, place, frames, skip=skip_sid)
            return
        for member in self._targets(namespace, place):
            if member.is_in and member.sid != skip_sid:
                id = member.expect(callback)
                for frame in self.server.encode_event(namespace, event, arguments, id):
                    member.transport.write(frame)

    async def trigger_callback(self, sid: str, id: int, data: list[Any]) -> None:
        """Run what waits for an acknowledgement."""
        for namespace in list(self._members):
            member = self.find(sid, namespace)
            callback = member.answered(id) if member is not None else None
            if callback is not None:
                callback(*data)

    # The library's names

    def get_namespaces(self) -> Iterable[str]:
        """Return the namespaces that have members."""
        return self._members.keys()

    def get_participants(self, namespace: str, room: str | None) -> Iterator[tuple[str, str]]:
        """Yield the sid and the transport's sid of everybody in a room."""
        for member in list(self._targets(namespace, room)):
            yield member.sid, member.transport.sid

    def get_rooms(self, sid: str, namespace: str) -> list[str]:
        """Return where a socket is."""
        member = self.find(sid, namespace)
        return [] if member is None else [sid, *member.rooms]

    def is_connected(self, sid: str | None, namespace: str) -> bool:
        """Whether a socket was told that it is in, and has not left."""
        member = self.find(sid, namespace) if sid else None
        return member is not None and member.is_in

    def sid_from_eio_sid(self, eio_sid: str, namespace: str) -> str | None:
        """Return a transport's sid in a namespace."""
        transport = self.server.eio.sockets.get(eio_sid)
        member = None if transport is None else self.of_transport(transport, namespace)
        return None if member is None else member.sid

    def eio_sid_from_sid(self, sid: str, namespace: str) -> str | None:
        """Return the transport's sid of a socket."""
        member = self.find(sid, namespace)
        return None if member is None else member.transport.sid

    async def can_disconnect(self, sid: str, namespace: str) -> bool:
        """Whether there is somebody to disconnect."""
        return self.is_connected(sid, namespace)

    async def enter_room(
        self, sid: str, namespace: str, room: str, eio_sid: str | None = None
    ) -> None:
        """Let a socket hear a room; one that has gone meanwhile hears nothing."""
        member = self.find(sid, namespace)
        if member is not None:
            self.join(member, room)

    async def leave_room(self, sid: str, namespace: str, room: str) -> None:
        """Let a socket hear a room no more."""
        member = self.find(sid, namespace)
        if member is not None and room in member.rooms:
            member.rooms = tuple(other for other in member.rooms if other != room)
            self._leave(member, room)

    async def close_room(self, room: str, namespace: str) -> None:
        """Let nobody hear a room any more."""
        for member in list(self._joined.get(namespace, {}).get(room, ())):
            await self.leave_room(member.sid, namespace, room)
