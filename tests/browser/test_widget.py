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
from tests.browser.test_accessibility import Judge

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ASKS = WidgetSettings(
    greeting={"tr": "Avlu’ya hoş geldiniz"},
    fields=(
        FieldAsked("name", "text", {"tr": "Adınız", "en": "Your name"}, required=True),
        FieldAsked("email", "email", {"tr": "E-posta", "en": "E-mail"}),
        FieldAsked("topic", "choice", {"tr": "Konu", "en": "Topic"}, choices=("Kargo", "İade")),
    ),
    privacy=Notice({"tr": "Mesajlarınızı sorunuzu yanıtlamak için işleriz.", "en": "x"}, "1"),
    consent=Notice({"tr": "Yazışmam ürün önerileri için kullanılabilir.", "en": "x"}, "2026-03"),
    rules=(Rule("sepet", "track", "sepette-takildi", {"tr": "Yardımcı olalım mı?"}),),
)


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


async def test_a_whole_visit(house: House, shots: Path | None) -> None:
    """Search, details, consent, files, an answer answered, rating, own data, erasure; axe 0 in each."""
    dress(house, ASKS)
    judge = Judge(shots, "visit")
    try:
        shopper = await house.shopper()
        await shopper.open()
        await expect(shopper.panel.locator("h1")).to_have_text("Avlu’ya hoş geldiniz")
        await judge("home", shopper)
        await shopper.panel.get_by_role("searchbox").fill("kargom nerede")
        await expect(shopper.panel.locator(".found details").first).to_be_visible()
        await judge("search", shopper)
        await shopper.press(shopper.t("widget.search.write"))

        await expect(shopper.panel.locator("h1")).to_have_text(shopper.t("more.before.title"))
        boxes = shopper.panel.get_by_role("checkbox")
        await expect(boxes).not_to_be_checked()
        await judge("before", shopper)
        await shopper.press(shopper.t("more.before.go"))
        await expect(shopper.panel.get_by_label("Adınız")).to_be_focused()
        await judge("before-wrong", shopper)
        await shopper.panel.get_by_label("Adınız").fill("Elif Demir")
        await shopper.panel.get_by_label("E-posta").fill("elif@")
        await shopper.press(shopper.t("more.before.go"))
        await expect(shopper.panel.get_by_label("E-posta")).to_be_focused()
        await shopper.panel.get_by_label("E-posta").fill("elif@ornek.com")
        await boxes.check()
        await shopper.press(shopper.t("more.before.go"))
        await expect(shopper.field).to_have_value("kargom nerede")

        grace = await house.agent(0)
        await grace.available()
        await shopper.page.evaluate(
            "SupportChat.context({ cart: { total: 480, items: [{ title: 'Fincan' }] } })"
        )
        await shopper.say("Fincanım kırık geldi")
        await grace.accept()
        await expect(grace.page.locator(".ctx")).to_contain_text("Elif Demir")
        await expect(grace.page.locator(".ctx")).to_contain_text("elif@ornek.com")
        await expect(grace.page.locator(".ctx")).to_contain_text("480")

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
        await expect(shopper.panel.locator(".upload.lost")).to_contain_text("desteklenmiyor")
        await expect(grace.page.get_by_role("img", name="kırık.jpg")).to_have_js_property(
            "naturalWidth", 640
        )
        await judge("files", shopper)
        await shopper.panel.locator(".upload button").click()
        await expect(shopper.panel.locator(".upload")).to_have_count(0)

        await grace.reply("Yenisini yolluyorum")
        await shopper.sees("Yenisini yolluyorum")
        await shopper.press(shopper.t("widget.message.reply"))
        await expect(shopper.panel.locator(".replying")).to_contain_text("Yenisini yolluyorum")
        await shopper.say("Çok teşekkürler")
        await expect(shopper.log.locator(".quote")).to_contain_text("Yenisini yolluyorum")
        await expect(grace.page.locator(".quoted")).to_contain_text("Yenisini yolluyorum")
        await judge("replied", shopper)

        await shopper.press(shopper.t("widget.menu.label"))
        await shopper.panel.get_by_role("menuitem", name=shopper.t("more.end.confirm")).click()
        await shopper.panel.get_by_role("button", name=shopper.t("more.end.confirm")).click()
        stars = shopper.panel.get_by_role("radio")
        await expect(stars).to_have_count(5)
        await judge("rate", shopper)
        await stars.nth(3).check(force=True)
        await expect(grace.page.locator("#thread")).to_contain_text("Puan: 4 / 5")
        await judge("rated", shopper)
        await shopper.press(shopper.t("more.reason.fast"))
        await shopper.press(shopper.t("more.rating.send"))
        await expect(shopper.panel.locator(".rated")).to_contain_text("4 · İyi")

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
        await expect(grace.page.locator("#thread")).to_contain_text("Silindi")
        await expect(grace.page.locator("#thread")).not_to_contain_text("Fincanım")
        assert house.stored().count("Fincanım kırık geldi") == 0
        assert judge.found == {}
        assert shopper.problems == []
    finally:
        dress(house, WidgetSettings())


def what_was_given(connection: Any) -> list[bool]:
    """Whether the newest visitor agreed each time they were asked, the last time first."""
    return [said.given for said in consents.every(connection, newest(connection))]


def newest(connection: Any) -> Any:
    from sqlalchemy import func, select

    from chatserver.storage.schema import consent

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
