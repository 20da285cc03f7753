"""Counts tries in windows of time, in this process or for all of them in Redis; knows no rule.

What guards against guessing must count all processes together, else each of them is a fresh try.
With Redis away each counts for itself: a limit that is a few times too generous for a while beats a
door that nobody can open.
"""

import asyncio
from typing import Any, Protocol

import structlog
from limits import RateLimitItem
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter, RateLimiter

REDIS_TIMEOUT_S = 0.5
"""Whoever signs in can wait so long, and hashing a password takes as long anyway."""

PAUSE_S = 1.0
"""So long after a failure Redis is not asked: nobody waits for it again and again."""

log = structlog.get_logger(__name__)


class Windows(Protocol):
    """Where tries are counted."""

    async def test(self, item: RateLimitItem, *key: str) -> bool:
        """Whether one more would be allowed."""
        ...

    async def hit(self, item: RateLimitItem, *key: str) -> bool:
        """Count one; whether it is allowed."""
        ...

    async def clear(self, item: RateLimitItem, *key: str) -> None:
        """Forget what was counted."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class LocalWindows:
    """Counts in this process.

    Args:
        limiter: where; in memory when left out.
    """

    def __init__(self, limiter: RateLimiter | None = None) -> None:
        self._limiter = limiter or MovingWindowRateLimiter(MemoryStorage())

    async def test(self, item: RateLimitItem, *key: str) -> bool:
        """Whether one more would be allowed."""
        return self._limiter.test(item, *key)

    async def hit(self, item: RateLimitItem, *key: str) -> bool:
        """Count one; whether it is allowed."""
        return self._limiter.hit(item, *key)

    async def clear(self, item: RateLimitItem, *key: str) -> None:
        """Forget what was counted."""
        self._limiter.clear(item, *key)

    async def close(self) -> None:
        """Nothing: there are none."""


class SharedWindows:
    """Counts in Redis for every process of an installation, and here while Redis is away.

    Args:
        url: of Redis.
        prefix: of the keys; the installation's own.
    """

    def __init__(self, url: str, *, prefix: str) -> None:
        # Only where it is used: the embedded default starts without the library.
        from limits.aio.storage import RedisStorage
        from limits.aio.strategies import MovingWindowRateLimiter as SharedRateLimiter
        from redis.asyncio import BlockingConnectionPool

        self._pool = BlockingConnectionPool.from_url(
            url,
            max_connections=2,
            timeout=REDIS_TIMEOUT_S,
            socket_timeout=REDIS_TIMEOUT_S,
            socket_connect_timeout=REDIS_TIMEOUT_S,
        )
        options: dict[str, Any] = {"connection_pool": self._pool}
        storage = RedisStorage(
            "async+redis://", implementation="redispy", key_prefix=prefix, **options
        )
        self._shared = SharedRateLimiter(storage)
        self._local = LocalWindows()
        self._away_until = 0.0

    async def close(self) -> None:
        """Let go of connections."""
        await self._pool.aclose()

    async def _ask(self, what: str, item: RateLimitItem, key: tuple[str, ...]) -> bool | None:
        from redis.exceptions import RedisError

        loop = asyncio.get_running_loop()
        if loop.time() < self._away_until:
            return None
        try:
            async with asyncio.timeout(2 * REDIS_TIMEOUT_S):
                return bool(await getattr(self._shared, what)(item, *key))
        except (RedisError, OSError, TimeoutError) as error:
            self._away_until = loop.time() + PAUSE_S
            log.warning("limits counted here alone", error=type(error).__name__)
            return None

    async def test(self, item: RateLimitItem, *key: str) -> bool:
        """Whether one more would be allowed."""
        answer = await self._ask("test", item, key)
        return await self._local.test(item, *key) if answer is None else answer

    async def hit(self, item: RateLimitItem, *key: str) -> bool:
        """Count one, here as well, so that Redis may go at any time; whether it is allowed."""
        local = await self._local.hit(item, *key)
        answer = await self._ask("hit", item, key)
        return local if answer is None else answer

    async def clear(self, item: RateLimitItem, *key: str) -> None:
        """Forget what was counted."""
        await self._local.clear(item, *key)
        await self._ask("clear", item, key)
