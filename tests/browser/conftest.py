"""A Chromium for the whole run, a served shop with its chat for each test."""

import json
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Playwright, async_playwright, expect
from playwright.async_api import Error as PlaywrightError
from sqlalchemy import Connection, func, select

from chatserver.domain.conversations import Status
from chatserver.domain.ids import ClientId
from chatserver.domain.people import Role
from chatserver.services import ending, presence, staff
from chatserver.services.sign_in import hash_password
from chatserver.services.work import Work
from chatserver.storage import agents, conversations, heads, sites, visitors
from chatserver.storage import staff as staff_table
from chatserver.storage.database import Database
from chatserver.storage.schema.conversations import message
from tests.browser.people import PASSWORD, PHONE, Agent, Shopper
from tests.browser.shop import Shop
from tests.clients import fresh_client_id
from tests.clock import now_ms
from tests.machine import chromium
from tests.server import ServerProcess
from tests.shop import furnish
from tests.staff import Account

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WAIT_MS = 15_000
expect.set_options(timeout=WAIT_MS)
OURS = {"127.0.0.1", "localhost"}
PASSWORD_HASH = hash_password(PASSWORD)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def playwright() -> AsyncIterator[Playwright]:
    async with async_playwright() as started:
        yield started


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(playwright: Playwright) -> AsyncIterator[Browser]:
    started = await playwright.chromium.launch(executable_path=chromium(), args=ARGS)
    yield started
    await started.close()


@dataclass
class House:
    """One shop, its chat, and the browsers in which people sit."""

    browser: Browser
    server: ServerProcess
    shop: Shop
    accounts: list[Account]
    contexts: list[BrowserContext] = field(default_factory=list)
    since: int = 0
    """The newest message of the test before."""
    abroad: set[str] = field(default_factory=set)
    """What any page of this test asked of a host that is not ours (K06)."""

    def write(self, work: Callable[[Connection], Any]) -> Any:
        """Change something behind everybody's back."""
        database = Database(self.server.database_url)
        try:
            return database.run(work)
        finally:
            database.shut()

    def mark(self) -> None:
        """What was said until now belongs to other tests."""
        newest = select(func.coalesce(func.max(message.c.id), 0))
        self.since = self.write(lambda connection: connection.execute(newest).scalar_one())

    def stored(self, author: str = "visitor") -> list[str]:
        """Return an author's texts since the mark as the database has them, in order."""
        wanted = (
            select(message.c.body)
            .where(message.c.author_kind == author, message.c.id > self.since)
            .order_by(message.c.id)
        )
        rows = self.write(lambda connection: list(connection.execute(wanted)))
        return [str(json.loads(row.body).get("text")) for row in rows]

    def speak(self, language: str) -> None:
        """Let every member of staff read this language."""

        def work(connection: Connection) -> None:
            for account in staff_table.every(connection):
                staff_table.change(connection, account.id, language=language)

        self.write(work)

    @contextmanager
    def speaking(self, language: str) -> Iterator[None]:
        """Let the shop's pages and everybody of the staff read a language until the block ends."""
        self.shop.language = language
        self.speak(language)
        try:
            yield
        finally:
            self.shop.language = "tr"
            self.speak("tr")

    async def context(self, **options: Any) -> BrowserContext:
        """Return a browser of its own: no storage in common with another."""
        context = await self.browser.new_context(
            **{"locale": "tr-TR", "reduced_motion": "reduce", **options}
        )
        context.set_default_timeout(WAIT_MS)
        context.on("request", lambda request: self._note(request.url))
        self.contexts.append(context)
        return context

    def _note(self, url: str) -> None:
        place = urlsplit(url)
        if place.scheme in {"http", "https", "ws", "wss"} and place.hostname not in OURS:
            self.abroad.add(url)

    async def shopper(
        self, *, phone: bool = False, language: str = "tr", **options: Any
    ) -> Shopper:
        """Return somebody who looks at the shop's first page; the chat is not open."""
        size = {"viewport": PHONE} if phone else {}
        context = await self.context(**{**size, **options})
        shopper = Shopper(await context.new_page(), self.shop.origin, language=language)
        await shopper.visit("/")
        return shopper

    async def agent(self, who: int = 0, *, language: str = "tr", **options: Any) -> Agent:
        """Return an agent who has signed in through the page and sees the console."""
        agent = await self.stranger(who, language=language, **options)
        await agent.sign_in()
        return agent

    async def stranger(self, who: int = 0, *, language: str = "tr", **options: Any) -> Agent:
        """Return an agent in front of the sign-in page."""
        context = await self.context(**options)
        agent = Agent(
            await context.new_page(), self.server.origin, self.accounts[who].name, language=language
        )
        await agent.page.goto(f"{self.server.origin}/sign-in?lang={language}")
        return agent

    async def leave(self) -> None:
        """Close every browser window; where pictures are wanted, keep how they looked last."""
        named = os.environ.get("SHOTS")
        test = os.environ.get("PYTEST_CURRENT_TEST", "").split("::")[-1].split(" ")[0]
        for number, context in enumerate(self.contexts):
            if named is not None and context.pages:
                path = Path(named) / "last" / f"{test}-{number}.png"
                with suppress(PlaywrightError):
                    await context.pages[0].screenshot(path=path)
            await context.close()
        self.contexts.clear()


OpenHouse = Callable[..., House]


@pytest.fixture
def open_house(browser: Browser, tmp_path: Path) -> Iterator[OpenHouse]:
    """Return a function that opens a shop; what it started is ended afterwards."""
    with ExitStack() as doors:
        yield opener(browser, tmp_path, doors)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_house(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    with ExitStack() as doors:
        yield opener(browser, tmp_path_factory.mktemp("shared"), doors)()


@pytest_asyncio.fixture(loop_scope="session")
async def house(shared_house: House) -> AsyncIterator[House]:
    """A shop where nobody waits and nobody of the staff is there yet; its server is shared."""
    if not shared_house.server.is_ready():
        shared_house.server.start()
    shared_house.mark()
    shared_house.abroad.clear()
    yield shared_house
    await shared_house.leave()
    shared_house.write(_send_everybody_home)
    assert shared_house.abroad == set()


def _send_everybody_home(connection: Connection) -> None:
    work = Work(connection, now_ms())
    for one in heads.changed_since(connection, 0):
        if conversations.get(connection, one.id).status is not Status.RESOLVED:
            visitor = visitors.get(connection, one.visitor)
            ending.leave(work, visitor, one.public_id, client_id=ClientId(fresh_client_id()))
    for agent in agents.every(connection):
        presence.sign_out(work, agent.id)


def opener(browser: Browser, folder: Path, doors: ExitStack) -> OpenHouse:
    """Return a function that opens a shop and its chat, and shuts them with `doors`."""
    opened: list[House] = []

    def open_one(
        *,
        language: str = "tr",
        agents: int = 2,
        capacity: int = 3,
        grace_s: int = 45,
        env: dict[str, str] | None = None,
        embeds: bool = True,
        **shop_options: Any,
    ) -> House:
        place = folder / f"house-{len(opened)}"
        place.mkdir()
        url = f"sqlite:///{place / 'chat.sqlite3'}"
        accounts = furnish(url, agents=agents, capacity=capacity, grace_s=grace_s)
        server = ServerProcess(place, url, env=env or {})
        shop = doors.enter_context(Shop(server.origin, language=language, **shop_options))
        house = House(browser, server, shop, accounts)
        house.write(lambda connection: _dress(connection, shop, embeds=embeds, language=language))
        doors.callback(server.stop)
        server.start()
        opened.append(house)
        return house

    return open_one


def _dress(connection: Connection, shop: Shop, *, embeds: bool, language: str) -> None:
    """Let the shop embed the chat, and its staff sign in with a password."""
    site = sites.find(connection, "demo")
    assert site is not None
    allowed = (shop.origin, shop.other_site) if embeds else ("https://shop.example",)
    settings = replace(
        site.settings,
        origins=allowed,
        language=language,
        order_example="AV-20418",
        order_pattern="AV-#####",
        contact={"phone": "0850 000 28 58", "email": "merhaba@avlu.example"},
    )
    sites.save(connection, site.id, settings)
    admin = staff.create_account(
        connection,
        email="ada@shop.example",
        name="Ada",
        role=Role.ADMIN,
        language="tr",
        password_hash=None,
        now_ms=now_ms(),
    )
    for email in ("grace@shop.example", "linus@shop.example", admin.email):
        found = staff_table.find_by_email(connection, email)
        if found is not None:
            staff.store_hash(connection, found[0].id, PASSWORD_HASH)


@pytest.fixture(scope="session")
def shots() -> Path | None:
    """Where pictures go when somebody wants to look: the folder that SHOTS names."""
    named = os.environ.get("SHOTS")
    if named is None:
        return None
    folder = Path(named)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
