"""The composition root: puts the parts together into one ASGI app; decides nothing itself."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import structlog
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from chatserver.bot.knowledge import FaqKnowledge
from chatserver.clock import Clock, SharedClock, SystemClock
from chatserver.domain.ids import ConversationId, PublicId, StaffId
from chatserver.domain.sites import Site
from chatserver.errors import Code, Refusal
from chatserver.faq_shelf import FaqShelf, LiveShelf
from chatserver.learning import learn_when_due
from chatserver.membership import Alone, Membership, OneOfMany
from chatserver.outbound import Outbound
from chatserver.protocol.shared import PeopleView
from chatserver.realtime import views
from chatserver.realtime.broadcaster import SocketBroadcaster
from chatserver.realtime.edge import Edge
from chatserver.realtime.envelope import derive_key
from chatserver.realtime.fanout import Fanout
from chatserver.realtime.handover import Handover
from chatserver.realtime.rates import Rates
from chatserver.realtime.server import Realtime
from chatserver.services import answers_by_mail, files, presence, proactive
from chatserver.services.answer_letters import AnswerLetters, StopLinks
from chatserver.services.bot_turns import OwedTurn
from chatserver.services.card_pictures import MAX_PICTURE_BYTES, CardPictures, address_of
from chatserver.services.chat import Chat
from chatserver.services.file_links import FileLinks, Grant
from chatserver.services.files import Inspected
from chatserver.services.mail import Mailer
from chatserver.services.orders import OrderCounter
from chatserver.services.people import people_of
from chatserver.services.posting import Posted
from chatserver.services.sign_in import Entrance, SignInLimits
from chatserver.services.staff import list_sessions
from chatserver.services.transcript_links import TranscriptLinks
from chatserver.services.transcript_mail import TranscriptLetters
from chatserver.services.usual import UsualReplies
from chatserver.settings import Settings
from chatserver.smtp import mailer_of
from chatserver.storage import installation, sites
from chatserver.storage.database import Database
from chatserver.web.context import Health, Web
from chatserver.web.health import storage_checks
from chatserver.web.routes import build_routes, exception_handlers, middleware
from chatserver.windows import LocalWindows, SharedWindows, Windows

SWEEP_S = 1.0
BEAT_S = 5.0
FOLLOW_S = 1.0
"""How often each process asks whether the FAQ changed; building the next index takes half a second,
so that what is published answers everywhere within two."""

LEARN_S = 300.0

START_S = 20.0
"""So long a start waits for a database that is slow to answer, as one is after a crash."""

MAX_BODY_BYTES = 256 * 1024
GREETING_PAUSE_MS = 1500
"""Shoppers greet first and ask then, in another message: one answer to both."""

TURN_GRACE_MS = 3000
"""Longer than a turn takes, the pause after a greeting included."""

R = TypeVar("R")
log = structlog.get_logger(__name__)


async def _patiently(step: Callable[[], Awaitable[R]]) -> R:
    """Take a step of the start, again while the database can't answer in time."""
    loop = asyncio.get_running_loop()
    until = loop.time() + START_S
    while True:
        try:
            return await step()
        except Refusal as refusal:
            if not refusal.retry or loop.time() > until:
                raise
            log.warning("start waits", code=refusal.code)
        await asyncio.sleep(0.25)


@dataclass(slots=True)
class ChatServer:
    """One process of the product.

    Args:
        database: migrated already.
    """

    settings: Settings
    database: Database
    clock: Clock
    chat: Chat
    realtime: Realtime
    pages: Starlette
    membership: Membership
    windows: Windows
    shelf: LiveShelf
    answers: AnswerLetters | None = None
    handover: Handover | None = None
    stopped: bool = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection: sockets under `/socket.io/`, pages everywhere else."""
        if scope["type"] in {"http", "websocket"} and scope["path"].startswith("/socket.io/"):
            await (self.handover or self.realtime.guard)(scope, receive, send)
        else:
            await self.pages(scope, receive, send)

    async def start(self) -> None:
        """Enter among the processes, then begin to tell, to sweep and to beat."""
        self.realtime.edge.epoch = await _patiently(lambda: self.database.read(installation.epoch))
        await _patiently(self.membership.enter)
        await _patiently(lambda: self.shelf.begin(self.database, self.clock))
        if self.handover is not None:
            await self.handover.start()
        self.realtime.start()
        self.chat.tasks.start(self._every(SWEEP_S, self._sweep), name="sweep")
        self.chat.tasks.start(self._every(BEAT_S, self.membership.beat), name="heartbeat")
        self.chat.tasks.start(self._every(FOLLOW_S, self._follow), name="faq")
        self.chat.tasks.start(self._every(LEARN_S, self._learn), name="learning")
        log.info("started", database="sqlite" if self.database.is_sqlite else "postgresql")

    async def _sweep(self) -> None:
        if await self.membership.may_sweep():
            await self.chat.sweep()
            if self.answers is not None:
                await self.answers.sweep()

    async def _learn(self) -> None:
        if await self.membership.may_sweep():
            await learn_when_due(self.database, self.clock, self.shelf)

    async def _follow(self) -> None:
        await self.shelf.follow(self.database, self.clock)

    async def _every(self, interval_s: float, run: Any) -> None:
        while True:
            try:
                await run()
            except Refusal as refusal:
                log.warning("postponed", code=refusal.code)
            except Exception:
                # The supervisor's boundary: one bad round must not end the net under everything.
                log.exception("round failed")
            await asyncio.sleep(interval_s)

    async def stop(self) -> None:
        """Finish what is under way, commit it, tell it, and let go."""
        if self.stopped:
            return
        self.stopped = True
        await self.realtime.stop()
        if self.handover is not None:
            await self.handover.stop()
        await self.chat.tasks.stop()
        try:
            await self.membership.leave()
        except Refusal as refusal:
            log.warning("left without a word", code=refusal.code)
        await self.windows.close()
        await self.database.close()
        log.info("stopped")


def build_app(
    settings: Settings,
    *,
    clock: Clock | None = None,
    faq: FaqShelf | None = None,
    workers: Path | None = None,
    mailer: Mailer | None = None,
) -> ChatServer:
    """Return the whole server, not started yet; its lifespan starts and stops it.

    Args:
        clock: on SQLite the machine's, on PostgreSQL the database's, when left out.
        faq: what answers until the database has been read; nothing when left out.
        workers: where the workers behind this port meet, when there are several.
        mailer: who hands mail over; the settings' own server when left out.
    """
    faq = faq or FaqShelf.of(())
    database = Database(settings.database)
    shared_clock = None if clock is not None or database.is_sqlite else SharedClock()
    clock = clock or shared_clock or SystemClock()
    broadcaster = SocketBroadcaster()
    chat = Chat(
        database,
        clock=clock,
        broadcaster=broadcaster,
        knowledge=FaqKnowledge(faq.base),
        lease_ms=settings.lease_s * 1000,
        greeting_pause_ms=GREETING_PAUSE_MS,
        turn_grace_ms=0 if database.is_sqlite else TURN_GRACE_MS,
    )
    shelf = LiveShelf(faq)

    def take_up(new: FaqShelf) -> None:
        chat.knowledge = FaqKnowledge(new.base)
        chat.numbers = new.numbers

    def knowledge_at(owed: OwedTurn) -> FaqKnowledge:
        outside = shelf.now.outside(site=owed.site, path=owed.situation.page)
        return FaqKnowledge(shelf.base, outside=outside)

    shelf.on_new = take_up
    chat.knowledge_at = knowledge_at
    membership: Membership = (
        Alone(chat)
        if database.is_sqlite
        else OneOfMany(chat, clock=shared_clock, shares=settings.shares)
    )
    windows = _windows(settings)
    mailer = mailer or mailer_of(settings, clock)
    chat.desk = OrderCounter(
        chat,
        mailer=mailer,
        outbound=Outbound(allow_local=settings.allow_local_orders),
        secret_key=settings.secret_key,
        windows=windows,
    )
    answers = None
    if mailer is not None and settings.mail_origin:
        answers = AnswerLetters(
            chat,
            mailer,
            origin=settings.mail_origin,
            links=StopLinks(settings.secret_key),
            windows=windows,
        )
    elif mailer is not None:
        log.warning("no answers by mail", reason="CHATSERVER_PUBLIC_URL is not set")
    chat.has_mail = answers is not None
    fanout = None
    if settings.shares:
        fanout = Fanout(
            settings.redis_url,
            secret=settings.secret_key,
            process_id=membership.process_id,
            clock=clock,
        )
    links = TranscriptLinks(settings.secret_key, clock)

    def transcript_path(public_id: PublicId, language: str) -> str:
        return f"/t/{links.sign(public_id, language)}"

    edge = Edge(
        chat=chat,
        settings=settings,
        rates=Rates(settings, clock, windows),
        epoch="",
        transcript_path=transcript_path,
        files=FileLinks(settings.secret_key, clock),
        letters=None if mailer is None else TranscriptLetters(chat, mailer, windows=windows),
        answers=answers,
        fanout=fanout,
    )
    realtime = Realtime(edge, broadcaster)
    handover = None
    if workers is not None:
        handover = Handover(realtime.guard, process_id=membership.process_id, folder=workers)
        realtime.name_transports(handover.name)

    async def find_site(key: str) -> Site | None:
        return await database.read(sites.find, key)

    async def people(site: Site) -> PeopleView:
        return views.people(await database.read(people_of, site, now_ms=clock.now_ms()))

    async def count_shown(site: Site, rule: str) -> None:
        await chat.do(proactive.count_step, site, rule, "shown")

    usual = UsualReplies(database, clock)

    async def receive_file(grant: Grant, content: bytes) -> Posted:
        """Look into a file, then keep it and say it in its conversation."""
        found = await files.inspect(content)
        post = files.post_visitor_file if grant.by == "visitor" else files.post_agent_file
        return await chat.do(post, grant, found)

    shown = CardPictures(
        Outbound(allow_local=settings.allow_local_orders, max_bytes=MAX_PICTURE_BYTES), clock
    )

    async def card_picture(conversation: str, seq: int) -> Inspected:
        """Return the picture of a product that a message shows."""
        address = await database.read(address_of, conversation, seq)
        if address is None:
            raise Refusal(Code.NOT_FOUND)
        return await shown.get(address)

    async def refuse_mail(conversation: ConversationId) -> None:
        await chat.do(answers_by_mail.refuse, conversation)

    async def session_ended(staff_id: StaffId) -> None:
        """Close the sockets of sessions that are over; who has none left has signed out."""
        left = await database.read(list_sessions, staff_id, now_ms=clock.now_ms())
        await realtime.close_agent(staff_id, keep={session.id for session in left})
        if not left:
            await chat.do(presence.sign_out, staff_id)

    web = Web(
        database=database,
        clock=clock,
        settings=settings,
        entrance=Entrance(
            database, clock, limits=SignInLimits(settings.sign_ins_per_minute, windows)
        ),
        find_site=find_site,
        people=people,
        knowledge=shelf,
        shelf=shelf,
        on_session_ended=session_ended,
        receive_file=receive_file,
        card_picture=card_picture,
        find_answers=lambda text, language: [
            (found.entry, found.question, found.answer)
            for found in chat.knowledge.find(text, language).found
        ],
        check_search=edge.rates.check_search,
        sends_mail=mailer is not None,
        sends_answers=answers is not None,
        refuse_mail=refuse_mail,
        reply_ms=usual.reply_ms,
        count_shown=count_shown,
        is_ready=lambda: storage_checks(database),
        is_draining=lambda: edge.draining,
        health=lambda: Health(
            process=membership.process_id,
            role=membership.role,
            redis=None if fanout is None else fanout.is_up,
        ),
    )

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await server.start()
        yield
        await server.stop()

    pages = Starlette(
        routes=build_routes(web),
        middleware=middleware(web),
        exception_handlers=exception_handlers(web),
        lifespan=lifespan,
        max_body_size=MAX_BODY_BYTES,
    )
    server = ChatServer(
        settings,
        database,
        clock,
        chat,
        realtime,
        pages,
        membership,
        windows,
        shelf,
        answers=answers,
        handover=handover,
    )
    return server


def _windows(settings: Settings) -> Windows:
    """Return where tries are counted that guard against attack."""
    if not settings.shares:
        return LocalWindows()
    prefix = derive_key(settings.secret_key, "limits").hex()[:16]
    return SharedWindows(settings.redis_url, prefix=f"chat:{prefix}")
