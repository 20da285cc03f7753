"""The composition root: puts the parts together into one ASGI app; decides nothing itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog
from starlette.applications import Starlette

from chatserver.behind_pages import BehindPages
from chatserver.bot.knowledge import FaqKnowledge
from chatserver.chat_server import ChatServer
from chatserver.clock import Clock, SharedClock, SystemClock
from chatserver.faq_shelf import FaqShelf, LiveShelf
from chatserver.membership import Alone, Membership, OneOfMany
from chatserver.outbound import Outbound
from chatserver.realtime.broadcaster import SocketBroadcaster
from chatserver.realtime.edge import Edge
from chatserver.realtime.envelope import derive_key
from chatserver.realtime.fanout import Fanout
from chatserver.realtime.handover import Handover
from chatserver.realtime.rates import Rates
from chatserver.realtime.server import Realtime
from chatserver.services.answer_letters import AnswerLetters, StopLinks
from chatserver.services.bot_turns import OwedTurn
from chatserver.services.card_pictures import MAX_PICTURE_BYTES, CardPictures
from chatserver.services.chat import Chat
from chatserver.services.file_links import FileLinks
from chatserver.services.mail import Mailer
from chatserver.services.orders import OrderCounter
from chatserver.services.sign_in import Entrance, SignInLimits
from chatserver.services.transcript_links import TranscriptLinks
from chatserver.services.transcript_mail import TranscriptLetters
from chatserver.services.usual import UsualReplies
from chatserver.settings import Settings
from chatserver.smtp import mailer_of
from chatserver.storage.database import Database
from chatserver.web.context import Web
from chatserver.web.health import storage_checks
from chatserver.web.routes import build_routes, exception_handlers, middleware
from chatserver.windows import LocalWindows, SharedWindows, Windows

MAX_BODY_BYTES = 256 * 1024
GREETING_PAUSE_MS = 1500
"""Shoppers greet first and ask then, in another message: one answer to both."""

TURN_GRACE_MS = 3000
"""Longer than a turn takes, the pause after a greeting included."""

log = structlog.get_logger(__name__)


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
    shelf = _shelf_for(chat, faq)
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
    answers = _answer_letters(settings, chat, mailer, windows)
    chat.has_mail = answers is not None
    fanout = None
    if settings.shares:
        fanout = Fanout(
            settings.redis_url,
            secret=settings.secret_key,
            process_id=membership.process_id,
            clock=clock,
        )
    edge = Edge(
        chat=chat,
        settings=settings,
        rates=Rates(settings, clock, windows),
        epoch="",
        transcript_path=TranscriptLinks(settings.secret_key, clock).path,
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

    pictures = Outbound(allow_local=settings.allow_local_orders, max_bytes=MAX_PICTURE_BYTES)
    behind = BehindPages(chat, realtime, membership, CardPictures(pictures, clock))
    web = Web(
        database=database,
        clock=clock,
        settings=settings,
        entrance=Entrance(
            database, clock, limits=SignInLimits(settings.sign_ins_per_minute, windows)
        ),
        find_site=behind.find_site,
        people=behind.people,
        knowledge=shelf,
        shelf=shelf,
        on_session_ended=behind.on_session_ended,
        receive_file=behind.receive_file,
        card_picture=behind.card_picture,
        find_answers=behind.find_answers,
        check_search=edge.rates.check_search,
        sends_mail=mailer is not None,
        sends_answers=answers is not None,
        refuse_mail=behind.refuse_mail,
        reply_ms=UsualReplies(database, clock).reply_ms,
        count_shown=behind.count_shown,
        is_ready=lambda: storage_checks(database),
        is_draining=behind.is_draining,
        health=behind.health,
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


def _shelf_for(chat: Chat, faq: FaqShelf) -> LiveShelf:
    """Return the shelf that a chat's bot answers from, each new one of it included."""
    shelf = LiveShelf(faq)

    def take_up(new: FaqShelf) -> None:
        chat.knowledge = FaqKnowledge(new.base)
        chat.numbers = new.numbers

    def knowledge_at(owed: OwedTurn) -> FaqKnowledge:
        outside = shelf.now.outside(site=owed.site, path=owed.situation.page)
        return FaqKnowledge(shelf.base, outside=outside)

    shelf.on_new = take_up
    chat.knowledge_at = knowledge_at
    return shelf


def _answer_letters(
    settings: Settings, chat: Chat, mailer: Mailer | None, windows: Windows
) -> AnswerLetters | None:
    """Return who mails answers to those who did not wait; None where nobody can."""
    if mailer is None:
        return None
    if not settings.mail_origin:
        log.warning("no answers by mail", reason="CHATSERVER_PUBLIC_URL is not set")
        return None
    return AnswerLetters(
        chat,
        mailer,
        origin=settings.mail_origin,
        links=StopLinks(settings.secret_key),
        windows=windows,
    )


def _windows(settings: Settings) -> Windows:
    """Return where tries are counted that guard against attack."""
    if not settings.shares:
        return LocalWindows()
    prefix = derive_key(settings.secret_key, "limits").hex()[:16]
    return SharedWindows(settings.redis_url, prefix=f"chat:{prefix}")
