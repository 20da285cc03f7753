"""The shop's pages: both languages, a strict policy, forms that work without a script."""

import re
from collections.abc import AsyncIterator

import httpx2
import pytest

from chatserver.demo.goods import GOODS
from chatserver.demo.pages import PATHS, path_of
from chatserver.demo.shop import build_shop
from chatserver.words import LANGUAGES

SHOP = "http://127.0.0.1:8001"
CHAT = "http://127.0.0.1:8000"


@pytest.fixture
async def shop() -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=build_shop(8000))
    async with httpx2.AsyncClient(transport=transport, base_url=SHOP) as client:
        yield client


ALL = [(key, lang) for key in (*PATHS, *(i.slug for i in GOODS)) for lang in LANGUAGES]


@pytest.mark.parametrize(("key", "language"), ALL)
async def test_every_page_is_there_in_both_languages(
    shop: httpx2.AsyncClient, key: str, language: str
) -> None:
    await shop.post(path_of("cart", language), data={"slug": "fincan", "option": "0", "do": "add"})
    page = await shop.get(path_of(key, language))
    assert page.status_code == 200
    assert f'<html lang="{language}">' in page.text
    script = f'src="{CHAT}/widget.js" data-site="demo" data-lang="{language}"'
    assert script in page.text
    assert "data-chat-open" in page.text
    assert page.text.count("<h1") == 1


@pytest.mark.parametrize(("key", "language"), ALL)
async def test_no_page_has_inline_script_or_style(
    shop: httpx2.AsyncClient, key: str, language: str
) -> None:
    page = await shop.get(path_of(key, language))
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page.text)
    assert all(tag.startswith(" async src=") for tag in re.findall(r"<script([^>]*)>", page.text))


async def test_the_shop_signs_who_is_signed_in_and_says_when_nobody_is() -> None:
    transport = httpx2.ASGITransport(app=build_shop(8000, signs_with="chs_" + "a" * 64))
    async with httpx2.AsyncClient(transport=transport, base_url=SHOP) as client:
        assert '["identify", null]' in (await client.get("/uye.js")).text
        await client.post("/hesabim", data={"do": "in"})
        assert "Elif Karaca" in (await client.get("/")).text
        said = await client.get("/uye.js")
        assert '["identify", "eyJ' in said.text and said.headers["cache-control"] == "no-store"
        await client.post("/en/account", data={"do": "out"})
        assert '["identify", null]' in (await client.get("/uye.js")).text


async def test_the_shop_says_what_is_in_the_basket(shop: httpx2.AsyncClient) -> None:
    assert '"context"' not in (await shop.get("/uye.js")).text
    await shop.post("/sepet", data={"slug": "kase", "option": "1", "do": "add"})
    assert '"total": 1449.9' in (await shop.get("/uye.js")).text


async def test_the_policy_lets_the_chats_origin_in_and_nothing_else(
    shop: httpx2.AsyncClient,
) -> None:
    policy = (await shop.get("/")).headers["content-security-policy"]
    assert f"script-src 'self' {CHAT};" in policy
    assert f"frame-src {CHAT};" in policy
    assert "style-src 'self';" in policy
    assert "default-src 'none';" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("host", "chat"),
    [
        ("localhost:8001", "http://localhost:8000"),
        ("127.0.0.1:8001", CHAT),
        ("evil.example", CHAT),
        ('"><script>', CHAT),
        ("[::1", CHAT),
    ],
)
async def test_links_follow_the_host_only_where_it_is_this_machine(
    shop: httpx2.AsyncClient, host: str, chat: str
) -> None:
    page = await shop.get("/", headers={"Host": host})
    assert f'src="{chat}/widget.js"' in page.text
    assert "evil" not in page.text


@pytest.mark.parametrize("item", GOODS, ids=lambda item: item.slug)
async def test_every_thing_has_a_picture(shop: httpx2.AsyncClient, item: object) -> None:
    picture = await shop.get(f"/resim/{getattr(item, 'slug', '')}.svg")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert picture.text.lstrip().startswith("<svg ")
    assert "script" not in picture.text


async def test_goods_go_into_the_basket_and_out_again(shop: httpx2.AsyncClient) -> None:
    added = await shop.post("/sepet", data={"slug": "kase", "option": "1", "do": "add"})
    assert added.status_code == 303
    assert "httponly" in added.headers["set-cookie"].lower()
    assert "1.449,90 TL" in (await shop.get("/sepet")).text
    assert "TRY 1,449.90" in (await shop.get("/en/cart")).text
    await shop.post("/sepet", data={"line": "kase.1", "do": "less"})
    assert "Sepetiniz boş." in (await shop.get("/sepet")).text


async def test_checkout_asks_for_what_is_missing_and_orders_nothing(
    shop: httpx2.AsyncClient,
) -> None:
    assert (await shop.get("/odeme")).status_code == 303
    await shop.post("/sepet", data={"slug": "fincan", "option": "0", "do": "add"})
    typed = {"name": "<b>Ada</b>", "email": "ada@posta.example", "phone": "1", "city": "x"}
    refused = await shop.post("/odeme", data=typed)
    assert refused.status_code == 422
    assert "Bu alanı doldurun." in refused.text
    assert "<b>Ada" not in refused.text
    done = await shop.post("/odeme", data={**typed, "address": "y"}, follow_redirects=True)
    assert "sipariş oluşmadı" in done.text
    assert "Sepetiniz boş." in (await shop.get("/sepet")).text


async def test_an_order_is_followed_by_its_number(shop: httpx2.AsyncClient) -> None:
    assert "Yurtiçi Kargo" in (await shop.get("/siparis", params={"no": "av-20391"})).text
    unknown = await shop.get("/en/order", params={"no": "<i>"})
    assert "We found no order" in unknown.text
    assert "<i>" not in unknown.text


async def test_an_unknown_page_helps_on(shop: httpx2.AsyncClient) -> None:
    for path, word in (("/yok", "Bu sayfa yok"), ("/en/nope", "no such page"), ("/urun/x", "yok")):
        page = await shop.get(path)
        assert page.status_code == 404
        assert word in page.text.replace("’", "'")


async def test_a_large_form_is_refused(shop: httpx2.AsyncClient) -> None:
    answer = await shop.post("/odeme", data={"name": "x" * 20_000})
    assert answer.status_code == 413
