"""The real app over a real database file, and people who are signed in to it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path

import httpx2
import pytest
from argon2 import PasswordHasher
from sqlalchemy import Connection, insert
from starlette.applications import Starlette

from chatserver.clock import ManualClock
from chatserver.domain.hours import Span, WeeklyHours
from chatserver.domain.ids import ConversationId, PublicId, SiteId, StaffId, VisitorId
from chatserver.domain.messages import Audience, Author, AuthorKind, Body, MessageKind
from chatserver.domain.people import Role, Team
from chatserver.domain.sites import Site, SiteSettings
from chatserver.errors import Code, Refusal
from chatserver.faq_shelf import LiveShelf
from chatserver.protocol.people import PeopleView
from chatserver.services import answers_by_mail, staff
from chatserver.services.file_links import Grant
from chatserver.services.files import Inspected
from chatserver.services.posting import Posted
from chatserver.services.sign_in import Entrance, Passwords
from chatserver.services.work import Work
from chatserver.settings import Settings
from chatserver.storage import conversations, messages, rule_counts, sites, visitors
from chatserver.storage.database import Database
from chatserver.storage.schema.conversations import conversation as conversation_table
from chatserver.storage.staff import StaffAccount
from chatserver.web.assets import load_assets
from chatserver.web.context import Web
from chatserver.web.health import storage_checks
from chatserver.web.routes import build_routes, exception_handlers, middleware
from chatserver.web.templates import Templates
from tests.cast import SHELF
from tests.databases import prepare

BASE = "https://chat.example"
PASSWORD = "kahve falı 1923"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin", "Origin": BASE}
ORIGIN = "https://shop.example"


@dataclass(frozen=True)
class Entry:
    """An FAQ entry as tests write it."""

    key: str
    question: str
    category: str = "Kargo"
    answer: str = "Kargonuz **iki** günde gelir."
    utterances: Sequence[str] = ()
    status: str = "published"


@dataclass
class Faq:
    """A FAQ that tests fill."""

    by_language: dict[str, list[Entry]] = field(default_factory=dict)

    def entries(self, language: str) -> Sequence[Entry]:
        return self.by_language.get(language, [])

    def popular(self, language: str, limit: int) -> Sequence[Entry]:
        return self.entries(language)[:limit]


@dataclass
class Shop:
    """Everything a test may want to reach into."""

    app: Starlette
    web: Web
    database: Database
    clock: ManualClock
    faq: Faq
    site: Site
    team: Team
    ended: list[StaffId]
    checks: dict[str, bool]
    draining: list[bool]

    def client(self, cookie: str | None = None, **headers: str) -> httpx2.AsyncClient:
        """Return a browser, with a session if one is handed in."""
        cookies = {staff.SESSION_COOKIE: cookie} if cookie else None
        return httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=self.app, client=("192.0.2.7", 4711)),
            base_url=BASE,
            cookies=cookies,
            headers={"Accept": "text/html", "Accept-Language": "tr", **headers},
        )

    async def person(
        self,
        email: str = "ada@shop.example",
        *,
        role: Role = Role.AGENT,
        language: str = "tr",
        name: str = "Ada Yıldız",
        teams: Sequence[Team] | None = None,
    ) -> tuple[StaffAccount, str]:
        """Add an account in the shop's team and return it with a session's token."""
        teams = [self.team] if teams is None else teams

        def unit(connection: Connection) -> StaffAccount:
            account = staff.create_account(
                connection,
                email=email,
                name=name,
                role=role,
                language=language,
                password_hash=QUICK.hash(PASSWORD),
                now_ms=self.clock.now_ms(),
            )
            for team in teams:
                staff.join_team(connection, account, team)
            return account

        account = await self.database.write(unit)
        return account, (await self.web.entrance.begin(account)).token

    async def conversation(
        self,
        *lines: tuple[Author, Body] | tuple[Author, Body, Audience],
        team: Team | None = None,
        **values: object,
    ) -> PublicId:
        """Add a conversation with these lines and return its public id."""
        return await self.database.write(
            add_conversation, self.site, team or self.team, lines, values, self.clock
        )


_number = iter(range(1, 10_000))


def add_conversation(
    connection: Connection,
    site: Site,
    team: Team,
    lines: Sequence[tuple[Author, Body] | tuple[Author, Body, Audience]],
    values: dict[str, object],
    clock: ManualClock,
) -> PublicId:
    """Write a conversation through the storage functions."""
    number = next(_number)
    now_ms = clock.now_ms()
    visitor = visitors.create(
        connection,
        public_id=PublicId(f"visitor-{number:014d}"),
        site_id=site.id,
        token_hash=f"hash {number}",
        language="tr",
        device="",
        now_ms=now_ms,
        expires_ms=now_ms + 1,
    )
    name = str(values.pop("visitor_name", ""))
    if name:
        visitors.set_details(connection, VisitorId(visitor.id), name=name)
    public_id = PublicId(str(values.pop("public_id", f"conversation-{number:09d}")))
    row = {
        "public_id": public_id,
        "site_id": site.id,
        "visitor_id": visitor.id,
        "team_id": team.id,
        "status": "bot",
        "bot_active": True,
        "opened_ms": now_ms,
        "last_message_ms": now_ms,
        "changed_ms": now_ms,
        "language": "tr",
        **values,
    }
    new_id = connection.execute(
        insert(conversation_table).values(**row).returning(conversation_table.c.id)
    ).scalar_one()
    current = conversations.get(connection, ConversationId(new_id))
    for line in lines:
        clock.advance(s=1)
        audience = line[2] if len(line) == 3 else Audience.EVERYONE
        messages.append(
            connection,
            current,
            author=line[0],
            body=line[1],
            at_ms=clock.now_ms(),
            audience=audience,
            kind=MessageKind.NOTE
            if audience is Audience.AGENTS and line[0].kind is AuthorKind.AGENT
            else None,
        )
    return public_id


SETTINGS = SiteSettings(
    name="Pera Ev",
    origins=(ORIGIN,),
    hours=WeeklyHours("Europe/Istanbul", tuple(((Span(time(9), time(18))),) for _ in range(7))),
    contact={"phone": "0850 123 45 67"},
)


def count_rule(connection: Connection, site: SiteId, rule: str) -> None:
    rule_counts.count(connection, site, rule, "2026-11-22", "shown")


@pytest.fixture(scope="session")
def templates() -> Templates:
    """The product's templates, compiled once."""
    return Templates()


@pytest.fixture
async def shop(tmp_path: Path, templates: Templates) -> AsyncIterator[Shop]:
    """A running shop with one site and one team."""
    url = f"sqlite:///{tmp_path / 'chat.sqlite3'}"
    prepare(url, now_ms=0)
    database = Database(url)
    clock = ManualClock()
    site = await database.write(sites.create, "pera", SETTINGS, now_ms=1)
    team = await database.write(
        sites.create_team, site.id, "Destek", PublicId("team-0000000000000001")
    )
    static = tmp_path / "static"
    static.mkdir()
    (static / "widget-1a2b3c4d.js").write_text("export {}\n" * 200, encoding="utf-8")
    for name in ("shims.js", "supportchat.d.ts"):
        (static / name).write_text("export {}", encoding="utf-8")
    (static / "rules.js").write_text("watch(RULES)", encoding="utf-8")
    (static / "dock.js").write_text("export {}", encoding="utf-8")
    (static / "console-5e6f7a8b.css").write_text("body{}", encoding="utf-8")
    (static / "panel-2b3c4d5e.js").write_text("start('<b>')\n", encoding="utf-8")
    (static / "panel-6f7a8b9c.css").write_text("p > b{}", encoding="utf-8")
    (static / "manifest.json").write_text(
        '{"widget.js": {"file": "widget-1a2b3c4d.js", "sha256": "x"},'
        ' "console.css": "console-5e6f7a8b.css", "panel.js": "panel-2b3c4d5e.js",'
        ' "panel.css": "panel-6f7a8b9c.css"}',
        encoding="utf-8",
    )
    (tmp_path / "secret.txt").write_text("canary", encoding="utf-8")
    faq = Faq(
        {
            "tr": [
                Entry("kargo-nerede", "Kargom nerede?", utterances=("kargom hani",)),
                Entry("iade-suresi", "İade süresi kaç gün?", category="İade", status="draft"),
            ],
            "en": [Entry("kargo-nerede", "Where is my parcel?", category="Delivery")],
        }
    )
    ended: list[StaffId] = []
    checks: dict[str, bool] = {}
    draining = [False]

    async def receive_file(grant: Grant, content: bytes) -> Posted:
        raise Refusal(Code.NOT_FOUND)

    async def card_picture(conversation: str, seq: int) -> Inspected:
        raise Refusal(Code.NOT_FOUND)

    async def unlimited(address: str) -> None:
        return None

    async def count_shown(site: Site, rule: str) -> None:
        await database.write(count_rule, site.id, rule)

    async def unknown(site: Site) -> int | None:
        return None

    async def find_site(key: str) -> Site | None:
        return await database.read(sites.find, key)

    async def people(_: Site) -> PeopleView:
        return PeopleView(state="away", open=None, opens_at_ms=None)

    async def on_session_ended(who: StaffId) -> None:
        ended.append(who)

    async def refuse_mail(conversation: ConversationId) -> None:
        def unit(connection: Connection) -> None:
            answers_by_mail.refuse(Work(connection, clock.now_ms()), conversation)

        await database.write(unit)

    async def is_ready() -> Mapping[str, bool]:
        return {**await storage_checks(database), **checks}

    web = Web(
        database=database,
        clock=clock,
        settings=Settings(secret_key="k" * 40),
        entrance=Entrance(database, clock, Passwords(QUICK)),
        find_site=find_site,
        people=people,
        knowledge=faq,
        shelf=LiveShelf(SHELF),
        on_session_ended=on_session_ended,
        receive_file=receive_file,
        card_picture=card_picture,
        find_answers=lambda text, language: [],
        check_search=unlimited,
        reply_ms=unknown,
        count_shown=count_shown,
        is_ready=is_ready,
        is_draining=lambda: draining[0],
        refuse_mail=refuse_mail,
        assets=load_assets(static),
        templates=templates,
    )
    app = Starlette(
        routes=build_routes(web),
        middleware=middleware(web),
        exception_handlers=exception_handlers(web),
    )
    yield Shop(app, web, database, clock, faq, site, team, ended, checks, draining)
    await database.close()
