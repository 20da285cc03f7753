"""Many messages: each is drawn once and in order, and a long talk holds no more than a short one."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import House
from tests.browser.speed import Speaker, heap_kib, talking

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

HELD = 400
"""So many messages the panel holds at most, whatever was said."""


async def test_sixty_a_second_are_drawn_once_and_a_long_talk_lets_go_of_its_beginning(
    house: House,
) -> None:
    speaker = Speaker(house, await talking(house))
    await speaker.begin()
    await speaker.say(180)
    said = [text for text in await speaker.shopper.said() if text.startswith("sel ")]
    assert said == [f"sel {number}" for number in range(180)]
    await speaker.say(420, per_s=120)
    early = await heap_kib(speaker.shopper.page)
    await speaker.say(600, per_s=120)
    late = await heap_kib(speaker.shopper.page)
    await speaker.end()
    assert late < early * 1.25
    assert await speaker.shopper.bubbles.count() <= HELD
    await expect(speaker.shopper.log.locator(".earlier")).to_be_attached()
    assert speaker.shopper.problems == []
