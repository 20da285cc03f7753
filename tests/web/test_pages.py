"""Signing in and out, set-up links, the console's page, one's own account."""

import json
import re
from typing import Any

import httpx2
import pytest

from chatserver.domain.people import Role
from chatserver.services import staff
from chatserver.services.staff import SESSION_COOKIE
from tests.web.conftest import BASE, PASSWORD, SAME_ORIGIN, Shop


async def sign_in(
    client: httpx2.AsyncClient, password: str = PASSWORD, **fields: str
) -> httpx2.Response:
    return await client.post(
        "/sign-in",
        data={"email": "ada@shop.example", "password": password, **fields},
        headers=SAME_ORIGIN,
    )


async def is_in(shop: Shop, token: str) -> bool:
    async with shop.client(token) as client:
        return (await client.get("/console")).status_code == 200


def token_of(response: httpx2.Response) -> str:
    found = re.search(SESSION_COOKIE + r"=([\w-]+)", response.headers["set-cookie"])
    assert found
    return found[1]


async def test_a04_the_session_cookie_has_every_flag(shop: Shop) -> None:
    await shop.person()
    async with shop.client() as client:
        response = await sign_in(client)
    assert response.status_code == 303
    assert response.headers["location"] == "/console"
    name, *flags = response.headers["set-cookie"].split("; ")
    assert name.startswith("__Host-staff=")
    assert {flag.lower() for flag in flags} == {
        "httponly", "secure", "samesite=lax", "path=/", "max-age=43200",
    }  # fmt: skip


async def test_a03_signing_in_never_keeps_a_token_that_came_with_the_request(shop: Shop) -> None:
    account, old = await shop.person()
    async with shop.client(old) as client:
        fresh = token_of(await sign_in(client))
    assert fresh != old
    assert shop.ended == [account.id]
    assert not await is_in(shop, old)
    assert await is_in(shop, fresh)
    async with shop.client("planted-by-somebody") as client:
        assert token_of(await sign_in(client)) != "planted-by-somebody"


async def test_a03_signing_out_ends_session_cookie_and_sockets(shop: Shop) -> None:
    account, token = await shop.person()
    async with shop.client(token) as client:
        response = await client.post("/sign-out", headers=SAME_ORIGIN)
    assert response.status_code == 303
    assert "max-age=0" in response.headers["set-cookie"].lower()
    assert "secure" in response.headers["set-cookie"].lower()
    assert shop.ended == [account.id]
    assert not await is_in(shop, token)


async def test_a03_a_new_password_ends_the_other_sessions_and_sockets(shop: Shop) -> None:
    account, mine = await shop.person()
    other = (await shop.web.entrance.begin(account)).token
    async with shop.client(mine) as client:
        wrong = await client.post(
            "/account/password", data={"old": "no", "new": "yeni bir şifre"}, headers=SAME_ORIGIN
        )
        short = await client.post(
            "/account/password", data={"old": PASSWORD, "new": "short"}, headers=SAME_ORIGIN
        )
        assert (wrong.status_code, short.status_code, shop.ended) == (422, 422, [])
        assert "Şimdiki şifreniz bu değil" in wrong.text
        done = await client.post(
            "/account/password",
            data={"old": PASSWORD, "new": "yeni bir şifre"},
            headers=SAME_ORIGIN,
        )
    assert done.status_code == 303
    assert shop.ended == [account.id]
    assert [await is_in(shop, mine), await is_in(shop, other)] == [True, False]


async def test_a03_one_sees_and_ends_ones_own_sessions_alone(shop: Shop) -> None:
    account, mine = await shop.person()
    eda, edas = await shop.person("eda@shop.example", name="Eda")
    others = [(await shop.web.entrance.begin(account, device="Firefox")).token for _ in range(3)]
    listed = await shop.database.read(staff.list_sessions, eda.id, now_ms=shop.clock.now_ms())
    async with shop.client(mine) as client:
        page = await client.get("/account")
        assert page.text.count("Firefox") == 3
        foreign = await client.post(f"/account/sessions/{listed[0].id}/end", headers=SAME_ORIGIN)
        assert foreign.status_code == 404
        first = re.findall(r"/account/sessions/(\d+)/end", page.text)[0]
        await client.post(f"/account/sessions/{first}/end", headers=SAME_ORIGIN)
        assert sum([await is_in(shop, token) for token in others]) == 2
        await client.post("/account/sessions/end-others", headers=SAME_ORIGIN)
    assert not any([await is_in(shop, token) for token in others])
    assert await is_in(shop, mine)
    assert await is_in(shop, edas)


async def test_a02_unknown_and_wrong_look_alike_and_give_no_cookie(shop: Shop) -> None:
    await shop.person()
    pages = []
    async with shop.client() as client:
        for email in ("ada@shop.example", "eda@shop.example"):
            response = await client.post(
                "/sign-in", data={"email": email, "password": "wrong"}, headers=SAME_ORIGIN
            )
            assert response.status_code == 401
            assert "set-cookie" not in response.headers
            pages.append(response.text.replace(email, ""))
    assert pages[0] == pages[1]
    assert "E-posta adresi veya şifre yanlış" in pages[0]


async def test_a02_too_many_tries_say_after_how_many_minutes_another_is_worth_it(
    shop: Shop,
) -> None:
    await shop.person()
    async with shop.client() as client:
        for _ in range(6):
            assert (await sign_in(client, "wrong")).status_code == 401
        locked = await sign_in(client)
        english = await sign_in(client, lang="en")
    assert locked.status_code == 429
    assert locked.headers["retry-after"] == "60"
    assert "1 dakika sonra yeniden deneyin" in locked.text
    assert "Try again in 1 min" in english.text


async def test_a02_forged_forwarding_headers_buy_no_more_tries(shop: Shop) -> None:
    await shop.person()
    codes = []
    async with shop.client() as client:
        for number in range(10):
            response = await client.post(
                "/sign-in",
                data={"email": "ada@shop.example", "password": "wrong"},
                headers={**SAME_ORIGIN, "X-Forwarded-For": f"198.51.100.{number}",
                         "Forwarded": f"for=198.51.100.{number}", "X-Real-IP": "198.51.100.9"},
            )  # fmt: skip
            codes.append(response.status_code)
    assert codes == [401] * 6 + [429] * 4


@pytest.mark.parametrize(
    ("following", "lands"),
    [
        ("/transcripts/abc", "/transcripts/abc"),
        ("/faq/tr/kargo-nerede", "/faq/tr/kargo-nerede"),
        ("https://evil.example", "/console"),
        ("//evil.example/console", "/console"),
        ("/\\evil.example", "/console"),
        ("/console\r\nSet-Cookie: a=b", "/console"),
        ("javascript:alert(1)", "/console"),
        ("/sign-out", "/console"),
    ],
)
async def test_x02_signing_in_never_leads_to_another_site(
    shop: Shop, following: str, lands: str
) -> None:
    await shop.person()
    async with shop.client() as client:
        response = await sign_in(client, next=following)
    assert response.headers["location"] == lands


async def test_a06_a_fresh_install_has_no_account_and_its_link_works_once(shop: Shop) -> None:
    token = await shop.database.write(staff.create_setup_link, None, shop.clock.now_ms())
    form = {"email": "ADA@shop.example", "name": "Ada", "password": PASSWORD}
    async with shop.client() as client:
        for email, password in (("admin", "admin"), ("admin@localhost", "password")):
            response = await client.post(
                "/sign-in", data={"email": email, "password": password}, headers=SAME_ORIGIN
            )
            assert response.status_code == 401
        for _ in range(3):  # looking uses nothing up
            assert (await client.get(f"/setup/{token}")).status_code == 200
        assert (await client.get("/setup/" + "x" * 43)).status_code == 404
        weak = await client.post(
            f"/setup/{token}", data={**form, "password": "short"}, headers=SAME_ORIGIN
        )
        assert weak.status_code == 422
        assert "en az 10 karakter" in weak.text
        done = await client.post(f"/setup/{token}", data=form, headers=SAME_ORIGIN)
        assert done.status_code == 303
        again = await client.post(f"/setup/{token}", data=form, headers=SAME_ORIGIN)
        assert again.status_code == 404
        assert (await client.get(f"/setup/{token}")).status_code == 404
    async with shop.client(token_of(done)) as client:
        page = await client.get("/console")
    assert data_of(page)["me"]["role"] == "admin"


async def test_a06_an_invited_person_chooses_a_password_and_cannot_change_who_they_are(
    shop: Shop,
) -> None:
    account, _ = await shop.person()
    token = await shop.database.write(staff.create_setup_link, account.id, shop.clock.now_ms())
    async with shop.client() as client:
        response = await client.post(
            f"/setup/{token}",
            data={"email": "boss@shop.example", "name": "Boss", "password": "yeni bir şifre"},
            headers=SAME_ORIGIN,
        )
    async with shop.client(token_of(response)) as client:
        me = data_of(await client.get("/console"))["me"]
    assert (me["email"], me["role"]) == ("ada@shop.example", "agent")


def data_of(response: httpx2.Response) -> Any:
    found = re.search(r'type="application/json"[^>]*>(.*?)</script>', response.text, re.DOTALL)
    assert found
    return json.loads(found[1])


async def test_the_console_gets_words_and_the_account(shop: Shop) -> None:
    _, token = await shop.person(language="en", role=Role.ADMIN)
    async with shop.client(token) as client:
        page = await client.get("/console")
    data = data_of(page)
    assert set(data) == {
        "language", "words", "me", "site_names", "protocol", "version", "urls",
    }  # fmt: skip
    assert data["language"] == "en"
    assert data["site_names"] == {"pera": "Pera Ev"}
    assert data["words"]["action.save"] == "Save"
    assert token not in page.text


@pytest.mark.parametrize(
    ("header", "language"),
    [("en-GB,en;q=0.9", "en"), ("de, en;q=0.5, tr;q=0.4", "en"), ("de", "tr"), ("", "tr"),
     ("tr;q=0, en;q=x", "tr")],
)  # fmt: skip
async def test_pages_speak_the_browsers_language_and_turkish_else(
    shop: Shop, header: str, language: str
) -> None:
    async with shop.client() as client:
        page = await client.get("/sign-in", headers={"Accept-Language": header})
    assert f'<html lang="{language}">' in page.text


async def test_pages_speak_the_accounts_language_once_it_is_known(shop: Shop) -> None:
    _, token = await shop.person(language="en")
    async with shop.client(token) as client:
        page = await client.get("/faq?lang=tr", headers={"Accept-Language": "tr"})
    assert '<html lang="en">' in page.text


async def test_who_is_signed_in_is_not_asked_again(shop: Shop) -> None:
    _, token = await shop.person()
    async with shop.client(token) as client:
        assert (await client.get("/sign-in")).headers["location"] == "/console"
        assert (await client.get("/")).headers["location"] == "/console"
    async with shop.client() as client:
        assert (await client.get("/")).headers["location"] == "/sign-in"
        assert (await client.get("/faq")).headers["location"] == "/sign-in?next=/faq"


async def test_a03_use_is_recorded_at_most_once_a_minute(shop: Shop) -> None:
    account, token = await shop.person()
    async with shop.client(token) as client:
        for seconds, expected in ((59, 0), (1, 60_000), (30, 60_000)):
            shop.clock.advance(s=seconds)
            await client.get("/faq")
            session = (
                await shop.database.read(
                    staff.list_sessions, account.id, now_ms=shop.clock.now_ms()
                )
            )[0]
            assert session.used_ms - session.created_ms == expected
    assert BASE.startswith("https")
