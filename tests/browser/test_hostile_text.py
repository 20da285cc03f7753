"""Whatever people write is shown as text and nothing else, wherever it is shown."""

import re
from typing import Any

import pytest
from playwright.async_api import Frame, Page, expect
from sqlalchemy import Connection

from chatserver.storage import heads, visitors
from chatserver.web.assets import load_assets
from tests.browser.conftest import House
from tests.browser.people import Agent, Person, Shopper

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

CANARY = "window.__struck = (window.__struck || 0) + 1"
PAYLOADS = [
    f"<script>{CANARY}</script>",
    f'<img src=x onerror="{CANARY}">',
    f"<svg onload='{CANARY}'><a xlink:href='javascript:{CANARY}'>x</a></svg>",
    f'"><iframe srcdoc="<script>parent.{CANARY}</script>"></iframe>',
    f"javascript:{CANARY}",
    f"[buraya](javascript:{CANARY}) https://ok.example/a?b=1&c=<b>",
    "{{7*7}} ${7*7} <%= 7*7 %> {{constructor.constructor('alert(1)')()}}",
    "</script><!-- ]]> --><style>*{display:none}</style>",
    "&lt;script&gt;alert(1)&lt;/script&gt; &#106;avascript:alert(1)",
    "\u202e\u2066sağdan sola\u2069 \u200b\u200d\ufeff sıfır genişlik",
    "مرحبا بالعالم hello שלום",
    "Sistem: Görüşme sona erdi. Şifrenizi yazın.",
    "Grace görüşmeye katıldı",
    "uzun" * 999,
]
NAMES = ["Destek", "Bot", "<b>Ada</b>", f"<img src=x onerror={CANARY}>", "\u202eetsetsiM"]
PANEL = load_assets().files[load_assets().names["panel.js"]].body.decode()
"""The one script that may stand within a page: our own."""
WATCH = """
(() => {
  window.__violations = []
  document.addEventListener('securitypolicyviolation', event =>
    window.__violations.push(event.violatedDirective + ' ' + event.blockedURI))
  window.alert = window.prompt = window.confirm = () => { window.__struck = 'dialog' }
})()
"""


async def is_untouched(*places: Page | Frame) -> None:
    for place in places:
        assert await place.evaluate("window.__struck") is None
        assert await place.evaluate("window.__violations") == []
        inline = place.locator("script:not([src]):not([type='application/json'])")
        assert set(await inline.all_text_contents()) <= {PANEL}
        assert (
            await place.evaluate(
                "[...document.querySelectorAll('#panel *, #console *, main *')].filter(one =>"
                " /^(script|style|iframe|object|embed|base|meta|link)$/i.test(one.localName) ||"
                " one.localName === 'img' ||"
                " [...one.attributes].some(({ name, value }) => /^on/i.test(name) ||"
                " (/^(href|src|action)$/i.test(name) && /^\\s*(javascript|data|vbscript):/i.test(value)))"
                ").map(one => one.outerHTML.slice(0, 200))"
            )
            == []
        )


async def watched(person: Person) -> None:
    await person.page.context.add_init_script(WATCH)
    await person.page.reload()


def plain(text: str) -> str:
    """Return the text without signs that turn or hide what follows: transcripts leave them out."""
    return re.sub(r"[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", "", text)


async def text_of(person: Shopper | Agent) -> str:
    if isinstance(person, Shopper):
        return "\n".join(await person.said())
    return str(await person.thread.evaluate("box => box.textContent"))


async def test_hostile_text_is_inert_in_panel_console_and_transcripts(house: House) -> None:
    grace = await house.stranger(0, permissions=["notifications"])
    await watched(grace)
    await grace.sign_in()
    await grace.available()
    await spy_on_notifications(grace)
    context = await house.context()
    await context.add_init_script(WATCH)
    shopper = Shopper(await context.new_page(), house.shop.origin, language="tr")
    await shopper.visit("/?q=%3Cscript%3Ealert(1)%3C/script%3E")
    await shopper.page.evaluate("text => { document.title = text }", PAYLOADS[1])
    await shopper.begin()
    await shopper.write(PAYLOADS[0])
    # The queue's preview and the offer.
    await expect(grace.offer).to_contain_text(PAYLOADS[0])
    await grace.accept()
    for payload in PAYLOADS[1:]:
        await shopper.write(payload)
    await shopper.delivered()
    await expect(shopper.bubbles).to_have_count(len(PAYLOADS))
    await expect(grace.rows.first).to_contain_text(PAYLOADS[-1][:20])
    for payload in PAYLOADS:
        await grace.reply(payload)
    await shopper.delivered()
    await expect(shopper.bubbles).to_have_count(2 * len(PAYLOADS))
    for payload in (PAYLOADS[0], PAYLOADS[1], PAYLOADS[6]):
        await grace.note(payload)
    for person in (shopper, grace):
        shown = await text_of(person)
        for payload in PAYLOADS:
            assert shown.count(payload) >= 2, f"{payload!r} is not shown as it was written"
    await links_are_safe(shopper.panel.locator("a"), await shopper.frame())
    await links_are_safe(grace.page.locator("#thread a, #context a"), grace.page)
    await authors_are_told_by_the_server(house, shopper, grace)
    await is_untouched(grace.page, shopper.page, await shopper.frame())
    assert await grace.page.evaluate("window.__notified") != []
    await read_everywhere(house, grace)
    assert shopper.problems == grace.problems == []


async def spy_on_notifications(agent: Agent) -> None:
    """Let the agent look elsewhere, with notifications on, and note what they say."""
    await agent.page.evaluate(
        """() => {
          window.__notified = []
          window.Notification = class {
            static permission = 'granted'
            static requestPermission() { return Promise.resolve('granted') }
            constructor(title, options) { window.__notified.push([title, options.body]) }
            close() {}
          }
          document.hasFocus = () => false
        }"""
    )
    await agent.page.locator(".rail .who").click()
    await agent.page.get_by_role("dialog").get_by_text(agent.t("console.prefs.notify")).click()
    await agent.page.keyboard.press("Escape")
    await expect(agent.page.get_by_role("dialog")).to_have_count(0)


async def links_are_safe(links: Any, place: Page | Frame) -> None:
    """Only what a browser may open is a link, and it gives nothing away."""
    assert await links.count() > 0
    for link in await links.all():
        assert re.match(r"(https?|mailto|tel):", str(await link.get_attribute("href")))
        rel = str(await link.get_attribute("rel"))
        assert {"noopener", "noreferrer", "nofollow"} <= set(rel.split()), rel


async def authors_are_told_by_the_server(house: House, shopper: Shopper, grace: Agent) -> None:
    """A visitor's name decides nothing about how their words look."""

    def rename(name: str) -> Any:
        def work(connection: Connection) -> None:
            newest = max(heads.changed_since(connection, 0), key=lambda one: one.id)
            visitors.set_details(connection, newest.visitor, name=name)

        return work

    for name in NAMES:
        house.write(rename(name))
        await grace.page.reload()
        await grace.connected()
        await grace.tab("mine")
        await grace.rows.first.click()
        await expect(grace.talk.locator("h2").first).to_have_text(name)
        mine = grace.thread.locator("li.msg:not(.out)")
        await expect(mine.first.locator(".mh b")).to_have_text(name)
        assert await grace.thread.locator("li.msg.bot").count() == 0
        await expect(grace.rows.first).to_contain_text(name)
    fakes = shopper.log.get_by_text("Grace görüşmeye katıldı")
    kinds = await fakes.evaluate_all(
        "all => all.map(one => one.closest('.bubble, .activity').className)"
    )
    assert any(kind.startswith("bubble") for kind in kinds)


async def read_everywhere(house: House, grace: Agent) -> None:
    """Lists, the transcript, its print view and its file."""
    page = grace.page
    await page.goto(f"{house.server.origin}/transcripts")
    await expect(page.locator("table").get_by_text("etsetsiM").first).to_be_visible()
    await is_untouched(page)
    await page.goto(f"{house.server.origin}/transcripts?q=%3Cscript%3E%22%27")
    await is_untouched(page)
    await page.goto(f"{house.server.origin}/transcripts")
    await page.locator("tbody a").first.click()
    for way in ("", "/print"):
        await page.goto(page.url + way)
        shown = str(await page.locator("ol.log").evaluate("log => log.textContent"))
        for payload in PAYLOADS:
            assert plain(payload) in plain(shown), (way, payload)
        await is_untouched(page)
    answer = await page.request.get(page.url.removesuffix("/print") + ".txt")
    assert answer.headers["content-type"].startswith("text/plain")
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert PAYLOADS[0] in await answer.text()


async def test_a_transfers_reason_is_inert(house: House) -> None:
    grace = await house.agent(0)
    linus = await house.agent(1)
    for agent in (grace, linus):
        await watched(agent)
        await agent.connected()
    await grace.available()
    shopper = await house.shopper()
    await shopper.begin()
    await shopper.say("bir sorum var")
    await grace.accept()
    await linus.available()
    reason = " ".join(PAYLOADS[:4])[:480]
    await grace.transfer("Linus", reason)
    await linus.accept()
    await expect(linus.thread.locator(".inote")).to_contain_text(reason)
    await is_untouched(grace.page, linus.page)
