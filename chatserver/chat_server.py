"""One process of the product: what serves, and what runs beside it from start to stop."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from chatserver.clock import Clock
from chatserver.errors import Refusal
from chatserver.faq_shelf import LiveShelf
from chatserver.learning import learn_when_due
from chatserver.membership import Membership
from chatserver.realtime.handover import Handover
from chatserver.realtime.server import Realtime
from chatserver.services.answer_letters import AnswerLetters
from chatserver.services.chat import Chat
from chatserver.settings import Settings
from chatserver.storage import installation
from chatserver.storage.database import Database
from chatserver.windows import Windows

SWEEP_S = 1.0
BEAT_S = 5.0
FOLLOW_S = 1.0
"""How often each process asks whether the FAQ changed; building the next index takes half a second,
so that what is published answers everywhere within two."""

LEARN_S = 300.0

START_S = 20.0
"""So long a start waits for a database that is slow to answer, as one is after a crash."""

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

    async def _every(self, interval_s: float, run: Callable[[], Awaitable[None]]) -> None:
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
