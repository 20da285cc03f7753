"""Learning how sure an answer must be, a few times a day; a check that passes goes on passing."""

import asyncio

import structlog

from chatserver.clock import Clock
from chatserver.faq_shelf import LiveShelf
from chatserver.services import publishing, thresholds
from chatserver.storage import faq_checks
from chatserver.storage.database import Database

log = structlog.get_logger(__name__)


async def learn_when_due(database: Database, clock: Clock, shelf: LiveShelf) -> bool:
    """Learn anew where nobody has for a while; say whether it was due.

    Where a check would fail by it, the language's thresholds stay: whoever publishes next sees that
    check and decides.
    """
    now_ms = clock.now_ms()
    if not await database.read(thresholds.is_due, now_ms=now_ms):
        return False
    learned = await database.read(thresholds.to_be, now_ms=now_ms)
    checks = await database.read(faq_checks.every)
    base = shelf.base

    def failing() -> frozenset[str]:
        found = publishing.effects(base, base.with_thresholds(learned), checks, ())
        return frozenset(shift.language for shift in found.drops)

    hold = await asyncio.to_thread(failing)
    for language in sorted(hold):
        log.warning("thresholds held back by a check", language=language)
    await database.write(thresholds.learn, now_ms=now_ms, hold=hold)
    return True
