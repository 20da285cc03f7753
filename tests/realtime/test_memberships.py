"""Who is where, and telling them; against the library's own manager where both can be asked."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.realtime.memberships import MAX_UNACKED, Member, Memberships
from chatserver.realtime.socket_server import SocketServer
from chatserver.realtime.transports import Transport

ROOMS = ["a", "b", "c"]


class Recorder(Transport):
    """A transport that remembers what was written to it."""

    def __init__(self, server: Any, sid: str) -> None:
        super().__init__(server, sid, {})
        self.written: list[Any] = []

    def write(self, frame: Any) -> None:
        self.written.append(frame)


class House:
    """A server with members, for looking into."""

    def __init__(self) -> None:
        async def nothing(*_: Any) -> None: ...

        self.server = SocketServer(dispatch=nothing, accepted=nothing)
        self.members: Memberships = self.server.manager

    def enter(self, name: str, namespace: str = "/visitor") -> Member:
        transport = self.server.eio.sockets.get(name)
        if transport is None:
            transport = self.server.eio.sockets[name] = Recorder(self.server.eio, name)
        member = self.members.enlist(transport, namespace)
        assert member is not None
        member.is_in = True
        return member


def written(member: Member) -> list[Any]:
    assert isinstance(member.transport, Recorder)
    return member.transport.written


async def test_an_event_is_encoded_once_for_its_room() -> None:
    house = House()
    members = [house.enter(f"t{number}") for number in range(3)]
    for member in members[:2]:
        house.members.join(member, "a")
    await house.server.emit("said", {"x": 1}, room="a", namespace="/visitor")
    assert [len(written(member)) for member in members] == [1, 1, 0]
    assert written(members[0])[0] is written(members[1])[0], "the very same text"
    assert written(members[0]) == ['42/visitor,["said",{"x":1}]']


async def test_whom_an_event_reaches() -> None:
    house = House()
    ada, alan = house.enter("t1"), house.enter("t2")
    agent = house.enter("t1", "/agent")
    connecting = house.enter("t3")
    connecting.is_in = False
    for member in (ada, alan, connecting):
        house.members.join(member, "a")
    reached: tuple[dict[str, Any], ...] = (
        {"room": "a", "skip_sid": alan.sid},
        {"to": ada.sid},
        {"room": "nobody's"},
        {"to": agent.sid},
        {"room": "a", "namespace": "/agent"},
    )
    for options in reached:
        await house.server.emit("said", **{"namespace": "/visitor", **options})
    assert written(ada) == ['42/visitor,["said"]'] * 2
    assert (written(alan), written(connecting)) == ([], [])
    await house.server.emit("all", (1, 2), namespace="/visitor")
    assert written(alan) == ['42/visitor,["all",1,2]']
    await house.server.emit("both", None, room=["a", "b"], namespace="/visitor")
    assert written(alan)[1:] == ['42/visitor,["both"]']


async def test_answers_find_their_callbacks_once_and_old_ones_are_let_go() -> None:
    house = House()
    member = house.enter("t1")
    heard: list[int] = []
    for number in range(MAX_UNACKED + 1):
        await house.server.emit(
            "ask", to=member.sid, namespace="/visitor", callback=lambda n=number: heard.append(n)
        )
    assert json.loads(written(member)[0].removeprefix("42/visitor,1")) == ["ask"]
    assert member.answered(1) is None, "the oldest was let go"
    for id in (2, 2, MAX_UNACKED + 1, 999):
        await house.members.trigger_callback(member.sid, id, [])
    assert heard == [1, MAX_UNACKED]


async def test_a_transport_is_in_a_namespace_once() -> None:
    house = House()
    house.enter("t1")
    assert house.members.enlist(house.server.eio.sockets["t1"], "/visitor") is None
    assert house.members.enlist(house.server.eio.sockets["t1"], "/agent") is not None


async def test_whoever_has_gone_joins_nothing() -> None:
    house = House()
    member = house.enter("t1")
    house.members.strike_off(member)
    house.members.strike_off(member)
    await house.server.enter_room(member.sid, "a", namespace="/visitor")
    await house.server.leave_room(member.sid, "a", namespace="/visitor")
    assert not house.members.has("/visitor", "a")
    assert not house.members.has("/visitor", member.sid)


step = st.tuples(
    st.sampled_from(["enter", "gone", "join", "leave", "close"]),
    st.integers(0, 3),
    st.sampled_from(ROOMS),
)


@given(st.lists(step, max_size=40))
async def test_the_books_are_right_after_anything(steps: list[tuple[str, int, str]]) -> None:
    house, live = House(), dict[int, Member]()
    rooms: dict[int, set[str]] = {}
    for what, who, room in steps:
        member = live.get(who)
        if what == "enter" and member is None:
            live[who], rooms[who] = house.enter(f"t{who}"), set()
        elif what == "close":
            await house.server.close_room(room, namespace="/visitor")
            for found in rooms.values():
                found.discard(room)
        elif member is None:
            continue
        elif what == "gone":
            house.members.strike_off(live.pop(who))
            del rooms[who]
        elif what == "join":
            await house.server.enter_room(member.sid, room, namespace="/visitor")
            rooms[who].add(room)
        else:
            await house.server.leave_room(member.sid, room, namespace="/visitor")
            rooms[who].discard(room)
    for room in ROOMS:
        found = {sid for sid, _ in house.members.get_participants("/visitor", room)}
        assert found == {live[who].sid for who, inside in rooms.items() if room in inside}
        assert house.members.has("/visitor", room) == bool(found)
    for who, member in live.items():
        assert set(house.members.get_rooms(member.sid, "/visitor")) == {member.sid, *rooms[who]}
        assert house.members.sid_from_eio_sid(f"t{who}", "/visitor") == member.sid
        assert house.members.eio_sid_from_sid(member.sid, "/visitor") == f"t{who}"
        assert house.members.is_connected(member.sid, "/visitor")
    assert bool(list(house.members.get_namespaces())) == bool(live)
    assert set(house.members.rooms_of("/visitor")) == set().union(*rooms.values())


@pytest.mark.parametrize("namespace", ["/visitor", "/nowhere"])
async def test_nobody_anywhere_is_no_error(namespace: str) -> None:
    house = House()
    await house.server.emit("said", room="a", namespace=namespace)
    await house.server.disconnect("sid", namespace=namespace)
    assert house.members.sid_from_eio_sid("t1", namespace) is None
    assert house.members.get_rooms("sid", namespace) == []
    assert not await house.members.can_disconnect("sid", namespace)
