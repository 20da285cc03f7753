"""Ends waiting for a database that does not answer; knows futures and no database.

A server may hang, or its network swallow everything, and a thread that asked it can't be called
back. So whoever waits is told `unavailable` in time, though the unit may still be committed later:
sent again, it is answered as a duplicate.
"""

import asyncio
from collections import deque
from typing import Any

from chatserver.errors import Code, Refusal

PATIENCE_S = 1.7
"""How long anybody waits for a database on the network."""

LOOK_S = 0.2
MAX_READS = 2_000
"""Reads that may wait at once; more are refused as unavailable."""


class Patience:
    """Settles futures that nobody settled in time; one timer for all of them."""

    def __init__(self) -> None:
        self._watched: deque[tuple[float, asyncio.Future[Any]]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, future: "asyncio.Future[Any]") -> None:
        """Let a future fail as `unavailable` unless it is settled in time."""
        loop = asyncio.get_running_loop()
        self._watched.append((loop.time() + PATIENCE_S, future))
        if self._timer is None:
            self._timer = loop.call_later(LOOK_S, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        watched = self._watched
        while watched and (watched[0][1].done() or watched[0][0] <= now):
            _deadline, future = watched.popleft()
            if not future.done():
                future.set_exception(Refusal(Code.UNAVAILABLE))
        self._timer = loop.call_later(LOOK_S, self._look, loop) if watched else None
