"""The FAQ as staff read it, and the panel's page."""

import re

import pytest

from tests.web.conftest import Entry, Shop
from tests.web.test_pages import data_of


async def test_the_list_shows_question_category_status_and_utterances(shop: Shop) -> None:
    _, token = await shop.person()
    async with shop.client(token) as client:
        page = (await client.get("/faq")).text
    for text in ("Kargom nerede?", "Kargo", "İade", "Yayında", "Taslak", "2 madde"):
        assert text in page
    assert 'href="/faq/tr/kargo-nerede"' in page
    assert "EN yok" in page


async def test_entries_of_a_category_stand_together_in_the_order_of_the_files(shop: Shop) -> None:
    shop.faq.by_language["tr"] = [
        Entry("a", "A?", "Kargo"), Entry("b", "B?", "İade"), Entry("c", "C?", "Kargo"),
    ]  # fmt: skip
    _, token = await shop.person()
    async with shop.client(token) as client:
        page = (await client.get("/faq")).text
    assert re.findall(r"/faq/tr/(\w)\"", page) == ["a", "c", "b"]


@pytest.mark.parametrize("query", ["IADE", "ıade sur", "süre iade", "  iade  "])
async def test_the_search_folds_and_finds_every_word(shop: Shop, query: str) -> None:
    _, token = await shop.person()
    async with shop.client(token) as client:
        page = (await client.get("/faq", params={"q": query})).text
    assert re.findall(r"/faq/tr/([\w-]+)\"", page) == ["iade-suresi"]


async def test_an_empty_search_says_what_was_searched_and_how_to_go_on(shop: Shop) -> None:
    _, token = await shop.person()
    async with shop.client(token) as client:
        page = (await client.get("/faq", params={"q": "uzay gemisi"})).text
        empty = (await client.get("/faq?entries=en&q=iade")).text
    assert "Aranan: uzay gemisi" in page
    assert "Süzgeci kaldır" in page
    assert "Madde bulunamadı" in empty


async def test_one_entry_shows_its_answer_and_its_translation(shop: Shop) -> None:
    _, token = await shop.person()
    async with shop.client(token) as client:
        page = (await client.get("/faq/tr/kargo-nerede")).text
        english = (await client.get("/faq/en/kargo-nerede")).text
        assert (await client.get("/faq/tr/yok")).status_code == 404
        assert (await client.get("/faq/de/kargo-nerede")).status_code == 404
    assert "<strong>iki</strong>" in page
    assert "kargom hani" in page
    assert 'href="/faq/en/kargo-nerede"' in page
    assert "Where is my parcel?" in english


async def test_the_panel_gets_what_it_needs_and_nothing_private(shop: Shop) -> None:
    async with shop.client() as client:
        frame = data_of(await client.get("/frame/pera?lang=en&theme=dark"))
        hosted = data_of(await client.get("/c/pera"))
    assert set(frame) == {
        "site", "language", "theme", "words", "people", "popular", "origins", "hosted", "first", "protocol",
        "version", "widget", "more", "reply_ms", "mail", "answers",
    }  # fmt: skip
    assert (frame["language"], frame["theme"], frame["hosted"]) == ("en", "dark", False)
    assert (hosted["language"], hosted["theme"], hosted["hosted"]) == ("tr", "auto", True)
    assert frame["site"]["name"] == "Pera Ev"
    assert set(frame["site"]["accent"]["light"]) == {"accent", "on", "ink", "soft", "edge"}
    assert frame["site"]["contact"] == {"phone": "0850 123 45 67"}
    assert frame["people"]["state"] == "away"
    assert frame["popular"] == [{"entry": "kargo-nerede", "question": "Where is my parcel?"}]
    assert frame["words"]["action.close"] == "Close"
    assert not any(key.startswith(("console.", "web.")) for key in frame["words"])


@pytest.mark.parametrize("query", ["lang=de", "lang=%3Cscript%3E", "theme=x", "lang=&theme="])
async def test_what_the_panel_is_asked_and_does_not_know_is_ignored(shop: Shop, query: str) -> None:
    async with shop.client() as client:
        data = data_of(await client.get(f"/frame/pera?{query}", headers={"Accept-Language": "en"}))
    assert (data["language"], data["theme"]) == ("tr", "auto")


@pytest.mark.parametrize("site", ["none", "PERA", "pera%20", "..%2fpera", "pera'--"])
async def test_an_unknown_site_has_no_panel(shop: Shop, site: str) -> None:
    async with shop.client() as client:
        assert (await client.get(f"/frame/{site}")).status_code == 404
        assert (await client.get(f"/c/{site}")).status_code == 404
