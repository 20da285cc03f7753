"""The help centre: for everybody, without script, found by search engines."""

import gzip
import html
import json
import re
import time
import xml.etree.ElementTree as ET
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from chatserver.storage import question_log
from chatserver.web import help_pages
from chatserver.web.once import Once
from tests.web.conftest import SAME_ORIGIN, Shop

NS = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


def slug(shop: Shop, key: str, language: str = "tr") -> str:
    entry = shop.web.shelf.base.entry(key, language)
    assert entry is not None
    return help_pages.slug_of(entry)


@pytest.fixture
def public(shop: Shop) -> None:
    """Say where the shop's chat is seen from outside."""
    settings = msgspec.structs.replace(shop.web.settings, public_url="https://chat.example/")
    object.__setattr__(shop.web, "settings", settings)


async def test_home_lists_every_answer_and_finds_what_is_asked(shop: Shop) -> None:
    async with shop.client() as client:
        page = await client.get("/help/pera/tr")
        found = await client.get("/help/pera/tr?q=param+ne+zaman+yatar")
        none = await client.get("/help/pera/tr?q=xqzw")
    assert page.status_code == 200
    for entry in shop.web.shelf.entries("tr"):
        assert help_pages.slug_of(entry) in page.text
    results = found.text.split("data-found")[1].split("</ul>")[0]
    assert "refund-time" in results.split("<li>")[1]
    assert 'name="robots" content="noindex"' in found.text and "Bize yazın" in none.text
    assert "ask=param%20ne%20zaman%20yatar" in found.text.replace("+", "%20")


async def test_search_as_you_type_is_the_same_engine(shop: Shop) -> None:
    async with shop.client() as client:
        hits = (await client.get("/help/pera/tr/search?q=kargom+nerde")).json()
        begun = (await client.get("/help/pera/tr/search?q=karg")).json()
        empty = (await client.get("/help/pera/tr/search?q=")).json()
    assert hits[0]["key"] == "track-order" and begun and empty == []


async def test_an_answer_has_one_readable_address(shop: Shop, public: None) -> None:
    address = f"/help/pera/tr/{slug(shop, 'refund-time')}"
    assert re.fullmatch(r"/help/pera/tr/[a-z0-9-]+--refund-time", address)
    async with shop.client() as client:
        page = await client.get(address)
        old = await client.get("/help/pera/tr/an-older-question--refund-time")
        for gone in ("/help/pera/tr/x--no-such", "/help/other/tr", "/help/pera/de"):
            assert (await client.get(gone)).status_code == 404
    assert old.status_code == 303 and old.headers["location"] == address
    assert f'rel="canonical" href="https://chat.example{address}"' in page.text
    assert f'hreflang="en" href="https://chat.example/help/pera/en/{slug(shop, "refund-time", "en")}"' in page.text  # fmt: skip
    assert "noindex" not in page.headers.get("x-robots-tag", "")
    assert "public" in page.headers["cache-control"]


async def test_structured_data_is_a_faq_page_and_closes_no_script(shop: Shop) -> None:
    async with shop.client() as client:
        page = (await client.get(f"/help/pera/tr/{slug(shop, 'return-how')}")).text
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    data = json.loads(blocks[0])
    assert data["@type"] == "FAQPage" and data["mainEntity"][0]["@type"] == "Question"
    assert data["mainEntity"][0]["acceptedAnswer"]["text"].startswith("<p>")
    assert "<p>" not in blocks[0]


async def test_the_sitemap_names_every_page_in_both_languages(shop: Shop, public: None) -> None:
    async with shop.client() as client:
        response = await client.get("/help/pera/sitemap.xml")
    tree = ET.fromstring(response.text)
    places = [place.text or "" for place in tree.findall("s:url/s:loc", NS)]
    wanted = 2 + len(shop.web.shelf.entries("tr")) + len(shop.web.shelf.entries("en"))
    assert len(places) == len(set(places)) == wanted
    assert all(place.startswith("https://chat.example/help/pera/") for place in places)
    assert tree.find("s:url/x:link", NS) is not None


async def test_a_vote_counts_once_a_day_for_an_address(shop: Shop) -> None:
    address = f"/help/pera/tr/{slug(shop, 'refund-time')}"
    async with shop.client() as client:
        for _ in range(3):
            done = await client.post(address, data={"helped": "yes"}, headers=SAME_ORIGIN)
            assert done.status_code == 303
        bad = await client.post(address, data={"helped": "maybe"}, headers=SAME_ORIGIN)
        foreign = await client.post(address, data={"helped": "yes"})
        thanked = await client.get(done.headers["location"])
    assert (bad.status_code, foreign.status_code) == (400, 403)
    assert "Teşekkürler" in thanked.text
    used = await shop.database.read(question_log.usage, since_ms=0)
    assert (used["refund-time"].asked, used["refund-time"].helped) == (1, 1)


def test_once_is_once_a_day_and_bounded() -> None:
    once = Once()
    assert once.first("a", now_ms=0) and not once.first("a", now_ms=5)
    assert once.first("b", now_ms=5) and once.first("a", now_ms=24 * 3600 * 1000)
    for number in range(20_100):
        once.first(str(number), now_ms=9)
    assert once.first("b", now_ms=10)


async def test_it_wears_the_shops_colour_and_no_inline_style(shop: Shop) -> None:
    async with shop.client() as client:
        style = await client.get("/help/pera/style.css")
        page = await client.get("/help/pera/tr")
    assert "--accent:light-dark(#" in style.text
    assert "style=" not in page.text and "unsafe" not in page.headers["content-security-policy"]


async def test_it_is_light_and_quick(shop: Shop) -> None:
    address = f"/help/pera/tr/{slug(shop, 'refund-time')}"
    async with shop.client() as client:
        await client.get(address)
        begun = time.perf_counter()
        for _ in range(10):
            page = await client.get(address)
        took = (time.perf_counter() - begun) / 10
        home = await client.get("/help/pera/tr")
    assert len(gzip.compress(page.content)) < 4_000
    assert len(gzip.compress(home.content)) < 20_000
    assert took < 0.1


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
async def test_x01_what_is_searched_for_is_inert(shop: Shop, text: str) -> None:
    async with shop.client() as client:
        page = (await client.get("/help/pera/tr", params={"q": text})).text
    assert "<script>alert" not in page and "<img src=x" not in page


async def test_every_address_of_the_sitemap_is_the_page_that_it_says(
    shop: Shop, public: None
) -> None:
    """What a validator of search engines looks at, for a tenth of all pages and both homes."""
    async with shop.client() as client:
        tree = ET.fromstring((await client.get("/help/pera/sitemap.xml")).text)
        urls = {
            place.text: {one.get("hreflang"): one.get("href") for one in url.findall("x:link", NS)}
            for url in tree.findall("s:url", NS)
            if (place := url.find("s:loc", NS)) is not None
        }
        for address, others in [*urls.items()][:2] + [*urls.items()][2::10]:
            page = await client.get(str(address).removeprefix("https://chat.example"))
            assert page.status_code == 200, address
            assert re.findall(r'rel="canonical" href="([^"]+)"', page.text) == [address]
            links = dict(re.findall(r'rel="alternate" hreflang="(\w+)" href="([^"]+)"', page.text))
            assert links == others and address in links.values()
            assert all(links == urls[other] for other in links.values())
            language = next(code for code, url in links.items() if url == address)
            assert f'<html lang="{language}">' in page.text
            blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.text)
            data = json.loads(blocks[0])
            assert data["@context"] == "https://schema.org" and data["inLanguage"] == language
            for one in data["mainEntity"]:
                assert one["@type"] == "Question" and one["name"]
                assert one["acceptedAnswer"]["@type"] == "Answer" and one["acceptedAnswer"]["text"]
            asks = html.unescape(re.findall(r'class="ask" href="([^"]+)"', page.text)[0])
            query = parse_qs(urlsplit(asks).query)
            assert asks.startswith("/c/pera?") and query["lang"] == [language]
            is_answer = len(data["mainEntity"]) == 1
            assert query.get("ask") == ([data["mainEntity"][0]["name"]] if is_answer else None)
