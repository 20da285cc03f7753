"""No other site can make a signed-in browser act; forged proxy headers change nothing."""

import pytest

from chatserver.settings import Settings
from chatserver.web.access import ROUTES, Rule
from chatserver.web.origin import is_own_request
from tests.web.conftest import BASE, PASSWORD, Shop
from tests.web.test_access import path_of

CHANGES = [rule for rule in ROUTES if rule.method == "POST" and rule.name != "do_stop_mail"]
"""All but what a mail server posts for whoever wants no more mail: `test_mail_pages.py`."""

FOREIGN: list[dict[str, str]] = [
    {},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://chat.example"},
    {"Origin": "https://chat.example.evil.example"},
    {"Origin": "https://sub.chat.example"},
    {"Origin": "https://chat.example:444"},
    {"Origin": ""},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": BASE},
    {"Sec-Fetch-Site": "", "Origin": BASE},
    {"Referer": f"{BASE}/sign-in"},
    {"Origin": "https://evil.example", "X-Forwarded-Host": "evil.example"},
    {"Origin": "https://evil.example", "Forwarded": "host=evil.example;proto=https"},
]


@pytest.mark.parametrize("rule", CHANGES, ids=lambda rule: rule.name)
async def test_a05_no_change_is_made_for_another_origin(shop: Shop, rule: Rule) -> None:
    account, token = await shop.person()
    path = await path_of(shop, rule)
    form = {"email": account.email, "password": PASSWORD, "old": PASSWORD, "new": "y" * 12}
    async with shop.client(token) as client:
        for headers in FOREIGN:
            response = await client.post(path, data=form, headers=headers)
            assert response.status_code == 403, headers
            assert "set-cookie" not in response.headers, headers
        assert (await client.get("/console")).status_code == 200
    assert shop.ended == []


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "multipart/form-data", ""])
async def test_a05_nothing_that_only_looks_like_a_form_is_read(shop: Shop, kind: str) -> None:
    await shop.person()
    body = f"email=ada@shop.example&password={PASSWORD}"
    async with shop.client() as client:
        response = await client.post(
            "/sign-in",
            content=body,
            headers={"Sec-Fetch-Site": "same-origin", "Content-Type": kind},
        )
    assert response.status_code == 400


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": BASE}],
    ids=str,
)
async def test_our_own_pages_may_change_things(shop: Shop, headers: dict[str, str]) -> None:
    await shop.person()
    async with shop.client() as client:
        response = await client.post(
            "/sign-in", data={"email": "ada@shop.example", "password": PASSWORD}, headers=headers
        )
    assert response.status_code == 303


@pytest.mark.parametrize(
    ("public_url", "host", "scheme", "origin", "own"),
    [
        ("", "chat.example", "https", "https://chat.example", True),
        ("", "chat.example:8000", "http", "http://chat.example:8000", True),
        ("", "[::1]:8000", "http", "http://[::1]:8000", True),
        ("", "evil.example", "https", "https://chat.example", False),
        ("https://chat.example", "10.0.0.5:8000", "http", "https://chat.example", True),
        ("https://chat.example", "evil.example", "http", "http://evil.example", False),
    ],
)
def test_t03_our_origin_is_the_configured_one_or_what_the_connection_says(
    public_url: str, host: str, scheme: str, origin: str, own: bool
) -> None:
    scope = {
        "type": "http",
        "scheme": scheme,
        "headers": [
            (b"host", host.encode()),
            (b"origin", origin.encode()),
            (b"x-forwarded-host", b"chat.example"),
            (b"x-forwarded-proto", b"https"),
        ],
    }
    assert is_own_request(scope, Settings(public_url=public_url)) is own


async def test_t03_forged_forwarding_headers_change_no_answer(shop: Shop) -> None:
    forged = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-For": "127.0.0.1",
        "Forwarded": "host=evil.example;proto=http",
        "X-Original-URL": "/console",
        "X-Rewrite-URL": "/console",
    }
    async with shop.client() as client:
        for path in ("/", "/sign-in", "/console", "/frame/pera", "/c/pera", "/healthz"):
            plain, other = await client.get(path), await client.get(path, headers=forged)
            assert plain.status_code == other.status_code
            assert plain.text == other.text
            assert dict(plain.headers) == dict(other.headers)


async def test_t13_no_page_and_no_redirect_is_built_from_the_host_header(shop: Shop) -> None:
    _, token = await shop.person()
    paths = [await path_of(shop, rule) for rule in ROUTES if rule.method == "GET"]
    for cookie in (None, token):
        async with shop.client(cookie) as client:
            for path in [*paths, "/nowhere", "/faq/"]:
                response = await client.get(path, headers={"Host": "evil.example"})
                assert "evil.example" not in response.text
                assert "evil.example" not in str(dict(response.headers))
