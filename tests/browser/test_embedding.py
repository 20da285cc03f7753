"""The shop's page and the chat keep out of each other's way, whatever either of them does."""

import json
from dataclasses import replace
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, Request, expect
from sqlalchemy import Connection

from chatserver.domain.hours import Span, WeeklyHours
from chatserver.storage import sites
from tests.browser.conftest import House, OpenHouse
from tests.browser.people import PHONE, Shopper
from tests.browser.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SPY = """
(() => {
  const seen = { writes: [], reads: [], cookies: [], databases: [], violations: [] }
  Object.defineProperty(window, '__seen', { value: seen })
  const wrap = (object, name, note) => {
    const real = object[name]
    object[name] = function (...args) { note(args); return real.apply(this, args) }
  }
  wrap(Storage.prototype, 'setItem', ([key]) => seen.writes.push(key))
  wrap(Storage.prototype, 'getItem', ([key]) => seen.reads.push(key))
  wrap(IDBFactory.prototype, 'open', ([name]) => seen.databases.push(name))
  const cookie = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie')
  Object.defineProperty(Document.prototype, 'cookie', {
    ...cookie, set(text) { seen.cookies.push(text); cookie.set.call(this, text) },
  })
  document.addEventListener('securitypolicyviolation', event =>
    seen.violations.push(event.violatedDirective + ' ' + event.blockedURI))
})()
"""


class Watch:
    """Every request of a page to the chat."""

    def __init__(self, house: House, page: Page) -> None:
        self.chat = house.server.origin
        self.all: list[Request] = []
        self.sockets: list[str] = []
        page.on("request", lambda request: self.all.append(request))
        page.on("websocket", lambda socket: self.sockets.append(socket.url))

    def to_chat(self) -> list[str]:
        return [
            request.url
            for request in self.all
            if request.url.startswith(self.chat) and "/socket.io/" not in request.url
        ]


async def watched(house: House, path: str = "/") -> tuple[Shopper, Watch]:
    """Return a shopper who has just come to the shop, and what was asked of the chat since."""
    context = await house.context()
    await context.add_init_script(SPY)
    shopper = Shopper(await context.new_page(), house.shop.origin, language="tr")
    watch = Watch(house, shopper.page)
    await shopper.visit(path)
    await shopper.page.wait_for_load_state("networkidle")
    return shopper, watch


async def test_a_page_that_is_only_looked_at_costs_one_request_and_leaves_nothing(
    house: House,
) -> None:
    shopper, watch = await watched(house)
    await shopper.page.locator("#product").click()
    await shopper.page.wait_for_url("**/urun")
    await expect(shopper.launcher).to_be_visible()
    await shopper.page.wait_for_load_state("networkidle")
    assert watch.to_chat() == [f"{house.server.origin}/widget.js"] * 2
    assert watch.sockets == []
    assert await shopper.page.locator("iframe").count() == 0
    seen = await shopper.page.evaluate("window.__seen")
    assert seen["reads"] == ["supportchat:demo"]
    assert not seen["writes"] and not seen["cookies"] and not seen["databases"], seen
    assert await shopper.page.context.cookies() == []
    assert await shopper.page.evaluate("localStorage.length + sessionStorage.length") == 0


async def test_opening_costs_at_most_six_requests_and_writes_nothing_yet(house: House) -> None:
    shopper, watch = await watched(house)
    before = len(watch.to_chat())
    await shopper.open()
    await expect(shopper.panel.locator(".home")).to_be_visible()
    await shopper.page.wait_for_timeout(500)
    asked = watch.to_chat()[before:]
    assert len(asked) + len(watch.sockets) <= 6, asked
    frame = await shopper.frame()
    seen = await frame.evaluate("window.__seen")
    assert not seen["writes"] and not seen["cookies"] and not seen["databases"], seen
    assert (await shopper.page.evaluate("window.__seen"))["writes"] == []
    assert await shopper.page.context.cookies() == []


async def test_the_shops_strict_policy_is_never_violated(house: House) -> None:
    shopper, _ = await watched(house)
    await shopper.begin()
    await shopper.say("bir sorum var")
    await shopper.page.keyboard.press("Escape")
    await shopper.page.locator("#product").click()
    await shopper.page.wait_for_url("**/urun")
    await shopper.begin()
    frame = await shopper.frame()
    for place in (shopper.page, frame):
        assert (await place.evaluate("window.__seen"))["violations"] == []
    assert shopper.problems == []


async def test_only_the_shops_own_origins_may_frame_the_panel(house: House) -> None:
    with Shop(house.server.origin, csp=None) as stranger:
        context = await house.context()
        thief = Shopper(await context.new_page(), stranger.origin, language="tr")
        errors: list[str] = []
        thief.page.on("console", lambda message: errors.append(message.text))
        await thief.visit("/")
        await thief.launcher.click()
        alert = thief.page.locator(".frame [role=alert]")
        await expect(alert).to_have_text(thief.t("widget.unreachable.title"))
        assert any("frame-ancestors" in text for text in errors), errors
        await expect(thief.page.locator(".frame button").last).to_be_focused()
        await expect(thief.page.locator("iframe")).to_have_count(0)


async def test_the_token_is_in_no_address_and_out_of_the_shops_reach(house: House) -> None:
    shopper, watch = await watched(house)
    await shopper.begin()
    await shopper.say("bakın: https://example.com/kampanya")
    frame = await shopper.frame()
    token = await frame.evaluate("localStorage.getItem('supportchat:token:demo')")
    assert isinstance(token, str) and len(token) > 20
    await shopper.page.locator("body").evaluate("() => document.activeElement?.blur()")
    await shopper.visit("/urun")
    await shopper.begin()
    frame = await shopper.frame()
    addresses = [request.url for request in watch.all] + watch.sockets
    for request in watch.all:
        addresses.append((await request.all_headers()).get("referer", ""))
    for place in (shopper.page, frame):
        addresses += await place.evaluate(
            "performance.getEntries().map(entry => entry.name).concat(document.referrer, location.href)"
        )
    assert not [address for address in addresses if token in address]
    assert token not in await shopper.page.content()
    kept = await shopper.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert token not in kept and json.loads(kept)[0] == {"supportchat:demo": "1"}
    assert token not in house.server.log
    reached = await shopper.page.evaluate(
        """() => {
          const frame = document.querySelector('support-chat').shadowRoot.querySelector('iframe')
          try { return String(frame.contentWindow.localStorage.length) } catch (error) { return error.name }
        }"""
    )
    assert reached == "SecurityError"


SPRAY = """
const huge = 'x'.repeat(2_000_000)
const poison = JSON.parse('{"supportchat":1,"type":"hello","__proto__":{"polluted":1}}')
const deep = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}')
const junk = [
  null, 0, true, '', 'hello', [], [1, 2], {}, huge, { supportchat: 1 }, { supportchat: 2, type: 'hello' },
  { supportchat: 1, type: huge }, { supportchat: 1, type: {} }, { supportchat: 1, type: 'port' },
  { supportchat: 1, type: 'close' }, { type: 'close' }, { type: 'unread', value: 99 }, { type: 'live', value: true },
  { type: 'forget' }, { supportchat: 1, type: 'forget' }, poison, deep, new Date(), new Map([['type', 'hello']]),
]
window.spray = target => { for (const one of junk) target.postMessage(one, '*') }
window.sprayPorts = target => {
  const { port2 } = new MessageChannel()
  target.postMessage({ supportchat: 1, type: 'port' }, '*', [port2])
}
"""


async def test_sprayed_messages_change_nothing_in_shop_or_panel(house: House) -> None:
    with Shop(house.server.origin, csp=None, scripts={"/spray.js": SPRAY}) as evil:
        evil.pages["/attack"] = "<!doctype html><title>x</title><script src='/spray.js'></script>"
        shopper, _ = await watched(house)
        await shopper.begin()
        await shopper.say("bir sorum var")
        page = shopper.page
        async with page.expect_popup() as opened:
            await page.evaluate("url => { window.foe = window.open(url) }", f"{evil.origin}/attack")
        foe = await opened.value
        await foe.wait_for_load_state()
        # A foreign window sprays the shop's page and, through it, the panel.
        await foe.evaluate("() => { spray(opener); sprayPorts(opener) }")
        await foe.evaluate(
            "() => { for (let at = 0; at < opener.length; at++) { spray(opener[at]); sprayPorts(opener[at]) } }"
        )
        # The shop's own window sprays itself: the right origin of the panel, the wrong window.
        await page.evaluate(SPRAY + ";spray(window)")
        # The panel's origin from another window than the panel's.
        twin = await page.context.new_page()
        await twin.goto(f"{house.server.origin}/c/demo?lang=tr")
        frame = await shopper.frame()
        assert await page.evaluate("({}).polluted") is None
        assert await frame.evaluate("({}).polluted") is None
        assert await page.evaluate("SupportChat.state()") == {
            "open": True,
            "unread": 0,
            "live": True,
            "ready": True,
            "language": "tr",
            "theme": "auto",
        }
        await shopper.page.bring_to_front()
        await shopper.say("hâlâ buradayım")
        token = await frame.evaluate("localStorage.getItem('supportchat:token:demo')")
        assert token is not None
        await shopper.launcher.click()
        await expect(shopper.page.locator(".frame")).to_be_hidden()
        assert shopper.problems == []


async def test_who_takes_the_loaders_place_learns_nothing_of_the_conversation(house: House) -> None:
    """Whatever runs in the shop's page may hand over a port of its own: it hears counts alone."""
    shopper, _ = await watched(house)
    await shopper.begin()
    await shopper.say("bir sorum var")
    heard = await shopper.page.evaluate(
        """async origin => {
          const frame = document.querySelector('support-chat').shadowRoot.querySelector('iframe')
          const heard = []
          const { port1, port2 } = new MessageChannel()
          port1.onmessage = event => heard.push(event.data)
          frame.contentWindow.postMessage({ supportchat: 1, type: 'port' }, origin, [port2])
          await new Promise(done => setTimeout(done, 300))
          port1.postMessage({ type: 'shown', prefill: 'x'.repeat(100000) })
          port1.postMessage({ type: 'hello', page: { url: {}, title: [], referrer: 7 }, color: {}, theme: 'x' })
          await new Promise(done => setTimeout(done, 300))
          return JSON.stringify(heard)
        }""",
        house.server.origin,
    )
    assert "bir sorum var" not in heard
    assert "token" not in heard
    await expect(shopper.field).to_have_value("x" * 4000)
    assert shopper.problems == []


async def test_focus_goes_in_and_comes_back(house: House) -> None:
    shopper = await house.shopper()
    await expect(shopper.launcher).to_have_attribute("aria-expanded", "false")
    await expect(shopper.launcher).to_have_attribute("aria-haspopup", "dialog")
    await expect(shopper.launcher).to_have_accessible_name(shopper.t("widget.launcher.label"))
    await shopper.launcher.focus()
    await shopper.page.keyboard.press("Enter")
    await expect(shopper.launcher).to_have_attribute("aria-expanded", "true")
    await expect(shopper.panel.locator("h1")).to_be_focused()
    await shopper.panel.locator("footer .btn.main").click()
    await expect(shopper.field).to_be_focused()
    await shopper.page.keyboard.press("Escape")
    await expect(shopper.launcher).to_be_focused()
    await expect(shopper.launcher).to_have_attribute("aria-expanded", "false")


async def test_an_unread_reply_is_counted_on_the_launcher(house: House) -> None:
    grace = await house.agent(0)
    await grace.available()
    shopper = await house.shopper()
    await shopper.begin()
    await shopper.say("bir sorum var")
    await grace.accept()
    await shopper.sees("Grace")
    await shopper.page.keyboard.press("Escape")
    await expect(shopper.page.locator(".frame")).to_be_hidden()
    await grace.reply("bir")
    await grace.reply("iki")
    await expect(shopper.page.locator(".badge")).to_have_text("2")
    label = shopper.t("widget.launcher.unread", count=2)
    await expect(shopper.launcher).to_have_accessible_name(
        f"{shopper.t('widget.launcher.label')}, {label}"
    )
    # On the next page too, without opening anything.
    await shopper.visit("/urun")
    await expect(shopper.page.locator(".badge")).to_have_text("2")
    await shopper.launcher.click()
    await shopper.sees("iki")
    await expect(shopper.log.locator(".day.new")).to_be_visible()
    await expect(shopper.page.locator(".badge")).to_be_hidden()


async def test_a_page_that_comes_back_from_the_cache_goes_on(house: House) -> None:
    shopper = await house.shopper()
    await shopper.begin()
    await shopper.say("bir sorum var")
    await shopper.page.evaluate("window.stayed = true")
    await shopper.page.goto("about:blank")
    await shopper.page.go_back()
    await expect(shopper.launcher).to_be_attached()
    if not await shopper.page.evaluate("window.stayed === true"):
        await shopper.begin()
    await shopper.say("geri geldim")
    assert house.stored() == ["bir sorum var", "geri geldim"]


async def test_where_storage_is_denied_it_says_so_and_still_sends(house: House) -> None:
    shopper = await house.shopper()
    shopper.origin = house.shop.other_site
    await shopper.visit("/")
    await shopper.begin()
    await shopper.say("saklama yok")
    await expect(shopper.panel.get_by_role("note")).to_contain_text(
        shopper.t("widget.storage.memory")
    )
    assert house.stored() == ["saklama yok"]


async def test_on_a_phone_the_page_behind_holds_still_and_comes_back(house: House) -> None:
    shopper = await house.shopper(phone=True)
    await shopper.page.evaluate("document.body.style.minHeight = '3000px'; scrollTo(0, 500)")
    await shopper.open()
    box = await shopper.page.locator(".frame").bounding_box()
    assert box == {"x": 0, "y": 0, **PHONE}
    assert await shopper.page.locator("main").evaluate("main => main.inert")
    assert await shopper.page.evaluate("document.body.style.position") == "fixed"
    await expect(shopper.page.locator(".frame")).to_have_attribute("aria-modal", "true")
    await shopper.press(shopper.t("widget.menu.minimise"))
    await expect(shopper.page.locator(".frame")).to_be_hidden()
    assert await shopper.page.evaluate("scrollY") == 500
    assert not await shopper.page.locator("main").evaluate("main => main.inert")


async def test_the_shops_looks_do_not_reach_the_launcher(house: House) -> None:
    shopper = await house.shopper()
    looks = (
        "e => { const s = getComputedStyle(e); return [s.backgroundColor, s.rotate, s.fontSize] }"
    )
    before: Any = await shopper.launcher.evaluate(looks)
    await shopper.page.evaluate(
        """() => {
          const sheet = new CSSStyleSheet()
          sheet.replaceSync('html { font-size: 62.5% } * { font-size: 40px !important }' +
            'button { background: lime !important; rotate: 9deg !important }')
          document.adoptedStyleSheets = [sheet]
        }"""
    )
    assert await shopper.launcher.evaluate(looks) == before
    await shopper.page.evaluate("document.adoptedStyleSheets[0].deleteRule(1)")
    box = await shopper.launcher.bounding_box()
    assert box is not None and (box["width"], box["height"]) == (56, 56)
    await shopper.open()
    box = await shopper.page.locator(".frame").bounding_box()
    assert box is not None and box["width"] == 380


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("tr", "Yarın 09:00’da buradayız."), ("en", "We’re here tomorrow at 09:00.")],
)
async def test_a_closed_shop_says_when_it_is_back_on_panel_and_launcher(
    open_house: OpenHouse, language: str, sentence: str
) -> None:
    house = open_house(language=language)
    spans = (Span(time(9), time(18)),)
    today = datetime.now(ZoneInfo("Europe/Istanbul")).date()
    hours = WeeklyHours("Europe/Istanbul", (spans,) * 7, exceptions={today: ()})

    def close_today(connection: Connection) -> None:
        site = sites.find(connection, "demo")
        assert site is not None
        sites.save(connection, site.id, replace(site.settings, hours=hours))

    house.write(close_today)
    shopper = await house.shopper(language=language)
    await shopper.open()
    await expect(shopper.panel.locator(".panel")).to_contain_text(sentence)
    await expect(shopper.launcher).to_have_attribute("title", sentence)
    assert shopper.problems == []
