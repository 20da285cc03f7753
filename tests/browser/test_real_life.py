"""What happens to people: clocks that are wrong, storage that is wiped, tabs that crash, servers that are newer."""

import asyncio

import pytest
from playwright.async_api import Locator, Page, Route, expect

from tests.browser.conftest import House
from tests.browser.people import Shopper

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WRONG_CLOCK = """(() => {
  const Real = Date, off = OFF * 365 * 86400000
  globalThis.Date = class extends Real {
    constructor(...given) { given.length ? super(...given) : super(Real.now() + off) }
    static now() { return Real.now() + off }
  }
})()"""


@pytest.mark.parametrize("years", [-1, 1])
async def test_a_clock_that_is_wrong_by_a_year_changes_no_order_and_loses_nothing(
    house: House, years: int
) -> None:
    grace = await house.agent(0)
    await grace.available()
    context = await house.context()
    await context.add_init_script(WRONG_CLOCK.replace("OFF", str(years)))
    shopper = Shopper(await context.new_page(), house.shop.origin, language="tr")
    await shopper.visit("/")
    await shopper.begin()
    await shopper.say("saatim yanlış")
    await grace.accept()
    await grace.reply("Önemli değil")
    await shopper.sees("Önemli değil")
    await shopper.say("iyi o zaman")
    assert await shopper.said() == ["saatim yanlış", "Önemli değil", "iyi o zaman"]
    await expect(shopper.log.locator(".day")).to_have_count(1)
    await shopper.visit("/urun")
    await shopper.begin()
    await shopper.sees("iyi o zaman", times=1)
    assert house.stored() == ["saatim yanlış", "iyi o zaman"]
    assert shopper.problems == []


async def test_storage_that_is_wiped_while_one_talks_ends_nothing(house: House) -> None:
    shopper = await house.shopper()
    await shopper.begin()
    await shopper.say("bir sorum var")
    wipe = """async () => {
      localStorage.clear(); sessionStorage.clear()
      for (const { name } of await indexedDB.databases()) indexedDB.deleteDatabase(name)
    }"""
    await (await shopper.frame()).evaluate(wipe)
    await shopper.page.evaluate("() => localStorage.clear()")
    await shopper.say("hâlâ buradayım")
    assert house.stored() == ["bir sorum var", "hâlâ buradayım"]
    await shopper.visit("/urun")
    await shopper.begin()
    await expect(shopper.bubbles).to_have_count(0)
    await shopper.say("yeniden merhaba")
    assert house.stored()[-1] == "yeniden merhaba"
    assert shopper.problems == []


async def crash(page: Page) -> None:
    """Let a tab die; the command that kills it is never answered."""
    session = await page.context.new_cdp_session(page)
    async with page.expect_event("crash"):
        dying = asyncio.ensure_future(session.send("Page.crash"))
    dying.cancel()


async def test_what_a_crashed_tab_had_written_down_is_sent_by_another(house: House) -> None:
    first = await house.shopper()
    await first.begin()
    await first.say("bir sorum var")
    house.server.kill()
    await expect(first.panel.locator(".banner")).to_be_visible()
    await first.write("çökmeden az önce")
    await expect(first.log.locator(".bubble.held")).to_have_count(1)
    await crash(first.page)
    house.server.start()
    second = Shopper(await first.page.context.new_page(), first.origin, language="tr")
    await second.visit("/urun")
    await second.begin()
    await second.sees("çökmeden az önce", times=1)
    await second.delivered()
    assert house.stored() == ["bir sorum var", "çökmeden az önce"]


async def test_an_old_panel_whose_parts_are_gone_begins_anew_by_itself(house: House) -> None:
    """The server was replaced under an open page: the parts that come later have other names now."""
    shopper = await house.shopper()
    gone: list[str] = []

    async def missing(route: Route) -> None:
        if gone:
            await route.continue_()
            return
        gone.append(route.request.url)
        await route.fulfill(status=404, body="")

    await shopper.page.context.route("**/static/more-*.js", missing)
    await shopper.begin()
    await shopper.say("bir sorum var")
    async with shopper.page.expect_event("framenavigated"):
        await shopper.press(shopper.t("widget.menu.label"))
    await shopper.sees("bir sorum var", times=1)
    await shopper.press(shopper.t("widget.menu.label"))
    await expect(shopper.panel.get_by_role("menu")).to_be_visible()
    assert len(gone) == 1


async def test_v06_signing_out_leaves_nothing_on_a_computer_that_others_use(house: House) -> None:
    shopper = await house.shopper()
    await shopper.begin()
    await shopper.say("benim siparişim")
    await shopper.field.fill("yarım kalan söz")
    frame = await shopper.frame()
    await shopper.page.evaluate("() => SupportChat.shutdown()")
    kept = "() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }])"
    assert await frame.evaluate(kept) == "[{},{}]"
    await expect(shopper.page.locator("support-chat")).to_have_count(0)
    assert await shopper.page.evaluate(kept) == "[{},{}]"
    await shopper.visit("/urun")
    assert not await shopper.page.evaluate("() => SupportChat.state().live")
    await shopper.begin()
    await expect(shopper.bubbles).to_have_count(0)
    await expect(shopper.field).to_have_value("")


async def test_k02_what_is_typed_and_not_sent_goes_nowhere(house: House) -> None:
    context = await house.context()
    page = await context.new_page()
    told: list[str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda data: told.append(str(data))))
    page.on("request", lambda request: told.append(f"{request.url} {request.post_data or ''}"))
    shopper = Shopper(page, house.shop.origin, language="tr")
    await shopper.visit("/")
    await shopper.begin()
    await shopper.say("gönderilen söz")
    await shopper.field.press_sequentially("söylenmeyen")
    await expect(shopper.field).to_have_value("söylenmeyen")
    await page.wait_for_timeout(300)
    assert any("typing_set" in line for line in told)
    assert any("gönderilen" in line for line in told)
    assert not [line for line in told if "söylenmeyen" in line]


async def test_the_help_centres_question_comes_along_and_waits_to_be_sent(house: House) -> None:
    context = await house.context()
    page = await context.new_page()
    hosted = Hosted(page, house.server.origin, language="tr")
    await page.goto(f"{house.server.origin}/c/demo?lang=tr&ask=Kargom+nerede%3F+%3Cb%3E")
    await expect(hosted.field).to_have_value("Kargom nerede? <b>")
    await expect(page.locator(".bubble")).to_have_count(0)
    assert house.stored() == []
    await hosted.field.press("Enter")
    await expect(page.locator(".group.me .bubble").first).to_contain_text("Kargom nerede? <b>")
    await page.goto(f"{house.server.origin}/c/demo?lang=tr&ask={'a' * 5000}")
    await expect(hosted.field).to_have_value("a" * 4000)
    await page.goto(f"{house.server.origin}/c/demo?lang=tr&ask=")
    await expect(page.locator(".home")).to_be_visible()


class Hosted(Shopper):
    """Somebody on the hosted page: the panel without a frame around it."""

    @property
    def field(self) -> Locator:
        return self.page.locator("#write")
