"""Where all mail of the demo ends: kept in memory, shown on a page of the shop, sent to nobody."""

from collections import deque
from dataclasses import dataclass

from chatserver.clock import Clock, to_datetime
from chatserver.services.mail import Mail

KEPT = 30


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail that came. iso: when, in UTC."""

    mail: Mail
    iso: str


class Mailbox:
    """A mailer that delivers to a page."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._letters: deque[Letter] = deque(maxlen=KEPT)

    async def send(self, mail: Mail) -> None:
        """Keep one mail."""
        at = to_datetime(self._clock.now_ms())
        self._letters.appendleft(Letter(mail, at.isoformat(timespec="seconds")))

    @property
    def letters(self) -> list[Letter]:
        """What came, the newest first."""
        return list(self._letters)
