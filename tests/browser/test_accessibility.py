"""Everybody can use it: axe finds nothing, the keyboard is enough, targets are large."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Frame, Page, expect

from tests.browser.conftest import House
from tests.browser.looks import page_states, photographer, settle, shopper_states, talk_states
from tests.browser.people import PHONE, Agent, Shopper

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

AXE = (Path(__file__).parent.parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RUN = """async () => {
  const { violations } = await axe.run(document, { iframes: false, preload: false, resultTypes: ['violations'] })
  return violations.map(({ id, nodes }) => id + ': ' + nodes.map(node =>
    [node.target.flat().join(' '), node.failureSummary].join(' ')).slice(0, 3).join(' | '))
}"""


async def check(place: Page | Frame) -> list[str]:
    """Return what axe has to say against a document."""
    if not await place.evaluate("typeof axe === 'object'"):
        await place.evaluate(AXE)
    found: list[str] = await place.evaluate(RUN)
    return found


class Judge:
    """Looks at each state with axe, and remembers what was wrong where."""

    def __init__(self, pictures: Path | None, name: str) -> None:
        self.found: dict[str, list[str]] = {}
        self.look = photographer(pictures, name) if pictures else None

    async def __call__(self, state: str, person: Shopper | Agent) -> None:
        await settle(person)
        if self.look is not None:
            await self.look(state, person)
        found = await check(person.page)
        if isinstance(person, Shopper) and await person.page.locator("iframe").count():
            found += await check(await person.frame())
        if found:
            self.found[state] = found


MODES = [("tr", "light", False), ("en", "dark", True)]
OTHERS = [("tr", "dark", True), ("en", "light", False)]
"""Seen as well where pictures are taken."""
if "SHOTS" in os.environ:
    MODES += OTHERS
ONE_MODE = MODES if "SHOTS" in os.environ else MODES[:1]


@pytest.mark.parametrize(("language", "theme", "phone"), MODES)
async def test_axe_finds_nothing_in_the_panel_and_with_the_bot(
    house: House, shots: Path | None, language: str, theme: str, phone: bool
) -> None:
    judge = Judge(shots, name_of(language, theme, phone))
    with house.speaking(language):
        await shopper_states(house, judge, language=language, theme=theme, phone=phone)
    assert judge.found == {}


@pytest.mark.parametrize(("language", "theme", "phone"), MODES)
async def test_axe_finds_nothing_in_a_talk_with_an_agent(
    house: House, shots: Path | None, language: str, theme: str, phone: bool
) -> None:
    judge = Judge(shots, name_of(language, theme, phone))
    with house.speaking(language):
        await talk_states(house, judge, language=language, theme=theme, phone=phone)
    assert judge.found == {}


@pytest.mark.parametrize(("language", "theme"), [("tr", "light"), ("en", "dark")])
async def test_axe_finds_nothing_on_the_pages(
    house: House, shots: Path | None, language: str, theme: str
) -> None:
    judge = Judge(shots, name_of(language, theme, phone=False))
    with house.speaking(language):
        await page_states(house, judge, language=language, theme=theme)
    assert judge.found == {}


def name_of(language: str, theme: str, phone: bool) -> str:
    return f"{language}-{theme}-{390 if phone else 1280}"


async def focused(place: Page | Frame) -> str:
    """Return what has the focus, in a word."""
    return str(
        await place.evaluate(
            "(() => { let at = document.activeElement;"
            " while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;"
            " return [at.localName, at.id, at.className].join(' ') })()"
        )
    )


async def tab_to(page: Page, place: Page | Frame, pattern: str, *, most: int = 30) -> None:
    """Press Tab until something has the focus."""
    for _ in range(most):
        if re.search(pattern, await focused(place)):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"Tab never came to {pattern}: {await focused(place)}")


async def test_a_shopper_needs_no_pointer(house: House) -> None:
    shopper = await house.shopper()
    keyboard, page = shopper.page.keyboard, shopper.page
    await tab_to(page, page, r"button.*launcher")
    await keyboard.press("Enter")
    await expect(shopper.panel.locator("h1")).to_be_focused()
    frame = await shopper.frame()
    await tab_to(page, frame, r"button.*btn main")
    await keyboard.press("Enter")
    await expect(shopper.field).to_be_focused()
    await keyboard.type("kargom nerde hala gelmedi")
    await keyboard.press("Enter")
    options = shopper.log.locator(".options button")
    await expect(options.first).to_be_visible()
    await expect(shopper.field).to_be_focused()
    for _ in range(10):
        await keyboard.press("Shift+Tab")
        if re.search(r"button.*row", await focused(frame)):
            break
    chosen = (await frame.evaluate("document.activeElement.textContent")).strip()
    await keyboard.press("Enter")
    await expect(shopper.log.locator(".group.me .bubble").last).to_contain_text(chosen)
    await shopper.delivered()
    await keyboard.press("Escape")
    await expect(shopper.launcher).to_be_focused()
    await expect(shopper.launcher).to_have_attribute("aria-expanded", "false")


async def test_an_agent_needs_no_pointer(house: House) -> None:
    linus = await house.agent(1)
    await linus.available()
    await linus.declare("busy")
    grace = await house.stranger(0)
    page, keyboard = grace.page, grace.page.keyboard
    await expect(page.locator("#email")).to_be_focused()
    await keyboard.type("grace@shop.example")
    await keyboard.press("Tab")
    await expect(page.locator("#password")).to_be_focused()
    await keyboard.type("avluda-bir-gun")
    await keyboard.press("Enter")
    await page.wait_for_url("**/console")
    await grace.connected()
    await keyboard.press("s")
    await expect(page.get_by_role("menuitemradio").nth(3)).to_be_focused()
    await keyboard.press("ArrowDown")
    await keyboard.press("Enter")
    await expect(page.locator("#status-button")).to_contain_text(
        grace.t("console.availability.available")
    )
    shopper = await house.shopper()
    await shopper.begin()
    await shopper.say("bir sorum var")
    await expect(grace.offer).to_be_visible()
    await keyboard.press("y")
    await expect(grace.field).to_be_focused()
    await keyboard.type("Buyurun")
    await keyboard.press("Enter")
    await shopper.sees("Buyurun")
    await keyboard.press("Escape")
    await keyboard.press("n")
    await expect(page.locator(".composer.is-note")).to_be_visible()
    await expect(grace.field).to_be_focused()
    await keyboard.type("yalnız bize")
    await keyboard.press("Enter")
    await expect(grace.field).to_have_value("yalnız bize\n")
    await keyboard.press("Control+Enter")
    await expect(grace.thread.locator(".inote", has_text="yalnız bize")).to_be_visible()
    await linus.declare("available")
    await keyboard.press("Escape")
    await keyboard.press("t")
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("searchbox")).to_be_focused()
    await expect(dialog.locator("input[type=radio]:enabled")).to_have_count(1)
    await tab_to(page, page, r"input")
    await keyboard.press("Tab")
    await keyboard.press("Space")
    await expect(dialog.get_by_role("radio", name="Linus")).to_be_checked()
    await keyboard.press("Control+Enter")
    await expect(dialog).to_have_count(0)
    await expect(linus.offer).to_be_visible()
    await linus.page.keyboard.press("y")
    await expect(linus.field).to_be_focused()
    await linus.page.keyboard.press("Escape")
    await linus.page.keyboard.press("e")
    await expect(linus.page.locator(".toast")).to_be_visible()
    await linus.page.keyboard.press("u")
    await expect(linus.page.locator(".toast")).to_have_count(0)
    await linus.page.keyboard.press("e")
    await shopper.sees(shopper.t("widget.activity.resolved"))


async def small_targets(place: Page | Frame) -> list[Any]:
    """Return what can be pressed and is smaller than 44 by 44 pixels."""
    found: list[Any] = await place.evaluate(
        """() => [...document.querySelectorAll('button, textarea, input, [role=button]')]
          .filter(one => one.checkVisibility())
          .map(one => [one.className + ' ' + one.textContent, ...(box =>
            [Math.round(box.width * 10) / 10, Math.round(box.height * 10) / 10])(one.getBoundingClientRect())])
          .filter(([, width, height]) => width < 44 || height < 44)"""
    )
    return found


async def test_every_target_in_the_panel_is_large_enough(house: House) -> None:
    found: dict[str, list[Any]] = {}

    async def look(state: str, person: Shopper | Agent) -> None:
        if state == "launcher":
            box = await person.page.locator("button.launcher").bounding_box()
            assert box is not None and min(box["width"], box["height"]) >= 44
        elif isinstance(person, Shopper):
            small = await small_targets(await person.frame())
            if small:
                found[state] = small

    await shopper_states(house, look, language="tr", theme="light", phone=True)
    assert found == {}


@pytest.mark.parametrize(
    "media", [{"reduced_motion": "reduce"}, {"forced_colors": "active"}], ids=["still", "forced"]
)
async def test_less_motion_and_forced_colours_hide_nothing(
    house: House, shots: Path | None, media: dict[str, Any]
) -> None:
    shopper = await house.shopper(phone=True, **media)
    await shopper.begin()
    await shopper.say("kargom nerde hala gelmedi")
    await expect(shopper.log.locator(".options button").first).to_be_visible()
    await expect(shopper.panel.locator(".send")).to_be_visible()
    frame = await shopper.frame()
    if "reduced_motion" in media:
        moving = "document.getAnimations().filter(one => one.playState === 'running').length"
        await expect(shopper.log.locator(".typing")).to_have_count(0)
        assert await shopper.page.evaluate(moving) == await frame.evaluate(moving) == 0
    else:
        border = await shopper.bubbles.last.evaluate("one => getComputedStyle(one).borderTopWidth")
        assert border != "0px", "a bubble without an edge is no bubble in forced colours"
    if shots is not None:
        await shopper.page.screenshot(path=shots / f"{next(iter(media))}.png")
    assert shopper.page.viewport_size == PHONE
