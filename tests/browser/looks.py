"""Every state of every screen, one after the other, for those who judge how it looks or reads."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from playwright.async_api import expect

from chatserver.services import setup
from tests.browser.conftest import House
from tests.browser.people import DESK, PHONE, Agent, Shopper
from tests.clock import now_ms

Look = Callable[[str, Shopper | Agent], Awaitable[None]]
"""What is done at each state; its name is the state's."""

QUESTIONS = {
    "tr": ("kargom nerde hala gelmedi", "müşteri temsilcisi istiyorum", "İki sürahim kırık geldi."),
    "en": ("where is my parcel", "I want to talk to a person", "Two of my jugs came broken."),
}
ANSWERS = {
    "tr": ("Merhaba, hemen bakıyorum.", "Fotoğrafı görünce değişimi başlatacağım."),
    "en": ("Hello, I am looking into it.", "I will start the exchange right away."),
}


RESTS = """() => Promise.all(document.getAnimations()
  .filter(one => one.effect.getTiming().iterations !== Infinity)
  .map(one => one.finished.catch(() => {}))).then(() => true)"""


async def settle(person: Shopper | Agent) -> None:
    """Let what moves in come to rest."""
    for frame in person.page.frames:
        await frame.evaluate(RESTS)


async def shopper_states(
    house: House, look: Look, *, language: str, theme: str, phone: bool
) -> None:
    """Launcher, first screen, bot, details, waiting."""
    shopper = await house.shopper(
        phone=phone, language=language, color_scheme=theme, locale=f"{language}-XX"
    )
    question, person, _ = QUESTIONS[language]
    await look("launcher", shopper)
    await shopper.open()
    await look("home", shopper)
    await shopper.enter()
    await shopper.say(question)
    await expect(shopper.log.locator(".card .topic").first).to_be_visible()
    await expect(shopper.log.locator(".options").first).to_be_visible()
    await look("answer", shopper)
    await shopper.say(person)
    await expect(shopper.field).to_have_attribute("autocomplete", "name")
    await look("details", shopper)
    await shopper.write("Elif Demir")
    await expect(shopper.field).to_have_attribute("autocomplete", "email")
    await shopper.write("elif@")
    await expect(shopper.panel.get_by_role("alert")).to_be_visible()
    await look("wrong", shopper)
    await shopper.panel.get_by_role("button", name=shopper.t("widget.menu.label")).click()
    await expect(shopper.panel.get_by_role("menu")).to_be_visible()
    await look("menu", shopper)


async def talk_states(house: House, look: Look, *, language: str, theme: str, phone: bool) -> None:
    """Agent and shopper together, the queue, a note, a transfer; at last the line is lost."""
    options: dict[str, Any] = {"color_scheme": theme, "viewport": PHONE if phone else DESK}
    _, _, asked = QUESTIONS[language]
    first, second = ANSWERS[language]
    grace = await house.agent(0, language=language, **options)
    await look("console-start", grace)
    await grace.available()
    await look("console-empty", grace)
    shopper = await house.shopper(phone=phone, language=language, color_scheme=theme)
    await shopper.begin()
    await shopper.say(asked)
    await expect(grace.offer).to_be_visible()
    await look("console-offer", grace)
    await expect(shopper.panel.locator(".place")).to_be_visible()
    await look("waiting", shopper)
    await grace.accept()
    await grace.reply(first)
    await shopper.sees(first)
    await shopper.say("AV-20418")
    await grace.sees("AV-20418")
    await grace.reply(second)
    await shopper.sees(second)
    await expect(grace.thread.locator(".msgstate")).to_be_visible()
    await look("agent", shopper)
    await look("console-talk", grace)
    await grace.note("İkinci kez kırık geldi")
    await look("console-note", grace)
    await grace.page.locator(".thead button[aria-keyshortcuts=t]").click()
    await expect(grace.page.get_by_role("dialog")).to_be_visible()
    await look("console-transfer", grace)
    await grace.page.keyboard.press("Escape")
    house.server.kill()
    await expect(shopper.panel.locator(".banner")).to_be_visible()
    await shopper.write(asked)
    await expect(shopper.log.locator(".held")).to_be_visible()
    await look("lost", shopper)
    await look("console-lost", grace)
    house.server.start()


async def page_states(house: House, look: Look, *, language: str, theme: str) -> None:
    """The pages that are no app: signing in, FAQ, transcripts, set-up, an error."""
    options: dict[str, Any] = {"color_scheme": theme, "viewport": DESK}
    grace = await house.stranger(0, language=language, **options)
    origin = house.server.origin
    await look("sign-in", grace)
    token = house.write(
        lambda connection: setup.new_link(connection, email="linus@shop.example", now_ms=now_ms())
    )
    await grace.page.goto(f"{origin}/setup/{token}?lang={language}")
    await expect(grace.page.locator("#password")).to_be_visible()
    await look("setup", grace)
    await grace.page.goto(f"{origin}/sign-in?lang={language}")
    await grace.page.locator("#email").fill("grace@shop.example")
    await grace.page.locator("#password").fill("falsch-falsch")
    await grace.page.keyboard.press("Enter")
    await expect(grace.page.get_by_role("alert")).to_be_visible()
    await look("sign-in-wrong", grace)
    await grace.page.goto(f"{origin}/sign-in?lang={language}")
    await grace.sign_in()
    for name, path in (
        ("faq", f"/faq?lang={language}"),
        ("faq-entry", f"/faq/{language}/track-order"),
        ("transcripts", "/transcripts"),
        ("account", "/account"),
        ("error", "/nothing-here"),
    ):
        await grace.page.goto(f"{origin}{path}")
        await look(name, grace)
    await grace.page.goto(f"{origin}/transcripts")
    if await grace.page.locator("tbody a").count() > 0:
        await grace.page.locator("tbody a").first.click()
        await look("transcript", grace)


def photographer(folder: Path, name: str) -> Look:
    """Return a look that takes a picture."""

    async def look(state: str, person: Shopper | Agent) -> None:
        await settle(person)
        await person.page.screenshot(path=folder / f"{state}-{name}.png")

    return look
