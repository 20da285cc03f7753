"""A shop page that does everything wrong: the widget works on it, and it stays as it was."""

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.conftest import House
from tests.browser.shop import STRICT

STATIC = Path(__file__).parent.parent.parent / "static"

HOSTILE = """
Object.prototype.oldLibrary = function () {}
Array.prototype.remove = function () {}
Array.prototype.last = 'x'
String.prototype.trimAll = function () {}
for (const kind of [Object, Array, String, Promise, Map, EventTarget, Node, Element]) Object.freeze(kind.prototype)
window.onmessage = () => { window.__heard = (window.__heard || 0) + 1 }
window.$ = window.jQuery = function () { return { on() {}, ready(run) { run() } } }
window.__errors = []
window.onerror = text => { window.__errors.push(text) }
window.__logs = []
for (const name of ['log', 'warn', 'error', 'info']) { console[name] = (...said) => { window.__logs.push(name + said.join(' ')) } }
window.__before = [document.title, history.length, document.body && document.body.style.cssText, Object.keys(document.documentElement.dataset).length].join()
"""
STYLE = """
* { all: revert; box-sizing: content-box !important; font: 40px/3 fantasy !important; color: lime !important }
button { background: lime !important; transform: rotate(3deg) !important; display: none !important }
div, iframe { position: static !important; width: 1px !important; overflow: hidden !important }
:root { --accent: lime; --surface: lime; --radius: 90px; font-size: 6px }
"""
TRUSTED = "; require-trusted-types-for 'script'"


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_a_hostile_shop_page_neither_breaks_it_nor_is_touched(house: House) -> None:
    """X09, and frozen prototypes, additions to arrays, Trusted Types, resets with !important."""
    shop = house.shop
    was = shop.csp
    shop.csp = STRICT + TRUSTED
    shop.scripts["/hostile.js"] = HOSTILE
    shop.pages["/hostile"] = shop.page("Avlu", "<h1>Avlu</h1>").replace(
        "/style.css", "/hostile.css"
    )
    shop.scripts["/hostile.css"] = ""
    try:
        shopper = await house.shopper()
        await shopper.page.route(
            "**/hostile.css",
            lambda route: route.fulfill(body=STYLE, content_type="text/css"),
        )
        await shopper.page.goto(f"{shop.origin}/hostile")
        await expect(shopper.launcher).to_be_visible()
        box = await shopper.launcher.bounding_box()
        assert box is not None and (round(box["width"]), round(box["height"])) == (56, 56)
        await shopper.begin()
        await shopper.say("kargom nerede")
        size = await shopper.page.locator("iframe").bounding_box()
        assert size is not None and size["width"] == 380
        page = shopper.page
        assert await page.evaluate("window.__errors") == []
        assert await page.evaluate("window.__logs") == []
        after = "[document.title, history.length, document.body.style.cssText, Object.keys(document.documentElement.dataset).length].join()"
        assert (await page.evaluate(after)).split(",")[0] == "Avlu"
        assert await page.evaluate("document.body.style.cssText") == ""
        own = "Object.keys(window).filter(name => /chat/i.test(name)).join()"
        assert await page.evaluate(own) == "SupportChat"
        assert await page.evaluate("document.body.lastElementChild.shadowRoot !== null")
    finally:
        shop.csp = was
        for path in ("/hostile.js", "/hostile.css"):
            shop.scripts.pop(path, None)
        shop.pages.pop("/hostile", None)


@pytest.mark.parametrize("name", ["widget.js", "dock.js", "rules.js"])
def test_s06_what_runs_on_the_shops_page_reads_no_field_and_asks_nobody(name: str) -> None:
    """No field, form, cookie or key of the page, no HTML string, no code from text, no request."""
    source = (STATIC / name).read_text("utf-8")
    for word in (
        "querySelector",
        "getElementsBy",
        ".forms",
        ".cookie",
        "innerHTML",
        "insertAdjacent",
        "document.write",
        "eval(",
        "Function(",
        "XMLHttpRequest",
        "WebSocket",
        "fetch(",
        "onmessage",
    ):
        assert word not in source, word
    keys = re.findall(r"(\w+)\.addEventListener\(\"key\w+\"", source)
    assert keys == []
    hosts = {
        host for host in re.findall(r"https?://[\w.-]+", source) if host != "http://www.w3.org"
    }
    assert hosts == set()
