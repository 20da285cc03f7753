"""What is sealed can be read by our own alone, once, and in the room it was said in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.realtime.envelope import EMIT, FRESH_MS, Seal, derive_key

KEY = derive_key("a-test-secret-0123456789-abcdefghijklm", "fan-out")
NOW = 1_795_356_000_000


def seal(origin: bytes = b"aaaaaaaa", key: bytes = KEY) -> Seal:
    return Seal(key, origin)


def test_what_one_says_another_reads() -> None:
    sealed = seal().close(b"room", EMIT, b"hello", now_ms=NOW)
    heard = seal(b"bbbbbbbb").open(b"room", sealed, now_ms=NOW)
    assert heard is not None
    assert (heard.kind, heard.body, heard.origin) == (EMIT, b"hello", b"aaaaaaaa")


@given(st.binary(max_size=200))
def test_whoever_has_no_key_is_not_believed(junk: bytes) -> None:
    assert seal().open(b"room", junk, now_ms=NOW) is None


@given(st.data())
def test_not_a_single_byte_can_be_changed(data: st.DataObject) -> None:
    sealed = bytearray(seal().close(b"room", EMIT, b"hello", now_ms=NOW))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))
    assert seal(b"bbbbbbbb").open(b"room", bytes(sealed), now_ms=NOW) is None


def test_another_key_is_another_installation() -> None:
    sealed = seal(key=derive_key("another-secret", "fan-out")).close(b"r", EMIT, b"x", now_ms=NOW)
    assert seal(b"bbbbbbbb").open(b"r", sealed, now_ms=NOW) is None


def test_what_was_heard_in_one_room_can_not_be_said_in_another() -> None:
    sealed = seal().close(b"agents:7", EMIT, b"a note", now_ms=NOW)
    assert seal(b"bbbbbbbb").open(b"visitor:7", sealed, now_ms=NOW) is None


def test_nothing_is_heard_twice_nor_out_of_order() -> None:
    speaker, listener = seal(), seal(b"bbbbbbbb")
    first, second = (speaker.close(b"r", EMIT, b"x", now_ms=NOW) for _ in range(2))
    assert listener.open(b"r", second, now_ms=NOW) is not None
    assert listener.open(b"r", second, now_ms=NOW) is None
    assert listener.open(b"r", first, now_ms=NOW) is None


@pytest.mark.parametrize("skew", [FRESH_MS + 1, -FRESH_MS - 1])
def test_what_is_old_is_not_said_again(skew: int) -> None:
    sealed = seal().close(b"r", EMIT, b"x", now_ms=NOW)
    assert seal(b"bbbbbbbb").open(b"r", sealed, now_ms=NOW + skew) is None


def test_what_is_said_by_oneself_is_known() -> None:
    mine = seal()
    assert mine.is_own(mine.close(b"r", EMIT, b"x", now_ms=NOW))
    assert not mine.is_own(seal(b"bbbbbbbb").close(b"r", EMIT, b"x", now_ms=NOW))
