"""Addresses as limits count them."""

import pytest

from chatserver.origins import client_address


@pytest.mark.parametrize(
    ("peer", "counted"),
    [
        (("203.0.113.9", 1), "203.0.113.9"),
        (("::ffff:203.0.113.9", 1), "203.0.113.9"),
        (("2001:db8:1:2:3:4:5:6", 1), "2001:db8:1:2::/64"),
        (("2001:db8:1:2:ffff::1", 1), "2001:db8:1:2::/64"),
        (("testclient", 1), "testclient"),
        (None, ""),
    ],
)
def test_one_network_of_ipv6_counts_as_one(peer: tuple[str, int] | None, counted: str) -> None:
    assert client_address({"client": peer}) == counted
