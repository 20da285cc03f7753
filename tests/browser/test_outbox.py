"""What was written is never lost: lines go down, servers die, tabs are closed and opened again."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Playwright, expect

from tests.browser.conftest import ARGS, WAIT_MS, House, OpenHouse
from tests.browser.people import Shopper
from tests.machine import chromium
from tests.server import VisitorClient

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_what_was_written_while_the_server_was_dead_is_sent_once(house: House) -> None:
    shopper = await house.shopper()
    await shopper.begin()
    await shopper.say("merhaba")
    house.server.kill()
    await expect(shopper.panel.locator(".banner")).to_be_visible()
    await shopper.write("bekleyen soru")
    await expect(shopper.log.locator(".bubble.held")).to_contain_text("bekleyen soru")
    await expect(shopper.log).to_contain_text(shopper.t("widget.message.queued"))
    await expect(shopper.field).to_have_value("")
    house.server.start()
    await expect(shopper.log.locator(".held")).to_have_count(0, timeout=45_000)
    await shopper.delivered()
    await shopper.sees("bekleyen soru", times=1)
    assert stored(house).count("bekleyen soru") == 1


async def test_a_queued_message_survives_a_reload_without_network(house: House) -> None:
    shopper = await house.shopper()
    await shopper.begin()
    await shopper.say("merhaba")
    frame = await shopper.frame()
    await shopper.page.context.set_offline(True)
    await expect(shopper.panel.locator(".banner")).to_contain_text(
        shopper.t("widget.connection.offline")
    )
    await shopper.write("tünelde yazdım")
    await expect(shopper.log.locator(".bubble.held")).to_contain_text("tünelde yazdım")
    await shopper.field.fill("yarım kalan")
    kept = await frame.evaluate("sessionStorage.getItem('supportchat:draft:demo')")
    assert kept == "yarım kalan"
    # The reload must find the pages, and no server behind them until the message was seen waiting.
    await shopper.page.context.route_web_socket("**/socket.io/**", lambda socket: None)
    await shopper.page.context.route("**/socket.io/**", lambda route: route.abort())
    await shopper.page.context.set_offline(False)
    await shopper.visit("/urun")
    await shopper.begin()
    await expect(shopper.log.locator(".group.me .bubble").last).to_contain_text("tünelde yazdım")
    await expect(shopper.field).to_have_value("yarım kalan")
    assert stored(house).count("tünelde yazdım") == 0
    elsewhere = await shopper.page.context.new_page()
    await shopper.page.context.unroute_all()
    await elsewhere.close()


def stored(house: House) -> list[str]:
    """Return the visitors' texts as the database has them, in order."""
    from sqlalchemy import select

    from chatserver.storage.schema import message

    return [
        str(row.body["text"] if isinstance(row.body, dict) else row.body)
        for row in house.write(
            lambda connection: list(
                connection.execute(
                    select(message.c.body)
                    .where(message.c.author_kind == "visitor")
                    .order_by(message.c.id)
                )
            )
        )
    ]
