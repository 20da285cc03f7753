"""A night in the demo: an order asked for in a hurry, proven by a code, then a complaint."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from chatserver.demo.orders import ORDERS
from chatserver.demo.seed import AGENTS, PASSWORD
from tests.browser.people import DESK, PHONE, Shopper
from tests.demo.test_run import Demo, running

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.asyncio(loop_scope="session"),
]
ORDER = ORDERS["AV-20391"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running(tmp_path_factory.mktemp("night") / "data") as started:
        yield started


async def read_code(page: Page, demo: Demo) -> str:
    """Return the code of the newest mail in the demo's mailbox."""
    await page.goto(f"{demo.shop}/posta")
    letter = page.locator(".letter").first
    await expect(letter).to_contain_text(ORDER.email)
    found = re.search(r"(\d{3}) (\d{3})", await letter.locator("h2").inner_text())
    assert found is not None
    return found[1] + found[2]


async def look(shopper: Shopper, shots: Path | None, name: str) -> None:
    """Keep pictures of the panel for those who want to see it."""
    if shots is None:
        return
    for theme in ("light", "dark"):
        await shopper.page.emulate_media(color_scheme=theme)
        await shopper.page.screenshot(path=shots / f"orders-{name}-{theme}.png")
    await shopper.page.emulate_media(color_scheme="light")


async def test_an_order_at_night_then_a_complaint_for_the_morning(
    browser: Browser, demo: Demo, shots: Path | None
) -> None:
    context = await browser.new_context(locale="tr-TR", viewport=DESK)
    shopper = Shopper(await context.new_page(), demo.shop, language="tr")
    await shopper.visit("/")
    await shopper.begin()

    await shopper.write("slm ya kargom nerde kaldi spr no av20391")
    await shopper.sees("e-posta ya da telefonu yazar mısınız")
    await shopper.write(ORDER.email)
    await shopper.sees("6 haneli bir kod gönderdim")
    await expect(shopper.log.locator(".order")).to_have_count(0)
    code = await read_code(await context.new_page(), demo)

    wrong = f"{(int(code) + 1) % 10**6:06d}"
    await shopper.write(wrong)
    await shopper.sees("Kod uymadı. Kalan deneme: 4")
    await expect(shopper.log.locator(".order")).to_have_count(0)
    await shopper.write(code)
    card = shopper.log.locator(".order")
    await expect(card).to_contain_text("Sipariş AV-20391")
    await expect(card).to_contain_text("Kargonuz yolda")
    await expect(card).to_contain_text(f"Yurtiçi Kargo · {ORDER.tracking}")
    await expect(card.locator(".way [aria-current=step]")).to_have_text("Yolda")
    link = card.get_by_role("link", name="Kargoyu izle")
    await expect(link).to_have_attribute(
        "href", re.compile(rf"^https://www\.yurticikargo\.com/.*{ORDER.tracking}$")
    )
    await look(shopper, shots, "card")
    await shopper.page.set_viewport_size(PHONE)
    await look(shopper, shots, "card-phone")
    await shopper.page.set_viewport_size(DESK)

    await shopper.write("bu ne rezalet gelen kase kırık çıktı şikayetçiyim")
    await shopper.sees("özür dileriz")
    await shopper.sees("Adınızı yazar mısınız?")
    await shopper.write("Elif Karaca")
    await shopper.sees("Şunları not aldım")
    await shopper.press("Evet, doğru")
    await expect(shopper.panel.get_by_role("button", name="Evet, doğru")).to_have_count(0)
    assert shopper.problems == []

    page = await (await browser.new_context(locale="tr-TR", viewport=DESK)).new_page()
    await page.goto(f"{demo.own}/sign-in?lang=tr")
    await page.locator("#email").fill(AGENTS[0].email)
    await page.locator("#password").fill(PASSWORD)
    await page.locator("form button").first.click()
    await page.wait_for_url("**/console")
    await page.locator("#tab-waiting").click()
    await page.locator("[data-row]", has_text="Elif Karaca").first.click()
    talk = page.locator("#talk")
    await expect(talk).to_contain_text("AV-20391")
    await expect(talk).to_contain_text("gelen kase kırık çıktı")
    if shots is not None:
        await page.screenshot(path=shots / "orders-console.png")
    await page.context.close()
    await context.close()
