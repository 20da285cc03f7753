"""The cast: Ada and Alan visit, Grace and Linus answer; billing and support are the teams."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection, select

from chatserver.bot.knowledge import FaqKnowledge
from chatserver.clock import ManualClock
from chatserver.domain.conversations import Conversation, Status
from chatserver.domain.ids import ClientId, PublicId, StaffId
from chatserver.domain.messages import Message, MessageKind, TextBody
from chatserver.domain.people import Agent, Availability, Role, Team, Visitor
from chatserver.domain.sites import Site, SiteSettings
from chatserver.faq_shelf import FaqShelf
from chatserver.services import assigning, posting, presence, setup, staff, visitors
from chatserver.services.chat import Chat
from chatserver.services.facts import Fact
from chatserver.services.work import Work
from chatserver.storage import agents, conversations, messages, sites
from chatserver.storage import staff as accounts
from chatserver.storage.database import Database
from chatserver.storage.schema import conversations as s
from chatserver.storage.schema.staff import staff as staff_table

T = TypeVar("T")

START_MS = 1_795_356_000_000
LEASE_MS = 30_000
_numbers = itertools.count(1)
SHELF = FaqShelf.starter()


def client_id() -> ClientId:
    """A client_id that was never used."""
    return ClientId(f"client-id-{next(_numbers):012d}")


class RecordingBroadcaster:
    """Remembers what it was told, in order."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []

    def tell(self, facts: tuple[Fact, ...]) -> None:
        self.facts += facts

    def of(self, type_: type[T]) -> list[T]:
        return [fact for fact in self.facts if isinstance(fact, type_)]


@dataclass
class Stage:
    """The chat and its cast."""

    database: Database
    clock: ManualClock
    told: RecordingBroadcaster
    chat: Chat
    site: Site
    support: Team
    billing: Team
    ada: Visitor
    alan: Visitor
    grace: StaffId
    linus: StaffId
    tokens: dict[str, str] = field(default_factory=dict)

    async def close(self) -> None:
        await self.chat.settle()
        await self.chat.tasks.stop()
        await self.database.close()

    # What people do

    async def available(self, *agents_: StaffId) -> None:
        for agent in agents_:
            await self.chat.do(presence.begin_lease, agent, lease_ms=LEASE_MS)
            await self.chat.do(presence.declare, agent, Availability.AVAILABLE)
        await self.chat.settle()

    async def says(
        self, visitor: Visitor, text: str, *, to: str | None = None, choice: str | None = None
    ) -> posting.Posted:
        done = await self.chat.do(
            posting.post_visitor_message,
            visitor,
            conversation=to,
            client_id=client_id(),
            body=TextBody(text, choice),
        )
        await self.chat.settle()
        return done

    async def replies(
        self, agent: StaffId, conversation: str, text: str, *, fence: int, note: bool = False
    ) -> posting.Posted:
        return await self.chat.do(
            posting.post_agent_message,
            agent,
            conversation=conversation,
            client_id=client_id(),
            kind=MessageKind.NOTE if note else MessageKind.TEXT,
            body=TextBody(text),
            fence=None if note else fence,
        )

    async def accepts(self, agent: StaffId, conversation: str) -> assigning.Assignment:
        done = await self.chat.do(assigning.accept_offer, agent, conversation)
        await self.chat.settle()
        return done

    async def later(self, *, s: float, awake: tuple[StaffId, ...] = ()) -> None:
        """Let time pass; who is awake keeps proving that they live."""
        self.clock.advance(s=s)
        for agent in awake:
            await self.chat.do(presence.renew_lease, agent, until_ms=self.clock.now_ms() + LEASE_MS)
        await self.chat.sweep()
        await self.chat.settle()

    async def new_visitor(self, language: str = "tr") -> Visitor:
        started = await self.chat.do(
            visitors.start_visitor, self.site, language=language, device="", days=30
        )
        return started.visitor

    # What there is

    async def conversation(self, public_id: str) -> Conversation:
        found = await self.chat.read(conversations.find, public_id)
        assert found is not None
        return found

    async def log(self, public_id: str) -> list[Message]:
        found = await self.conversation(public_id)
        return await self.chat.read(messages.after, found, 0, limit=10_000)

    async def activities(self, public_id: str) -> list[str]:
        return [
            str(message.body.type)  # type: ignore[union-attr]
            for message in await self.log(public_id)
            if message.kind is MessageKind.ACTIVITY
        ]

    async def agent(self, agent: StaffId) -> Agent:
        return await self.chat.read(agents.get, agent)

    async def check_invariants(self) -> None:
        """Whatever happened: one order, load told truly, one holder, capacity kept."""
        await self.chat.read(check_invariants)


def check_invariants(connection: Connection) -> None:
    """Assert what must hold in any database at any moment between two units."""
    held: dict[int, int] = {}
    for row in connection.execute(select(s.conversation)):
        seqs = list(
            connection.execute(
                select(s.message.c.seq, s.message.c.previous_seq, s.message.c.audience)
                .where(s.message.c.conversation_id == row.id)
                .order_by(s.message.c.seq)
            )
        )
        assert [line.seq for line in seqs] == list(range(1, row.last_seq + 1)), "a hole in a log"
        public = 0
        for line in seqs:
            assert line.previous_seq == public, "a wrong public predecessor"
            if line.audience == "everyone":
                public = line.seq
        assert public == row.last_public_seq
        assert (row.status == Status.OPEN) == (row.holder_id is not None)
        assert row.visitor_seen_seq <= row.last_seq and row.agent_seen_seq <= row.last_seq
        if row.holder_id is not None:
            held[row.holder_id] = held.get(row.holder_id, 0) + 1
    for row in connection.execute(select(s.offer).where(s.offer.c.outcome == "live")):
        held[row.staff_id] = held.get(row.staff_id, 0) + 1
        status = connection.execute(
            select(s.conversation.c.status).where(s.conversation.c.id == row.conversation_id)
        ).scalar_one()
        assert status == Status.WAITING, "an offer of what does not wait"
    for row in connection.execute(select(staff_table)):
        assert row.load == held.get(row.id, 0), f"load {row.load} of {held.get(row.id, 0)}"
        assert row.load <= row.capacity, "over capacity"


def furnish(connection: Connection, *, capacity: int = 2) -> dict[str, Any]:
    """Put the cast into an empty database."""
    site = setup.add_site(
        connection,
        "demo",
        name="Avlu",
        origins=["http://shop.example"],
        language="tr",
        zone="Europe/Istanbul",
        hours=["mon-fri 09:00-18:00"],
        team="Destek",
        now_ms=START_MS,
    )
    support = sites.teams(connection, site.id)[0]
    billing = sites.create_team(connection, site.id, "Fatura", PublicId("team-billing-0001"))
    people = {}
    for name, team in (("Grace", support), ("Linus", support)):
        account = staff.create_account(
            connection,
            email=f"{name.lower()}@shop.example",
            name=name,
            role=Role.AGENT,
            language="tr",
            password_hash=None,
            capacity=capacity,
            now_ms=START_MS,
        )
        staff.join_team(connection, account, team)
        people[name.lower()] = account.id
    accounts.join_team(connection, people["linus"], billing.id)
    work = Work(connection, START_MS)
    ada = visitors.start_visitor(work, site, language="tr", device="", days=30)
    alan = visitors.start_visitor(work, site, language="en", device="", days=30)
    return {
        "site": site,
        "support": support,
        "billing": billing,
        "ada": ada.visitor,
        "alan": alan.visitor,
        "tokens": {"ada": ada.token, "alan": alan.token},
        **people,
    }


async def build_stage(
    url: str, *, settings: Callable[[SiteSettings], SiteSettings] | None = None
) -> Stage:
    """Return the chat with its cast over a migrated, empty database."""
    database = Database(url)
    cast = await database.write(furnish)
    if settings is not None:
        await database.write(sites.save, cast["site"].id, settings(cast["site"].settings))
    clock, told = ManualClock(START_MS), RecordingBroadcaster()
    chat = Chat(
        database,
        clock=clock,
        broadcaster=told,
        knowledge=FaqKnowledge(SHELF.base),
        lease_ms=LEASE_MS,
    )
    await asyncio.sleep(0)
    return Stage(database, clock, told, chat, **cast)
