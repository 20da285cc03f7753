"""Rules and flows in the editors' room: written as drafts, judged at once, talked to, put in use."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from chatserver.domain.people import Role
from chatserver.services import scripts
from chatserver.storage import scripts as kept
from tests.web.conftest import SAME_ORIGIN, Shop

RULE = {
    "site": "pera", "kind": "rule", "what": "save", "old": "", "key": "bulk-buying",
    "title.tr": "Toptan satış", "title.en": "Wholesale", "event": "message",
    "says": "toptan*\nbayilik", "at_most": "2", "enabled": "1",
    "do": "- say: {tr: Toptan satışımız var., en: We sell bulk-buying.}\n- tag: toptan\n",
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
    assert 'value="10000.0"' in rule and "priority: high" in rule
    flow = (await gizem.get("/editor/bot?kind=flow&open=track-order")).text
    assert "slot: order" in flow


async def test_a_rule_is_drafted_talked_to_and_put_in_use(
    shop: Shop, gizem: httpx2.AsyncClient
) -> None:
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
    talk = (await gizem.get("/editor/bot?lang=tr&who=free&lines=toptan+satış+var+mı")).text
    assert "Toptan satışımız var." in talk and "rule bulk-buying" in talk
    used = await post(gizem, site="pera", what="publish")
    assert used.status_code == 303, used.text[-800:]
    now = await shop.database.read(scripts.script_of, shop.site.id)
    assert now.rules[0].key == "bulk-buying" and now.version == 1
    assert (await shop.database.read(kept.history, shop.site.id))[0].author == "Gizem"
    await post(gizem, site="pera", kind="rule", what="remove", old="bulk-buying")
    await post(gizem, site="pera", what="drop")
    assert (await shop.database.read(scripts.draft_of, shop.site.id)) == now


async def test_what_does_not_add_up_is_said_and_not_put_in_use(
    shop: Shop, gizem: httpx2.AsyncClient
) -> None:
    for do in ("- {say: 7}", "- {nothing: x}", "!!python/object/apply:os.system [id]", "- ["):
        refused = await post(gizem, **{**RULE, "do": do})
        assert refused.status_code == 422, do
    assert await shop.database.read(kept.draft, shop.site.id) is None
    await post(gizem, **{**RULE, "do": "- {flow: no-such-flow}"})
    page = (await gizem.get("/editor/bot")).text
    assert "no-such-flow" in page
    refused = await post(gizem, site="pera", what="publish")
    assert refused.status_code == 422 and "no-such-flow" in refused.text
    assert (await shop.database.read(scripts.script_of, shop.site.id)).version == 0


async def test_a_flow_keeps_what_the_form_does_not_show(
    shop: Shop, gizem: httpx2.AsyncClient
) -> None:
    before = (await shop.database.read(scripts.script_of, shop.site.id)).flow("track-order")
    assert before is not None
    steps = "- {slot: order, kind: order, optional: false}\n"
    form = {"site": "pera", "kind": "flow", "what": "save", "old": "track-order",
            "key": "track-order", "title.tr": "Takip", "title.en": "Tracking", "steps": steps,
            "enabled": "1"}  # fmt: skip
    assert (await post(gizem, **form)).status_code == 303
    after = (await shop.database.read(scripts.draft_of, shop.site.id)).flow("track-order")
    assert after is not None and (after.then, after.order) == (before.then, before.order)
    assert [step.slot for step in after.steps] == ["order"]


async def test_dialogues_are_talked_through_when_asked_to(gizem: httpx2.AsyncClient) -> None:
    page = await gizem.get("/editor/bot?check=1")
    assert page.status_code == 200 and 'role="status"' in page.text
    bad = await gizem.get("/editor/bot?lines=x&at=yarın")
    assert bad.status_code == 400
    assert (await gizem.get("/editor/bot?site=no-such")).status_code == 404
