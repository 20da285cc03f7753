"""Dialogue checks in the editors' room: written, made of a talk, judged, and a net under the rules."""

from collections.abc import AsyncIterator

import httpx2
import msgspec
import pytest

from chatserver.bot.expected import Dialogue, texts
from chatserver.bot.files import dialogues_of, parse_script
from chatserver.domain.people import Role
from chatserver.services import scripts
from chatserver.storage import scripts as kept
from chatserver.web.editors import check_sheet
from chatserver.web.editors.script_changes import fingerprint
from tests.web.conftest import SAME_ORIGIN, Shop

CHECK = {
    "site": "pera", "kind": "check", "what": "save", "old": "", "seen": "", "name": "Toptan sorulur",
    "lang": "tr", "who": "free", "at": "2026-11-23T11:00", "cart": "1500", "page": "/toptan",
    "turn.0": "turn", "turn.0.says": "toptan satış var mı", "turn.0.want.0": "handoff",
    "turn.0.want.0.value": "policy",
}  # fmt: skip
FEW = """
checks:
- {name: toptan, turns: [{says: toptan fiyat alabilir miyim, handoff: policy}]}
- {name: kargo, turns: [{says: kargom nerde, entry: track-order}]}
"""


@pytest.fixture
async def gizem(shop: Shop) -> AsyncIterator[httpx2.AsyncClient]:
    _, token = await shop.person("gizem@shop.example", role=Role.EDITOR, name="Gizem")
    async with shop.client(token) as client:
        yield client


async def post(client: httpx2.AsyncClient, **fields: str) -> httpx2.Response:
    return await client.post("/editor/bot", data=fields, headers=SAME_ORIGIN)


async def drafted(shop: Shop) -> tuple[Dialogue, ...]:
    return dialogues_of(await shop.database.read(scripts.draft_of, shop.site.id))


async def with_few_checks(shop: Shop, gizem: httpx2.AsyncClient) -> None:
    """Put the starter in use with two checks of the shop's own."""
    script = await shop.database.read(scripts.draft_of, shop.site.id)
    checks = parse_script(FEW).checks
    text = (await gizem.get("/editor/bot.yaml")).text
    assert parse_script(text) == script
    own = msgspec.structs.replace(script, checks=checks)

    def unit(connection: object) -> None:
        from chatserver.services.work import Work

        scripts.publish(Work(connection, 1), shop.site.id, own, author="Gizem")  # type: ignore[arg-type]

    await shop.database.write(unit)


async def test_the_starters_checks_are_listed_with_their_verdicts(
    gizem: httpx2.AsyncClient,
) -> None:
    page = (await gizem.get("/editor/bot?kind=checks")).text
    assert "96 / 96 sınama geçiyor" in page and "gece mesaj bırakan" in page
    english = (await gizem.get("/editor/bot?kind=checks&of=en")).text
    assert "gece mesaj bırakan" not in english and "leaves a message at night" in english


async def test_every_check_of_the_starter_is_the_same_after_its_form() -> None:
    script = parse_script("")
    keys = frozenset(
        key
        for one in dialogues_of(script)
        for turn in one.turns
        for key in (*texts(turn.entry or ()), turn.clarify or "")
    )
    for check in dialogues_of(script):
        again, faults = check_sheet.read(check_sheet.sheet_of(check), check_sheet.Around(keys))
        assert faults == {}
        assert _plain(again) == _plain(check)


def _plain(check: Dialogue) -> Dialogue:
    """Return a check with single texts as lists of one."""
    turns = tuple(
        msgspec.structs.replace(
            turn,
            says=texts(turn.says),
            entry=None if turn.entry is None else texts(turn.entry),
            contains=texts(turn.contains),
            lacks=texts(turn.lacks),
        )
        for turn in check.turns
    )
    return msgspec.structs.replace(check, turns=turns)


async def test_a_check_is_written_changed_and_removed(
    shop: Shop, gizem: httpx2.AsyncClient
) -> None:
    await with_few_checks(shop, gizem)
    tried = await post(gizem, **{**CHECK, "what": "talk"})
    assert tried.status_code == 200 and "Geçiyor</span>" in tried.text
    assert await shop.database.read(kept.draft, shop.site.id) is None
    assert (await post(gizem, **CHECK)).status_code == 303
    made = (await drafted(shop))[-1]
    assert (made.name, made.cart, made.page) == ("Toptan sorulur", 1500.0, "/toptan")
    assert made.turns[0].handoff == "policy" and made.at is not None and made.at.hour == 11
    wrong = {**CHECK, "old": made.name, "seen": fingerprint(made), "turn.0.want.0": "entry",
             "turn.0.want.0.value": "track-order"}  # fmt: skip
    assert (await post(gizem, **wrong)).status_code == 303
    page = (await gizem.get("/editor/bot?kind=checks&only=failing")).text
    assert "2 / 3 sınama geçiyor" in page
    assert "yanıtlamalıydı, hiçbir madde yanıtlamadı." in page
    assert "toptan satış var mı" in page
    clashed = await post(gizem, **{**CHECK, "old": made.name, "seen": fingerprint(made)})
    assert clashed.status_code == 409 and "entry: track-order" in clashed.text
    await post(gizem, site="pera", kind="check", what="remove", old=made.name)
    assert [one.name for one in await drafted(shop)] == ["toptan", "kargo"]


async def test_a_talk_becomes_a_check_at_one_press(shop: Shop, gizem: httpx2.AsyncClient) -> None:
    await with_few_checks(shop, gizem)
    talk = {"site": "pera", "what": "note", "lines": "kargom nerde\nevet", "lang": "tr",
            "who": "busy", "at": "2026-11-23T21:15", "page": "/sepet", "cart": "250,5"}  # fmt: skip
    made = await post(gizem, **talk)
    assert made.status_code == 303 and "saved=noted" in made.headers["location"]
    check = (await drafted(shop))[-1]
    assert (check.name, check.people, check.cart) == ("kargom nerde", "busy", 250.5)
    assert check.turns[0].entry == "track-order" and check.turns[1].contains
    page = await gizem.get(made.headers["location"])
    assert "Geçiyor</span>" in page.text and "sınama olarak taslağa eklendi" in page.text
    again = await post(gizem, **talk)
    assert "kargom+nerde+%282%29" in again.headers["location"]
    assert (await post(gizem, **{**talk, "lines": ""})).status_code == 400
    assert (await post(gizem, **{**talk, "cart": "nan"})).status_code == 422


async def test_a_talk_with_an_unsaved_rule_becomes_a_check_and_the_rule_stays_open(
    shop: Shop, gizem: httpx2.AsyncClient
) -> None:
    rule = {
        "site": "pera", "kind": "rule", "what": "note", "old": "", "seen": "", "key": "cats",
        "title.tr": "Kedi", "event": "message", "at_most": "2", "enabled": "1", "when.0": "says",
        "when.0.value": "kedi*", "do.0": "say", "do.0.say.tr": "Kedi mamamız var.",
        "lines": "kedi maması",
    }  # fmt: skip
    done = await post(gizem, **rule)
    assert done.status_code == 200 and 'value="cats"' in done.text
    check = (await drafted(shop))[-1]
    assert check.turns[0].contains == "Kedi mamamız var."
    draft = await shop.database.read(scripts.draft_of, shop.site.id)
    assert "cats" not in {one.key for one in draft.rules}


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "Burayı doldurun."),
        ("name", "x" * 81, "En çok 80 karakter."),
        ("name", "gece mesaj bırakan", "zaten var."),
        ("turn.0.says", "", "Burayı doldurun."),
        ("turn.0.says", "x" * 501, "En çok 500 karakter."),
        ("turn.0.want.0.value", "no-such", "burada seçilemez"),
        ("cart", "1e9", "Tutarı rakamla yazın."),
        ("cart", "-1", "Tutarı rakamla yazın."),
        ("cart", "9999999999", "Tutarı rakamla yazın."),
        ("at", "yarın", "Tarih ve saati yazın."),
        ("at", "0001-01-01T00:00", "Yıl 2000–2099"),
        ("page", "/" + "x" * 500, "En çok 500 karakter."),
        ("known", "Ayşe", "iki noktayla"),
        ("order_pattern", "^\\d+$", "sipariş numarası biçimi yok"),
    ],
)
async def test_what_is_wrong_stands_at_its_field(
    shop: Shop, gizem: httpx2.AsyncClient, field: str, value: str, said: str
) -> None:
    refused = await post(gizem, **{**CHECK, field: value})
    assert refused.status_code == 422
    assert said in refused.text.partition(f'id="err-{field}"')[2][:500]
    assert await shop.database.read(kept.draft, shop.site.id) is None


async def test_as_text_a_check_is_held_to_the_same(gizem: httpx2.AsyncClient) -> None:
    form = {"site": "pera", "kind": "check", "what": "save", "old": "", "seen": ""}
    for text in (
        "{name: x, turns: [{says: ''}]}",
        "{name: x, turns: []}",
        "{name: x, turns: [{says: a, wishes: 1}]}",
        "{name: x, cart: .nan, turns: [{says: a}]}",
        "{name: x, turns: [{says: a, entry: no-such}]}",
        "[1]",
    ):
        refused = await post(gizem, **form, text=text)
        assert refused.status_code == 422 and 'id="err-text"' in refused.text, text
    good = await post(gizem, **form, text="{name: x, turns: [{says: a, quiet: true}]}")
    assert good.status_code == 303 and "open=x" in good.headers["location"]


async def test_a_check_that_would_break_keeps_rules_from_use_until_somebody_says_why(
    shop: Shop, gizem: httpx2.AsyncClient
) -> None:
    await with_few_checks(shop, gizem)
    await post(gizem, site="pera", kind="rule", what="remove", old="wholesale")
    # Taking the check away hides nothing.
    await post(gizem, site="pera", kind="check", what="remove", old="toptan")
    caught = await post(gizem, site="pera", what="publish")
    assert caught.status_code == 422
    assert "Geçmez olacak konuşma sınaması: 1" in caught.text
    assert 'name="reason:toptan"' in caught.text and "silindi" in caught.text
    assert "toptan fiyat alabilir miyim" in caught.text
    assert (await shop.database.read(scripts.script_of, shop.site.id)).version == 1
    blank = await post(gizem, **{"site": "pera", "what": "publish", "reason:toptan": "  "})
    assert blank.status_code == 422
    reason = "Toptan satışı bıraktık."
    used = await post(gizem, **{"site": "pera", "what": "publish", "reason:toptan": reason})
    assert used.status_code == 303
    newest = (await shop.database.read(kept.history, shop.site.id))[0]
    assert newest.version == 2
    assert newest.decisions == (kept.Decision("toptan", reason),)
    page = (await gizem.get("/editor/bot?kind=checks")).text
    assert reason in page and "1 / 1 sınama geçiyor" in page


async def test_checks_go_out_and_come_back_with_the_rules(
    shop: Shop, gizem: httpx2.AsyncClient
) -> None:
    await with_few_checks(shop, gizem)
    await post(gizem, **CHECK)
    file = (await gizem.get("/editor/bot.yaml")).text
    script = await shop.database.read(scripts.draft_of, shop.site.id)
    assert parse_script(file) == script and "Toptan sorulur" in file
    form = {"site": "pera", "kind": "script", "what": "save", "seen": fingerprint(script)}
    less = file.replace("Toptan sorulur", "Toptan")
    assert (await post(gizem, **form, text=less)).status_code == 303
    assert (await drafted(shop))[-1].name == "Toptan"
    many = "checks:\n" + "".join(f"- {{name: c{n}, turns: [{{says: a}}]}}\n" for n in range(301))
    form["seen"] = fingerprint(await shop.database.read(scripts.draft_of, shop.site.id))
    assert (await post(gizem, **form, text=many)).status_code == 303
    assert "at most 300 checks" in (await gizem.get("/editor/bot")).text
    assert (await post(gizem, site="pera", what="publish")).status_code == 422
