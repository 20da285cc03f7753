"""The security headers of every kind of answer."""

import base64
import hashlib
import re
from dataclasses import replace

import pytest

from chatserver.domain.sites import Site
from chatserver.storage import sites
from chatserver.web.access import ROUTES, Rule
from chatserver.web.headers import POLICIES, local_path
from tests.web.conftest import ORIGIN, SETTINGS, Shop
from tests.web.test_access import path_of

GETS = [rule for rule in ROUTES if rule.method == "GET"]


def directives(policy: str) -> dict[str, str]:
    pairs = (part.strip().partition(" ") for part in policy.split(";"))
    return {name: value for name, _, value in pairs}


@pytest.mark.parametrize("rule", GETS, ids=lambda rule: rule.name)
async def test_every_answer_carries_the_headers(shop: Shop, rule: Rule) -> None:
    _, token = await shop.person()
    async with shop.client(token) as client:
        answers = [await client.get(await path_of(shop, rule)), await client.get("/nowhere")]
    for response in answers:
        headers = response.headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] in {"no-referrer", "same-origin"}
        assert "camera=()" in headers["permissions-policy"]
        assert headers["strict-transport-security"].startswith("max-age=")
        policy = directives(headers["content-security-policy"])
        assert policy["default-src"] == "'none'"
        assert policy["base-uri"] == "'none'"
        assert "unsafe" not in headers["content-security-policy"]
        assert "frame-ancestors" in policy
        assert "server" not in headers


@pytest.mark.parametrize("rule", GETS, ids=lambda rule: rule.name)
async def test_x05_no_page_has_script_or_style_that_its_policy_would_stop(
    shop: Shop, rule: Rule
) -> None:
    _, token = await shop.person()
    async with shop.client(token) as client:
        response = await client.get(await path_of(shop, rule))
    if not response.headers.get("content-type", "").startswith("text/html"):
        return
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:", response.text, re.IGNORECASE)
    for script in re.findall(r"<script([^>]*)>", response.text):
        assert re.search(r'type="application/(ld\+)?json"|src=', script)
    for source in re.findall(r'(?:src|href|action)="([^"]*)"', response.text):
        assert source.startswith(("/", "?", "#")) or source == ""


async def test_x05_script_and_style_within_the_panels_page_are_ours_by_their_digest(
    shop: Shop,
) -> None:
    async with shop.client() as client:
        first, later = [await client.get(f"/frame/pera?live={live}") for live in ("false", "true")]
    policy = directives(first.headers["content-security-policy"])
    for tag, directive in (("script", "script-src"), ("style", "style-src")):
        (text,) = re.findall(f"<{tag}>(.*?)</{tag}>", first.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert policy[directive] == f"'self' 'sha256-{digest}'"
    assert "start('<b>')" in first.text and "p > b{}" in first.text
    assert not re.search("<style|<script>", later.text)
    assert '<script defer src="/static/panel-2b3c4d5e.js">' in later.text
    assert directives(later.headers["content-security-policy"])["script-src"] == "'self'"


async def test_a_page_of_the_panel_that_did_not_change_is_not_sent_again(shop: Shop) -> None:
    async with shop.client() as client:
        first = await client.get("/frame/pera?live=false", headers={"Accept-Encoding": "gzip"})
        known = {"If-None-Match": first.headers["etag"]}
        again = await client.get("/frame/pera?live=false", headers=known)
        other = await client.get("/frame/pera?live=false&lang=en", headers=known)
        hosted = await client.get("/c/pera", headers=known)
    assert first.headers["content-encoding"] == "gzip"
    assert again.status_code == 304 and again.content == b""
    for name in ("cache-control", "etag", "content-security-policy", "vary"):
        assert again.headers[name] == first.headers[name]
    assert other.status_code == 200 and other.headers["etag"] != first.headers["etag"]
    assert hosted.status_code == 200 and hosted.headers["cache-control"] == "no-store"


async def test_x05_the_console_is_locked_down(shop: Shop) -> None:
    _, token = await shop.person()
    async with shop.client(token) as client:
        response = await client.get("/console")
    assert directives(response.headers["content-security-policy"]) == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "connect-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "media-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
    }
    assert response.headers["cache-control"] == "no-store"


async def test_x06_only_the_sites_own_origins_may_frame_the_panel(shop: Shop) -> None:
    async with shop.client() as client:
        frame, hosted = await client.get("/frame/pera"), await client.get("/c/pera")
        outside = await client.get("/sign-in")
    assert directives(frame.headers["content-security-policy"])["frame-ancestors"] == ORIGIN
    assert "x-frame-options" not in frame.headers
    for response in (hosted, outside):
        policy = directives(response.headers["content-security-policy"])
        assert policy["frame-ancestors"] == "'none'"
        assert response.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    "origins",
    [(), ("*",), ("https://a.example; script-src *",), ("https://a.example\r\nX: y",), ("'self'",)],
    ids=str,
)
async def test_x06_what_is_no_origin_never_gets_into_the_policy(
    shop: Shop, origins: tuple[str, ...]
) -> None:
    settings = replace(SETTINGS, origins=origins)
    site: Site = await shop.database.write(sites.create, "odd", settings, now_ms=1)
    async with shop.client() as client:
        response = await client.get(f"/frame/{site.key}")
    policy = response.headers["content-security-policy"]
    assert directives(policy)["frame-ancestors"] == "'none'"
    assert policy.count("script-src") == 1


def test_every_kind_of_page_forbids_what_it_does_not_name() -> None:
    for policy in POLICIES.values():
        assert policy.startswith("default-src 'none'")
        assert "unsafe-inline" not in policy


async def test_staff_pages_are_neither_cached_nor_indexed(shop: Shop) -> None:
    _, token = await shop.person()
    async with shop.client(token) as client:
        for path in ("/console", "/faq", "/transcripts", "/account"):
            response = await client.get(path)
            assert response.headers["cache-control"] == "no-store"
            assert "noindex" in response.headers["x-robots-tag"]


async def test_hsts_is_not_sent_without_https(shop: Shop) -> None:
    async with shop.client() as client:
        response = await client.get("http://chat.example/healthz")
    assert "strict-transport-security" not in response.headers


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("/console", "/console"),
        ("https://evil.example/faq?q=a", "/faq?q=a"),
        ("//evil.example", "/"),
        ("https://evil.example//other.example/x", "/other.example/x"),
        ("/\\evil.example", "/evil.example"),
    ],
)
def test_x02_a_redirect_stays_in_the_house(location: str, path: str) -> None:
    assert local_path(location) == path
