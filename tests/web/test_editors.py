"""The editors' pages: found, kept, never overwritten, and safe whatever is written in them."""

import json
import re
from collections.abc import AsyncIterator

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.domain.knowledge import Wording
from chatserver.domain.people import Role
from chatserver.faq_shelf import FaqShelf, LiveShelf
from chatserver.services import knowledge, starter
from chatserver.storage import faq_checks, faq_entries, faq_publications
from chatserver.web import answers
from chatserver.web.editors.entry import preview
from tests.web.conftest import SAME_ORIGIN, Shop

JSON = {**SAME_ORIGIN, "Accept": "application/json"}
X03 = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">", "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))", "[x](\x01javascript:alert(1))", "[x](data:text/html;base64,PHN2Zz4=)",
    "[x](https://shop.tr@evil.example)", "<https://a.example/\"onmouseover=alert(1)>",
    "<template><s>x</s></template>", "<form id=location><input name=href>", "![x](javascript:alert(1))",
    "`<b>`", "&lt;img src=x onerror=alert(1)&gt;", "<!-- x -->", "**<b onclick=alert(1)>x</b>**",
    "{{ ''.__class__ }}", "${7*7}", "%s%n",
]  # fmt: skip


@pytest.fixture
async def gizem(shop: Shop) -> AsyncIterator[httpx2.AsyncClient]:
    """An editor in front of a browser, over the starter FAQ."""
    await shop.database.write(starter.begin_with_starter, now_ms=shop.clock.now_ms())
    _, token = await shop.person("gizem@shop.example", role=Role.EDITOR, name="Gizem Toprak")
    async with shop.client(token) as client:
        yield client


async def save(
    client: httpx2.AsyncClient, key: str, **fields: object
) -> tuple[int, dict[str, object]]:
    response = await client.post(f"/editor/entries/{key}", data=fields, headers=JSON)
    return response.status_code, response.json()


async def test_an_editor_begins_on_the_list_and_sees_no_conversations(
    shop: Shop, gizem: httpx2.AsyncClient
) -> None:
    home = await gizem.get("/")
    assert home.headers["location"] == "/editor"
    page = (await gizem.get("/editor")).text
    assert (
        "/editor/entries/track-order" in page
        and 'href="/console"' not in page
        and 'href="/transcripts"' not in page
    )
    for path in ("/console", "/transcripts", "/transcripts/x", "/transcripts/x/print"):
        assert (await gizem.get(path)).status_code == 403


@pytest.mark.parametrize(
    ("query", "there", "gone"),
    [
        ("q=IADE+NE+ZAMAN", "refund-time", "gift-wrap"),
        ("category=returns", "return-how", "track-order"),
        ("only=unasked", "return-how", ""),
        ("phase=draft", "", "return-how"),
        ("only=untranslated", "", "return-how"),
        ("lang=en", "return-how", ""),
        ("q=yok-boyle-bir-sey", "", "return-how"),
    ],
)
async def test_the_list_finds_what_its_filters_say(
    gizem: httpx2.AsyncClient, query: str, there: str, gone: str
) -> None:
    page = (await gizem.get(f"/editor?{query}")).text
    assert not there or f"/editor/entries/{there}" in page
    assert not gone or f"/editor/entries/{gone}" not in page


async def test_what_is_written_is_kept_and_shown_as_the_widget_shows_it(
    shop: Shop, gizem: httpx2.AsyncClient
) -> None:
    shop.clock.advance(s=60)
    status, said = await save(
        gizem, "return-how", version=1, **{
            "tr.question": "Nasıl iade ederim?", "tr.answer": "**Kolay:** üç adım.",
            "tr.utterances": "geri vermek istiyorum\n\n geri vermek istiyorum ",
            "tr.buttons": "İade başlat | https://shop.example/iade",
        },
    )  # fmt: skip
    assert (status, said["ok"], said["version"], said["phase"]) == (200, True, 2, "changed")
    nodes = said["nodes"]
    assert isinstance(nodes, dict) and nodes["tr"][0]["children"][0]["type"] == "strong"
    assert nodes["tr"][-1]["children"][0]["href"] == "https://shop.example/iade"
    assert said["translations"] == {"tr": "ok", "en": "old"}
    row = await shop.database.read(knowledge.get, "return-how")
    assert row.content.wording("tr").utterances == ("geri vermek istiyorum",)
    assert row.content.wording("en") == (row.live.wording("en") if row.live else None)
    page = (await gizem.get("/editor/entries/return-how")).text
    assert "Çevirisi güncel değil" in page and "geri vermek istiyorum" in page
    await save(gizem, "return-how", version=2, still_right="en")
    fresh = await shop.database.read(knowledge.get, "return-how")
    assert fresh.content.translation("en") == "ok"


async def test_two_editors_never_overwrite_each_other_silently(
    shop: Shop, gizem: httpx2.AsyncClient
) -> None:
    _, token = await shop.person("onur@shop.example", role=Role.EDITOR, name="Onur Yalçın")
    async with shop.client(token) as onur:
        assert (await save(onur, "return-how", version=1, **{"tr.question": "Onur sordu?"}))[
            0
        ] == 200
    status, said = await save(gizem, "return-how", version=1, **{"tr.question": "Gizem sordu?"})
    assert status == 409 and "Onur Yalçın" in str(said["clashed"])
    form = {"version": 1, "tr.question": "Gizem sordu?", "tr.answer": "Bizimki"}
    page = await gizem.post("/editor/entries/return-how", data=form, headers=SAME_ORIGIN)
    assert page.status_code == 409
    assert "Onur sordu?" in page.text and "Gizem sordu?" in page.text
    row = await shop.database.read(knowledge.get, "return-how")
    assert row.content.wording("tr").question == "Onur sordu?"


async def test_what_is_wrong_is_said_at_the_field(gizem: httpx2.AsyncClient) -> None:
    status, said = await save(
        gizem, "return-how", version=1, **{
            "tr.question": "S" * 300, "en.question": "Q?", "en.utterances": "ok\n" + "u" * 400,
            "scope": "urun", "valid_from": "yarın", "tr.buttons": "etiket",
        },
    )  # fmt: skip
    assert status == 409
    problems = said["problems"]
    assert isinstance(problems, dict) and {"valid_from", "tr.buttons"} <= problems.keys()
    _, said = await save(
        gizem, "return-how", version=1, **{"tr.question": "S" * 300, "scope": "urun"}
    )
    assert isinstance(said["problems"], dict)
    assert said["problems"].keys() == {"tr.question", "scope"}


ALLOWED = {
    "text", "strong", "em", "link", "paragraph", "list", "ordered_list", "item", "break",
}  # fmt: skip


def check_nodes(nodes: list[dict[str, object]]) -> None:
    for node in nodes:
        assert node["type"] in ALLOWED
        href = str(node.get("href", "https://"))
        assert href.split(":")[0] in {"http", "https", "mailto", "tel"} and "@" not in href
        check_nodes(node.get("children", []))  # type: ignore[arg-type]


def text_of(nodes: list[dict[str, object]]) -> str:
    return "".join(
        str(node.get("text", "")) + text_of(node.get("children", []))  # type: ignore[arg-type]
        for node in nodes
    )


@pytest.mark.parametrize("payload", X03)
def test_x03_only_allowed_nodes_come_of_any_answer(payload: str) -> None:
    nodes = preview(Wording(answer=payload))
    check_nodes(nodes)
    rendered = str(answers.render(payload))
    assert not re.search(r"<(?!/?(p|ul|ol|li|strong|em|br|a)\b)", rendered), rendered
    assert not re.search(r"<[^>]*\son\w+=", rendered), rendered


@given(st.text(max_size=80) | st.lists(st.sampled_from(X03), max_size=3).map(" ".join))
def test_x03_what_was_made_safe_stays_as_it_is(text: str) -> None:
    nodes = preview(Wording(answer=text))
    check_nodes(nodes)
    inert = str(answers.render(text))
    again = str(answers.render(inert))
    for html in (inert, again):
        assert not re.search(r"<(?!/?(p|ul|ol|li|strong|em|br|a)\b)", html)
    check_nodes(preview(Wording(answer=text_of(nodes))))
    check_nodes(preview(Wording(answer=inert)))


async def test_x03_whatever_an_editor_writes_is_inert(
    shop: Shop, gizem: httpx2.AsyncClient
) -> None:
    lines = [payload for payload in X03 if payload.isprintable()]
    fields = {
        "tr.question": lines[0], "tr.answer": "\n\n".join(lines)[:1200],
        "tr.utterances": "\n".join(lines), "category": lines[1],
    }  # fmt: skip
    status, said = await save(gizem, "return-how", version=1, **fields)
    assert status == 200, said
    status, said = await save(gizem, "return-how", version=2, **{"tr.answer": "a\x01b"})
    assert status == 409 and "tr.answer" in str(said["problems"])
    for path in ("/editor", "/editor/entries/return-how", "/editor/entries/return-how/history",
                 "/editor/publish", "/editor/try?q=iade", "/editor/conflicts"):  # fmt: skip
        text = (await gizem.get(path)).text
        for dead in ("<script>alert", "<img src=x", "<svg/onload", "onclick=alert(1)>x</b>"):
            assert dead not in text, path


async def test_a_question_is_tested_and_added_at_one_click(
    shop: Shop, gizem: httpx2.AsyncClient
) -> None:
    shop.web.shelf.now = FaqShelf.starter()
    page = (await gizem.get("/editor/try?lang=tr&on=live&q=iade+ettim+param+yatmadi")).text
    best = shop.web.shelf.now.base.match("iade ettim param yatmadi", language="tr").matches[0]
    sure = f"%{best.confidence * 100:.0f}"
    for part in (
        "Yanıt verilir",
        "tok same",
        "gauge",
        "Puanın parçaları",
        best.entry.question,
        sure,
    ):
        assert part in page, part
    asked = {"q": "param hala gelmedi", "lang": "tr", "entry": "refund-time"}
    for add in ("utterance", "check"):
        done = await gizem.post("/editor/add", data={**asked, "add": add}, headers=SAME_ORIGIN)
        assert done.status_code == 303
    row = await shop.database.read(knowledge.get, "refund-time")
    assert "param hala gelmedi" in row.content.wording("tr").utterances
    checks = await shop.database.read(faq_checks.every)
    assert [c.entry for c in checks if c.message == "param hala gelmedi"] == ["refund-time"]
    added = {"q": "x", "lang": "tr", "entry": "no-such", "add": "utterance"}
    assert (await gizem.post("/editor/add", data=added, headers=SAME_ORIGIN)).status_code == 404


async def test_publishing_shows_what_changes_and_asks_for_a_decision(
    shop: Shop, gizem: httpx2.AsyncClient
) -> None:
    shop.clock.advance(s=60)
    bulk = {"key": "refund-time", "action": "archive"}
    assert (await gizem.post("/editor/bulk", data=bulk, headers=SAME_ORIGIN)).status_code == 303
    page = (await gizem.get("/editor/publish")).text
    assert "Düşüş" in page and "refund-time" in page
    stamp = page.split('name="stamp" value="')[1].split('"')[0]
    form: dict[str, object] = {"key": "refund-time", "stamp": stamp, "when": "now"}
    refused = await gizem.post("/editor/publish", data=form, headers=SAME_ORIGIN)
    assert refused.status_code == 422 and "Her düşüş için nedenini yazın" in refused.text
    names = [part.split('"')[0] for part in page.split('name="reason:')[1:]]
    reasons = {f"reason:{name}": "Artık temsilci bakıyor" for name in names}
    late = {**form, **reasons, "stamp": "old"}
    assert (await gizem.post("/editor/publish", data=late, headers=SAME_ORIGIN)).status_code == 422
    done = await gizem.post("/editor/publish", data={**form, **reasons}, headers=SAME_ORIGIN)
    assert done.status_code == 303, done.text[-2000:]
    kept = (await shop.database.read(faq_publications.latest))[0]
    assert kept.by == "Gizem Toprak" and len(kept.decisions) == len(names) > 0
    assert shop.web.shelf.base.entry("refund-time", "tr") is None
    assert shop.web.shelf.base.entry("return-how", "tr") is not None


async def test_what_is_scheduled_can_be_taken_back(shop: Shop, gizem: httpx2.AsyncClient) -> None:
    await save(gizem, "gift-card", version=1, **{"tr.question": "Hediye çeki var mı sizde?"})
    page = (await gizem.get("/editor/publish")).text
    if 'name="stamp"' not in page:
        pytest.skip("no such entry in the starter")
    stamp = page.split('name="stamp" value="')[1].split('"')[0]
    form = {"key": "gift-card", "stamp": stamp, "when": "later", "at": "2001-01-01T10:00"}
    assert (await gizem.post("/editor/publish", data=form, headers=SAME_ORIGIN)).status_code == 422


async def test_history_shows_differences_and_restores(
    shop: Shop, gizem: httpx2.AsyncClient
) -> None:
    await save(gizem, "return-how", version=1, **{"tr.answer": "Yepyeni bir yanıt."})
    page = (await gizem.get("/editor/entries/return-how/history")).text
    assert "Yepyeni bir yanıt." in page and 'class="del"' in page
    state = page.split('name="state" value="')[1].split('"')[0]
    form = {"state": state, "version": 2}
    done = await gizem.post("/editor/entries/return-how/restore", data=form, headers=SAME_ORIGIN)
    assert done.status_code == 303
    row = await shop.database.read(knowledge.get, "return-how")
    assert row.content.wording("tr").answer == (row.live.wording("tr").answer if row.live else "")
    stale = await gizem.post("/editor/entries/return-how/restore", data=form, headers=SAME_ORIGIN)
    assert stale.status_code in {303, 409}


async def test_a_file_is_tried_and_then_the_very_same_is_kept(
    shop: Shop, gizem: httpx2.AsyncClient
) -> None:
    body = b"key,language,question,answer\nyeni,tr,Yeni soru mu?,Evet.\nYanlis Key,tr,S?,C.\n"
    headers = {**SAME_ORIGIN, "Content-Type": "application/octet-stream"}
    tried = await gizem.post("/editor/exchange", content=body, headers=headers)
    last = json.loads(tried.text.splitlines()[-1])
    assert (last["added"], last["count"]["faulty"], last["kept"]) == (["yeni"], 1, False)
    assert "3. satır" in last["faults"][0]
    assert await shop.database.read(faq_entries.find, "yeni") is None
    other = await gizem.post("/editor/exchange?keep=0000", content=body, headers=headers)
    assert other.status_code == 400
    kept = await gizem.post(
        f"/editor/exchange?keep={last['digest']}", content=body, headers=headers
    )
    assert json.loads(kept.text.splitlines()[-1])["kept"]
    assert await shop.database.read(faq_entries.find, "yeni") is not None
    for name in ("csv", "csv-tr", "yaml", "xlsx"):
        file = await gizem.get(f"/editor/export.{name}")
        assert file.status_code == 200 and "attachment" in file.headers["content-disposition"]
    assert (await gizem.get("/editor/export.exe")).status_code == 404


async def test_every_page_speaks_both_languages(shop: Shop) -> None:
    await shop.database.write(starter.begin_with_starter, now_ms=1)
    _, token = await shop.person("eve@shop.example", role=Role.EDITOR, language="en")
    shop.web.shelf.__init__(FaqShelf.starter())  # type: ignore[misc]
    assert isinstance(shop.web.shelf, LiveShelf)
    async with shop.client(token) as client:
        for path, words in (
            ("/editor", "Due for review"), ("/editor/try?q=where+is+my+order", "Answered"),
            ("/editor/unanswered", "No questions here"), ("/editor/checks", "checks pass"),
            ("/editor/words", "Add words"), ("/editor/conflicts", "Conflicts"),
            ("/editor/exchange", "Dry run"), ("/editor/publish", "Nothing to publish"),
            ("/editor/new", "Create draft"),
        ):  # fmt: skip
            response = await client.get(path)
            assert response.status_code == 200 and words in response.text, path
            assert 'lang="en"' in response.text


async def test_a_new_entry_begins_with_a_question(shop: Shop, gizem: httpx2.AsyncClient) -> None:
    form = {"language": "tr", "question": "Prova yapılıyor mu?", "utterances": "deneyebilir miyim"}
    done = await gizem.post("/editor/new", data=form, headers=SAME_ORIGIN)
    assert done.headers["location"] == "/editor/entries/prova-yapiliyor-mu"
    empty = {"language": "tr", "question": " "}
    refused = await gizem.post("/editor/new", data=empty, headers=SAME_ORIGIN)
    assert refused.status_code == 422 and "Burası boş kalamaz" in refused.text


async def test_words_show_their_effect_before_they_are_kept(
    shop: Shop, gizem: httpx2.AsyncClient
) -> None:
    word = {"lang": "tr", "kind": "shorthand", "name": "kargom nerede", "same": "zibidi"}
    tried = await gizem.post("/editor/words", data={**word, "do": "try"}, headers=SAME_ORIGIN)
    assert tried.status_code == 200 and "Sınamalara etkisi" in tried.text
    kept = await gizem.post("/editor/words", data={**word, "do": "keep"}, headers=SAME_ORIGIN)
    assert kept.status_code == 303
    assert shop.web.shelf.base.match("zibidi", "tr").candidates[0].entry.key == "track-order"
    bad = {**word, "same": "", "do": "keep"}
    assert (await gizem.post("/editor/words", data=bad, headers=SAME_ORIGIN)).status_code == 422
