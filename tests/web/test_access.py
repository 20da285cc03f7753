"""Every route is in the table, and answers each role as the table says."""

from typing import Any

import pytest
from sqlalchemy import Connection
from starlette.routing import Route

from chatserver.domain.ids import ConversationId, PublicId
from chatserver.domain.knowledge import Content, Wording
from chatserver.domain.messages import Author, AuthorKind, TextBody
from chatserver.domain.people import Role
from chatserver.services import knowledge, staff
from chatserver.storage import faq_entries, question_log, sites
from chatserver.web import help_pages
from chatserver.web.access import ROUTES, Access, Rule
from chatserver.web.routes import PAGES, build_routes
from tests.web.conftest import SAME_ORIGIN, Shop

ROLES = ("anonymous", "agent", "editor", "admin")
VISITOR = Author(AuthorKind.VISITOR, "Eda")


def test_a05_no_route_is_missing_from_the_table(shop: Shop) -> None:
    table = {(rule.path, rule.method) for rule in ROUTES}
    registered = set()
    for route in shop.app.routes:
        assert isinstance(route, Route), f"{route} is no plain route: put it in the table"
        assert route.methods is not None
        registered |= {(route.path, method) for method in route.methods - {"HEAD"}}
    assert registered == table
    assert {rule.name for rule in ROUTES} == set(PAGES)
    assert len(build_routes(shop.web)) == len(ROUTES)


def test_only_get_and_post_are_spoken_and_every_post_is_named_for_what_it_does() -> None:
    for rule in ROUTES:
        assert rule.method in {"GET", "POST"}
        assert (rule.method == "POST") == rule.name.startswith("do_")


async def path_of(shop: Shop, rule: Rule) -> str:
    """A path that exists, for whoever may see it."""
    conversation = await shop.conversation((VISITOR, TextBody("merhaba")))
    invited = await shop.database.write(
        lambda connection: staff.create_account(
            connection,
            email=f"invited-{conversation}@shop.example",
            name="Invited",
            role=Role.AGENT,
            language="tr",
            password_hash=None,
            now_ms=1,
        )
    )
    values = {
        "{token}": await shop.database.write(
            staff.create_setup_link, invited.id, shop.clock.now_ms()
        ),
        "{session:int}": "999999",
        "{language}": "tr",
        "{key}": "kargo-nerede",
        "{public_id}": conversation,
        "{conversation}": conversation,
        "{seq:int}": "1",
        "{format}": "txt",
        "{signed}": shop.web.links.sign(conversation, "tr"),
        "{site}": "pera",
        "{version}": "0.1.0",
        "{file:path}": "widget-1a2b3c4d.js",
        "{slug}": await slug_of(shop),
        "{check:int}": "999999",
        "{publication:int}": "999999",
        "{word:int}": "999999",
        "{question:int}": str(await a_question(shop)),
    }
    if rule.name in {"faq_entry", "help_entry", "do_help_feedback"}:
        values["{key}"] = "kargo-nerede"
    elif "{key}" in rule.path:
        values["{key}"] = await an_entry(shop)
    if rule.name == "export":
        values["{format}"] = "csv"
    if rule.name in {"stop_mail", "do_stop_mail"}:
        values["{signed}"] = shop.web.stop_links.sign(ConversationId(1))
    path = rule.path
    for name, value in values.items():
        path = path.replace(name, value)
    return path


async def an_entry(shop: Shop) -> str:
    """An FAQ entry that exists as a draft."""

    def unit(connection: Connection) -> str:
        if faq_entries.state(connection) is None:
            faq_entries.begin(connection)
        content = Content("x", {"tr": Wording("Bir soru?", (), "Yanıt.")})
        return knowledge.create(connection, content, by=None, now_ms=1)[0]

    return await shop.database.write(unit)


async def a_question(shop: Shop) -> int:
    """A question that somebody asked."""

    def unit(connection: Connection) -> int:
        question_log.add(
            connection, site=shop.site.id, language="tr", message="soru", verdict="none",
            confidence=0.0, entry=None, entry_number=0, at_ms=1,
        )  # fmt: skip
        return 1

    return await shop.database.write(unit)


async def slug_of(shop: Shop) -> str:
    """The address of an answer in the help centre."""
    return help_pages.slug_of(shop.web.shelf.now.entries("tr")[0])


ALLOWED = {
    Access.SIGNED_IN: {"agent", "editor", "admin"},
    Access.STAFF: {"agent", "admin"},
    Access.EDITOR: {"editor", "admin"},
    Access.ADMIN: {"admin"},
}
NOTHING_THERE = {"do_end_session", "do_remove_check", "do_cancel_publication", "do_remove_word"}
FORM_NOT_FILLED_IN = {
    "do_bulk",
    "do_add",
    "do_add_check",
    "do_decide_thresholds",
    "do_settle",
    "do_import",
    "do_orders_upload",
    "do_help_feedback",
}


def expected(rule: Rule, role: str) -> set[int]:
    allowed = ALLOWED.get(rule.access)
    if allowed is not None and role == "anonymous":
        return {303 if rule.method == "GET" else 401}
    if allowed is not None and role not in allowed:
        return {403}
    if rule.name in NOTHING_THERE:
        return {404}  # of one's own, or at all
    if rule.name in FORM_NOT_FILLED_IN:
        return {400}
    if rule.name in {"do_merge", "do_restore_entry"}:
        return {404, 400}
    if rule.name in {"do_upload", "file", "own_data", "card_picture"}:
        return {404}  # nothing that was signed for it, nothing that is shown
    if rule.name == "do_told":
        return {403}  # our own page is no shop
    if rule.name == "do_stop_mail":
        return {200}  # the signed address is the right
    if rule.name == "do_identity_settings":
        return {303}
    if rule.method == "POST":
        return {303, 401, 422}  # done, wrong password, form not filled in
    return {200, 303} if rule.name in {"home", "sign_in", "widget_sites"} else {200}


@pytest.mark.parametrize("rule", ROUTES, ids=lambda rule: rule.name)
async def test_z01_every_route_answers_every_role_as_the_table_says(shop: Shop, rule: Rule) -> None:
    for role in ROLES:
        token = None
        if role != "anonymous":
            _, token = await shop.person(f"{role}@shop.example", role=Role(role))
        path = await path_of(shop, rule)
        form: dict[str, Any] = {"data": {"email": "x"}} if rule.method == "POST" else {}
        async with shop.client(token) as client:
            response = await client.request(rule.method, path, headers=SAME_ORIGIN, **form)
        assert response.status_code in expected(rule, role), role
        if rule.access in ALLOWED and role == "anonymous" and rule.method == "GET":
            assert response.headers["location"].startswith("/sign-in?next=/")


@pytest.mark.parametrize(
    "rule",
    [r for r in ROUTES if r.access in (Access.STAFF, Access.SIGNED_IN, Access.EDITOR)],
    ids=str,
)
async def test_programs_that_are_not_signed_in_get_401_and_json(shop: Shop, rule: Rule) -> None:
    path = await path_of(shop, rule)
    async with shop.client() as client:
        response = await client.request(
            rule.method, path, headers={**SAME_ORIGIN, "Accept": "application/json"}
        )
    assert response.status_code == 401
    assert response.json()["error"]["code"] == "unauthenticated"


async def test_z01_a_conversation_of_another_team_looks_like_none(shop: Shop) -> None:
    other = await shop.database.write(
        sites.create_team, shop.site.id, "Muhasebe", PublicId("team-0000000000000002")
    )
    foreign = await shop.conversation((VISITOR, TextBody("gizli")), team=other)
    _, agent = await shop.person()
    _, admin = await shop.person("boss@shop.example", role=Role.ADMIN)
    answers = []
    for suffix in ("", "/print", ".txt", ".csv", ".jsonl"):
        async with shop.client(agent) as client:
            answers += [
                await client.get(f"/transcripts/{public_id}{suffix}")
                for public_id in (foreign, "x" * len(foreign))
            ]
        async with shop.client(admin) as client:
            assert (await client.get(f"/transcripts/{foreign}{suffix}")).status_code == 200
    assert {answer.status_code for answer in answers} == {404}
    assert len({len(answer.text) for answer in answers}) == 1
    async with shop.client(agent) as client:
        assert foreign not in (await client.get("/transcripts")).text
        assert foreign not in (await client.get("/transcripts?q=gizli")).text
    async with shop.client(admin) as client:
        assert foreign in (await client.get("/transcripts?q=gizli")).text


async def test_a05_get_changes_nothing(shop: Shop) -> None:
    _, token = await shop.person(role=Role.ADMIN)
    paths = [await path_of(shop, rule) for rule in ROUTES if rule.method == "GET"]

    async def dump() -> list[str]:
        def read(connection: object) -> list[str]:
            raw = connection.connection.driver_connection  # type: ignore[attr-defined]
            return list(raw.iterdump())

        return await shop.database.read(read)

    before = await dump()
    async with shop.client(token) as client:
        for path in paths:
            assert (await client.get(path)).status_code in {200, 303, 404}
            assert (await client.head(path)).status_code in {200, 303, 404}
    assert await dump() == before
