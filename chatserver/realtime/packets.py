"""Socket.IO packets as text: `<type>[<namespace>,][<id>][<JSON>]`; knows no connection and no event.

Protocol revision 5. Without binary events, which the product does not have: a packet that announces
attachments is malformed here (`socket_server.py` can be told to let the library read them).
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from chatserver.realtime import codec

CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR, BINARY_EVENT, BINARY_ACK = "0123456"

MAX_ID_DIGITS = 15
MAX_NAMESPACE_CHARS = 128
_DIGITS = frozenset("0123456789")

MESSAGE = "4"
"""The Engine.IO packet that carries a Socket.IO packet; every text made here begins with it."""


class Malformed(ValueError):
    """A frame that no client of the protocol sends; whoever sent it is hung up on."""


class Packet(NamedTuple):
    """One packet.

    Args:
        kind: one of the constants above.
        id: of an event that wants an acknowledgement, or of the acknowledgement.
        data: what its JSON said, or `codec.MALFORMED`; None without JSON.
    """

    kind: str
    namespace: str
    id: int | None
    data: Any


def decode(text: str) -> Packet:
    """Return the packet of a text.

    Raises:
        Malformed: when it has another form, or an id or data where its kind has none.
    """
    kind = text[:1]
    at = 1
    namespace = "/"
    if text[1:2] == "/":
        comma = text.find(",", 1, MAX_NAMESPACE_CHARS)
        if comma < 0:
            comma = len(text)
        # A client may put a query behind the namespace; it names nothing of ours.
        namespace = text[1:comma].partition("?")[0]
        if len(namespace) > MAX_NAMESPACE_CHARS:
            raise Malformed("a namespace too long")
        at = comma + 1
    end = at
    while text[end : end + 1] in _DIGITS:
        end += 1
    if end - at > MAX_ID_DIGITS:
        raise Malformed("an id too long")
    id = int(text[at:end]) if end > at else None
    opening = text[end : end + 1]
    match kind, opening:
        case ("2", "["):
            pass
        case ("3", "[") if id is not None:
            pass
        case ("0", "{" | "") | ("1", "") if id is None:
            pass
        case _:
            raise Malformed("a packet of another form")
    data = codec.loads(text[end:]) if opening else None
    if kind == EVENT and not data:
        raise Malformed("an event without a name")
    return Packet(kind, namespace, id, data)


def _head(kind: str, namespace: str, id: int | None = None) -> str:
    place = "" if namespace == "/" else f"{namespace},"
    return f"{MESSAGE}{kind}{place}{'' if id is None else id}"


def connected(namespace: str, sid: str) -> str:
    """Tell a client that it is in."""
    return _head(CONNECT, namespace) + codec.dumps({"sid": sid})


def refused(namespace: str, error: object) -> str:
    """Tell a client why it is not; as the protocol wants it, an object with a `message`."""
    body = error if isinstance(error, dict) else {"message": str(error)}
    return _head(CONNECT_ERROR, namespace) + codec.dumps(body)


def disconnected(namespace: str) -> str:
    """Tell a client that it is out of one namespace."""
    return _head(DISCONNECT, namespace)


def event(namespace: str, name: str, arguments: Iterable[object], id: int | None = None) -> str:
    """An event; with an id it asks for an acknowledgement."""
    return _head(EVENT, namespace, id) + codec.dumps([name, *arguments])


def ack(namespace: str, id: int, answers: Iterable[object]) -> str:
    """An acknowledgement."""
    return _head(ACK, namespace, id) + codec.dumps([*answers])
