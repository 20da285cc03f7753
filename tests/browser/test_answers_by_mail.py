"""Leaving the queue: the answer comes by mail, its link leads back, and another ends the mail."""

import asyncio
import os
import re
from pathlib import Path

import pytest
from playwright.async_api import expect
from sqlalchemy import Connection, update

from chatserver.services.answers_by_mail import QUIET_MS
from chatserver.storage.schema.conversations import answer_mail, message
from tests.browser.conftest import OpenHouse
from tests.browser.looks import ANSWERS, QUESTIONS
from tests.browser.people import DESK, PHONE
from tests.browser.test_accessibility import MODES, Judge, name_of
from tests.post_office import PostOffice, post_office

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def quiet_is_over(connection: Connection) -> None:
    """What was written a moment ago was written before the pause that a mail waits for."""
    connection.execute(update(message).values(at_ms=message.c.at_ms - QUIET_MS))
    connection.execute(update(answer_mail).values(due_ms=1))


async def arrived(office: PostOffice) -> str:
    """Return the text of the mail that comes."""
    await asyncio.wait_for(office.came.wait(), 15)
    text = office.mails[0].get_body(("plain",))
    assert text is not None
    return str(text.get_content())


@pytest.mark.parametrize(
    ("language", "theme", "phone"), MODES if "SHOTS" in os.environ else MODES[1:]
)
async def test_who_leaves_gets_the_answer_by_mail_and_comes_back_by_its_link(
    open_house: OpenHouse, shots: Path | None, language: str, theme: str, phone: bool
) -> None:
    judge = Judge(shots, f"leave-{name_of(language, theme, phone)}")
    question, answer = QUESTIONS[language][2], ANSWERS[language][0]
    async with post_office() as office:
        mail = {"MAIL_URL": f"smtp://127.0.0.1:{office.port}", "MAIL_FROM": "destek@avlu.example"}
        house = open_house(env=mail, language=language)
        house.speak(language)
        try:
            grace = await house.agent(
                language=language, color_scheme=theme, viewport=PHONE if phone else DESK
            )
            await grace.available()
            shopper = await house.shopper(phone=phone, language=language, color_scheme=theme)
            await shopper.begin()
            await shopper.say(question)
            leave = shopper.panel.get_by_role("button", name=shopper.t("widget.leave"))
            await expect(leave).to_be_visible()
            await judge("offered", shopper)
            await leave.click()
            field = shopper.panel.get_by_label(shopper.t("more.leave.email"))
            await expect(field).to_be_focused()
            await judge("asked", shopper)
            await field.fill("elif@")
            await field.press("Enter")
            await expect(field).to_have_attribute("aria-invalid", "true")
            await judge("wrong", shopper)
            await field.fill("elif@ornek.com")
            await field.press("Enter")
            heading = shopper.panel.locator(".leave h2")
            await expect(heading).to_have_text(shopper.t("more.leave.on", to="e•••@ornek.com"))
            await expect(heading).to_be_focused()
            await judge("done", shopper)
            await shopper.press(shopper.t("more.leave.close"))
            await expect(shopper.panel.locator("h1")).to_be_hidden()
            await shopper.page.goto("about:blank")

            await grace.accept()
            waits = grace.talk.get_by_text(grace.t("console.by_mail.text", to="e•••@ornek.com"))
            await expect(waits).to_be_visible()
            await grace.reply(answer)
            await judge("console", grace)
            house.write(quiet_is_over)
            text = await arrived(office)
            assert answer in text and question in text and office.to == ["elif@ornek.com"]
            await expect(grace.thread).to_contain_text(
                grace.t("console.activity.answers_mailed", target="e•••@ornek.com")
            )

            back, stop = re.findall(r"https?://\S+", text)
            assert back == f"{house.shop.origin}/#supportchat"
            await shopper.page.goto(back)
            await shopper.sees(answer)
            await expect(shopper.field).to_be_visible()
            await judge("back", shopper)

            await shopper.page.goto(stop)
            await judge("stop", shopper)
            await shopper.page.get_by_role("button", name=shopper.t("web.stop.button")).click()
            await expect(shopper.page.locator("h1")).to_have_text(shopper.t("web.stop.done"))
            await expect(waits).to_have_count(0)
            assert judge.found == {}
        finally:
            await house.leave()
    assert len(office.mails) == 1
