"""What a shop says first: its script, and who may count."""

from dataclasses import replace

import pytest

from chatserver.domain.widgets import Rule, WidgetSettings
from chatserver.storage import rule_counts, sites
from tests.web.conftest import ORIGIN, SETTINGS, Shop

RULES = (
    Rule("hosgeldin", "time", "20", {"tr": "</script><b>x"}),
    Rule("bitti", "time", "1", {"tr": "x"}, to_day="2020-01-01"),
)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
async def speaking(shop: Shop) -> Shop:
    site = await shop.database.read(sites.find, "pera")
    assert site is not None
    settings = replace(SETTINGS, widget=WidgetSettings(rules=RULES))
    await shop.database.write(sites.save, site.id, settings)
    return shop


async def test_only_rules_of_today_go_out_and_nothing_in_them_is_script(speaking: Shop) -> None:
    async with speaking.client() as client:
        response = await client.get("/widget/pera/rules.js")
        assert (await client.get("/widget/none/rules.js")).status_code == 404
    assert response.headers["content-type"].startswith("text/javascript")
    assert response.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "max-age=300" in response.headers["cache-control"]
    assert '"hosgeldin"' in response.text and "bitti" not in response.text
    assert "</script" not in response.text


@pytest.mark.parametrize(
    ("origin", "body", "status"),
    [
        (SETTINGS.origins[0], "rule=hosgeldin&step=shown", 204),
        ("https://evil.example", "rule=hosgeldin&step=shown", 403),
        (None, "rule=hosgeldin&step=shown", 403),
        (SETTINGS.origins[0], "rule=hosgeldin&step=answered", 400),
        (SETTINGS.origins[0], "step=shown", 400),
        (SETTINGS.origins[0], "rule=" + "x" * 600, 413),
    ],
)
async def test_only_the_shops_own_page_counts(
    speaking: Shop, origin: str | None, body: str, status: int
) -> None:
    headers = {**FORM, "Sec-Fetch-Site": "cross-site"}
    if origin:
        headers["Origin"] = origin
    async with speaking.client() as client:
        response = await client.post("/widget/pera/told", content=body, headers=headers)
    assert response.status_code == status
    site = await speaking.database.read(sites.find, "pera")
    assert site is not None
    found = await speaking.database.read(rule_counts.of_site, site.id, since="2000-01-01")
    assert bool(found) is (status == 204)


async def test_searching_gives_answers_and_no_page(shop: Shop) -> None:
    async with shop.client(Origin=ORIGIN) as client:
        response = await client.get("/frame/pera/search?q=kargo&lang=tr")
        missing = await client.get("/frame/none/search?q=kargo")
    assert response.json() == {"entries": []}
    assert response.headers["content-security-policy"].startswith("default-src 'none'")
    assert missing.status_code == 404
