"""Runs the server in this process until it is told to stop, and stops it in order.

SIGTERM: not ready any more → clients are told to come back, each at another moment → what is under
way is committed and told → sockets close → exit 0. The server library alone would abandon handlers
in flight and end by the signal.
"""

import asyncio
import contextlib
import gc
import signal
import socket
import sys
from collections.abc import Callable, Iterator

import structlog
import uvicorn

from chatserver.chat_server import ChatServer
from chatserver.realtime.socket_server import MAX_FRAME_BYTES
from chatserver.settings import Settings

DRAIN_S = 1.0
"""Between telling clients and closing their sockets: long enough for acks in flight."""

SWITCH_S = 0.001
"""So long a thread that reads the database may keep the interpreter from the event loop."""

GC_THRESHOLD = (5_000, 200, 100)
"""Looking at five thousand new objects takes 4 ms, at fifty thousand the 40 that everybody waits;
the older ones are looked at as rarely as before."""

log = structlog.get_logger(__name__)


class _Server(uvicorn.Server):
    """uvicorn without its own signal handling, which would end the process by the signal."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _config(app: object, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        lifespan="on",  # "auto" would go on serving when the start failed
        log_config=None,
        access_log=False,
        server_header=False,
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        ws_max_size=MAX_FRAME_BYTES,
        timeout_graceful_shutdown=5,
        timeout_keep_alive=15,
        proxy_headers=bool(settings.forwarded_allow_ips),
        forwarded_allow_ips=settings.forwarded_allow_ips or None,
        h11_max_incomplete_event_size=32 * 1024,
    )


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket; fails at once where the port is taken.

    Raises:
        OSError: when it can't be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2048)
    except OSError:
        listener.close()
        raise
    return listener


async def serve(
    chat_server: ChatServer,
    listener: socket.socket,
    *,
    beside: list[tuple[object, socket.socket]] | None = None,
    ready: Callable[[], None] | None = None,
    parent: socket.socket | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT.

    Args:
        listener: bound already.
        beside: other ASGI apps with their own listeners (the demo shop).
        ready: called once everything listens.
        parent: the line to the process that started this worker; its end ends the worker.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    if parent is not None:
        loop.add_reader(parent, stop.set)
    servers = [_Server(_config(chat_server, chat_server.settings))]
    listeners = [listener]
    for app, other in beside or []:
        servers.append(_Server(_config(app, chat_server.settings)))
        listeners.append(other)
    runs = [
        asyncio.create_task(server.serve(sockets=[sock]), name="http")
        for server, sock in zip(servers, listeners, strict=True)
    ]
    while not all(server.started for server in servers):
        if any(run.done() for run in runs):
            break
        await asyncio.sleep(0.01)
    # The heap of the start never goes away: taking it out of the collector's sight makes
    # connects three times cheaper (measured, docs/performance.md). It has next to no garbage, and
    # looking for that would hold up the first answers for a quarter of a second.
    sys.setswitchinterval(SWITCH_S)
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLD)
    gc.enable()
    if ready is not None and not any(run.done() for run in runs):
        ready()
    stopping = asyncio.create_task(stop.wait(), name="signal")
    await asyncio.wait([stopping, *runs], return_when=asyncio.FIRST_COMPLETED)
    log.info("draining")
    if parent is not None:
        loop.remove_reader(parent)
        # The others go on taking from the same queue: what comes now is not for this one.
        for http in servers:
            for accepting in getattr(http, "servers", []):
                accepting.close()
    await chat_server.realtime.drain()
    await asyncio.sleep(DRAIN_S if len(chat_server.realtime.edge.connections) else 0)
    await chat_server.stop()
    for server in servers:
        server.should_exit = True
    stopping.cancel()
    await asyncio.gather(*runs, return_exceptions=True)
    for sock in listeners:
        sock.close()
