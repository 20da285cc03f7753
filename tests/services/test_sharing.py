"""A read is shared by those who asked before it began, and never by who came later."""

import asyncio

import pytest

from chatserver.services.sharing import Sharing
from chatserver.services.tasks import Supervisor


class Reads:
    """Reads that end when they are let to; each returns its number."""

    def __init__(self) -> None:
        self.begun = 0
        self.gate = asyncio.Event()

    async def __call__(self) -> int:
        self.begun += 1
        number = self.begun
        await self.gate.wait()
        return number


async def test_who_asks_meanwhile_shares_the_next_read() -> None:
    sharing, reads = Sharing(Supervisor()), Reads()
    first = asyncio.ensure_future(sharing.read("people", reads))
    await asyncio.sleep(0.01)
    later = [asyncio.ensure_future(sharing.read("people", reads)) for _ in range(20)]
    await asyncio.sleep(0.01)
    assert reads.begun == 1
    reads.gate.set()
    assert await first == 1
    assert await asyncio.gather(*later) == [2] * 20, "one read, begun after all of them asked"
    assert await sharing.read("people", reads) == 3


async def test_keys_are_apart_and_who_gives_up_ends_it_for_nobody() -> None:
    sharing, reads, other = Sharing(Supervisor()), Reads(), Reads()
    other.gate.set()
    gone = asyncio.ensure_future(sharing.read("people", reads))
    stays = asyncio.ensure_future(sharing.read("people", reads))
    assert await sharing.read("site", other) == 1
    gone.cancel()
    reads.gate.set()
    assert await stays == 1


async def test_everybody_who_shares_gets_the_error_and_the_next_one_works() -> None:
    sharing = Sharing(Supervisor())

    async def fails() -> int:
        await asyncio.sleep(0)
        raise LookupError

    both = [asyncio.ensure_future(sharing.read("people", fails)) for _ in range(2)]
    for asked in both:
        with pytest.raises(LookupError):
            await asked
    reads = Reads()
    reads.gate.set()
    assert await sharing.read("people", reads) == 1


async def test_the_end_of_the_tasks_ends_the_waiting() -> None:
    tasks = Supervisor()
    sharing, reads = Sharing(tasks), Reads()
    waits = asyncio.ensure_future(sharing.read("people", reads))
    await asyncio.sleep(0.01)
    await tasks.stop()
    await asyncio.wait({waits}, timeout=1)
    assert waits.cancelled()
