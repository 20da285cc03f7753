"""Row F-01: kill -9 under traffic, at random moments and at the three that matter most.

Once here; `FAULT_ROUNDS=200 FAULT_MESSAGES=520 FAULT_VISITORS=24 pytest tests/faults/test_crashes.py
-s` for the figures. What power loss adds (row F-02): `tests/journeys/test_kill.py`.
"""

import asyncio
import os
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.clients import VisitorClient, fresh_client_id
from tests.faults.falling import POINTS
from tests.faults.people import NETWORK, Crowd
from tests.faults.recorder import History, RecordedAgent, RecordedVisitor
from tests.journeys.conftest import Furnished
from tests.many.traffic import percentile
from tests.server import ServerProcess

ROUNDS = int(os.environ.get("FAULT_ROUNDS", "1"))
VISITORS = int(os.environ.get("FAULT_VISITORS", "8"))
MESSAGES = int(os.environ.get("FAULT_MESSAGES", "80"))
MINUTES = float(os.environ.get("FAULT_MINUTES", "inf"))
NewServer = Callable[..., Furnished]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str | None:
    """Where the server keeps everything; None for a file of its own."""
    if request.param == "sqlite":
        return None
    return str(request.getfixturevalue("postgresql").fresh_database())


async def test_killed_at_random_under_traffic(new_server: NewServer, url: str | None) -> None:
    server, accounts = new_server(agents=3 + VISITORS // 5, capacity=4, url=url)
    crowd = Crowd([server.origin], accounts, visitors=VISITORS, pause_s=0.005, seed=ROUNDS)
    starts, began = [], time.monotonic()
    crowd.begin()
    for _ in range(ROUNDS):
        await crowd.talk(messages=round(crowd.rng.uniform(0.5, 1.5) * MESSAGES), within_s=120)
        await asyncio.sleep(crowd.rng.uniform(0, 0.05))
        server.kill()
        at = time.monotonic()
        await asyncio.to_thread(server.start)
        starts.append(time.monotonic() - at)
        if time.monotonic() - began > 60 * MINUTES:
            break
    await crowd.talk(messages=MESSAGES // 2)
    await crowd.end()
    took, snapshot = await crowd.level(server.database_url, within_s=10)
    print(
        f"\n{'PostgreSQL' if url else 'SQLite'}, {len(starts)} times killed in "
        f"{time.monotonic() - began:.0f} s: {crowd.acked} acked, 0 lost, 0 twice, one order; "
        f"{len(snapshot.messages)} stored in {len(snapshot.conversations)} conversations; level "
        f"{took:.1f} s after the last word; ready p99 {percentile(starts, 0.99):.1f} s after exec; "
        f"away p99 {percentile(crowd.away, 0.99):.1f} s"
    )
    await crowd.close()
    server.terminate()
    assert "Traceback" not in server.log and '"exception"' not in server.log


async def fallen(server: ServerProcess) -> None:
    assert server.process is not None
    await asyncio.wait_for(asyncio.to_thread(server.process.wait), 10)


async def say(visitor: VisitorClient, text: str, identity: str) -> dict[str, Any] | None:
    """Send once; None when the line broke before the answer."""
    try:
        return await visitor.say(text, client_id=identity)
    except NETWORK:
        return None


async def test_killed_at_each_step_of_one_message(new_server: NewServer, url: str | None) -> None:
    """Not told before the commit; found after it; and whoever missed the telling catches up."""
    server, accounts = new_server(agents=1, url=url)
    history = History()
    visitor = RecordedVisitor(server.origin, "visitor", history)
    agent = RecordedAgent(server.origin, accounts[0], history)
    await visitor.start()
    await agent.connect()
    await agent.available()
    assert (await visitor.say("merhaba"))["ok"]
    await agent.until(lambda: agent.of("offer_made"), what="an offer")
    conversation = str(visitor.conversation)
    assert (await agent.accept(conversation))["ok"]
    history.screen(agent.who, conversation).head = 1
    server.module = "tests.faults.falling"
    marks = [fresh_client_id() for _ in POINTS]

    async def restart(number: int) -> None:
        """Start the server so that it falls at the next point, and come back to it."""
        if number < len(POINTS):
            server.env |= {"FALL_AT": POINTS[number], "FALL_MARK": marks[number]}
        else:
            server.env.pop("FALL_AT")
        await asyncio.to_thread(server.start)
        for one in (visitor, agent):
            await one.connect()
            await one.level(everything=True)

    server.kill()
    await restart(0)
    screen = history.screens[agent.who][conversation]
    for number, (point, identity) in enumerate(zip(POINTS, marks, strict=True)):
        known = len(screen.messages)
        answer = await say(visitor, f"düşüş {number}", identity)
        await fallen(server)
        assert (answer is not None) == (point == "after_ack"), f"{point}: {answer}"
        assert point == "after_ack" or len(screen.messages) == known, "told before it was kept"
        await restart(number + 1)
        again = await visitor.say(f"düşüş {number}", client_id=identity)
        assert again["ok"] and again["duplicate"] == (point != "before_commit"), (point, again)
        if answer is not None:
            assert (again["conversation"], again["seq"]) == (conversation, answer["seq"])
    crowd = Crowd([server.origin], [], visitors=0, history=history)
    await crowd.level(server.database_url, within_s=2)
    await visitor.close()
    await agent.close()
