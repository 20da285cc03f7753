"""Tries are counted for all processes together, and in each alone while Redis is away."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import pytest
from limits import RateLimitItemPerMinute

from chatserver.errors import Code, Refusal
from chatserver.services.sign_in import SignInLimits
from chatserver.windows import SharedWindows
from tests.redis import Redis

ITEM = RateLimitItemPerMinute(5)
Open = Callable[[Redis, str], SharedWindows]


@pytest.fixture
async def open_windows() -> AsyncIterator[Open]:
    """Return a function that opens windows; all are closed afterwards."""
    opened: list[SharedWindows] = []

    def open_(redis: Redis, prefix: str) -> SharedWindows:
        opened.append(SharedWindows(redis.url, prefix=prefix))
        return opened[-1]

    yield open_
    for windows in opened:
        await windows.close()


async def test_two_processes_count_together(redis_server: Redis, open_windows: Open) -> None:
    windows = [open_windows(redis_server, "together") for _ in range(2)]
    allowed = [await windows[n % 2].hit(ITEM, "try", "ada") for n in range(8)]
    assert allowed == [True] * 5 + [False] * 3
    assert not await windows[0].test(ITEM, "try", "ada")
    assert await windows[0].test(ITEM, "try", "alan")
    await windows[1].clear(ITEM, "try", "ada")
    assert await windows[0].test(ITEM, "try", "ada")


async def test_many_at_once_are_no_way_around(redis_server: Redis, open_windows: Open) -> None:
    limits = [SignInLimits(5, open_windows(redis_server, "once")) for _ in range(4)]

    async def attempt(n: int) -> bool:
        try:
            await limits[n % 4].check("ada@shop.example", "192.0.2.1")
        except Refusal as refusal:
            assert refusal.code is Code.RATE_LIMITED
            return False
        return True

    assert sum(await asyncio.gather(*(attempt(n) for n in range(40)))) == 5


@pytest.mark.parametrize("fault", ["killed", "hung"])
async def test_without_redis_each_counts_for_itself_and_nobody_waits(
    own_redis: Redis, open_windows: Open, fault: str
) -> None:
    windows = open_windows(own_redis, "away")
    assert await windows.hit(ITEM, "try", "ada")
    if fault == "killed":
        own_redis.kill()
    else:
        own_redis.hang()
    began = time.monotonic()
    allowed = [await windows.hit(ITEM, "try", "ada") for _ in range(8)]
    assert allowed == [True] * 4 + [False] * 4
    assert time.monotonic() - began < 3
