"""From a frame to a handler and back: shape, size and rate are checked here, before anything else.

Handlers are found by the registry's names, so an event without a handler, or a handler without an
event, fails at import.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import orjson
import structlog

from chatserver.errors import Code, Refusal
from chatserver.protocol.client_events import Refused
from chatserver.protocol.fields import Fact
from chatserver.protocol.registry import AGENT, CLIENT_EVENTS, VISITOR, ClientEvent
from chatserver.realtime import agent_asks, agent_events, visitor_asks, visitor_events
from chatserver.realtime.codec import MALFORMED
from chatserver.realtime.connections import Connection
from chatserver.realtime.edge import Edge, encode

MAX_STRIKES = 5
"""So many frames that no client of ours sends close the connection."""

MAX_DENIED = 200
"""So many events more refused than allowed close the connection."""

log = structlog.get_logger(__name__)

Handler = Callable[[Edge, Connection, Any], Awaitable[Fact]]

_MODULES = {VISITOR: (visitor_events, visitor_asks), AGENT: (agent_events, agent_asks)}


def _handler(event: ClientEvent) -> Handler:
    """Return the one function named as its event.

    Raises:
        ValueError: where there is none, or more than one.
    """
    (module,) = (one for one in _MODULES[event.namespace] if hasattr(one, event.name))
    handler: Handler = getattr(module, event.name)
    return handler


HANDLERS: dict[tuple[str, str], tuple[ClientEvent, Handler]] = {
    (event.namespace, event.name): (event, _handler(event)) for event in CLIENT_EVENTS
}


def worded(fact: Fact) -> object:
    """Return a fact as an acknowledgement carries it."""
    return orjson.Fragment(encode(fact))


def refused(refusal: Refusal) -> object:
    """Return a refusal as an acknowledgement carries it."""
    return worded(
        Refused(
            code=refusal.code,
            message=refusal.message,
            retry=refusal.retry,
            after_ms=refusal.after_ms,
        )
    )


def parse(event: ClientEvent, arguments: list[Any]) -> Any:
    """Return an event's one argument, closed and checked.

    Raises:
        Refusal: `bad_request`; `too_large` where only a length is wrong.
    """
    if len(arguments) > 1:
        raise Refusal(Code.BAD_REQUEST, "An event takes one object.")
    try:
        return msgspec.convert(arguments[0] if arguments else {}, event.takes)
    except msgspec.ValidationError as error:
        if "of length <=" in str(error):
            raise Refusal(Code.TOO_LARGE) from error
        raise Refusal(Code.BAD_REQUEST) from error


class Dispatcher:
    """Answers one frame of one connection.

    Args:
        close: ends a connection that does not behave.
    """

    def __init__(self, edge: Edge, *, close: Callable[[Connection], None]) -> None:
        self._edge = edge
        self._close = close

    async def __call__(self, namespace: str, sid: str, data: list[Any]) -> object:
        """Return what the acknowledgement carries."""
        connection = self._edge.connections.get(sid)
        if connection is None:
            return refused(Refusal(Code.UNAUTHENTICATED))
        name = data[0] if isinstance(data[0], str) else ""
        try:
            fact = await self._answer(connection, namespace, name, data)
        except Refusal as refusal:
            log.info(
                "refused",
                event_name=name if (namespace, name) in HANDLERS else "unknown",
                code=refusal.code,
                visitor=connection.visitor and connection.visitor.id,
                agent=connection.agent,
            )
            return refused(refusal)
        except Exception:
            # The edge's own boundary: we are wrong, the client is told to try again.
            log.exception("event failed", event_name=name)
            return refused(Refusal(Code.UNAVAILABLE))
        return worded(fact)

    async def _answer(
        self, connection: Connection, namespace: str, name: str, data: list[Any]
    ) -> Fact:
        if not connection.bucket.take(self._edge.chat.clock.monotonic()):
            if connection.bucket.denied >= MAX_DENIED:
                self._close(connection)
            raise Refusal(Code.RATE_LIMITED, after_ms=1000)
        if self._edge.draining:
            raise Refusal(Code.DRAINING, after_ms=1000)
        found = HANDLERS.get((namespace, name))
        if found is None or data == MALFORMED:
            # Reserved names (connect, disconnect …) end here too: they are nobody's events.
            self._strike(connection)
            raise Refusal(Code.BAD_REQUEST, "There is no such event.")
        event, handler = found
        if namespace == VISITOR and connection.visitor is None and not event.without_token:
            raise Refusal(Code.UNAUTHENTICATED)
        return await handler(self._edge, connection, parse(event, data[1:]))

    def _strike(self, connection: Connection) -> None:
        connection.strikes += 1
        if connection.strikes >= MAX_STRIKES:
            log.warning("connection closed", why="unknown events")
            self._close(connection)
