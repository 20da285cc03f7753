"""How long a first answer usually takes: measured over a week, looked at now and then."""

from chatserver.clock import Clock
from chatserver.domain.ids import SiteId
from chatserver.domain.sites import Site
from chatserver.storage import waits
from chatserver.storage.database import Database

WEEK_MS = 7 * 24 * 3600 * 1000
FRESH_MS = 10 * 60 * 1000


class UsualReplies:
    """Remembers a site's figure for ten minutes: it is on every first screen."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._known: dict[SiteId, tuple[int, int | None]] = {}

    async def reply_ms(self, site: Site) -> int | None:
        """Return the median of a week, milliseconds, or None where too few were answered."""
        now_ms = self._clock.now_ms()
        read_ms, found = self._known.get(site.id, (-FRESH_MS, None))
        if now_ms - read_ms >= FRESH_MS:
            since_ms = now_ms - WEEK_MS
            found = await self._database.read(waits.usual_reply_ms, site.id, since_ms=since_ms)
            self._known[site.id] = (now_ms, found)
        return found
