"""Long work on the event loop, done in short stretches, so that nobody's message waits for it."""

import asyncio

STRETCH_S = 0.002
"""So long others may wait for one stretch."""


class Pace:
    """How long one piece of work has kept the event loop to itself."""

    __slots__ = ("_loop", "_since")

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._since = self._loop.time()

    async def breathe(self) -> None:
        """Let others on, where they have waited long enough."""
        if self._loop.time() - self._since >= STRETCH_S:
            await asyncio.sleep(0)
            self._since = self._loop.time()
