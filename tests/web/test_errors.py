"""What goes wrong is told with a reference, never with a traceback; health tells only health."""

import re
from dataclasses import replace

import httpx2
import pytest
from starlette.applications import Starlette
from structlog.testing import capture_logs

from chatserver.domain.sites import Site
from chatserver.errors import Code, Refusal
from chatserver.web.errors import STATUS
from chatserver.web.routes import build_routes, exception_handlers, middleware
from tests.web.conftest import BASE, SAME_ORIGIN, Shop


def broken(shop: Shop, error: Exception) -> httpx2.AsyncClient:
    """A browser of a shop in which looking up a site fails."""

    async def find_site(_: str) -> Site | None:
        raise error

    web = replace(shop.web, find_site=find_site)
    app = Starlette(
        routes=build_routes(web),
        middleware=middleware(web),
        exception_handlers=exception_handlers(web),
    )
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=BASE)


async def test_s02_a_fault_is_a_sentence_and_a_reference_that_the_log_has_too(shop: Shop) -> None:
    with capture_logs() as lines:
        async with broken(shop, RuntimeError("canary in /home/secret.py")) as client:
            page = await client.get("/frame/pera", headers={"Accept": "text/html"})
            data = await client.get("/frame/pera", headers={"Accept": "application/json"})
    assert (page.status_code, data.status_code) == (500, 500)
    for response in (page, data):
        assert not re.search("canary|Traceback|RuntimeError|secret", response.text)
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in response.headers["content-security-policy"]
    failed = [line for line in lines if line["event"] == "request failed"]
    assert failed[0]["reference"] in page.text
    assert data.json()["error"]["reference"] == failed[1]["reference"]
    assert failed[0]["log_level"] == "error"
    assert "canary" in str(failed[0]["exc_info"])


@pytest.mark.parametrize("code", list(Code))
async def test_every_refusal_has_a_status_and_a_page(shop: Shop, code: Code) -> None:
    async with broken(shop, Refusal(code, "canary", after_ms=1500)) as client:
        page = await client.get("/frame/pera", headers={"Accept": "text/html"})
        data = await client.get("/frame/pera", headers={"Accept": "application/json"})
    assert page.status_code == data.status_code == STATUS[code]
    assert data.json()["error"]["code"] == code.value
    assert data.headers["retry-after"] == "2"
    assert "canary" not in page.text + data.text


@pytest.mark.parametrize(
    "path",
    [
        "/metrics", "/docs", "/openapi.json", "/redoc", "/admin", "/debug", "/config", "/.env",
        "/.git/config", "/server-status", "/version", "/console/", "/socket.io-admin", "/static",
        "/manifest.json", "/phpmyadmin", "/wp-login.php", "/setup", "/setup/", "/t/", "/frame/",
        "/c/", "/faq/tr/", "/transcripts/x/y",
    ],
)  # fmt: skip
async def test_s02_nothing_but_the_table_is_reachable(shop: Shop, path: str) -> None:
    _, token = await shop.person()
    for cookie in (None, token):
        async with shop.client(cookie) as client:
            response = await client.get(path)
            assert response.status_code in {404, 307}
            if response.status_code == 307:  # a slash too many
                assert response.headers["location"].strip("/") == path.strip("/")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "CONNECT"])
async def test_s02_other_methods_do_nothing(shop: Shop, method: str) -> None:
    async with shop.client() as client:
        for path in ("/sign-in", "/console", "/widget.js"):
            response = await client.request(method, path, headers=SAME_ORIGIN)
            assert response.status_code == 405
            assert "secret" not in response.text


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"a" * 20_000, 413), (b"&".join(b"a=1" for _ in range(50)), 400), (b"email=%00", 400),
     (b"email=%ff%fe", 400), ("email=ş".encode(), 400), (b"", 401)],
)  # fmt: skip
async def test_a_form_is_small_and_well_formed(shop: Shop, body: bytes, status: int) -> None:
    async with shop.client() as client:
        response = await client.post(
            "/sign-in",
            content=body,
            headers={**SAME_ORIGIN, "Content-Type": "application/x-www-form-urlencoded"},
        )
    assert response.status_code == status


async def test_healthz_is_ok_as_long_as_anything_is(shop: Shop) -> None:
    shop.checks["database"] = False
    shop.draining[0] = True
    async with shop.client() as client:
        response = await client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_readyz_says_what_is_missing(shop: Shop) -> None:
    async with shop.client() as client:
        response = await client.get("/readyz")
        assert response.status_code == 200
        assert response.json() == {
            "ready": True,
            "status": "ok",
            "checks": {"database": "ok", "draining": "ok", "migrations": "ok"},
            "process": "",
            "role": "single",
        }
        shop.checks["migrations"] = False
        response = await client.get("/readyz")
        assert (response.status_code, response.json()["checks"]["migrations"]) == (503, "failed")
        shop.checks.clear()
        shop.draining[0] = True
        response = await client.get("/readyz")
        assert (response.status_code, response.json()["checks"]["draining"]) == (503, "failed")
        assert (await client.get("/healthz")).status_code == 200
