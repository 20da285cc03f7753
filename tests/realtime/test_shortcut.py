"""Writing past ASGI: the same bytes, together, and only where nothing would wait."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from chatserver.realtime.lines import MAX_HELD_BYTES, Framer, Shortcut


class WebSocketsSansIOProtocol:
    """As much of uvicorn's as the shortcut looks at."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.close_sent = self.disconnected = False
        self.writable = asyncio.Event()
        self.writable.set()
        self.conn = SimpleNamespace(extensions=[], close_rcvd=None)
        self.transport = SimpleNamespace(write=self.written.append, is_closing=lambda: False)

    async def receive(self) -> Any:
        raise NotImplementedError


def shortcut(protocol: Any) -> Shortcut:
    found = Shortcut.of(protocol.receive)
    assert found is not None
    return found


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536, 70_000])
def test_a_frame_says_its_length_in_the_shortest_way(size: int) -> None:
    made = Framer().frame("x" * size)
    short, middle = size < 126, size < 65_536
    head = 2 if short else 4 if middle else 10
    assert made[0] == 0x81, "one text, complete"
    assert made[1] == (size if short else 126 if middle else 127), "unmasked"
    assert short or int.from_bytes(made[2:head], "big") == size
    assert made[head:] == b"x" * size


def test_a_room_is_framed_once_and_another_text_anew() -> None:
    framer = Framer()
    text = "".join(["ç", "ay"])
    assert framer.frame(text) is framer.frame(text)
    assert framer.frame("kahve") == b"\x81\x05kahve"
    assert framer.frame(text) == b"\x81\x04" + "çay".encode()


async def test_what_is_written_in_one_turn_goes_out_together_and_in_order() -> None:
    protocol = WebSocketsSansIOProtocol()
    way = shortcut(protocol)
    assert way.write("bir") and way.write("iki")
    assert protocol.written == []
    await asyncio.sleep(0)
    assert protocol.written == [b"\x81\x03bir\x81\x03iki"]
    assert way.write("üç")
    await asyncio.sleep(0)
    assert protocol.written[1:] == [b"\x81\x04" + "üç".encode()]


async def test_much_is_not_held_back() -> None:
    protocol = WebSocketsSansIOProtocol()
    way = shortcut(protocol)
    assert way.write("x" * MAX_HELD_BYTES) and way.write("y")
    assert len(protocol.written) == 1
    await asyncio.sleep(0)
    assert len(protocol.written) == 1, "nothing was left"


async def test_nothing_is_written_behind_a_close() -> None:
    protocol = WebSocketsSansIOProtocol()
    way = shortcut(protocol)
    assert way.write("bir")
    protocol.close_sent = True
    assert not way.write("iki")
    await asyncio.sleep(0)
    assert protocol.written == []


@pytest.mark.parametrize("state", ["unwritable", "closed by them", "gone"])
async def test_it_declines_where_something_would_wait_and_sends_first_what_it_held(
    state: str,
) -> None:
    protocol = WebSocketsSansIOProtocol()
    way = shortcut(protocol)
    assert way.write("bir")
    match state:
        case "unwritable":
            protocol.writable.clear()
        case "closed by them":
            protocol.conn.close_rcvd = object()
        case _:
            protocol.disconnected = True
    assert not way.write("iki")
    assert protocol.written == [b"\x81\x03bir"]


async def test_it_is_not_taken_where_it_is_not_known_to_be_the_same() -> None:
    protocol = WebSocketsSansIOProtocol()
    protocol.conn.extensions = [object()]
    assert Shortcut.of(protocol.receive) is None, "a compressed connection"

    class AnotherServer(WebSocketsSansIOProtocol):
        pass

    assert Shortcut.of(AnotherServer().receive) is None

    async def receive() -> Any:
        raise NotImplementedError

    assert Shortcut.of(receive) is None
