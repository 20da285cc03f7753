"""Row F-12: the server dies with everybody connected, and everybody comes back at once.

`FAULT_CLIENTS=5000 pytest tests/faults/test_storm.py -s` for the figures; that many need
`ulimit -n` above twice their number.
"""

import asyncio
import os
import time
from collections.abc import Callable

import psutil
from sqlalchemy import Connection

from chatserver.storage.database import Database
from tests.faults import storm
from tests.faults.storm import Seat, Shopper
from tests.journeys.conftest import Furnished
from tests.many.traffic import percentile

CLIENTS = int(os.environ.get("FAULT_CLIENTS", "150"))
MOST_AWAY_S, READY_S, LEVEL_S = 5.0, 5.0, 10.0
SAID = 5


async def until_level(shoppers: list[Shopper], *, within_s: float) -> None:
    deadline = time.monotonic() + within_s
    while not all(one.is_level for one in shoppers):
        missing = sum(not one.is_level for one in shoppers)
        assert time.monotonic() < deadline, f"{missing} of {len(shoppers)} are not back"
        await asyncio.sleep(0.05)


def meanwhile(connection: Connection, seats: list[Seat]) -> None:
    for seat in seats:
        storm.say(connection, seat.conversation, "yokken yazıldı")
    storm.forget_changes(connection)


async def test_everybody_comes_back_after_a_crash(
    new_server: Callable[..., Furnished],
) -> None:
    server, _accounts = new_server()
    server.kill()
    database = Database(server.database_url)
    try:
        seats = database.run(storm.seed, CLIENTS, said=SAID)
        database.run(storm.forget_changes)
        await asyncio.to_thread(server.start)
        assert server.process is not None
        calm = psutil.Process(server.process.pid).memory_info().rss
        shoppers = [Shopper(server.port, seat) for seat in seats]
        began = time.monotonic()
        for start in range(0, CLIENTS, 100):
            for one in shoppers[start : start + 100]:
                one.come()
            await until_level(shoppers[: start + 100], within_s=30)
        took = time.monotonic() - began
        full = psutil.Process(server.process.pid).memory_info().rss
        server.kill()
        crashed = time.monotonic()
        database.run(meanwhile, seats)
        await asyncio.sleep(max(0.0, 1.5 - (time.monotonic() - crashed)))
        started = time.monotonic()
        await asyncio.to_thread(server.start)
        ready = time.monotonic()
        for one in shoppers:
            one.level_at = one.level_at if one.level_at > crashed else 0.0
        await until_level(shoppers, within_s=120)
        waits = [one.level_at - ready for one in shoppers]
        again = psutil.Process(server.process.pid).memory_info().rss
        print(
            f"\n{CLIENTS} clients: first all in after {took:.1f} s ({CLIENTS / took:.0f}/s, "
            f"{(full - calm) / CLIENTS / 1024:.0f} KiB each); ready {ready - started:.2f} s after "
            f"exec, down {ready - crashed:.1f} s; level p50 {percentile(waits, 0.5):.2f} s, p99 "
            f"{percentile(waits, 0.99):.2f} s, last {max(waits):.2f} s after ready; "
            f"{again / 2**20:.0f} MiB, before the crash {full / 2**20:.0f}"
        )
        wanted = [f"satır {number}" for number in range(SAID)] + ["yokken yazıldı"]
        assert all([line.body for line in one.screen.messages] == wanted for one in shoppers)
        if ready - crashed <= MOST_AWAY_S:
            assert ready - started <= READY_S
            assert percentile(waits, 0.99) <= LEVEL_S, percentile(waits, 0.99)
        for one in shoppers:
            one.go()
    finally:
        await database.close()
    assert "Traceback" not in server.log and '"exception"' not in server.log
