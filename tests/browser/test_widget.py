"""The shopper's widget before, in and after a conversation: one shop that asks, takes files, speaks first."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import FilePayload, expect

from chatserver.domain.widgets import FieldAsked, Notice, Rule, WidgetSettings
from chatserver.storage import consents, sites
from tests.browser.conftest import House
from tests.browser.test_accessibility import ONE_MODE, Judge, name_of

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ASKS = WidgetSettings(
    greeting={"tr": "Avlu’ya hoş geldiniz", "en": "Welcome to Avlu"},
    fields=(
        FieldAsked("name", "text", {"tr": "Adınız", "en": "Your name"}, required=True),
        FieldAsked("email", "email", {"tr": "E-posta", "en": "E-mail"}),
        FieldAsked("topic", "choice", {"tr": "Konu", "en": "Topic"}, choices=("Kargo", "İade")),
    ),
    privacy=Notice(
        {
            "tr": "Mesajlarınızı sorunuzu yanıtlamak için işleriz.",
            "en": "We use your messages to answer your question.",
        },
        "1",
    ),
    consent=Notice(
        {
            "tr": "Yazışmam ürün önerileri için kullanılabilir.",
            "en": "My messages may be used to suggest products.",
        },
        "2026-03",
    ),
    rules=(Rule("sepet", "track", "sepette-takildi", {"tr": "Yardımcı olalım mı?"}),),
)

LINES = {
    "tr": ("kargom nerede", "Fincanım kırık geldi", "Yenisini yolluyorum", "Çok teşekkürler"),
    "en": ("where is my parcel", "My cup came broken", "I am sending a new one", "Thank you"),
}
"""What the shopper looks for and says, what the agent replies, and the thanks."""


def dress(house: House, widget: WidgetSettings) -> None:
    def work(connection: Any) -> None:
        site = sites.find(connection, "demo")
        assert site is not None
        sites.save(connection, site.id, replace(site.settings, widget=widget))

    house.write(work)


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "#4d7a6a").save(out, "JPEG")
    return out.getvalue()


@pytest.mark.parametrize(("language", "theme", "phone"), ONE_MODE)
async def test_a_whole_visit(
    house: House, shots: Path | None, language: str, theme: str, phone: bool
) -> None:
    """Search, details, consent, files, an answer answered, rating, own data, erasure; axe 0 in each."""
    dress(house, ASKS)
    judge = Judge(shots, f"visit-{name_of(language, theme, phone)}")
    try:
        with house.speaking(language):
            await visit(house, judge, language=language, theme=theme, phone=phone)
    finally:
        dress(house, WidgetSettings())
    assert judge.found == {}


async def visit(house: House, judge: Judge, *, language: str, theme: str, phone: bool) -> None:
    """Walk through all of it."""
    asks, said, reply, thanks = LINES[language]
    name, email = (field.label[language] for field in ASKS.fields[:2])
    shopper = await house.shopper(phone=phone, language=language, color_scheme=theme)
    await shopper.open()
    await expect(shopper.panel.locator("h1")).to_have_text(ASKS.greeting[language])
    await judge("home", shopper)
    await shopper.panel.get_by_role("searchbox").fill(asks)
    await expect(shopper.panel.locator(".found details").first).to_be_visible()
    await judge("search", shopper)
    await shopper.press(shopper.t("widget.search.write"))

    await expect(shopper.panel.locator("h1")).to_have_text(shopper.t("more.before.title"))
    boxes = shopper.panel.get_by_role("checkbox")
    await expect(boxes).not_to_be_checked()
    await judge("before", shopper)
    await shopper.press(shopper.t("more.before.go"))
    await expect(shopper.panel.get_by_label(name)).to_be_focused()
    await judge("before-wrong", shopper)
    await shopper.panel.get_by_label(name).fill("Elif Demir")
    await shopper.panel.get_by_label(email).fill("elif@")
    await shopper.press(shopper.t("more.before.go"))
    await expect(shopper.panel.get_by_label(email)).to_be_focused()
    await shopper.panel.get_by_label(email).fill("elif@ornek.com")
    await boxes.check()
    await shopper.press(shopper.t("more.before.go"))
    await expect(shopper.field).to_have_value(asks)

    grace = await house.agent(0, language=language)
    await grace.available()
    await shopper.page.evaluate(
        "SupportChat.context({ cart: { total: 480, items: [{ title: 'Fincan' }] } })"
    )
    await shopper.say(said)
    await grace.accept()
    for known in ("Elif Demir", "elif@ornek.com", "480"):
        await expect(grace.page.locator(".ctx")).to_contain_text(known)

    async with shopper.page.expect_file_chooser() as chosen:
        await shopper.press(shopper.t("widget.composer.attach"))
    picker = await chosen.value
    await picker.set_files(
        [
            FilePayload(name="kırık.jpg", mimeType="image/jpeg", buffer=photo()),
            FilePayload(name="yazı.txt", mimeType="text/plain", buffer=b"merhaba"),
        ]
    )
    picture = shopper.log.get_by_role("img", name="kırık.jpg")
    await expect(picture).to_have_js_property("naturalWidth", 640)
    await expect(shopper.panel.locator(".upload.lost")).to_contain_text(shopper.t("more.file.type"))
    await expect(grace.page.get_by_role("img", name="kırık.jpg")).to_have_js_property(
        "naturalWidth", 640
    )
    await judge("files", shopper)
    await shopper.panel.locator(".upload button").click()
    await expect(shopper.panel.locator(".upload")).to_have_count(0)

    await grace.reply(reply)
    await shopper.sees(reply)
    await shopper.press(shopper.t("widget.message.reply"))
    await expect(shopper.panel.locator(".replying")).to_contain_text(reply)
    await shopper.say(thanks)
    await expect(shopper.log.locator(".quote")).to_contain_text(reply)
    await expect(grace.page.locator(".quoted")).to_contain_text(reply)
    await judge("replied", shopper)

    await shopper.press(shopper.t("widget.menu.label"))
    await shopper.panel.get_by_role("menuitem", name=shopper.t("more.end.confirm")).click()
    await shopper.panel.get_by_role("button", name=shopper.t("more.end.confirm")).click()
    stars = shopper.panel.get_by_role("radio")
    await expect(stars).to_have_count(5)
    await judge("rate", shopper)
    await stars.nth(3).check(force=True)
    await expect(grace.page.locator("#thread")).to_contain_text(grace.t("console.rating", score=4))
    await judge("rated", shopper)
    await shopper.press(shopper.t("more.reason.fast"))
    await shopper.press(shopper.t("more.rating.send"))
    word = shopper.t("more.rating.4")
    await expect(shopper.panel.locator(".rated")).to_contain_text(f"4 · {word}")

    await shopper.press(shopper.t("widget.header.back"))
    await shopper.press(shopper.t("widget.privacy.yours"))
    await expect(boxes).to_be_checked()
    await judge("data", shopper)
    await boxes.uncheck()
    await expect(boxes).not_to_be_checked()
    # The box says so at once, the server a moment later.
    for _ in range(50):
        given = house.write(what_was_given)
        if len(given) > 1:
            break
        await shopper.page.wait_for_timeout(100)
    assert given == [False, True]
    await shopper.panel.locator(".row.danger").click()
    await judge("erase", shopper)
    await shopper.press(shopper.t("more.data.confirm"))
    await expect(shopper.panel.get_by_text(shopper.t("more.data.done"))).to_be_visible()
    await judge("erased", shopper)
    await expect(grace.page.locator("#thread")).to_contain_text(grace.t("console.erased"))
    await expect(grace.page.locator("#thread")).not_to_contain_text(said)
    assert house.stored().count(said) == 0
    assert shopper.problems == []


def what_was_given(connection: Any) -> list[bool]:
    """Whether the newest visitor agreed each time they were asked, the last time first."""
    return [said.given for said in consents.every(connection, newest(connection))]


def newest(connection: Any) -> Any:
    from sqlalchemy import func, select

    from chatserver.storage.schema.visitors import consent

    return connection.execute(select(func.max(consent.c.visitor_id))).scalar_one()


async def test_the_shop_speaks_first_once_a_visit_and_opens_nothing_by_itself(house: House) -> None:
    dress(house, ASKS)
    house.shop.attributes["data-proactive"] = ""
    try:
        shopper = await house.shopper()
        await shopper.page.evaluate("SupportChat.track('sepette-takildi')")
        teaser = shopper.page.locator(".teaser")
        await expect(teaser).to_be_visible()
        await teaser.locator(".say").click()
        await expect(shopper.panel.locator("h1")).to_be_visible()
        await expect(teaser).to_have_count(0)
        await shopper.visit("/urun")
        await shopper.page.evaluate("SupportChat.track('sepette-takildi')")
        await shopper.page.wait_for_timeout(3500)
        await expect(teaser).to_have_count(0)

        # This shop lets its page connect to nobody, so nothing is counted; the widget does not mind.
        assert [text for text in shopper.problems if "/told" not in text] == []
    finally:
        del house.shop.attributes["data-proactive"]
        dress(house, WidgetSettings())
