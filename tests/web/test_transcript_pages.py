"""Transcripts as staff and visitors see them, with everything hostile in every place."""

import re
from html.parser import HTMLParser

import pytest

from chatserver.domain.ids import PublicId
from chatserver.domain.messages import (
    BOT,
    SYSTEM,
    ActivityBody,
    ActivityType,
    Audience,
    Author,
    AuthorKind,
    CardBody,
    ChoicesBody,
    FormBody,
    Option,
    TextBody,
)
from chatserver.domain.people import Role
from tests.web.conftest import Entry, Shop

EDA = Author(AuthorKind.VISITOR, "Eda")
GRACE = Author(AuthorKind.AGENT, "Grace", PublicId("grace-0000000000000001"))

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "</title><script>alert(1)</script>",
    "{{ 7*7 }}{% raw %}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href=javascript:alert(1)>x</a>",
    '[x](javascript:alert(1)) ![x](x" onerror=alert(1))',
    "<math><mtext></p><style><!--</style><img src onerror=alert(1)>",
    "\u2028\u2029]]><x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script>",
]

ELEMENTS = {
    "html", "head", "meta", "title", "link", "body", "div", "nav", "a", "span", "main", "svg",
    "path", "rect", "form", "button", "header", "article", "h1", "h2", "p", "dl", "dt", "dd",
    "time", "ol", "ul", "li", "bdi", "table", "caption", "thead", "tbody", "tr", "th", "td",
    "label", "input", "select", "option", "strong", "em", "br",
}  # fmt: skip


class Reader(HTMLParser):
    """Refuses every element and attribute that none of our templates has."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "script":
            own = re.fullmatch(r"[\w/.-]*", named.get("src") or "") is not None
            assert named.get("type") == "application/json" or ("src" in named and own)
        else:
            assert tag in ELEMENTS, tag
        for name, value in attrs:
            assert not name.startswith("on") and name not in {"style", "srcdoc", "formaction"}
            if name in {"href", "src", "action"}:
                assert re.match(r"(?:[/?#]|https?://|mailto:|tel:|\Z)", value or ""), value

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


def check_inert(page: str) -> None:
    """No element, attribute or script of a page comes from what somebody wrote."""
    Reader().feed(page)


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_x01_whatever_anybody_writes_is_text_on_every_page(shop: Shop, payload: str) -> None:
    person, token = await shop.person(name=payload[:80].replace("\u2028", "").replace("\u2029", ""))
    public_id = await shop.conversation(
        (Author(AuthorKind.VISITOR, payload), TextBody(payload, payload)),
        (GRACE, TextBody(payload), Audience.AGENTS),
        (BOT, CardBody("key", payload, payload)),
        (BOT, ChoicesBody(payload, (Option(payload, payload),))),
        (BOT, FormBody(payload, "order", 1, 2, error=payload)),
        (
            SYSTEM,
            ActivityBody(
                ActivityType.TRANSFER_REASON, payload, payload, payload, {payload: payload}
            ),
        ),
        (SYSTEM, ActivityBody(ActivityType.DETAILS_GATHERED, details={payload: payload})),
        visitor_name=payload,
    )
    await shop.web.entrance.begin(person, device=payload)
    for language in ("tr", "en"):
        shop.faq.by_language[language] = [
            Entry("key", payload, payload, payload, (payload, payload))
        ]
    signed = shop.web.links.sign(public_id, "tr")
    async with shop.client(token) as client:
        for path, query in (
            ("/console", {}),
            ("/account", {}),
            ("/faq", {"q": payload, "entries": payload}),
            ("/faq", {}),
            ("/faq/tr/key", {"theme": payload, "lang": payload}),
            ("/transcripts", {"q": payload, "from": payload, "to": payload, "agent": payload}),
            ("/transcripts", {"status": payload, "language": payload}),
            (f"/transcripts/{public_id}", {}),
            (f"/transcripts/{public_id}/print", {}),
            (f"/t/{signed}", {"theme": payload}),
            ("/frame/pera", {"lang": payload, "theme": payload}),
            ("/c/pera", {"lang": payload, "theme": payload}),
            ("/nowhere", {"x": payload}),
            ("/transcripts", {"before": payload}),
        ):
            response = await client.get(path, params=query)
            assert response.status_code in {200, 400, 404}
            check_inert(response.text)
    async with shop.client() as client:
        response = await client.post(
            "/sign-in",
            data={"email": payload, "password": payload, "next": payload, "lang": payload},
            headers={"Sec-Fetch-Site": "same-origin"},
        )
        check_inert(response.text)
        check_inert((await client.get("/sign-in", params={"next": payload})).text)


async def test_a_transcript_shows_every_line_and_marks_notes(shop: Shop) -> None:
    _, token = await shop.person()
    public_id = await shop.conversation(
        (EDA, TextBody("kargom nerede?")),
        (BOT, CardBody("kargo", "Kargom nerede?", "**Yolda**, [izleyin](https://kargo.example/a)")),
        (SYSTEM, ActivityBody(ActivityType.AGENT_JOINED, actor="Grace")),
        (GRACE, TextBody("zor müşteri"), Audience.AGENTS),
        visitor_name="Eda",
    )
    async with shop.client(token) as client:
        page = (await client.get(f"/transcripts/{public_id}")).text
    assert "Grace görüşmeye katıldı" in page
    assert "<strong>Yolda</strong>" in page
    assert 'rel="noopener noreferrer nofollow"' in page
    assert re.search(r'class="is-note".*?iç not.*?zor müşteri', page, re.DOTALL)
    for suffix in ("/print", ".txt", ".csv", ".jsonl"):
        assert f"/transcripts/{public_id}{suffix}" in page


async def test_a08_author_kinds_come_from_the_server(shop: Shop) -> None:
    _, token = await shop.person()
    public_id = await shop.conversation((Author(AuthorKind.VISITOR, "Destek"), TextBody("şifre?")))
    async with shop.client(token) as client:
        page = (await client.get(f"/transcripts/{public_id}")).text
    assert re.search(r'class="is-visitor".*?<bdi>Destek \(ziyaretçi\)</bdi>', page, re.DOTALL)


async def test_the_list_searches_filters_and_pages(shop: Shop) -> None:
    _, token = await shop.person(role=Role.ADMIN)
    wanted = await shop.conversation((EDA, TextBody("İADE süresi")), visitor_name="Işıl")
    for number in range(60):
        await shop.conversation((EDA, TextBody(f"başka {number}")))
    async with shop.client(token) as client:
        found = (await client.get("/transcripts", params={"q": "ıade"})).text
        assert re.findall(r'href="/transcripts/([\w-]+)"', found) == [wanted]
        assert (await client.get("/transcripts?q=yok-böyle")).text.count("Görüşme bulunamadı") == 1
        first = (await client.get("/transcripts?status=bot")).text
        rows = re.findall(r'href="/transcripts/([\w-]+)"', first)
        following = re.search(r'rel="next" href="([^"]+)"', first)
        assert following
        second = (await client.get(following[1].replace("&amp;", "&"))).text
        rows += re.findall(r'href="/transcripts/([\w-]+)"', second)
        assert len(rows) == len(set(rows)) == 61
        assert 'rel="next"' not in second
        late = (await client.get("/transcripts?from=2099-01-01&to=0001-01-01")).text
        assert "Görüşme bulunamadı" in late
        for odd in ("from=9999-12-31", "to=9999-12-31", "from=x", "status=x", "q=%00", "agent=%00"):
            assert (await client.get(f"/transcripts?{odd}")).status_code == 200


async def test_files_are_saved_and_never_shown(shop: Shop) -> None:
    _, token = await shop.person()
    public_id = await shop.conversation((EDA, TextBody("<script>alert(1)</script>")))
    async with shop.client(token) as client:
        for format in ("txt", "csv", "jsonl"):
            response = await client.get(f"/transcripts/{public_id}.{format}")
            assert response.headers["content-disposition"].startswith("attachment; filename=")
            assert not response.headers["content-type"].startswith("text/html")
        assert (await client.get(f"/transcripts/{public_id}.exe")).status_code == 404


async def test_v01_the_visitors_link_shows_no_note_is_not_kept_and_runs_out(shop: Shop) -> None:
    public_id = await shop.conversation(
        (EDA, TextBody("merhaba")),
        (GRACE, TextBody("zor müşteri"), Audience.AGENTS),
        (SYSTEM, ActivityBody(ActivityType.OFFER_MISSED, actor="Grace"), Audience.AGENTS),
    )
    signed = shop.web.links.sign(public_id, "en")
    async with shop.client() as client:
        for path in (f"/t/{signed}", f"/t/{signed}.txt"):
            response = await client.get(path)
            assert response.status_code == 200
            assert "merhaba" in response.text
            assert "zor müşteri" not in response.text
            assert "Grace" not in response.text
            assert response.headers["cache-control"] == "no-store"
            assert "noindex" in response.headers["x-robots-tag"]
            assert response.headers["referrer-policy"] == "no-referrer"
            assert "set-cookie" not in response.headers
        assert '<html lang="en">' in (await client.get(f"/t/{signed}")).text
        for forged in ("x", signed[:-2], signed.replace(".", "..", 1), public_id):
            assert (await client.get(f"/t/{forged}")).status_code == 404
        shop.clock.advance(s=15 * 60 + 1)
        assert (await client.get(f"/t/{signed}")).status_code == 404
        assert (await client.get(f"/t/{signed}.txt")).status_code == 404
