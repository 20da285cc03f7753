"""What was written is never lost: lines go down, servers die, tabs are closed and opened again."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Playwright, WebSocketRoute, expect

from tests.browser.conftest import ARGS, WAIT_MS, House, OpenHouse
from tests.browser.people import Agent, Shopper
from tests.machine import chromium

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

BACK_MS = 45_000
"""The longest pause between two tries is 30 seconds."""
LOOK_MS = 50


async def lose_the_server(house: House, *people: Shopper) -> None:
    house.server.kill()
    for shopper in people:
        await expect(shopper.panel.locator(".banner")).to_be_visible()


async def write_into_the_dark(shopper: Shopper, text: str) -> None:
    """Write while nobody hears, and see it wait."""
    await shopper.write(text)
    await expect(shopper.log.locator(".bubble.held").last).to_contain_text(text)
    await expect(shopper.field).to_have_value("")


async def agree(first: Shopper, second: Shopper) -> None:
    """Wait until two tabs show the same talk: the bot answers while one looks from one to the other."""
    both = [await first.said(), await second.said()]
    for _ in range(WAIT_MS // LOOK_MS):
        if both[0] == both[1]:
            return
        await asyncio.sleep(LOOK_MS / 1000)
        both = [await first.said(), await second.said()]
    assert both[0] == both[1]


async def test_what_is_written_while_the_server_is_dead_is_sent_once(house: House) -> None:
    shopper = await house.shopper()
    await shopper.begin()
    await shopper.say("bir sorum var")
    await lose_the_server(house, shopper)
    await write_into_the_dark(shopper, "bekleyen soru")
    await expect(shopper.log).to_contain_text(shopper.t("widget.message.queued"))
    await shopper.panel.get_by_role("button", name=shopper.t("widget.connection.now")).click()
    house.server.start()
    await expect(shopper.log.locator(".held")).to_have_count(0, timeout=BACK_MS)
    await shopper.delivered()
    await shopper.sees("bekleyen soru", times=1)
    assert house.stored().count("bekleyen soru") == 1


async def test_without_a_network_writing_goes_on_and_survives_the_page(house: House) -> None:
    shopper = await house.shopper()
    await shopper.begin()
    await shopper.say("bir sorum var")
    context = shopper.page.context
    await context.set_offline(True)
    await expect(shopper.panel.locator(".banner")).to_contain_text(
        shopper.t("widget.connection.offline")
    )
    await write_into_the_dark(shopper, "tünelde yazdım")
    await shopper.field.fill("yarım kalan")
    await shopper.page.goto("about:blank")
    assert "tünelde yazdım" not in house.stored()
    await context.set_offline(False)
    await shopper.visit("/urun")
    await shopper.begin()
    await shopper.sees("tünelde yazdım", times=1)
    await shopper.delivered()
    await expect(shopper.field).to_have_value("yarım kalan")
    assert house.stored() == ["bir sorum var", "tünelde yazdım"]


async def test_two_tabs_say_one_thing_each_while_the_server_is_dead(house: House) -> None:
    first = await house.shopper()
    await first.begin()
    await first.say("bir sorum var")
    second = Shopper(await first.page.context.new_page(), first.origin, language="tr")
    await second.visit("/urun")
    await second.begin()
    await second.sees("bir sorum var")
    await lose_the_server(house, first, second)
    await first.page.bring_to_front()
    await write_into_the_dark(first, "birinci sekme")
    await second.page.bring_to_front()
    await write_into_the_dark(second, "ikinci sekme")
    house.server.start()
    for shopper in (first, second):
        await expect(shopper.log.locator(".held")).to_have_count(0, timeout=BACK_MS)
        await shopper.sees("birinci sekme", times=1)
        await shopper.sees("ikinci sekme", times=1)
    await agree(first, second)
    assert sorted(house.stored()) == ["bir sorum var", "birinci sekme", "ikinci sekme"]


async def test_the_conversation_goes_along_from_page_to_page(house: House) -> None:
    shopper = await house.shopper()
    await shopper.begin()
    await shopper.say("bir sorum var")
    for way, path in (("#product", "/urun"), ("#cart", "/sepet")):
        await shopper.page.locator(way).click()
        await shopper.page.wait_for_url(f"**{path}")
        await shopper.begin()
        await shopper.sees("bir sorum var", times=1)
    await shopper.say("sepetteyim")
    await shopper.page.go_back()
    await shopper.page.wait_for_url("**/urun")
    await shopper.begin()
    await shopper.sees("sepetteyim", times=1)
    assert house.stored() == ["bir sorum var", "sepetteyim"]


async def test_the_conversation_is_there_when_the_browser_is_opened_again(
    house: House, playwright: Playwright, tmp_path: Path
) -> None:
    async def visit(profile: Path) -> Shopper:
        context = await playwright.chromium.launch_persistent_context(
            profile, executable_path=chromium(), args=ARGS, locale="tr-TR"
        )
        context.set_default_timeout(WAIT_MS)
        house.contexts.append(context)
        shopper = Shopper(await context.new_page(), house.shop.origin, language="tr")
        await shopper.visit("/")
        return shopper

    shopper = await visit(tmp_path / "profile")
    await shopper.begin()
    await shopper.say("dün sormuştum")
    await lose_the_server(house, shopper)
    await write_into_the_dark(shopper, "kapanmadan az önce")
    await house.leave()
    house.server.start()
    again = await visit(tmp_path / "profile")
    await again.begin()
    await again.sees("dün sormuştum", times=1)
    await again.sees("kapanmadan az önce", times=1)
    await again.delivered()
    assert house.stored() == ["dün sormuştum", "kapanmadan az önce"]


async def test_too_long_a_text_is_stopped_before_it_is_sent(house: House) -> None:
    shopper = await house.shopper()
    await shopper.begin()
    await shopper.field.fill("a" * 4001)
    await expect(shopper.panel.locator("#left")).to_have_text(
        shopper.t("widget.composer.over", count=1)
    )
    await shopper.field.press("Enter")
    await expect(shopper.field).to_have_value("a" * 4001)
    await expect(shopper.bubbles).to_have_count(0)
    await shopper.field.fill("a" * 4000)
    await shopper.field.press("Enter")
    await shopper.delivered()


async def test_a_text_that_is_refused_for_good_is_given_back_with_the_reason(house: House) -> None:
    shopper = await house.shopper()
    page = shopper.page

    def between(route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        def sent(data: str | bytes) -> None:
            # What no field can hold: the server refuses an unknown kind for good.
            server.send(str(data).replace('"kind":"text"', '"kind":"texts"'))

        route.on_message(sent)

    await page.route_web_socket("**/socket.io/**", between)
    await shopper.visit("/")
    await shopper.begin()
    await shopper.write("geri gelecek olan")
    await expect(shopper.log.locator(".bubble.lost")).to_contain_text("geri gelecek olan")
    await expect(shopper.log.locator(".failed")).to_contain_text(
        shopper.t("widget.failed.bad_request")
    )
    await shopper.press(shopper.t("widget.message.edit"))
    await expect(shopper.field).to_have_value("geri gelecek olan")
    await expect(shopper.bubbles).to_have_count(0)


async def open_conversation(house: House) -> tuple[Shopper, Agent]:
    """Somebody asks, Grace answers."""
    grace = await house.agent(0)
    await grace.available()
    shopper = await house.shopper()
    await shopper.begin()
    await shopper.say("bir sorum var")
    await grace.accept()
    await grace.reply("Buyurun")
    await shopper.sees("Buyurun")
    return shopper, grace


async def test_an_agents_reply_waits_for_the_line_and_goes_once(house: House) -> None:
    shopper, grace = await open_conversation(house)
    house.server.kill()
    await expect(grace.page.locator(".banner")).to_contain_text(grace.t("console.line.lost"))
    await grace.field.fill("hat kesikken yazdım")
    await grace.page.get_by_role("button", name=grace.t("console.send.queue")).click()
    waiting = grace.thread.locator(".queued", has_text="hat kesikken yazdım")
    await expect(waiting).to_contain_text(grace.t("console.send.queued", place=1))
    await grace.field.fill("taslak olarak kalan")
    house.server.start()
    await expect(waiting).to_have_count(0, timeout=BACK_MS)
    await shopper.sees("hat kesikken yazdım", times=1)
    assert house.stored("agent").count("hat kesikken yazdım") == 1
    await grace.page.reload()
    await grace.connected()
    await grace.rows.first.click()
    await expect(grace.field).to_have_value("taslak olarak kalan")


async def test_an_agent_whose_browser_dies_is_replaced_after_the_grace(
    open_house: OpenHouse,
) -> None:
    house = open_house(grace_s=10, env={"CHATSERVER_LEASE_S": "2"})
    try:
        shopper, grace = await open_conversation(house)
        await grace.page.context.close()
        house.contexts.remove(grace.page.context)
        await shopper.sees(shopper.t("widget.activity.agent_lost"))
        await shopper.sees(shopper.t("bot.agent_lost").split(".")[0])
        await expect(shopper.panel.locator(".who p")).to_have_text(
            shopper.t("widget.status.waiting")
        )
    finally:
        await house.leave()
