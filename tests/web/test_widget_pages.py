"""The widget's settings: what is kept, what is refused, what a shop copies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.domain.people import Role
from chatserver.domain.widgets import FieldAsked, Rule
from chatserver.errors import Refusal
from chatserver.services import widget_settings as service
from chatserver.storage import sites
from tests.web.conftest import SAME_ORIGIN, Shop

FORM = {
    "accent": "#ffd400",
    "radius": "6",
    "theme": "dark",
    "position": "left",
    "launcher": "on",
    "greeting_tr": "Hoş geldiniz",
    "privacy_tr": "Bilgi",
    "privacy_version": "1",
    "consent_tr": "Rıza",
    "consent_version": "2",
    "fields": "name | text | Adınız | Your name | yes\ntopic | choice | Konu | | | Kargo, İade",
    "rules": "sepet | cart | 500 | Yardım? | Help? | /sepet* | 2026-11-01 | 2026-12-31 | yes",
    "do": "save",
}


async def test_an_admin_sets_and_copies(shop: Shop) -> None:
    _, token = await shop.person(role=Role.ADMIN)
    async with shop.client(token) as client:
        done = await client.post("/settings/widget/pera", data=FORM, headers=SAME_ORIGIN)
        assert done.status_code == 303
        shown = await client.get("/settings/widget/pera?saved=1")
    site = await shop.database.read(sites.find, "pera")
    assert site is not None
    widget = site.settings.widget
    assert (site.settings.accent, widget.radius, widget.files) == ("#ffd400", 6, False)
    assert widget.fields[0] == FieldAsked(
        "name", "text", {"tr": "Adınız", "en": "Your name"}, required=True
    )
    assert widget.fields[1].choices == ("Kargo", "İade")
    assert widget.rules[0].pages == ("/sepet*",) and widget.rules[0].hours_only
    for said in ("data-proactive", "data-position=&#34;left&#34;", "data-color=&#34;#ffd400&#34;"):
        assert said in shown.text
    assert "<style" not in shown.text and " style=" not in shown.text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"accent": "red"}, "accent"),
        ({"radius": "99"}, "radius"),
        ({"fields": "Name | text | x"}, "fields"),
        ({"fields": "topic | choice | Konu"}, "fields"),
        ({"rules": "a | sometimes | 1 | x"}, "rules"),
        ({"rules": "a | time | 1 | x | | sepet"}, "rules"),
        ({"consent_version": ""}, "consent"),
    ],
)
async def test_what_is_not_good_is_named_and_nothing_is_kept(
    shop: Shop, change: dict[str, str], field: str
) -> None:
    _, token = await shop.person(role=Role.ADMIN)
    async with shop.client(token) as client:
        response = await client.post(
            "/settings/widget/pera", data={**FORM, **change}, headers=SAME_ORIGIN
        )
    assert response.status_code == 422
    assert f"{field}-error" in response.text
    site = await shop.database.read(sites.find, "pera")
    assert site is not None and site.settings.widget.greeting == {}


async def test_a_preview_keeps_nothing(shop: Shop) -> None:
    _, token = await shop.person(role=Role.ADMIN)
    async with shop.client(token) as client:
        response = await client.post(
            "/settings/widget/pera", data={**FORM, "do": "preview"}, headers=SAME_ORIGIN
        )
    assert response.status_code == 200 and 'rx="6"' in response.text
    site = await shop.database.read(sites.find, "pera")
    assert site is not None and site.settings.widget.greeting == {}


@given(st.text(max_size=200))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    for read in (service.read_fields, service.read_rules):
        try:
            found = read(text)
        except Refusal:
            continue
        write = service.write_fields if read is service.read_fields else service.write_rules
        assert read(write(found)) == found  # type: ignore[arg-type]


def test_what_is_read_is_written_as_it_was() -> None:
    rule = Rule("a", "time", "5", {"tr": "x"}, ("/a*",), "2026-01-01", "", True)
    assert service.read_rules(service.write_rules((rule,))) == (rule,)
