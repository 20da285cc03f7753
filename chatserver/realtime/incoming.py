"""What other processes say: opened, told from forgeries, and handed on at once; knows no Redis."""

from collections.abc import Callable
from typing import Protocol

import msgspec
import structlog

from chatserver.clock import Clock
from chatserver.realtime.channels import Channels
from chatserver.realtime.envelope import EMIT, Emit, Heard, Order, Seal

log = structlog.get_logger(__name__)


class Listener(Protocol):
    """What is done with what other processes say."""

    def deliver(self, room: str, emit: Emit) -> None:
        """Send a worded event to this process's sockets in a room; returns at once."""
        ...

    def obey(self, order: Order) -> None:
        """Look at something; returns at once."""
        ...

    def caught_up(self) -> None:
        """Repair what was missed: the line was away and is back."""
        ...


class Incoming:
    """What is done with each message that is heard.

    Args:
        heard_self: told when this process hears its own heartbeat.
    """

    def __init__(
        self, seal: Seal, channels: Channels, clock: Clock, *, heard_self: Callable[[bytes], None]
    ) -> None:
        self._seal = seal
        self._channels = channels
        self._clock = clock
        self._heard_self = heard_self
        self._forged_said_at = -60.0
        self.listener: Listener | None = None
        self.heard = 0
        self.forged = 0

    def take(self, channel: bytes, sealed: bytes) -> None:
        """Take a message from a channel."""
        if self._seal.is_own(sealed):
            self._heard_self(channel)
            return
        heard = self._seal.open(channel, sealed, now_ms=self._clock.now_ms())
        if heard is None:
            self._say_forged()
            return
        self.heard += 1
        self._read(self._channels.room(channel), heard)

    def _read(self, room: str, heard: Heard) -> None:
        assert self.listener is not None
        try:
            if heard.kind == EMIT:
                self.listener.deliver(room, msgspec.json.decode(heard.body, type=Emit))
            else:
                self._obey(room, msgspec.json.decode(heard.body, type=Order))
        except msgspec.DecodeError:
            # Of another version, in the middle of an upgrade: the beacon tells it in our words.
            log.warning("not understood", kind=heard.kind.decode())
        except Exception:
            # The line's own boundary: what comes after it is heard all the same.
            log.exception("not delivered", kind=heard.kind.decode())

    def _obey(self, room: str, order: Order) -> None:
        assert self.listener is not None
        match order.what:
            case "beat":
                pass
            case "joined":
                self._channels.has_company(room)
            case "rooms":
                self._channels.has_company(None)
            case _:
                self.listener.obey(order)

    def _say_forged(self) -> None:
        self.forged += 1
        now = self._clock.monotonic()
        if now - self._forged_said_at >= 60:
            self._forged_said_at = now
            log.warning("message from nobody of ours", count=self.forged)
