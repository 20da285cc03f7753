"""Reads that many ask for at the same moment, done once for all of them; knows nothing of what is read.

Whoever asks while a read is under way gets the *next* one, which everybody who asks meanwhile shares:
what is returned was never read before it was asked for, so nobody sees anything stale.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

from chatserver.services.tasks import Supervisor

R = TypeVar("R")


class Sharing:
    """Shares reads by key.

    Args:
        tasks: where the reads run, so that they do not end with whoever asked first.
    """

    def __init__(self, tasks: Supervisor) -> None:
        self._tasks = tasks
        self._next: dict[Hashable, asyncio.Future[Any]] = {}
        self._running: set[Hashable] = set()

    async def read(self, key: Hashable, read: Callable[[], Awaitable[R]]) -> R:
        """Return what a read of this key says that begins from now on."""
        future = self._next.get(key)
        if future is None:
            future = self._next[key] = asyncio.get_running_loop().create_future()
            if key not in self._running:
                self._running.add(key)
                self._tasks.start(self._run(key, read), name="shared read")
        return await asyncio.shield(future)

    async def _run(self, key: Hashable, read: Callable[[], Awaitable[Any]]) -> None:
        future: asyncio.Future[Any] | None = None
        try:
            while (future := self._next.pop(key, None)) is not None:
                try:
                    result = await read()
                except Exception as error:  # whoever asked gets it
                    future.set_exception(error)
                    future.exception()  # and if all of them have gone, nobody need
                else:
                    future.set_result(result)
        finally:
            self._running.discard(key)
            for left in (future, self._next.pop(key, None)):
                if left is not None and not left.done():
                    left.cancel()
