"""What this process is among those that serve one database; decides who does what only one may do.

An SQLite file has one process, which does everything. On PostgreSQL processes enter themselves, set
their clocks by the database's, and one of them at a time holds the duty to sweep.
"""

from typing import Protocol

import structlog

from chatserver.clock import SharedClock
from chatserver.services import presence, processes
from chatserver.services.chat import Chat

CLOCK_BEATS = 6
"""Heartbeats between two looks at the database's clock."""

log = structlog.get_logger(__name__)


class Membership(Protocol):
    """A process's place among its like."""

    process_id: str
    role: str

    async def enter(self) -> None:
        """Begin; the first one forgives the downtime."""
        ...

    async def beat(self) -> None:
        """Say that this process lives."""
        ...

    async def may_sweep(self) -> bool:
        """Whether it is this process that looks for what is due."""
        ...

    async def leave(self) -> None:
        """End in order."""
        ...


class Alone:
    """The only process of an SQLite file; a lock on the file sees to that."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self.process_id = processes.mint_process_id()
        self.role = "single"

    async def enter(self) -> None:
        """Forgive the downtime: nobody else can have been there."""
        await self._chat.do(presence.forgive_downtime, lease_ms=self._chat.lease_ms)

    async def beat(self) -> None:
        """Note the time, for the next start."""
        await self._chat.do(presence.beat)

    async def may_sweep(self) -> bool:
        """Always."""
        return True

    async def leave(self) -> None:
        """Nothing: nobody takes over."""


class OneOfMany:
    """One process on PostgreSQL, whether or not others are there.

    Args:
        clock: set by the database's; None where a test hands in its own.
        shares: whether others are told of what happens here.
    """

    def __init__(self, chat: Chat, *, clock: SharedClock | None, shares: bool) -> None:
        self._chat = chat
        self._clock = clock
        self._shares = shares
        self._beats = 0
        self.process_id = processes.mint_process_id()
        self.role = "member"

    async def enter(self) -> None:
        """Set the clock, then enter: downtime is forgiven by it."""
        if self._clock is not None:
            await processes.set_clock(self._clock, self._chat.database)
        others = await self._chat.do(processes.enter, self.process_id, lease_ms=self._chat.lease_ms)
        if others and not self._shares:
            # Not refused: while one is replaced by the next, both live for a moment.
            log.error("another process serves this database; without REDIS_URL they tell nobody")

    async def beat(self) -> None:
        """Say that this process lives; now and then look at the clock."""
        self._beats += 1
        if self._clock is not None and self._beats % CLOCK_BEATS == 0:
            await processes.set_clock(self._clock, self._chat.database)
        await self._chat.do(processes.beat, self.process_id)

    async def may_sweep(self) -> bool:
        """Whether this process has the duty, or could take it over just now."""
        now_ms = self._chat.clock.now_ms()
        holder = await self._chat.read(processes.sweeper, now_ms=now_ms)
        mine = holder in (None, self.process_id) and await self._chat.do(
            processes.hold_sweep, self.process_id
        )
        role = "sweeper" if mine else "member"
        if role != self.role:
            self.role = role
            log.info("duty", role=role)
        return mine

    async def leave(self) -> None:
        """Give the duty up, so that another takes it at once."""
        await self._chat.do(processes.leave, self.process_id)
