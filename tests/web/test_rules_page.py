"""Rules and flows in the editors' room: written as drafts, judged at once, talked to, put in use."""

import re
from collections.abc import AsyncIterator

import httpx2
import pytest

from chatserver.bot.files import dump_script, parse_script
from chatserver.domain.people import Role
from chatserver.services import scripts
from chatserver.storage import scripts as kept
from chatserver.web.editors import flow_sheet, rule_sheet
from chatserver.web.editors.script_changes import fingerprint, written
from tests.web.conftest import SAME_ORIGIN, Shop

RULE = {
    "site": "pera", "kind": "rule", "what": "save", "old": "", "seen": "", "key": "bulk-buying",
    "title.tr": "Toptan satış", "title.en": "Wholesale", "event": "message", "at_most": "2",
    "enabled": "1", "when.0": "says", "when.0.value": "toptan*\nbayilik",
    "do.0": "say", "do.0.say.tr": "Toptan satışımız var.", "do.0.say.en": "We sell bulk-buying.",
    "do.1": "tag", "do.1.value": "toptan",
}  # fmt: skip


@pytest.fixture
async def gizem(shop: Shop) -> AsyncIterator[httpx2.AsyncClient]:
    _, token = await shop.person("gizem@shop.example", role=Role.EDITOR, name="Gizem")
    async with shop.client(token) as client:
        yield client


async def post(client: httpx2.AsyncClient, **fields: str) -> httpx2.Response:
    return await client.post("/editor/bot", data=fields, headers=SAME_ORIGIN)


async def test_the_starters_rules_and_flows_are_listed_and_open(gizem: httpx2.AsyncClient) -> None:
    page = (await gizem.get("/editor/bot")).text
    assert "Büyük sepet" in page and "Mesaj bırakma" in page
    rule = (await gizem.get("/editor/bot?kind=rule&open=large-cart")).text
    assert 'name="when.0.from" value="10000"' in rule and 'name="do.0" value="tag"' in rule
    flow = (await gizem.get("/editor/bot?kind=flow&open=track-order")).text
    assert 'name="step.0.slot" value="order"' in flow
    text = (await gizem.get("/editor/bot?kind=rule&open=large-cart&view=text")).text
    assert "priority: high" in text


async def test_a_rule_is_tried_drafted_and_put_in_use(
    shop: Shop, gizem: httpx2.AsyncClient
) -> None:
    tried = await post(
        gizem, **{**RULE, "what": "talk", "lines": "kolili satış", "when.0.value": "koli*"}
    )
    assert "Toptan satışımız var." in tried.text and ">bulk-buying</a>" in tried.text
    assert await shop.database.read(kept.draft, shop.site.id) is None
    assert (await post(gizem, **RULE)).status_code == 303
    draft = await shop.database.read(scripts.draft_of, shop.site.id)
    rule = draft.rules[-1]
    assert (rule.key, rule.when.says, rule.at_most) == ("bulk-buying", ("toptan*", "bayilik"), 2)
    live = await shop.database.read(scripts.script_of, shop.site.id)
    assert "bulk-buying" not in {one.key for one in live.rules}
    for _ in range(len(draft.rules)):
        await post(gizem, site="pera", kind="rule", what="up", old="bulk-buying")
    moved = await shop.database.read(scripts.draft_of, shop.site.id)
    assert moved.rules[0].key == "bulk-buying" and len(moved.rules) == len(draft.rules)
    await post(gizem, site="pera", kind="rule", what="down", old="bulk-buying")
    await post(gizem, site="pera", kind="rule", what="up", old="bulk-buying")
    talk = (await gizem.get("/editor/bot?lang=tr&who=free&lines=toptan+satış+var+mı")).text
    assert "Toptan satışımız var." in talk and ">bulk-buying</a>" in talk
    caught = await post(gizem, site="pera", what="publish")
    assert caught.status_code == 422
    reasons = dict.fromkeys(re.findall(r'name="(reason:[^"]+)"', caught.text), "Satarız.")
    assert reasons  # the starter's checks of its own rule for wholesale
    used = await post(gizem, site="pera", what="publish", **reasons)
    assert used.status_code == 303, used.text[-800:]
    now = await shop.database.read(scripts.script_of, shop.site.id)
    assert now.rules[0].key == "bulk-buying" and now.version == 1
    assert (await shop.database.read(kept.history, shop.site.id))[0].author == "Gizem"
    await post(gizem, site="pera", kind="rule", what="remove", old="bulk-buying")
    await post(gizem, site="pera", what="drop")
    assert (await shop.database.read(scripts.draft_of, shop.site.id)) == now


async def test_a_row_is_put_in_moved_and_taken_out_without_script(
    shop: Shop, gizem: httpx2.AsyncClient
) -> None:
    more = await post(gizem, **{**RULE, "row": "add:when", "add:when": "hours"})
    assert more.status_code == 200 and 'name="when.1" value="hours"' in more.text
    assert "Toptan satışımız var." in more.text
    moved = (await post(gizem, **{**RULE, "row": "up:do.1"})).text
    assert moved.index('name="do.1" value="tag"') < moved.index('name="do.0" value="say"')
    less = (await post(gizem, **{**RULE, "row": "drop:do.0"})).text
    assert 'name="do.0" value="say"' not in less and 'name="do.1" value="tag"' in less
    button = (await post(gizem, **{**RULE, "row": "add:do.0.button"})).text
    assert 'name="do.0.button.0.label.tr"' in button
    assert await shop.database.read(kept.draft, shop.site.id) is None


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("key", "Büyük Harf", "Küçük harf"),
        ("key", "wholesale", "“wholesale” zaten var."),
        ("title.tr", "", "Burayı doldurun."),
        ("at_most", "0", "1 ile 50 arası"),
        ("when.0.value", "*", "içinde sözcük yok"),
        ("when.0.value", "iade *", "tek başına yıldız olmaz"),
        ("do.0.say.tr", "Merhaba {sayin}", "“sayin” adlı değer yok."),
        ("do.0.say.tr", "Merhaba {ad", "süslü ayraç"),
        ("do.0.say.en", "x" * 1001, "En çok 1000 karakter."),
        ("event", "opened", "yalnızca mesaj gelince"),
    ],
)
async def test_what_is_wrong_stands_at_its_field_and_nothing_is_kept(
    shop: Shop, gizem: httpx2.AsyncClient, field: str, value: str, said: str
) -> None:
    rule = {**RULE, "title.en": "", field: value}
    refused = await post(gizem, **rule)
    place = "when.0.value" if field == "event" else field
    assert refused.status_code == 422
    assert said in refused.text.partition(f'id="err-{place}"')[2][:500]
    assert f'aria-describedby="err-{place}"' in refused.text
    assert await shop.database.read(kept.draft, shop.site.id) is None


async def test_text_is_held_to_the_same(shop: Shop, gizem: httpx2.AsyncClient) -> None:
    form = {"site": "pera", "kind": "rule", "what": "save", "old": "", "seen": ""}
    good = "{key: x, title: {tr: Deneme}, do: [{close: true}]}"
    for text in (
        "- [", "7", "!!python/object/apply:os.system [id]", "&a [*a]",
        good.replace("close: true", "nothing: 1"), good.replace("close: true", "flow: no-such"),
        good.replace("key: x", "key: ''"), "{key: x, title: {tr: x}, do: [{say: 7}]}",
    ):  # fmt: skip
        refused = await post(gizem, **form, text=text)
        assert refused.status_code == 422, text
        assert 'id="err-text"' in refused.text
    assert await shop.database.read(kept.draft, shop.site.id) is None
    assert (await post(gizem, **form, text=good)).status_code == 303
    draft = await shop.database.read(scripts.draft_of, shop.site.id)
    assert draft.rules[-1].do[0].close


async def test_what_names_something_that_went_is_said_and_not_put_in_use(
    shop: Shop, gizem: httpx2.AsyncClient
) -> None:
    await post(gizem, site="pera", kind="flow", what="remove", old="report-damage")
    page = (await gizem.get("/editor/bot")).text
    assert "“report-damage” adlı akış yok." in page
    refused = await post(gizem, site="pera", what="publish")
    assert refused.status_code == 422 and "report-damage" in refused.text
    assert (await shop.database.read(scripts.script_of, shop.site.id)).version == 0


async def test_two_who_write_the_same_rule_never_overwrite_silently(
    shop: Shop, gizem: httpx2.AsyncClient
) -> None:
    script = await shop.database.read(scripts.draft_of, shop.site.id)
    press = next(rule for rule in script.rules if rule.key == "press")
    form = dict(rule_sheet.sheet_of(press).pairs)
    mine = {"site": "pera", "kind": "rule", "what": "save", "old": "press",
            "seen": fingerprint(press), **form}  # fmt: skip
    assert (await post(gizem, **{**mine, "title.tr": "Basın"})).status_code == 303
    clashed = await post(gizem, **{**mine, "title.tr": "İş birliği"})
    assert clashed.status_code == 409
    assert 'value="İş birliği"' in clashed.text and "tr: Basın" in clashed.text
    draft = await shop.database.read(scripts.draft_of, shop.site.id)
    theirs = next(rule for rule in draft.rules if rule.key == "press")
    assert theirs.title.tr == "Basın" and fingerprint(theirs) in clashed.text
    again = {**mine, "title.tr": "İş birliği", "seen": fingerprint(theirs)}
    assert (await post(gizem, **again)).status_code == 303


async def test_every_rule_and_flow_of_the_starter_is_the_same_after_its_form(
    shop: Shop, gizem: httpx2.AsyncClient
) -> None:
    script = await shop.database.read(scripts.draft_of, shop.site.id)
    for kind, parts in (("rule", script.rules), ("flow", script.flows)):
        for part in parts:
            sheet = (flow_sheet if kind == "flow" else rule_sheet).sheet_of(part)
            form = [("site", "pera"), ("kind", kind), ("what", "save"), ("old", part.key),
                    ("seen", fingerprint(part)), *sheet.pairs]  # fmt: skip
            body = str(httpx2.QueryParams(form))
            headers = {**SAME_ORIGIN, "Content-Type": "application/x-www-form-urlencoded"}
            saved = await gizem.post("/editor/bot", content=body, headers=headers)
            assert saved.status_code == 303, (part.key, saved.text)
    after = await shop.database.read(scripts.draft_of, shop.site.id)
    assert after.flows == script.flows
    for one, other in zip(after.rules, script.rules, strict=True):
        assert written(one) == written(other)


async def test_a_script_goes_out_as_a_file_and_comes_back_the_same(
    shop: Shop, gizem: httpx2.AsyncClient
) -> None:
    file = await gizem.get("/editor/bot.yaml")
    assert 'filename="bot-pera.yaml"' in file.headers["content-disposition"]
    script = await shop.database.read(scripts.draft_of, shop.site.id)
    assert parse_script(file.text) == script
    form = {"site": "pera", "kind": "script", "what": "save", "seen": fingerprint(script)}
    less = dump_script(parse_script(file.text)).replace("Toptan alım", "Toptan satış")
    assert (await post(gizem, **form, text=less)).status_code == 303
    draft = await shop.database.read(scripts.draft_of, shop.site.id)
    assert any(rule.title.tr == "Toptan satış" for rule in draft.rules)
    assert (await post(gizem, **form, text=file.text)).status_code == 409
    assert (await post(gizem, **form, text="rules: 7")).status_code == 422


async def test_dialogues_are_talked_through_when_asked_to(gizem: httpx2.AsyncClient) -> None:
    page = await gizem.get("/editor/bot?check=1")
    assert page.status_code == 200 and 'role="status"' in page.text
    bad = await gizem.get("/editor/bot?lines=x&at=yarın")
    assert bad.status_code == 400
    assert (await gizem.get("/editor/bot?site=no-such")).status_code == 404
