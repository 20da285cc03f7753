"""Rows F-11, F-18, F-20: readers that stall, a server that is told to go, a backup that is put back.

Rolling restarts of several workers: `tests/many/test_workers.py`; stalled readers at the socket
layer, with their memory: `tests/realtime/test_sockets.py`.
"""

import asyncio
import contextlib
import os
import secrets
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil

from tests.clients import fresh_client_id
from tests.faults.checker import findings, read_snapshot
from tests.faults.people import NETWORK, Crowd
from tests.faults.proxy import proxy
from tests.faults.recorder import History, RecordedVisitor
from tests.journeys.conftest import Furnished
from tests.server import ServerProcess
from tests.wire import Poller

NewServer = Callable[..., Furnished]
STALLED = int(os.environ.get("FAULT_STALLED", "10"))
FLOOD = int(os.environ.get("FAULT_FLOOD", "400"))
MIB = 1024 * 1024


async def test_f18_told_to_go_under_traffic_it_finishes_and_goes(new_server: NewServer) -> None:
    """Somebody polls, everybody talks: nobody is told that a message failed, none is lost."""
    server, accounts = new_server(agents=2)
    crowd = Crowd([server.origin], accounts, visitors=6)
    crowd.begin()
    await crowd.talk(messages=30)
    async with Poller(f"{server.origin}/socket.io/") as poller:
        auth = {"version": 1, "site": "demo", "client": fresh_client_id()}
        await poller.enter("/visitor", auth)
        polling = asyncio.ensure_future(_poll_on(poller))
        began = time.monotonic()
        status = await asyncio.to_thread(server.terminate, 20)
        took = time.monotonic() - began
        heard = await asyncio.wait_for(polling, 5)
    assert (status, took <= 10) == (0, True), (status, took)
    assert any('"drain"' in packet for packet in heard), "the polling client was not told"
    await asyncio.to_thread(server.start)
    await crowd.talk(messages=20)
    await crowd.end()
    level, _snapshot = await crowd.level(server.database_url, within_s=10)
    print(
        f"\ngone after {took:.1f} s; {crowd.acked} acked, 0 lost, 0 failed; away at most "
        f"{max(crowd.away):.1f} s, level after {level:.2f} s"
    )
    await crowd.close()
    assert "Traceback" not in server.log and '"exception"' not in server.log


async def _poll_on(poller: Poller) -> list[str]:
    heard: list[str] = []
    with contextlib.suppress(Exception):
        while True:
            heard += await poller.poll()
    return heard


async def test_f11_readers_that_stall_cost_little_and_miss_nothing(new_server: NewServer) -> None:
    """Tabs of one visitor stop reading while another tab talks on; afterwards all show the same."""
    server, _accounts = new_server()
    assert server.process is not None
    process = psutil.Process(server.process.pid)
    history = History()
    talker = RecordedVisitor(server.origin, "talker", history)
    await talker.start()
    assert (await talker.say("merhaba"))["ok"]
    assert (
        await talker.ask(
            "conversation_leave", conversation=talker.conversation, client_id=fresh_client_id()
        )
    )["ok"]
    async with proxy(("127.0.0.1", server.port), narrow=True) as between:
        tabs = [
            RecordedVisitor(f"http://127.0.0.1:{between.port}", f"tab {n}", history)
            for n in range(STALLED)
        ]
        for tab in tabs:
            tab.token, tab.conversation = talker.token, talker.conversation
            await tab.connect()
        # As many as afterwards, so that what a server keeps of any traffic is there already.
        calm = await _pace(talker, FLOOD, size=3_800)
        before = process.memory_info().rss
        between.stall("down")
        began = time.monotonic()
        watching = asyncio.ensure_future(_highest(process))
        busy = await _pace(talker, FLOOD, size=3_800)
        gone_s = await asyncio.to_thread(_gone, server, STALLED, began)
        watching.cancel()
        grown = max(await watching - before, 0)
        left = process.memory_info().rss - before
        between.flow()
        for tab in tabs:
            history.screen(tab.who, str(talker.conversation))
            await asyncio.wait_for(_come_back(tab), 20)
        cut = server.log.count("slow_consumer")
        print(
            f"\n{STALLED} stalled, {FLOOD} messages: {grown / MIB / STALLED:.2f} MiB each at the "
            f"highest, {left / MIB / STALLED:.2f} left; {cut} cut off within {gone_s:.1f} s; "
            f"a send took {calm * 1000:.1f} ms before and {busy * 1000:.1f} ms meanwhile"
        )
        assert cut == STALLED, "nobody was cut off"
        assert grown / STALLED < 2 * MIB
        database = await _snapshot(server)
        assert not [item for item in findings(history, database) if "screens" in item]
        for one in (talker, *tabs):
            await one.close()
    assert "Traceback" not in server.log and '"exception"' not in server.log


def _gone(server: ServerProcess, count: int, began: float) -> float:
    """Wait until so many were hung up on, a minute at most; return the seconds since."""
    while server.log.count("slow_consumer") < count and time.monotonic() - began < 60:
        time.sleep(0.1)
    return time.monotonic() - began


async def _highest(process: psutil.Process) -> int:
    """Return the most memory a process held until told to stop looking."""
    most = 0
    with contextlib.suppress(asyncio.CancelledError):
        while True:
            most = max(most, process.memory_info().rss)
            await asyncio.sleep(0.02)
    return most


async def _come_back(tab: RecordedVisitor) -> None:
    """Hear what still waits in the line, lose it, come back and ask for the rest."""
    while True:
        try:
            if not tab.io.connected:
                await tab.connect()
            await tab.level(everything=True)
            return
        except NETWORK:
            await asyncio.sleep(0.1)


async def _snapshot(server: ServerProcess) -> Any:
    from chatserver.storage.database import Database

    database = Database(server.database_url)
    try:
        return await database.read(read_snapshot)
    finally:
        await database.close()


async def _pace(talker: RecordedVisitor, count: int, *, size: int = 10) -> float:
    """Send so many messages; return the median time of one."""
    took = []
    for number in range(count):
        began = time.monotonic()
        assert (await talker.say(f"{number} " + "字" * size))["ok"]
        took.append(time.monotonic() - began)
    return sorted(took)[len(took) // 2]


# A backup, by the page on operations: there are no commands for it


def back_up(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))


def restore(backup: Path, target: Path, *, new_epoch: bool) -> None:
    for tail in ("", "-wal", "-shm"):
        Path(f"{target}{tail}").unlink(missing_ok=True)
    target.write_bytes(backup.read_bytes())
    if new_epoch:
        with closing(sqlite3.connect(target)) as connection:
            connection.execute("UPDATE installation SET epoch = ?", (secrets.token_hex(16),))
            connection.commit()


async def test_f20_after_an_older_backup_everybody_starts_over(
    new_server: NewServer, tmp_path: Path
) -> None:
    """Made under traffic, it is sound and has all that was acked before; no number is crossed."""
    server, accounts = new_server(agents=2)
    file = Path(server.database_url.removeprefix("sqlite:///"))
    backup = tmp_path / "backup.sqlite3"
    crowd = Crowd([server.origin], accounts, visitors=5)
    crowd.begin()
    await crowd.talk(messages=30)
    acked_before = set(crowd.history.sent)
    await asyncio.to_thread(back_up, file, backup)
    await crowd.talk(messages=30)
    await crowd.end()
    await crowd.level(server.database_url, within_s=10)
    before = {
        (who, conversation): screen.epoch
        for who, screens in crowd.history.screens.items()
        for conversation, screen in screens.items()
    }
    with closing(sqlite3.connect(backup)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    in_doubt = fresh_client_id()  # still in somebody's outbox, sent before and after
    sender = crowd.shoppers[0]
    assert (await sender.say("yedekten sonra", client_id=in_doubt))["ok"]
    server.kill()
    restore(backup, file, new_epoch=True)
    await asyncio.to_thread(server.start)
    history = crowd.history
    history.ops = [op for op in history.ops if op.data.get("client_id") in acked_before]
    for one in crowd.everyone:
        await one.connect()
        await one.level(everything=True)
    again = await sender.say("yedekten sonra", client_id=in_doubt)
    assert again["ok"] and not again["duplicate"], "what the backup lacks is stored anew"
    _took, snapshot = await crowd.level(server.database_url, within_s=5)
    stored = {message.shown.client_id for message in snapshot.messages}
    assert acked_before <= stored and in_doubt in stored
    lost = history.sent - stored
    print(f"\n{len(acked_before)} acked before the backup are there; {len(lost)} after it are not")
    for (who, conversation), epoch in before.items():
        if history.screens[who][conversation].messages:
            assert history.screens[who][conversation].epoch != epoch, "a client did not start over"
    await crowd.close()
    assert "Traceback" not in server.log and '"exception"' not in server.log
