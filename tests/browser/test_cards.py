"""A product's card from the shopper's own page to the basket, without a word to any other host."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Route, expect

from tests.browser.conftest import House
from tests.browser.test_accessibility import ONE_MODE, Judge, name_of
from tests.browser.test_widget import photo

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PRODUCT = """SupportChat.context({ product: {
  title: 'Cam sürahi', url: 'https://avlu.example/urun/surahi', price: 1499.9, stock: 2,
  image: 'https://avlu.example/surahi.jpg', sku: 'SRH-1' } })"""
LISTEN = """window.asked = []
void SupportChat.on('cart:add', asked => { window.asked.push(asked) })"""


@pytest.mark.parametrize(("language", "theme", "phone"), ONE_MODE)
async def test_a_card_fills_itself_in_and_leads_into_the_basket(
    house: House, shots: Path | None, language: str, theme: str, phone: bool
) -> None:
    judge = Judge(shots, f"cards-{name_of(language, theme, phone)}")
    with house.speaking(language):
        await from_page_to_basket(house, judge, language=language, theme=theme, phone=phone)
    assert judge.found == {}


async def from_page_to_basket(
    house: House, judge: Judge, *, language: str, theme: str, phone: bool
) -> None:
    """Walk a product and a link from the agent's dialog to the shopper, and the product on."""
    shopper = await house.shopper(phone=phone, language=language, color_scheme=theme)
    hosts: set[str] = set()
    shopper.page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    picture = photo()

    async def drawn(route: Route) -> None:
        await route.fulfill(body=picture, content_type="image/jpeg")

    grace = await house.agent(0, language=language)
    for person in (shopper, grace):
        await person.page.route("**/picture/**", drawn)
    await grace.available()
    await shopper.page.evaluate(LISTEN)
    await shopper.begin()
    await shopper.page.evaluate(PRODUCT)
    await shopper.say("bundan kaldı mı")
    await grace.accept()
    await expect(grace.page.locator(".ctx")).to_contain_text("Cam sürahi")

    await grace.page.get_by_role("button", name=grace.t("console.card.title_dialog")).click()
    dialog = grace.page.get_by_role("dialog")
    price = dialog.get_by_label(grace.t("console.card.price"))
    await expect(dialog.get_by_label(grace.t("console.card.title"), exact=True)).to_have_value(
        "Cam sürahi"
    )
    await expect(price).to_have_value("1499,90")
    await judge("dialog", grace)
    await price.fill("ucuz")
    await dialog.get_by_role("button", name=grace.t("console.card.send")).click()
    await expect(price).to_be_focused()
    await expect(dialog.get_by_role("alert")).to_have_text(grace.t("console.card.wrong.price"))
    await price.fill("1.499,90")
    await dialog.get_by_role("button", name=grace.t("console.card.send")).click()
    await expect(dialog).to_have_count(0)
    shown = "1.499,90\u00a0TL" if language == "tr" else "TRY\u00a01,499.90"
    await expect(grace.thread.locator(".product-card")).to_contain_text(shown)

    card = shopper.log.locator(".product")
    await expect(card).to_contain_text("Cam sürahi")
    await expect(card).to_contain_text(shown)
    await expect(card).to_contain_text("avlu.example")
    await expect(card.locator("img")).to_have_js_property("naturalWidth", 640)
    await judge("product", shopper)
    add = card.get_by_role("button", name=shopper.t("more.product.add"))
    await add.click()
    await expect(card.get_by_role("button")).to_have_text(shopper.t("more.product.adding"))
    await shopper.page.wait_for_function("() => asked.length === 1")
    asked = await shopper.page.evaluate(
        "(() => { const { done, ...said } = asked[0]; done(false); return said })()"
    )
    assert asked == {
        "sku": "SRH-1",
        "title": "Cam sürahi",
        "url": "https://avlu.example/urun/surahi",
        "price": 1499.9,
        "quantity": 1,
    }
    await expect(card.get_by_role("status")).to_have_text(shopper.t("more.product.failed"))
    await add.click()
    await shopper.page.wait_for_function("() => asked.length === 2")
    await shopper.page.evaluate("asked[1].done()")
    await expect(card.get_by_role("status")).to_have_text(shopper.t("more.product.added"))
    await judge("added", shopper)

    await grace.page.get_by_role("button", name=grace.t("console.card.title_dialog")).click()
    await dialog.get_by_role("button", name=grace.t("console.card.kind.link")).click()
    await dialog.get_by_label(grace.t("console.card.title"), exact=True).fill("İade koşulları")
    await dialog.get_by_label(grace.t("console.card.url")).fill("https://avlu.example/iade")
    await dialog.get_by_role("button", name=grace.t("console.card.send")).click()
    link = shopper.log.get_by_role("link", name="İade koşulları")
    await expect(link).to_have_attribute("href", "https://avlu.example/iade")
    await expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
    await judge("link", shopper)
    assert shopper.problems == [] and grace.problems == []
    assert hosts <= {urlsplit(place).netloc for place in (house.server.origin, house.shop.origin)}
