"""Asking servers of others: what is right, slow, wrong, down, and what wants to get inside."""

import asyncio
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.errors import OutboundError
from chatserver.outbound import MAX_ANSWER_BYTES, Outbound, check_url, is_public
from tests.endpoints import (
    Authority,
    Serve,
    dribbling,
    endless,
    endpoint,
    raw,
    resolving,
    says,
    silent,
)

LOCAL = Outbound(allow_local=True)


async def reason(outbound: Outbound, url: str, *, limit_s: float = 2.0) -> str:
    with pytest.raises(OutboundError) as caught:
        await outbound.post(url, b"{}", {}, limit_s=limit_s)
    return caught.value.reason


async def test_an_answer_comes_back_whole() -> None:
    async with endpoint(says(b'{"orders":[]}')) as shop:
        body = await LOCAL.post(shop.url + "?a=1", b'{"x":1}', {"webhook-id": "m"}, limit_s=2)
    assert body == b'{"orders":[]}'
    head, _, sent = shop.asked[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /orders?a=1 HTTP/1.1\r\n")
    assert b"webhook-id: m" in head.lower() and sent == b'{"x":1}'


async def test_over_tls_the_name_is_the_certificates() -> None:
    authority = Authority()
    there = resolving(shop_example=["127.0.0.1"], other_example=["127.0.0.1"])
    outbound = Outbound(allow_local=True, resolve=there, tls=authority.trusting())
    async with endpoint(says(b"ok"), tls=authority.server("shop.example")) as shop:
        assert (
            await outbound.post(f"https://shop.example:{shop.port}/", b"", {}, limit_s=2) == b"ok"
        )
        assert await reason(outbound, f"https://other.example:{shop.port}/") == "certificate"
        stranger = Outbound(allow_local=True, resolve=there)
        assert await reason(stranger, f"https://shop.example:{shop.port}/") == "certificate"
    assert len(shop.asked) == 1


INSIDE = [
    "127.0.0.1", "localhost", "[::1]", "0.0.0.0", "[::]", "2130706433", "0x7f000001", "0177.0.0.1",
    "127.1", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]", "10.0.0.5", "172.16.3.4", "192.168.1.1", "100.64.0.1", "169.254.169.254",
    "[fe80::1]", "[fe80::1%25lo]", "[fd00:ec2::254]", "224.0.0.1", "255.255.255.255",
    "[64:ff9b::a9fe:a9fe]",
]  # fmt: skip


@pytest.mark.parametrize("host", INSIDE)
async def test_o01_nothing_inside_is_reached_however_it_is_written(host: str) -> None:
    async with endpoint(says(b"{}")) as canary:
        for scheme in ("https", "http"):
            found = await reason(Outbound(), f"{scheme}://{host}:{canary.port}/")
            assert found in {"forbidden_address", "bad_url", "name"}
    assert canary.hits == 0


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["93.184.215.14", "10.0.0.5"], ["::1"]])
async def test_o01_a_name_is_forbidden_by_any_of_its_addresses(addresses: list[str]) -> None:
    outbound = Outbound(resolve=resolving(shop_example=addresses))
    async with endpoint(says(b"{}")) as canary:
        url = f"https://shop.example:{canary.port}/"
        assert await reason(outbound, url) == "forbidden_address"
    assert canary.hits == 0


async def test_o01_a_name_that_changes_its_mind_is_asked_only_once() -> None:
    asked = []

    async def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) > 1 else ["192.88.99.1"]

    async with endpoint(says(b"{}")) as canary:
        outbound = Outbound(resolve=rebinding)
        found = await reason(outbound, f"https://shop.example:{canary.port}/", limit_s=0.3)
    assert found in {"connection", "timeout"}
    assert (asked, canary.hits) == (["shop.example"], 0)


async def test_o01_a_redirect_is_not_followed() -> None:
    async with endpoint(says(b"secret")) as canary:
        inside = f"Location: http://127.0.0.1:{canary.port}/"
        metadata = "Location: http://169.254.169.254/latest/meta-data/"
        for location in (inside, metadata):
            for status in ("301 Moved", "302 Found", "307 Again", "308 Always"):
                async with endpoint(says(b"", status, location)) as shop:
                    assert await reason(LOCAL, shop.url) == "redirect"
    assert canary.hits == 0


async def test_plain_http_never_leaves_this_machine() -> None:
    outbound = Outbound(allow_local=True, resolve=resolving(shop_example=["93.184.215.14"]))
    assert await reason(outbound, "http://shop.example/") == "forbidden_address"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (endless, "too_large"),
        (says(b" " * 10_000_000), "too_large"),
        (says(b" " * (MAX_ANSWER_BYTES + 1)), "too_large"),
        (raw(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000), "malformed"),
        (raw(b"SSH-2.0-OpenSSH_9.9\r\n\r\n"), "malformed"),
        (raw(b""), "malformed"),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"), "malformed"),
        (says(b"x", "200 OK", "Content-Encoding: gzip"), "malformed"),
        (says(b"no", "500 Oops"), "status"),
        (says(b"no", "404 Gone"), "status"),
        (raw(b"HTTP/1.1 204 Nothing\r\n\r\n"), "status"),
    ],
)
async def test_what_can_not_be_used_is_told_by_its_reason(answer: Serve, expected: str) -> None:
    async with endpoint(answer) as shop:
        assert await reason(LOCAL, shop.url) == expected


@pytest.mark.parametrize("answer", [silent, dribbling])
async def test_the_limit_is_for_all_of_it(answer: Serve) -> None:
    async with endpoint(answer) as shop:
        began = time.perf_counter()
        assert await reason(LOCAL, shop.url, limit_s=0.3) == "timeout"
        assert time.perf_counter() - began < 1.5


async def test_a_resolver_that_hangs_counts_too() -> None:
    async def hanging(_host: str, _port: int) -> list[str]:
        await asyncio.sleep(30)
        return []

    assert (
        await reason(Outbound(resolve=hanging), "https://shop.example/", limit_s=0.1) == "timeout"
    )


async def test_nobody_there() -> None:
    async with endpoint(says(b"")) as shop:
        pass
    assert await reason(LOCAL, shop.url) == "connection"
    assert await reason(Outbound(), "https://nobody.invalid/") == "name"


@pytest.mark.parametrize(
    "url",
    [
        "", "shop.example", "//shop.example/", "file:///etc/passwd", "gopher://shop.example/",
        "ftp://shop.example/", "https://", "https://user:word@shop.example/",
        "https://shop.example@evil.example/", "https://shop.example:99999/",
        "https://shop.example:0/", "https://shop.example/#x", "https://shop.example/a b",
        "https://shop.example/\r\nX: y", "https://shop.example\\@evil.example/",
        "https://[::1", "http://shop.example/", "https://mağaza.example/",
        "https://shop.example/" + "a" * 600,
    ],
)  # fmt: skip
async def test_only_plain_addresses_of_the_web_are_asked(url: str) -> None:
    with pytest.raises(OutboundError, match="bad_url"):
        check_url(url)
    assert await reason(Outbound(), url) == "bad_url"


@given(st.text(max_size=80))
def test_no_text_is_an_address_by_accident(url: str) -> None:
    try:
        parts = check_url(url)
    except OutboundError:
        return
    assert parts.scheme == "https" and parts.hostname


@given(st.ip_addresses(v=4))
def test_ipv4_inside_ipv6_is_judged_as_ipv4(address: object) -> None:
    for prefix in ("::ffff:", "64:ff9b::"):
        assert is_public(f"{prefix}{address}") == is_public(str(address))


def test_what_is_public() -> None:
    for address in ("8.8.8.8", "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"):
        assert is_public(address)
    assert not is_public("shop.example")
