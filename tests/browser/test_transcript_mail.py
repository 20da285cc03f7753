"""The transcript by mail, from the menu to the mailbox."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenHouse
from tests.browser.test_accessibility import Judge
from tests.post_office import post_office

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_the_transcript_is_mailed_once_somebody_has_answered(
    open_house: OpenHouse, shots: Path | None
) -> None:
    judge = Judge(shots, "mail")
    async with post_office() as office:
        mail = {
            "MAIL_URL": f"smtp://127.0.0.1:{office.port}",
            "MAIL_FROM": "destek@avlu.example",
        }
        house = open_house(env=mail)
        try:
            grace = await house.agent(0)
            shopper = await house.shopper()
            await shopper.begin()
            await shopper.say("kargom nerede")
            ask = shopper.panel.get_by_role("menuitem", name=shopper.t("more.transcript.mail"))
            field = shopper.panel.get_by_label(shopper.t("more.transcript.email"))
            await shopper.press(shopper.t("widget.menu.label"))
            await ask.click()
            await expect(field).to_be_focused()
            await field.fill("elif@ornek.com")
            await field.press("Enter")
            await expect(shopper.panel.locator(".menu [role=alert]")).to_have_text(
                shopper.t("more.transcript.early")
            )
            await judge("early", shopper)
            await field.press("Escape")
            await expect(ask).to_have_count(0)

            await grace.available()
            await shopper.press(shopper.t("widget.menu.label"))
            person = shopper.t("more.menu.person")
            await shopper.panel.get_by_role("menuitem", name=person).click()
            await grace.accept()
            await grace.reply("Yarın kapınızda")
            await shopper.sees("Yarın kapınızda")
            await shopper.press(shopper.t("widget.menu.label"))
            await ask.click()
            await field.fill("elif@")
            await field.press("Enter")
            await expect(field).to_have_attribute("aria-invalid", "true")
            await judge("wrong", shopper)
            await field.fill("elif@ornek.com")
            await field.press("Enter")
            sent = shopper.t("more.transcript.sent", to="e•••@ornek.com")
            await expect(shopper.panel.locator(".menu [role=status]")).to_have_text(sent)
            await judge("sent", shopper)
            assert judge.found == {}
        finally:
            await house.leave()
    assert office.to == ["elif@ornek.com"]
    text = office.mails[0].get_body(("plain",))
    assert text is not None and "Yarın kapınızda" in text.get_content()
