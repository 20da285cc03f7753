"""Row R13 of the catalogue: whatever comes, it is handled or it is malformed; nothing else happens."""

import asyncio
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chatserver.realtime.packets import Malformed
from chatserver.realtime.socket_server import SocketServer
from chatserver.realtime.transports import Transport

NAMESPACES = ["/", "/visitor", "/agent", "/nowhere", "/visitor?x", "visitor"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=5,
)


def packet(kind: str, namespace: str, id: int | None, value: object, tail: str) -> str:
    data = "" if value is None else json.dumps(value)
    return f"4{kind}{namespace},{'' if id is None else id}{data}{tail}"


almost = st.builds(
    packet,
    st.sampled_from("0123456789"),
    st.sampled_from(NAMESPACES),
    st.none() | st.integers(-1, 10**20),
    VALUES | st.lists(VALUES, max_size=3),
    st.sampled_from(["", "", "", "]", "\x00", "-"]),
)
frames = st.lists(almost | almost | st.text(max_size=8) | st.binary(max_size=4), max_size=12)


@given(frames, st.booleans())
async def test_anything_is_handled_or_malformed(said: list[Any], binary: bool) -> None:
    inside: set[str] = set()
    events: list[list[Any]] = []

    async def connect(sid: str, _environ: dict[str, Any], _auth: object) -> None:
        inside.add(sid)

    async def disconnect(sid: str, _reason: str) -> None:
        inside.remove(sid)

    async def accepted(_namespace: str, _sid: str) -> None: ...

    async def dispatch(_namespace: str, _sid: str, data: list[Any]) -> object:
        events.append(data)
        return {"ok": True}

    server = SocketServer(dispatch=dispatch, accepted=accepted, binary=binary)
    for namespace in ("/visitor", "/agent"):
        server.on("connect", connect, namespace=namespace)
        server.on("disconnect", disconnect, namespace=namespace)
    transport = Transport(server.eio, "t1", {"scheme": "http", "headers": []})
    server.eio.sockets["t1"] = transport
    try:
        for frame in ("40/visitor,", *said):
            await transport.handle(frame)
        assert transport.reason in {"", "client disconnect"}, "a fault of ours has another one"
    except Malformed:
        transport.shut("parse error")
    transport.shut("transport close")
    for _ in range(5):
        await asyncio.sleep(0)
    assert inside == set() and server.eio.sockets == {}
    assert list(server.manager.get_namespaces()) == []
    assert all(isinstance(event, list) and event for event in events)
