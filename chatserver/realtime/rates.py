"""How fast is too fast: a bucket for each connection, windows for visitors and addresses."""

from collections import deque
from dataclasses import dataclass

from limits import RateLimitItemPerHour, RateLimitItemPerMinute

from chatserver.clock import Clock
from chatserver.domain.ids import VisitorId
from chatserver.errors import Code, Refusal
from chatserver.settings import Settings
from chatserver.windows import LocalWindows, Windows

MINUTE_S = 60.0

SEARCHES = RateLimitItemPerMinute(60)
"""Searches of one network address: nobody types faster."""


@dataclass(slots=True)
class Bucket:
    """A token bucket: so many a second on the long run, twice as many at once.

    Args:
        per_second: refill.
        level: tokens left.
        at: monotonic seconds of the last look.
        denied: refusals, less what was allowed since.
    """

    per_second: float
    level: float
    at: float
    denied: int = 0

    def take(self, now: float) -> bool:
        """Take a token if there is one."""
        burst = self.per_second * 2
        self.level = min(burst, self.level + (now - self.at) * self.per_second)
        self.at = now
        if self.level < 1:
            self.denied += 1
            return False
        self.level -= 1
        self.denied = max(0, self.denied - 1)
        return True


class Sends:
    """A moving window of a minute for each visitor; holds nothing of who was silent that long.

    Args:
        most: messages in any minute.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._sent: dict[VisitorId, deque[float]] = {}
        self._swept_at = 0.0

    def take(self, visitor: VisitorId, now: float) -> float:
        """Count one message; return 0, or after how many seconds there is room again."""
        if now - self._swept_at >= MINUTE_S:
            self._sweep(now)
        sent = self._sent.get(visitor)
        if sent is None:
            sent = self._sent[visitor] = deque()
        while sent and sent[0] <= now - MINUTE_S:
            sent.popleft()
        if len(sent) >= self._most:
            return sent[0] + MINUTE_S - now
        sent.append(now)
        return 0.0

    def _sweep(self, now: float) -> None:
        self._swept_at = now
        self._sent = {
            visitor: sent for visitor, sent in self._sent.items() if sent[-1] > now - MINUTE_S
        }


class Rates:
    """Limits that outlive a connection: messages of a visitor, new visitors of an address.

    Messages are counted in each process: a visitor who has sockets in four gets four times as many,
    which floods nobody, and no message waits for Redis.

    Args:
        shared: where new visitors are counted, for all processes; here when left out.
    """

    def __init__(self, settings: Settings, clock: Clock, shared: Windows | None = None) -> None:
        self._settings = settings
        self._clock = clock
        self._sends = Sends(settings.sends_per_minute)
        self._shared = shared or LocalWindows()
        self._starts = RateLimitItemPerHour(settings.starts_per_hour)
        self._sockets: dict[str, int] = {}

    def bucket(self) -> Bucket:
        """Return a full bucket for a new connection."""
        rate = float(self._settings.events_per_second)
        return Bucket(rate, rate * 2, self._clock.monotonic())

    def check_send(self, visitor: VisitorId) -> None:
        """Count one message of a visitor.

        Raises:
            Refusal: `rate_limited`, with the time after which there is room again.
        """
        wait_s = self._sends.take(visitor, self._clock.monotonic())
        if wait_s:
            raise Refusal(Code.RATE_LIMITED, after_ms=max(1000, round(wait_s * 1000)))

    async def check_start(self, address: str) -> None:
        """Count one new visitor from an address.

        Raises:
            Refusal: `rate_limited`.
        """
        if not await self._shared.hit(self._starts, f"start:{address}"):
            raise Refusal(Code.RATE_LIMITED, after_ms=60_000)

    async def check_search(self, address: str) -> None:
        """Count one search of an address.

        Raises:
            Refusal: `rate_limited`.
        """
        if not await self._shared.hit(SEARCHES, f"search:{address}"):
            raise Refusal(Code.RATE_LIMITED, after_ms=10_000)

    def open_socket(self, address: str) -> bool:
        """Count a connection of an address; say whether it may have one more."""
        count = self._sockets.get(address, 0)
        if count >= self._settings.sockets_per_address:
            return False
        self._sockets[address] = count + 1
        return True

    def close_socket(self, address: str) -> None:
        """Count a connection that ended."""
        count = self._sockets.get(address, 0) - 1
        if count > 0:
            self._sockets[address] = count
        else:
            self._sockets.pop(address, None)
