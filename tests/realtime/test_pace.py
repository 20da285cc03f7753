"""Long work lets others on, and short work does not stop at every step."""

import asyncio
import time

from chatserver.realtime.pace import STRETCH_S, Pace


async def test_others_go_on_between_the_stretches_of_long_work() -> None:
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    beside = asyncio.create_task(other())
    await asyncio.sleep(0)
    pace, before = Pace(), turns
    for _ in range(20):
        time.sleep(STRETCH_S / 2)  # noqa: ASYNC251
        await pace.breathe()
    during = turns - before
    beside.cancel()
    assert 5 <= during <= 20, "every other step, as two of them are one stretch"


async def test_short_work_is_done_in_one_go() -> None:
    told: list[str] = []
    asyncio.get_running_loop().call_soon(told.append, "others")
    pace = Pace()
    for _ in range(10):
        await pace.breathe()
    assert told == []
