"""Long work on the event loop, done in short stretches, so that nobody's message waits for it."""

import asyncio

STRETCH_S = 0.002
"""So long others may wait for one stretch."""

SHARE = 0.25
"""Of the loop's time that long work takes while it lasts; the rest is everybody else's."""


class Pace:
    """How long one piece of work has kept the event loop to itself."""

    __slots__ = ("_loop", "_since")

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._since = self._loop.time()

    async def breathe(self) -> None:
        """Let others on, once they have waited for a stretch; the longer it was, the longer."""
        worked_s = self._loop.time() - self._since
        if worked_s >= STRETCH_S:
            await self.rest(worked_s * (1 / SHARE - 1))

    async def rest(self, seconds: float) -> None:
        """Let others on for so long."""
        await asyncio.sleep(seconds)
        self._since = self._loop.time()
