"""The only place that asks the time; knows nothing else.

Everything that needs the time is handed a `Clock`, so tests can turn it by hand.
"""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time: one clock for leases, offers, sequence times and sessions."""

    def now_ms(self) -> int:
        """Return milliseconds since 1970-01-01 UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never step back; for measuring, never for storing."""
        ...


class SystemClock:
    """The machine's clock."""

    def now_ms(self) -> int:
        """Return milliseconds since 1970-01-01 UTC."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        """Return seconds that never step back."""
        return time.monotonic()


STEADY_MS = 5
"""Differences smaller than this are the measuring's, not the clock's."""


class SharedClock:
    """The database's clock as this machine knows it: its own, and by how much it is off.

    Several processes hold leases against each other, so they must mean the same moment.
    """

    def __init__(self) -> None:
        self.offset_ms = 0

    def correct(self, offset_ms: int, *, trip_ms: int) -> None:
        """Take over a measured offset.

        Args:
            offset_ms: by how much the shared clock is ahead of the machine's.
            trip_ms: how long measuring took; the offset can be wrong by half of it.
        """
        if abs(offset_ms - self.offset_ms) > max(STEADY_MS, trip_ms):
            self.offset_ms = offset_ms

    def now_ms(self) -> int:
        """Return milliseconds since 1970-01-01 UTC, by the shared clock."""
        return time.time_ns() // 1_000_000 + self.offset_ms

    def monotonic(self) -> float:
        """Return seconds that never step back, by the machine's clock."""
        return time.monotonic()


class ManualClock:
    """A clock that stands still until it is turned; for tests.

    Args:
        start_ms: where it stands at first; a Sunday afternoon by default.
    """

    def __init__(self, start_ms: int = 1_795_356_000_000) -> None:
        self._now_ms = start_ms

    def now_ms(self) -> int:
        """Return where the hand stands."""
        return self._now_ms

    def monotonic(self) -> float:
        """Return the same in seconds."""
        return self._now_ms / 1000

    def advance(self, *, ms: int = 0, s: float = 0) -> None:
        """Turn the hand forward."""
        self._now_ms += ms + round(s * 1000)


def to_datetime(ms: int) -> datetime:
    """Return milliseconds UTC as an aware datetime."""
    return datetime.fromtimestamp(ms / 1000, tz=UTC)


def to_ms(moment: datetime) -> int:
    """Return an aware datetime as milliseconds UTC."""
    return round(moment.timestamp() * 1000)
