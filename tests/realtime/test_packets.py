"""Socket.IO packets: what is understood, what is malformed, what is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.realtime import packets
from chatserver.realtime.codec import MALFORMED
from chatserver.realtime.packets import Malformed, Packet, decode


@pytest.mark.parametrize(
    ("text", "packet"),
    [
        ("0", Packet("0", "/", None, None)),
        ("0/visitor", Packet("0", "/visitor", None, None)),
        ("0/visitor,", Packet("0", "/visitor", None, None)),
        ('0/visitor?token=x,{"a":1}', Packet("0", "/visitor", None, {"a": 1})),
        ("1/visitor,", Packet("1", "/visitor", None, None)),
        ('2["a"]', Packet("2", "/", None, ["a"])),
        ('2/visitor,17["a",{"b":[]}]', Packet("2", "/visitor", 17, ["a", {"b": []}])),
        ('2["a",1],', Packet("2", "/", None, MALFORMED)),
        ('2["a",NaN]', Packet("2", "/", None, MALFORMED)),
        ("3/agent,0[]", Packet("3", "/agent", 0, [])),
    ],
)
def test_what_is_understood(text: str, packet: Packet) -> None:
    assert decode(text) == packet


@pytest.mark.parametrize(
    "text",
    [
        "", "a", "4", '4{"message":"x"}', '51-["a",{"_placeholder":true,"num":0}]', "61-0[]", "7",
        "2", "2[]", "2/visitor,7[]", "2{}", '2"a"', "25", '2abc["a"]', '2٣["a"]', "2²[]", "3[]", "31", '05{"a":1}', "0[]",
        "15", "1[]", "1{}", '2/visitor["a"]', "2" + "9" * 16 + "[]", "2/" + "v" * 200 + ",[]",
    ],
)  # fmt: skip
def test_what_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        decode(text)


@given(st.text())
def test_anything_is_a_packet_or_malformed(text: str) -> None:
    try:
        packet = decode(text)
    except Malformed:
        return
    assert packet.kind in "0123"


@given(
    st.sampled_from(["/", "/visitor"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    st.none() | st.integers(0, 10**15 - 1),
)
def test_what_we_say_is_understood(namespace: str, name: str, id: int | None) -> None:
    said = packets.event(namespace, name, [{"a": [1, None]}], id)
    assert said[0] == packets.MESSAGE
    assert decode(said[1:]) == Packet("2", namespace, id, [name, {"a": [1, None]}])


def test_the_shapes_that_clients_expect() -> None:
    assert packets.connected("/", "s1") == '40{"sid":"s1"}'
    assert packets.connected("/visitor", "s1") == '40/visitor,{"sid":"s1"}'
    assert packets.refused("/", "no") == '44{"message":"no"}'
    assert packets.refused("/a", {"message": "no", "data": 1}) == '44/a,{"message":"no","data":1}'
    assert packets.disconnected("/a") == "41/a,"
    assert packets.ack("/a", 0, [{"ok": True}]) == '43/a,0[{"ok":true}]'
