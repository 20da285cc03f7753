"""From a shopper's sloppy question to the printed transcript, in real browsers."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import House
from tests.browser.people import Agent, Shopper

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

QUESTION = "kargom nerde hala gelmedi"
NOTE = "musteri-cok-sinirli-iade-edelim"
REASON = "iade-onayi-linus-ta"


async def test_a_question_becomes_a_conversation_and_a_transcript(house: House) -> None:
    shopper = await house.shopper(phone=True)
    await shopper.begin()
    await shopper.say(QUESTION)
    await expect(shopper.log.locator(".card .topic").first).to_be_visible()
    await leave_details(shopper)

    grace = await house.stranger(0)
    linus = await house.agent(1)
    await grace.sign_in()
    await see_who_waits(grace)
    await grace.available()
    await expect(grace.offer).to_contain_text("Elif Demir")
    await grace.accept()
    await expect(grace.page.locator("#botlog")).to_contain_text(QUESTION)
    await shopper.sees(shopper.t("widget.activity.agent_joined", agent="\u2068Grace\u2069"))

    await talk(shopper, grace)
    await grace.note(NOTE)
    await grace.reply("İade talebinizi arkadaşım Linus tamamlayacak.")
    await shopper.sees("Linus tamamlayacak")

    await linus.available()
    await grace.transfer("Linus", REASON)
    await linus.accept()
    await expect(linus.thread.locator(".inote", has_text=REASON)).to_be_visible()
    await expect(linus.thread.locator(".inote", has_text=NOTE)).to_be_visible()
    await linus.reply("Tamamdır, iadeniz onaylandı.")
    await shopper.sees("iadeniz onaylandı")
    await linus.resolve()
    await shopper.sees(shopper.t("widget.activity.resolved"))

    for secret in (NOTE, REASON):
        assert not [frame for frame in shopper.frames if secret in frame], "on the shopper's wire"
        assert secret not in await (await shopper.frame()).content()
        assert [frame for frame in linus.frames if secret in frame]
    await read_the_transcript(linus)
    await read_own_transcript(shopper)
    for person in (shopper, grace, linus):
        assert person.problems == []


async def leave_details(shopper: Shopper) -> None:
    """Ask for a person, and answer what the bot asks; the address is wrong at first."""
    await shopper.say("müşteri temsilcisi istiyorum")
    await expect(shopper.field).to_have_attribute("autocomplete", "name")
    await shopper.write("Elif Demir")
    await expect(shopper.field).to_have_attribute("autocomplete", "email")
    await shopper.write("elif.demir@example")
    await expect(shopper.panel.get_by_role("alert")).to_contain_text(
        shopper.t("bot.slot.email_retry")
    )
    await expect(shopper.field).to_have_attribute("aria-invalid", "true")
    await shopper.write("elif.demir@example.com")
    await expect(shopper.field).to_have_attribute("autocapitalize", "characters")
    await shopper.press(shopper.t("widget.form.skip"))
    await shopper.sees("Elif Demir")
    await shopper.press(shopper.t("bot.slot.right"))
    await shopper.sees(shopper.t("bot.handoff.taken_queue"))


async def see_who_waits(agent: Agent) -> None:
    """The queue shows who waits; opened, all that the bot found out is there."""
    await agent.tab("waiting")
    await expect(agent.rows).to_have_count(1)
    await agent.rows.first.click()
    gathered = agent.page.locator(".gather")
    for fact in ("Elif Demir", "elif.demir@example.com", agent.t("console.reason.asked")):
        await expect(gathered).to_contain_text(fact)
    await expect(agent.thread).to_contain_text(QUESTION)


async def talk(shopper: Shopper, agent: Agent) -> None:
    """Both write, see each other typing, and see that they were read."""
    await agent.field.fill("Merhaba Elif Hanım")
    await expect(shopper.panel.get_by_text("Grace yazıyor…")).to_be_attached()
    await agent.field.press("Enter")
    await shopper.sees("Merhaba Elif Hanım")
    await expect(shopper.log.locator(".typing")).to_have_count(0)
    await expect(agent.thread.locator(".msgstate")).to_have_text(agent.t("console.seen"))
    await shopper.field.fill("Merhaba, kargom")
    await expect(agent.thread).to_contain_text(
        agent.t("console.typing.visitor", visitor="Elif Demir")
    )
    await shopper.say("Merhaba, kargom bir haftadır yolda")
    await agent.sees("kargom bir haftadır yolda")
    await expect(shopper.log.locator(".group.me .meta").last).to_contain_text(
        shopper.t("widget.message.seen")
    )


async def read_the_transcript(agent: Agent) -> None:
    """Everything is there in order, what only the team may see included."""
    page = agent.page
    await page.goto(f"{agent.origin}/transcripts")
    await page.get_by_role("link", name="Elif Demir").click()
    text = await page.locator("ol.log").inner_text()
    in_order = [
        QUESTION,
        "müşteri temsilcisi istiyorum",
        "Elif Demir",
        "elif.demir@example.com",
        "Grace görüşmeye katıldı",
        "Merhaba Elif Hanım",
        "Merhaba, kargom bir haftadır yolda",
        NOTE,
        "arkadaşım Linus tamamlayacak",
        "Grace aktardı: Linus",
        REASON,
        "Linus görüşmeye katıldı",
        "iadeniz onaylandı",
        "Linus çözüldü olarak işaretledi",
    ]
    at = -1
    for line in in_order:
        found = text.find(line, at + 1)
        assert found > at, f"{line!r} is not there, or not in its place:\n{text}"
        at = found
    await page.goto(f"{page.url}/print")
    assert NOTE in await page.locator("ol.log").inner_text()


async def read_own_transcript(shopper: Shopper) -> None:
    """The shopper's own page and file hold the conversation, and nothing of the team's."""
    await shopper.panel.get_by_role("button", name=shopper.t("widget.menu.label")).click()
    async with shopper.page.expect_popup() as opened:
        await shopper.panel.get_by_role("menuitem", name=shopper.t("more.transcript.view")).click()
    page = await opened.value
    await page.wait_for_url(re.compile(r"/t/"))
    shown = await page.locator("main").inner_text()
    async with page.expect_download() as loaded:
        await page.get_by_role("link", name=shopper.t("web.transcript.download")).click()
    file = (await (await loaded.value).path()).read_text(encoding="utf-8")
    for text in (shown, file):
        assert QUESTION in text and "iadeniz onaylandı" in text and "Merhaba Elif Hanım" in text
        assert NOTE not in text and REASON not in text
    await page.emulate_media(media="print")
    assert await page.locator("ol.log").is_visible()
    await page.close()


async def test_with_a_free_agent_no_bot_says_a_word(house: House) -> None:
    grace = await house.agent(0)
    await grace.available()
    shopper = await house.shopper()
    await shopper.begin()
    await shopper.say("Bu sürahi bulaşık makinesinde yıkanır mı?")
    await expect(grace.offer).to_contain_text("Bu sürahi")
    await grace.accept()
    await grace.reply("Evet, 60 derecede.")
    await shopper.sees("60 derecede")
    assert await shopper.said() == [
        "Bu sürahi bulaşık makinesinde yıkanır mı?",
        "Evet, 60 derecede.",
    ]
    assert shopper.problems == grace.problems == []
