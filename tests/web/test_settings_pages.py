"""Hours, orders and identity as an owner sets them: what is kept, what is named, what is shown once."""

from datetime import date, time
from typing import Any

import pytest

from chatserver.domain.hours import Span
from chatserver.domain.ids import PublicId
from chatserver.domain.people import Role
from chatserver.errors import Refusal
from chatserver.services import identifying
from chatserver.services.identity_words import read_word
from chatserver.storage import orders, sites
from tests.services.test_hidden_numbers import everything
from tests.web.conftest import SAME_ORIGIN, Shop
from tests.words_of_sites import claims_of, sign

HOURS = {
    "mon": "09:00-12:30, 13:30-18:00",
    "sat": "10-14",
    "zone": "Europe/Istanbul",
    "country": "TR",
    "campaigns": "Efsane | 2026-11-27 | 2026-11-30 | 09:00-24:00",
    "exceptions": "2026-12-31 | 09:00-13:00",
}


async def post(shop: Shop, path: str, **how: Any) -> Any:
    _, token = await shop.person(role=Role.ADMIN, email=f"a{hash(str(how)) % 10**9}@shop.example")
    async with shop.client(token) as client:
        return await client.post(path, headers=SAME_ORIGIN, **how)


async def test_hours_of_a_site_are_kept_and_the_coming_year_is_shown(shop: Shop) -> None:
    done = await post(shop, "/settings/hours/pera", data=HOURS)
    assert done.status_code == 303
    site = await shop.database.read(sites.find, "pera")
    assert site is not None
    hours = site.settings.hours
    assert hours.days[0] == (Span(time(9), time(12, 30)), Span(time(13, 30), time(18)))
    assert hours.exceptions[date(2026, 12, 31)] == (Span(time(9), time(13)),)
    _, token = await shop.person(role=Role.ADMIN)
    async with shop.client(token) as client:
        shown = await client.get("/settings/hours/pera?saved=1")
    assert "Efsane" in shown.text and "yarım gün" in shown.text and "Cumhuriyet" in shown.text
    assert " style=" not in shown.text and "<script" not in shown.text


async def test_hours_that_are_not_good_are_named_at_their_field_and_nothing_is_kept(
    shop: Shop,
) -> None:
    before = await shop.database.read(sites.find, "pera")
    form = {**HOURS, "tue": "dokuz", "exceptions": "2026-12-31\nyarın | 9-13"}
    answer = await post(shop, "/settings/hours/pera", data=form)
    assert answer.status_code == 422
    assert 'id="tue-error"' in answer.text and 'id="mon-error"' not in answer.text
    assert "2. satırı kontrol edin" in answer.text
    assert 'value="dokuz"' in answer.text, "what was typed is not lost"
    assert await shop.database.read(sites.find, "pera") == before


async def test_a_team_has_hours_of_its_own_or_its_sites(shop: Shop) -> None:
    team = shop.team.public_id
    path = f"/settings/hours/pera?team={team}"
    await post(shop, path, data={"own": "on", "mon": "12-20", "zone": "Mars/Olympus"})
    found = await shop.database.read(sites.find_team, team)
    assert found is not None and found.hours is not None
    assert found.hours.days[0] == (Span(time(12), time(20)),)
    assert found.hours.zone == shop.site.settings.hours.zone
    await post(shop, path, data={"mon": "12-20"})
    found = await shop.database.read(sites.find_team, team)
    assert found is not None and found.hours is None
    other = await shop.database.write(
        sites.create_team, shop.site.id, "Muhasebe", PublicId("team-0000000000000009")
    )
    assert other is not None
    missing = await post(shop, "/settings/hours/pera?team=team-of-nobody", data={"own": "on"})
    assert missing.status_code == 404


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"pattern": "^AV-[0-9]+$", "example": "AV-1"}, "pattern"),
        ({"pattern": "##"}, "pattern"),
        ({"pattern": "AV-#####", "example": "TR-1"}, "example"),
        ({"pattern": "AV-#####", "example": ""}, "example"),
        ({"do": "connect", "url": "http://shop.example/orders"}, "url"),
        ({"do": "connect", "url": "javascript:alert(1)"}, "url"),
        ({"do": "connect", "url": "https://a:b@shop.example/"}, "url"),
        ({"do": "connect", "url": ""}, "url"),
    ],
)
async def test_what_is_not_good_of_orders_is_named_at_its_field(
    shop: Shop, form: dict[str, str], field: str
) -> None:
    answer = await post(shop, "/settings/orders/pera", data=form)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert await shop.database.read(orders.source, shop.site.id) is None


async def test_an_endpoint_is_connected_and_its_secret_shown_once(shop: Shop) -> None:
    answer = await post(
        shop, "/settings/orders/pera", data={"do": "connect", "url": "https://shop.example/o"}
    )
    assert answer.status_code == 200 and "whsec_" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    _, token = await shop.person(role=Role.ADMIN)
    async with shop.client(token) as client:
        assert "whsec_" not in (await client.get("/settings/orders/pera")).text
    secret = answer.text.partition("whsec_")[2][:40]
    assert secret not in await shop.database.read(everything)
    await post(shop, "/settings/orders/pera", data={"do": "disconnect"})
    assert await shop.database.read(orders.source, shop.site.id) is None


async def test_a_file_of_orders_is_taken_whole_or_its_rows_are_named(shop: Shop) -> None:
    path = "/settings/orders/pera/upload"
    good = "numara;durum;e-posta\nAV-1;kargoda;elif@o.example\nAV-2;teslim edildi;can@o.example\n"
    answer = await post(shop, path, files={"file": ("s.csv", good.encode())})
    assert answer.status_code == 200 and "2 sipariş alındı" in answer.text
    bad = good + "AV-3;uçtu;x@o.example\n"
    answer = await post(shop, path, files={"file": ("s.csv", bad.encode())})
    assert answer.status_code == 422 and "4. satır" in answer.text
    assert await shop.database.read(orders.count, shop.site.id) == 2
    answer = await post(shop, path, files={"file": ("s.csv", bad.encode())}, data={"skip": "on"})
    assert answer.status_code == 200
    for content in (b"", b"\x00\x01", b"a,b\n1,2\n", b"PK\x03\x04"):
        answer = await post(shop, path, files={"file": ("s.xlsx", content)})
        assert answer.status_code == 422 and 'id="file-error"' in answer.text, content
    assert await shop.database.read(orders.count, shop.site.id) == 2
    assert (await post(shop, path, data={"file": "x"})).status_code == 400


async def test_o02_a_secret_for_signing_is_shown_once_and_rotated(shop: Shop) -> None:
    path = "/settings/identity/pera"

    def secret_in(text: str) -> str:
        return "chs_" + text.partition("chs_")[2][:64]

    async def is_believed(secret: str) -> bool:
        now_ms = shop.clock.now_ms()
        believed = await shop.database.read(
            identifying.secrets_of, shop.site.id, shop.web.settings.secret_key, now_ms=now_ms
        )
        word = sign(secret, claims_of(now_ms))
        try:
            read_word(word, believed, site="pera", now_ms=now_ms)
        except Refusal:
            return False
        return True

    first = await post(shop, path, data={"do": "make"})
    assert first.headers["cache-control"] == "no-store"
    old = secret_in(first.text)
    assert await is_believed(old)
    _, token = await shop.person(role=Role.ADMIN)
    async with shop.client(token) as client:
        assert "chs_" not in (await client.get(path)).text
    assert old.removeprefix("chs_") not in await shop.database.read(everything)
    new = secret_in((await post(shop, path, data={"do": "make", "x": "1"})).text)
    assert new != old and await is_believed(old) and await is_believed(new)
    third = secret_in((await post(shop, path, data={"do": "at_once"})).text)
    assert not await is_believed(old) and not await is_believed(new) and await is_believed(third)
    assert (await post(shop, path, data={"do": "off"})).status_code == 303
    assert not await is_believed(third)
