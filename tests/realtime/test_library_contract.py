"""What our socket layer takes from the libraries' insides; a release that changes it fails here.

`python-socketio` and `python-engineio` are pinned to their minor version for the same reason. Each
private part below is touched in `chatserver/realtime`, which says there what for.
"""

import ast
import asyncio
import inspect
import textwrap
import tomllib
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from typing import Any

import engineio
import pytest
import socketio
import uvicorn
from engineio.async_socket import AsyncSocket
from socketio import packet
from socketio.async_manager import AsyncManager

from chatserver.realtime.engine import EngineServer
from chatserver.realtime.lines import Line, Shortcut
from chatserver.realtime.memberships import Memberships
from chatserver.realtime.requests import Request, environ_of
from chatserver.realtime.socket_server import SocketServer
from chatserver.realtime.transports import Transport
from tests.server import ROOT, free_port
from tests.wire import websocket

PINS = {"python-socketio": "5.18", "python-engineio": "4.15"}

SIGNATURES: dict[Callable[..., Any], str] = {
    # Overridden; the library's own __init__ registers the first three with the Engine.IO server.
    socketio.AsyncServer._handle_eio_connect: "(self, eio_sid, environ)",
    socketio.AsyncServer._handle_eio_message: "(self, eio_sid, data)",
    socketio.AsyncServer._handle_eio_disconnect: "(self, eio_sid, reason)",
    socketio.AsyncServer._engineio_server_class: "(self)",
    socketio.AsyncServer.emit: (
        "(self, event, data=None, to=None, room=None, skip_sid=None, namespace=None, "
        "callback=None, ignore_queue=False)"
    ),
    socketio.AsyncServer.disconnect: "(self, sid, namespace=None, ignore_queue=False)",
    engineio.AsyncServer.handle_request: "(self, *args, **kwargs)",
    engineio.AsyncServer.send: "(self, sid, data)",
    engineio.AsyncServer.disconnect: "(self, sid=None)",
    engineio.AsyncServer.shutdown: "(self)",
    AsyncSocket.send: "(self, pkt)",
    AsyncSocket.close: "(self, wait=True, abort=False, reason=None)",
    AsyncManager.emit: (
        "(self, event, data, namespace, room=None, skip_sid=None, callback=None, to=None, **kwargs)"
    ),
    AsyncManager.enter_room: "(self, sid, namespace, room, eio_sid=None)",
    AsyncManager.leave_room: "(self, sid, namespace, room)",
    AsyncManager.close_room: "(self, room, namespace)",
    AsyncManager.can_disconnect: "(self, sid, namespace)",
    AsyncManager.trigger_callback: "(self, sid, id, data)",
    AsyncManager.get_participants: "(self, namespace, room)",
    AsyncManager.get_rooms: "(self, sid, namespace)",
    AsyncManager.is_connected: "(self, sid, namespace)",
    AsyncManager.sid_from_eio_sid: "(self, eio_sid, namespace)",
    AsyncManager.eio_sid_from_sid: "(self, sid, namespace)",
    # Called.
    socketio.AsyncServer.on: "(self, event, handler=None, namespace=None)",
    engineio.AsyncServer.on: "(self, event, handler=None)",
    engineio.AsyncServer.generate_id: "(self)",
    engineio.AsyncServer._cors_allowed_origins: "(self, environ)",
    engineio.AsyncServer._cors_headers: "(self, environ)",
    packet.Packet.__init__: (
        "(self, packet_type=2, data=None, namespace=None, id=None, binary=None, "
        "encoded_packet=None)"
    ),
    packet.Packet.encode: "(self)",
    packet.Packet.add_attachment: "(self, attachment)",
}


def _nothing(*_: Any) -> Any: ...


def sockets(**options: Any) -> SocketServer:
    return SocketServer(dispatch=_nothing, accepted=_nothing, **options)


@pytest.mark.parametrize("library", PINS)
def test_the_minor_version_is_the_one_that_was_read(library: str) -> None:
    assert version(library).startswith(f"{PINS[library]}.")
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    major, minor = PINS[library].split(".")
    assert f"{library}>={PINS[library]},<{major}.{int(minor) + 1}" in wanted


@pytest.mark.parametrize("function", SIGNATURES, ids=lambda function: function.__qualname__)
def test_a_part_that_we_call_or_replace_looks_as_it_did(function: Callable[..., Any]) -> None:
    assert str(inspect.signature(function)) == SIGNATURES[function]


def test_the_library_makes_our_engine_and_listens_to_it_through_our_methods() -> None:
    server = sockets()
    assert type(server.eio) is EngineServer
    assert server.eio.handlers == {
        "connect": server._handle_eio_connect,
        "message": server._handle_eio_message,
        "disconnect": server._handle_eio_disconnect,
    }
    assert type(server.manager) is Memberships and server.manager.server is server


def test_options_go_through_to_the_engine() -> None:
    engine = sockets(ping_interval=0.3, ping_timeout=0.2, binary=True, transports=["polling"]).eio
    assert (engine.ping_interval, engine.ping_timeout, engine.binary) == (0.3, 0.2, True)
    assert engine.transports == ["polling"]
    assert engine.max_http_buffer_size == 64 * 1024
    assert engine.sockets == {} and engine.cors_allowed_origins is None and engine.allow_upgrades


def test_handlers_are_kept_by_namespace_and_name() -> None:
    server = sockets()
    server.on("connect", _nothing, namespace="/visitor")
    assert server.handlers == {"/visitor": {"connect": _nothing}}


def test_reasons_have_their_names() -> None:
    reason = EngineServer.reason
    assert sorted(name for name in vars(reason) if name.isupper()) == [
        "CLIENT_DISCONNECT", "PING_TIMEOUT", "SERVER_DISCONNECT", "TRANSPORT_CLOSE",
        "TRANSPORT_ERROR",
    ]  # fmt: skip


def _names_asked_of(owner: str, *classes: type) -> set[str]:
    """Return the names that classes' methods read from an attribute of theirs, or a variable."""
    found = set()
    for cls in classes:
        for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(cls)))):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == owner:
                found.add(node.attr)
    return found


def test_everything_that_the_library_asks_its_manager_is_answered_by_ours() -> None:
    """A name that ours left to the library would look into tables that stay empty."""
    asked = _names_asked_of("self.manager", socketio.AsyncServer, socketio.base_server.BaseServer)
    harmless = {"initialize", "set_server"}
    # Asked by methods alone that ours replaces.
    replaced = {"connect", "disconnect", "pre_connect", "pre_disconnect"}
    assert asked - harmless - replaced - set(vars(Memberships)) == set()


def test_the_librarys_handling_of_packets_is_not_reached() -> None:
    """Its own parts for connecting and for events: nobody calls them but the three replaced."""
    own = {"_handle_connect", "_handle_disconnect", "_handle_event", "_handle_ack"}
    source = textwrap.dedent(inspect.getsource(socketio.AsyncServer))
    callers = {
        function.name
        for function in ast.walk(ast.parse(source))
        if isinstance(function, ast.AsyncFunctionDef)
        and any(isinstance(node, ast.Attribute) and node.attr in own for node in ast.walk(function))
    }
    assert callers == {"_handle_eio_message", "_handle_eio_disconnect"}
    assert callers <= set(vars(SocketServer))


def test_what_the_library_reads_of_a_transport_is_there() -> None:
    """By the methods of its server that are not replaced: get_session and save_session are not
    supported, as who somebody is stands in `Connection`."""
    kept = [
        function
        for name, function in inspect.getmembers(engineio.AsyncServer, inspect.isfunction)
        if name not in vars(EngineServer)
        and name not in {"get_session", "save_session", "session", "_handle_connect",
                         "_service_task", "send_packet"}
    ]  # fmt: skip
    read: set[str] = set()
    for function in kept:
        for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
            if isinstance(node, ast.Attribute):
                owner = ast.unparse(node.value)
                if owner in {"s", "socket", "client"} or owner.startswith("self._get_socket("):
                    read.add(node.attr)
    assert read == {"closed", "upgraded"}
    assert read <= set(Transport.__slots__)


async def test_idle_transports_need_no_task_of_the_librarys() -> None:
    """`monitor_clients=False` and no `schedule_ping`: nothing runs beside our own timers."""
    engine = sockets().eio
    assert engine.start_service_task is False and engine.service_task_handle is None
    transport = Transport(engine, "sid", {})
    assert not hasattr(transport, "__dict__") or transport.__dict__ == {}


def test_the_check_of_origins_reads_what_we_give_it() -> None:
    def scope(origin: bytes) -> dict[str, Any]:
        return {
            "type": "http",
            "method": "GET",
            "scheme": "http",
            "headers": [(b"host", b"shop.example"), (b"origin", origin)],
        }

    asked: list[object] = []

    def is_ours(origin: str, environ: dict[str, Any]) -> bool:
        asked.append(environ["asgi.scope"])
        return origin == "http://ours.example"

    engine = sockets(cors_allowed_origins=is_ours).eio
    assert Request(engine, scope(b"http://ours.example")).is_allowed()
    assert not Request(engine, scope(b"http://shop.example")).is_allowed()
    assert len(asked) == 2
    same = sockets().eio
    assert Request(same, scope(b"http://shop.example")).is_allowed()
    assert not Request(same, scope(b"http://ours.example")).is_allowed()
    headers = dict(same._cors_headers(environ_of(scope(b"http://shop.example"))))
    assert headers["Access-Control-Allow-Origin"] == "http://shop.example"


# uvicorn: below ASGI, to hang up on who does not read


@pytest.fixture
async def below() -> Any:
    """A uvicorn with an app that shows what it is given."""
    seen: dict[str, Any] = {}

    async def app(scope: Any, receive: Callable[[], Awaitable[Any]], send: Any) -> None:
        seen["line"] = Line(receive)
        seen["protocol"] = getattr(receive, "__self__", None)
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"x"})
            return
        await receive()
        await send({"type": "websocket.accept"})
        step = send({"type": "websocket.send", "text": "hello"})
        try:
            seen["waits_for"] = step.send(None)
        except StopIteration:
            seen["waits_for"] = "nobody"
        seen["shortcut"] = Shortcut.of(receive)
        seen["end"] = await receive()

    port = free_port()
    config = uvicorn.Config(
        app, port=port, lifespan="off", log_config=None, ws_per_message_deflate=False
    )
    server = uvicorn.Server(config)
    run = asyncio.ensure_future(server.serve())
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    yield f"http://localhost:{port}/", seen
    server.should_exit = True
    await run


async def test_uvicorn_shows_the_line_and_writes_in_one_step(below: Any) -> None:
    address, seen = below
    async with websocket(address) as socket:
        assert await socket.recv() == "hello"
        assert seen["waits_for"] == "nobody", "a peer that reads is written to without waiting"
        line = seen["line"]._transport
        assert line is not None and line.get_write_buffer_size() == 0
        seen["line"].cut(if_stuck=True)
        await asyncio.sleep(0.05)
        assert "end" not in seen, "nothing was stuck"
        seen["line"].cut()
        with pytest.raises(Exception, match="no close frame"):
            await socket.recv()
    assert seen["end"]["type"] == "websocket.disconnect", "and the app is told"


async def test_uvicorn_shows_the_line_of_a_request_too(below: Any) -> None:
    address, seen = below
    reader, writer = await asyncio.open_connection("localhost", int(address.split(":")[2][:-1]))
    writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    assert seen["line"]._transport is not None
    seen["line"].cut()
    writer.close()


async def test_uvicorn_may_be_written_past_where_it_would_not_wait(below: Any) -> None:
    address, seen = below
    async with websocket(address) as socket:
        assert await socket.recv() == "hello"
        shortcut, protocol = seen["shortcut"], seen["protocol"]
        assert shortcut is not None, "our own server has it; else every message costs twice"
        assert shortcut.write("çay") and shortcut.write("x" * 70_000)
        assert await socket.recv() == "çay"
        assert await socket.recv() == "x" * 70_000
        protocol.pause_writing()
        assert not shortcut.write("unread"), "TCP is full"
        protocol.resume_writing()
        assert shortcut.write("read")
        assert await socket.recv() == "read"
        await socket.close()
        assert not shortcut.write("too late")
    assert seen["end"]["type"] == "websocket.disconnect"
