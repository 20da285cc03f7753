"""A shopper who is signed in at the shop: vouched for, told of their order, and gone when signed out."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from chatserver.demo.members import ELIF
from chatserver.demo.seed import AGENTS, PASSWORD
from tests.browser.people import DESK, PHONE, Shopper
from tests.demo.test_run import Demo, running

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.asyncio(loop_scope="session"),
]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running(tmp_path_factory.mktemp("member") / "data") as started:
        yield started


async def sign_in(shopper: Shopper) -> None:
    await shopper.visit("/hesabim")
    await shopper.page.get_by_role("button", name="Elif Karaca olarak giriş yap").click()
    await expect(shopper.page.get_by_role("main")).to_contain_text(ELIF.email)


async def test_v06_a_signed_in_shopper_is_known_on_two_devices_and_nobody_after_signing_out(
    browser: Browser, demo: Demo, shots: Path | None
) -> None:
    context = await browser.new_context(locale="tr-TR", viewport=DESK)
    shopper = Shopper(await context.new_page(), demo.shop, language="tr")
    await sign_in(shopper)
    await shopper.begin()
    await shopper.write("kargom nerede")
    await shopper.sees("AV-20391")

    other = await browser.new_context(locale="tr-TR", viewport=PHONE)
    phone = Shopper(await other.new_page(), demo.shop, language="tr")
    await sign_in(phone)
    await phone.begin()
    await phone.sees("kargom nerede")

    desk = await browser.new_context(locale="tr-TR", viewport=DESK)
    console = await desk.new_page()
    await console.goto(f"{demo.own}/sign-in?lang=tr")
    await console.locator("#email").fill(AGENTS[0].email)
    await console.locator("#password").fill(PASSWORD)
    await console.locator("form button").first.click()
    await console.wait_for_url("**/console")
    await console.locator("#tab-bot").click()
    await console.locator("[data-row]", has_text=ELIF.name).first.click()
    pane = console.locator("#context")
    await expect(pane).to_contain_text("Kimliği doğrulandı")
    await expect(pane.locator(".known")).to_contain_text(ELIF.email)
    if shots is not None:
        await console.screenshot(path=shots / "identity-console.png")

    await shopper.visit("/hesabim")
    await shopper.page.get_by_role("button", name="Çıkış yap").click()
    await shopper.open()
    await shopper.enter()
    await expect(shopper.bubbles).to_have_count(0)
    assert shopper.problems == []
    for one in (context, other, desk):
        await one.close()
