"""What a screen reader announces in a whole chat is written down, and stays as it is written.

`ANNOUNCED=write` writes docs/announced.md anew; read it aloud before it is committed.
"""

import os
import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.announced import Reader
from tests.browser.conftest import House, OpenHouse
from tests.browser.people import Shopper

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SCRIPT = Path(__file__).parent.parent.parent / "docs" / "announced.md"
WORDS = {
    "tr": ("kargom nerede", "Yarın kapınızda", "teşekkürler"),
    "en": ("where is my parcel", "It comes tomorrow", "thank you"),
}


async def whole_chat(house: House, language: str) -> list[str]:
    """Open by the keyboard, ask, be answered, lose the line and find it, rate, close, be called back."""
    question, answer, thanks = WORDS[language]
    grace = await house.agent(0)
    await grace.available()
    context = await house.context(locale="tr-TR" if language == "tr" else "en-GB")
    shopper = Shopper(await context.new_page(), house.shop.origin, language=language)
    await shopper.visit("/")
    page, keys = shopper.page, shopper.page.keyboard
    reader = await Reader.at(page)
    await shopper.launcher.focus()
    await reader.step("The launcher gets the focus.")
    await keys.press("Enter")
    await expect(shopper.panel.locator("h1")).to_be_focused()
    await reader.step("Enter: the panel opens.")
    await shopper.panel.locator("footer .btn.main").focus()
    await reader.step("On to the last button.")
    await keys.press("Enter")
    await expect(shopper.field).to_be_focused()
    await reader.step("Enter: the conversation, and the field in it.")
    await page.wait_for_timeout(600)  # the log is turned live once history is in it
    await keys.type(question)
    await keys.press("Enter")
    await shopper.delivered()
    await expect(shopper.panel.locator(".place")).to_be_visible()
    await reader.step("A question is sent; somebody is free.")
    await grace.accept()
    await expect(shopper.log.locator(".activity", has_text="Grace")).to_be_visible()
    await expect(shopper.panel.locator(".place")).to_have_count(0)
    await reader.step("Grace takes it.")
    await grace.field.press_sequentially("Y")
    await expect(shopper.panel.locator(".typing")).to_be_visible()
    await reader.step("Grace types.")
    await grace.reply(answer)
    await shopper.sees(answer)
    await expect(shopper.panel.locator(".typing")).to_have_count(0)
    await reader.step("Grace answers.")
    await context.set_offline(True)
    await expect(shopper.panel.locator(".banner button")).to_be_visible()
    await reader.step("The network goes.")
    await keys.type(thanks)
    await keys.press("Enter")
    await expect(shopper.log.locator(".held")).to_have_count(1)
    await reader.step("Something is written meanwhile.")
    await context.set_offline(False)
    back = re.escape(shopper.t("widget.connection.back_sent", count=1))
    await expect(shopper.panel.locator(".banner")).to_have_text(re.compile(back))
    seen = re.compile(re.escape(shopper.t("widget.message.seen")))
    await expect(shopper.log.locator(".group.me .meta").last).to_have_text(seen)
    await reader.step("The network is back.")
    await grace.resolve()
    await expect(shopper.panel.get_by_role("radio")).to_have_count(5, timeout=15_000)
    await reader.step("Grace resolves it.")
    stars = shopper.panel.get_by_role("radio")
    await stars.nth(4).focus()
    await reader.step("On to the last star.")
    await keys.press("Space")
    await expect(shopper.panel.locator(".rate form")).to_be_visible()
    await expect(shopper.log).to_contain_text(shopper.t("widget.message.rating", score=5))
    await reader.step("Space: five stars.")
    await shopper.press(shopper.t("more.rating.send"))
    await expect(shopper.panel.locator(".rated")).to_be_visible()
    await reader.step("The rating is sent.")
    await keys.press("Escape")
    await expect(shopper.launcher).to_be_focused()
    await reader.step("Escape: the panel closes.")
    return reader.script


async def test_a_whole_chat_is_announced_as_it_is_written(open_house: OpenHouse) -> None:
    found: dict[str, str] = {}
    for language in WORDS:
        house = open_house(language=language)
        found[language] = "\n".join(await whole_chat(house, language))
        await house.leave()
    names = {"tr": "Türkçe", "en": "English"}
    text = HEAD + "".join(f"\n## {names[one]}\n\n```\n{said}\n```\n" for one, said in found.items())
    if os.environ.get("ANNOUNCED") == "write":
        SCRIPT.write_text(text, encoding="utf-8")
    assert SCRIPT.read_text(encoding="utf-8") == text


HEAD = """# What a screen reader announces

One whole chat by the keyboard, as Chromium's accessibility tree has it: what has the focus (role, name,
state) and what live regions say, the urgent first. All times are written as 00:00. A test goes through
the chat and holds what it hears against this page; `ANNOUNCED=write` writes it anew.
"""
