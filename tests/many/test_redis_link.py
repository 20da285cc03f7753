"""What Redis says is read the same however the network cuts it into pieces."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from chatserver.realtime.redis_link import RedisLink, Reply, encode, encode_publish

MESSAGES = [(b"chat:a", b""), (b"chat:b", b"x\r\n$7\r\n*3"), (b"c", bytes(range(256)) * 9)]


def _pushed(channel: bytes, message: bytes) -> bytes:
    return encode(b"message", channel, message)


@given(st.lists(st.integers(0, 3_000), max_size=12))
def test_messages_are_whole_wherever_the_line_was_cut(cuts: list[int]) -> None:
    told: list[tuple[bytes, bytes]] = []
    said: list[list[Reply]] = []
    link = RedisLink(pushed=said.append, told=lambda *message: told.append(message))
    greeting = b"*3\r\n$9\r\nsubscribe\r\n$6\r\nchat:a\r\n:1\r\n"
    data = greeting + b"".join(_pushed(*message) for message in MESSAGES) + greeting
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    for start, end in pairwise(places):
        link.data_received(data[start:end])
    assert told == MESSAGES
    assert said == [[b"subscribe", b"chat:a", 1]] * 2


def test_a_publish_is_the_command_that_it_stands_for() -> None:
    for channel, message in MESSAGES:
        assert encode_publish(channel, message) == encode(b"PUBLISH", channel, message)
