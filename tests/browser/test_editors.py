"""Editors at work, by keyboard alone: from an unanswered question to an answer, and back from a slip."""

import os
import time
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Locator, Page, expect
from sqlalchemy import Connection

from chatserver.domain.people import Role
from chatserver.services import staff
from chatserver.storage import faq_entries, faq_publications
from chatserver.storage import staff as accounts
from chatserver.storage.faq_entries import EntryRow
from tests.browser.conftest import PASSWORD_HASH, House
from tests.browser.people import DESK, PASSWORD, PHONE
from tests.browser.test_accessibility import AXE
from tests.clock import now_ms

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

QUESTION = "yarın hava nasıl olacak"
PATHS = (
    "/editor", "/editor/new", "/editor/entries/return-how", "/editor/entries/return-how/history",
    "/editor/try?q=iade+param+ne+zaman", "/editor/unanswered", "/editor/checks",
    "/editor/conflicts", "/editor/words", "/editor/exchange", "/editor/publish",
    "/editor/bot?kind=rule&open=press&lines=sponsor", "/editor/bot?kind=flow&open=report-damage",
    "/editor/bot?kind=script", "/editor/bot?kind=checks",
    "/editor/bot?kind=check&open=gece+mesaj+b%C4%B1rakan",
)  # fmt: skip


def hire(connection: Connection) -> None:
    if accounts.find_by_email(connection, "gizem@shop.example") is not None:
        return
    account = staff.create_account(
        connection,
        email="gizem@shop.example",
        name="Gizem",
        role=Role.EDITOR,
        language="tr",
        password_hash=None,
        now_ms=now_ms(),
    )
    staff.store_hash(connection, account.id, PASSWORD_HASH)


async def reach(page: Page, wanted: Locator, *, key: str = "Tab", most: int = 150) -> None:
    """Press Tab until the focus is there."""
    for _ in range(most):
        if await wanted.evaluate("one => one === document.activeElement"):
            return
        await page.keyboard.press(key)
    raise AssertionError(f"no way to {wanted} by keyboard")


async def editor(house: House, **options: object) -> Page:
    """Return an editor's page, signed in by keyboard."""
    house.write(hire)
    context = await house.context(viewport=DESK, **options)
    page = await context.new_page()
    await page.goto(f"{house.server.origin}/sign-in?lang=tr")
    await reach(page, page.locator("#email"))
    await page.keyboard.type("gizem@shop.example")
    await reach(page, page.locator("#password"))
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/editor")
    return page


async def press(page: Page, wanted: Locator) -> None:
    """Go to a control by Tab and press it."""
    await reach(page, wanted)
    await page.keyboard.press("Enter")


async def decide(page: Page) -> None:
    """Give every drop on the publish page its reason."""
    fields = page.locator('input[name^="reason:"]')
    for number in range(await fields.count()):
        await reach(page, fields.nth(number))
        await page.keyboard.type("Bilerek")


async def test_an_unanswered_question_becomes_an_answer_by_keyboard_alone(house: House) -> None:
    shopper = await house.shopper()
    await shopper.begin()
    await shopper.say(QUESTION)
    page = await editor(house)
    await page.goto(f"{house.server.origin}/editor/unanswered")
    row = page.locator(".asks > li").filter(has_text=QUESTION)
    await expect(row).to_be_visible()
    nearest = await row.locator("select").input_value()
    await press(page, row.get_by_role("button", name="Örnek soru yap"))
    await expect(page.get_by_role("status")).to_contain_text("Örnek soru taslağa eklendi")
    await press(page, page.get_by_role("link", name="Yayımlamaya git"))
    await page.wait_for_url("**/editor/publish?*")
    await expect(page.locator(".effects")).to_contain_text(QUESTION)
    await expect(page.locator("tr[data-kind=gain]")).to_contain_text(QUESTION)
    await decide(page)
    await press(page, page.get_by_role("button", name="Yayımla", exact=True))
    await expect(page.get_by_role("status")).to_contain_text("Yayımlandı")
    published = time.monotonic()
    other = await house.shopper()
    await other.begin()
    await other.say(QUESTION)
    row_ = house.write(lambda connection: faq_entries.find(connection, nearest))
    title = row_.content.wording("tr").question
    await expect(other.panel.locator(".card .topic").first).to_contain_text(title, timeout=2_000)
    assert time.monotonic() - published < 10


async def test_a_slip_is_caught_shown_and_restored_by_keyboard_alone(house: House) -> None:
    page = await editor(house)
    await page.goto(f"{house.server.origin}/editor/entries/return-how")
    field = page.locator("#tr-question")
    utterances = page.locator("#tr-utterances")
    for one, text in ((field, "Bambaşka bir konu mu?"), (utterances, "bambaşka bir konu")):
        await reach(page, one)
        await page.keyboard.press("Control+a")
        await page.keyboard.type(text)
    await expect(page.locator("[data-saved]")).to_have_text("Taslak kaydedildi")
    await expect(page.locator("[data-phase]")).to_have_text("Yayında, taslağı var")
    await press(page, page.get_by_role("link", name="Yayımlamaya git"))
    drops = page.locator("tr[data-kind=drop]")
    await expect(drops.first).to_be_visible()
    await press(page, page.get_by_role("button", name="Yayımla", exact=True))
    await expect(page.get_by_role("alert")).to_contain_text("nedenini yazın")
    await press(page, page.get_by_role("link", name="Maddeyi aç").first)
    await page.wait_for_url("**/editor/entries/return-how")
    await page.evaluate("document.activeElement.blur()")
    await page.keyboard.press("h")
    await page.wait_for_url("**/history")
    await expect(page.locator(".diff .add").first).to_contain_text("Bambaşka")
    states = page.locator(".states a")
    await press(page, states.nth(1))
    await press(page, page.get_by_role("button", name="Bu sürümü geri yükle"))
    await page.wait_for_url("**/editor/entries/return-how?restored=1")
    await expect(page.locator("[data-phase]")).to_have_text("Yayında")
    row = house.write(lambda connection: faq_entries.find(connection, "return-how"))
    assert not row.is_pending
    assert all(
        "return-how" not in {change.key for change in one.changes}
        for one in house.write(faq_publications.latest)
    )


async def test_several_entries_are_looked_after_at_once_by_keyboard_alone(house: House) -> None:
    page = await editor(house)
    keys = ("gift-wrap", "size-guide")

    async def choose(query: str = "") -> None:
        await page.goto(f"{house.server.origin}/editor{query}")
        await expect(page.locator(".bulk")).to_be_hidden()
        for key in keys:
            await reach(page, page.locator(f'input[name=key][value="{key}"]'))
            await page.keyboard.press("Space")
        await expect(page.locator("[data-chosen]")).to_have_text("Seçilen: 2")

    async def apply(action: str) -> None:
        async with page.expect_navigation():
            await press(page, page.locator(f".bulk button[value={action}]"))

    def kept() -> list[EntryRow]:
        found = house.write(lambda one: [faq_entries.find(one, key) for key in keys])
        return [row for row in found if row is not None]

    await choose()
    await reach(page, page.locator(".bulk select[name=owner]"))
    await page.keyboard.type("Gizem")
    await apply("owner")
    assert {row.owner_name for row in kept()} == {"Gizem"}
    await choose()
    await reach(page, page.locator(".bulk input[name=category]"))
    await page.keyboard.type("Hediye ve beden")
    await apply("category")
    await expect(page.locator("tr.gr").filter(has_text="Hediye ve beden")).to_contain_text("2")
    await choose()
    await apply("archive")
    await expect(page.locator(f'input[value="{keys[0]}"]')).to_have_count(0)
    assert all(row.archived for row in kept())
    await choose("?phase=archived")
    await apply("unarchive")
    await choose()
    await apply("publish")
    chosen = await page.locator("input[name=key]:checked").all()
    assert {await one.get_attribute("value") for one in chosen} == set(keys)
    await decide(page)
    await press(page, page.get_by_role("button", name="Yayımla", exact=True))
    await expect(page.get_by_role("status")).to_contain_text("Yayımlandı")
    assert all(not row.is_pending and not row.archived for row in kept())


async def test_a_rule_is_written_moved_and_put_in_use_by_keyboard_alone(house: House) -> None:
    page = await editor(house)
    await page.goto(f"{house.server.origin}/editor/bot")
    await press(page, page.get_by_role("link", name="Yeni kural"))
    for field, text in (("title.tr", "Kedi"), ("title.en", "Cat"), ("key", "cat")):
        await reach(page, page.locator(f'[name="{field}"]'))
        await page.keyboard.type(text)
    await reach(page, page.locator('[name="when.0.value"]'))
    await page.keyboard.type("kedi*")
    await press(page, page.locator("button[value='add:do.0.button']"))
    await page.keyboard.type("Temsilci")
    await reach(page, page.locator('[name="do.0.say.tr"]'), key="Shift+Tab")
    await page.keyboard.type("Kedi mamamız {yok}.")
    await page.keyboard.press("Tab")
    await reach(page, page.locator("[name='add:do']"))
    await page.keyboard.type("Etiketle")
    await press(page, page.locator("button[value='add:do']"))
    await page.keyboard.type("kedi")
    lines = page.locator("#lines")
    await reach(page, lines)
    await page.keyboard.type("kedi")
    await page.keyboard.press("Enter")
    await expect(page.locator('[id="err-do.0.say.tr"]')).to_contain_text("“yok” adlı değer yok.")
    await reach(page, page.locator('[name="do.0.say.tr"]'))
    await page.keyboard.press("Control+a")
    await page.keyboard.type("Kedi mamamız var.")
    await reach(page, lines)
    await page.keyboard.press("Enter")
    await expect(page.locator(".talk")).to_contain_text("Kedi mamamız var.")
    await expect(page.locator(".talk .chip")).to_have_text("Temsilci")
    await page.evaluate("document.activeElement.blur()")
    await page.keyboard.press("s")
    await expect(page.get_by_role("status")).to_have_text("Taslağa kaydedildi.")
    mine = page.locator(".script").first.get_by_role("link", name="Kedi")
    await reach(page, mine)
    before = await page.locator(".script").first.locator("li").count()
    await page.keyboard.press("Shift+ArrowUp")
    moved = page.locator(".script").first.locator("li").nth(before - 2).get_by_role("link")
    await expect(moved).to_have_text("Kedi")
    await expect(moved).to_be_focused()
    await press(page, page.get_by_role("button", name="Kullanıma al"))
    await expect(page.locator(".crumbs .chip")).to_contain_text("Kullanımda")
    shopper = await house.shopper()
    await shopper.begin()
    await shopper.say("kedi maması")
    await expect(shopper.panel.get_by_text("Kedi mamamız var.")).to_be_visible()


@pytest.mark.parametrize(("language", "scheme"), [("tr", "light"), ("en", "dark")])
async def test_axe_finds_nothing_in_the_editors_room(
    house: House, language: str, scheme: Literal["light", "dark"]
) -> None:
    page = await editor(house)
    house.speak(language)
    problems: list[str] = []
    await page.emulate_media(color_scheme=scheme)
    for path in PATHS:
        await page.goto(house.server.origin + path)
        problems += await _look(page, f"{path} {scheme}")
        await _shoot(page, f"editors-{language}-{scheme}-{_named(path)}")
    await page.set_viewport_size(PHONE)
    for path in PATHS:
        await page.goto(house.server.origin + path)
        wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            problems.append(f"{path} is {wide} px too wide for a phone")
        await _shoot(page, f"editors-{language}-phone-{_named(path)}")
    house.speak("tr")
    assert problems == []


@pytest.mark.parametrize("language", ["tr", "en"])
async def test_axe_finds_nothing_in_the_help_centre(house: House, language: str) -> None:
    context = await house.context(viewport=DESK)
    page = await context.new_page()
    failures: list[str] = []
    page.on("console", lambda line: failures.append(line.text) if line.type == "error" else None)
    home = f"{house.server.origin}/help/demo/{language}"
    await page.goto(home)
    problems = await _look(page, "help")
    await _shoot(page, f"help-{language}-home")
    await page.keyboard.press("Tab")
    await reach(page, page.locator("#q"))
    await page.keyboard.type("param ne zaman yatar" if language == "tr" else "when is my refund")
    found = page.locator("[data-found] a").first
    await expect(found).to_be_visible()
    await _shoot(page, f"help-{language}-found")
    await press(page, found)
    await expect(page.locator("article h1")).to_be_visible()
    problems += await _look(page, "answer")
    await _shoot(page, f"help-{language}-answer")
    await page.set_viewport_size(PHONE)
    await _shoot(page, f"help-{language}-phone")
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    await press(page, page.locator(".vote button").first)
    await expect(page.get_by_role("status")).to_be_visible()
    assert problems == [] and failures == []


async def _look(page: Page, where: str) -> list[str]:
    await page.evaluate(AXE)
    found = await page.evaluate(
        "axe.run(document, {resultTypes: ['violations']}).then(done => done.violations.map("
        "one => `${one.id}: ${one.nodes.slice(0, 3).map(node => node.target.join(' ') + ' ' + (node.any[0]?.message ?? '')).join(' | ')}`))"
    )
    return [f"{where}: {one}" for one in found]


def _named(path: str) -> str:
    return path.strip("/").split("&")[0].replace("?", "-").replace("/", "-")


async def _shoot(page: Page, name: str) -> None:
    folder = os.environ.get("SHOTS")
    if folder is not None:
        await page.screenshot(path=Path(folder) / f"{name}.png")
