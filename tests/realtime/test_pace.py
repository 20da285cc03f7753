"""Long work lets others on, and short work does not stop at every step."""

import asyncio
import time

from chatserver.realtime.pace import SHARE, STRETCH_S, Pace


async def test_others_have_most_of_the_time_while_long_work_lasts() -> None:
    turns, began = 0, time.monotonic()

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    beside = asyncio.create_task(other())
    pace, worked_s, before = Pace(), 0.0, turns
    for _ in range(20):
        at = time.monotonic()
        time.sleep(STRETCH_S / 2)  # noqa: ASYNC251
        worked_s += time.monotonic() - at
        await pace.breathe()
    took_s = time.monotonic() - began
    beside.cancel()
    assert worked_s < took_s * (SHARE + 0.05)
    assert turns - before > 20


async def test_short_work_is_done_in_one_go() -> None:
    told: list[str] = []
    asyncio.get_running_loop().call_soon(told.append, "others")
    pace = Pace()
    for _ in range(10):
        await pace.breathe()
    assert told == []
