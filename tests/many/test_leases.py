"""Processes that die or sleep while they hold agents: conversations come back once, and one owns."""

import asyncio
import contextlib
import os
import signal
import time
from collections import Counter

from socketio.exceptions import SocketIOError
from sqlalchemy import Connection, select

from chatserver.bot.knowledge import FaqKnowledge
from chatserver.clock import SharedClock
from chatserver.domain.messages import ActivityType, AuthorKind
from chatserver.services import processes
from chatserver.services.chat import Chat
from chatserver.storage.database import Database
from chatserver.storage.schema.conversations import message
from chatserver.storage.schema.installation import duty, process
from tests.cast import SHELF, RecordingBroadcaster, build_stage, check_invariants
from tests.clients import AgentClient, VisitorClient
from tests.clock import now_ms
from tests.many.conftest import NewCluster, settle, talking
from tests.postgresql import PostgreSQL
from tests.shop import furnish

LEASE = {"CHATSERVER_LEASE_S": "2"}
GRACE_S = 2
HELD = int(os.environ.get("HELD_CONVERSATIONS", "6"))


def activities(connection: Connection) -> Counter[tuple[int, str]]:
    """Count the activities of each conversation by type."""
    rows = connection.execute(
        select(message.c.conversation_id, message.c.body).where(message.c.kind == "activity")
    )
    counted: Counter[tuple[int, str]] = Counter()
    for row in rows:
        for kind in ActivityType:
            if f'"type":"{kind.value}"' in row.body.replace(" ", ""):
                counted[row.conversation_id, kind.value] += 1
    return counted


async def until_waiting(visitor: VisitorClient) -> None:
    """Wait until a panel would show it: told, or found when it asks what it missed."""
    wants = [{"conversation": visitor.conversation, "after": 0}]
    deadline = time.monotonic() + 20
    while visitor.of("conversation_updated")[-1]["state"]["status"] != "waiting":
        with contextlib.suppress(SocketIOError, ConnectionError, TimeoutError):
            if not visitor.io.connected:
                await visitor.connect()
            asked = await visitor.ask("conversation_sync", wants=wants)
            if asked["ok"] and asked["conversations"][0]["state"]["status"] == "waiting":
                return
        assert time.monotonic() < deadline, "never waits again"
        await asyncio.sleep(0.5)


async def test_a_dead_process_gives_its_agents_conversations_back_once(
    new_cluster: NewCluster,
) -> None:
    cluster = new_cluster(3, agents=1, capacity=HELD, grace_s=GRACE_S, env=LEASE)
    a, b, _c = cluster.processes
    agent = AgentClient(a.origin, cluster.accounts[0])
    await agent.connect()
    await agent.available()
    visitors = []
    for number in range(HELD):
        visitor = VisitorClient(b.origin)
        await visitor.start()
        assert (await visitor.say(f"soru {number}"))["ok"]
        await agent.until(lambda: len(agent.of("offer_made")) > len(agent.fences), what="an offer")
        assert visitor.conversation is not None
        assert (await agent.accept(visitor.conversation))["ok"]
        visitors.append(visitor)
    a.kill()
    died = time.monotonic()
    for visitor in visitors:
        await until_waiting(visitor)
    print(f"\n{HELD} conversations back {time.monotonic() - died:.1f} s after kill -9")
    await settle(2)
    database = Database(cluster.url)
    try:
        counted = await database.read(activities)
        lost = {key: n for key, n in counted.items() if key[1] == ActivityType.AGENT_LOST.value}
        assert len(lost) == HELD and set(lost.values()) == {1}, lost
        await database.read(check_invariants)
    finally:
        await database.close()
    for visitor in visitors:
        await visitor.close()
    await agent.close()


async def test_a_process_that_slept_owns_nothing_any_more(new_cluster: NewCluster) -> None:
    cluster = new_cluster(2, capacity=1, grace_s=GRACE_S, env=LEASE)
    a, b = cluster.processes
    grace, linus = (
        AgentClient(server.origin, account)
        for server, account in zip((a, b), cluster.accounts, strict=True)
    )
    await grace.connect()
    await grace.available()
    visitor, conversation = await talking(b, agent=grace)
    await linus.connect()
    await linus.available()
    assert a.process is not None
    a.process.send_signal(signal.SIGSTOP)
    try:
        await linus.until(lambda: linus.of("offer_made"), what="the offer", timeout_s=15)
        assert (await linus.accept(conversation))["ok"]
        # What Grace sends now lies in the mail of the process that sleeps.
        stale = asyncio.ensure_future(grace.reply(conversation, "ben hallederim"))
        await asyncio.sleep(0.3)
    finally:
        a.process.send_signal(signal.SIGCONT)
    answer = await asyncio.wait_for(stale, 5)
    assert (answer["ok"], answer["code"]) == (False, "not_assigned")
    assert (await linus.reply(conversation, "buyurun"))["ok"]
    told = [m["body"]["text"] for m in await visitor.sync() if m["kind"] == "text"]
    assert "buyurun" in told and "ben hallederim" not in told
    database = Database(cluster.url)
    try:
        await database.read(check_invariants)
    finally:
        await database.close()
    for client in (grace, linus, visitor):
        await client.close()


async def test_the_duty_to_sweep_goes_to_another_when_its_holder_dies(
    new_cluster: NewCluster,
) -> None:
    cluster = new_cluster(2)
    database = Database(cluster.url)

    def holder(connection: Connection) -> str:
        return str(connection.execute(select(duty.c.process_id)).scalar_one())

    try:
        await asyncio.sleep(1.5)
        first = await database.read(holder)
        (dying,) = [one for one in cluster.processes if '"sweeper"' in one.log]
        dying.kill()
        deadline = time.monotonic() + 10
        while await database.read(holder) == first:
            assert time.monotonic() < deadline, "nobody took it over"
            await asyncio.sleep(0.1)
    finally:
        await database.close()


def _chat(url: str, clock: SharedClock) -> Chat:
    return Chat(
        Database(url),
        clock=clock,
        broadcaster=RecordingBroadcaster(),
        knowledge=FaqKnowledge(SHELF.base),
    )


async def test_of_many_who_want_a_duty_one_has_it(postgresql: PostgreSQL) -> None:
    url = postgresql.fresh_database()
    furnish(url, agents=1)
    chats = [_chat(url, SharedClock()) for _ in range(4)]
    try:
        for _round in range(5):
            held = await asyncio.gather(
                *(
                    chat.do(processes.hold_sweep, f"process{number}")
                    for number, chat in enumerate(chats)
                )
            )
            assert sum(held) == 1
    finally:
        for chat in chats:
            await chat.database.close()


async def test_only_the_first_process_forgives_the_downtime(postgresql: PostgreSQL) -> None:
    url = postgresql.fresh_database()
    furnish(url, agents=1)
    chat = _chat(url, SharedClock())

    def others(connection: Connection) -> None:
        connection.execute(process.update().values(host="elsewhere"))

    try:
        assert not await chat.do(processes.enter, "process1", lease_ms=30_000)
        # One that entered itself under our own number can only have died before us.
        assert not await chat.do(processes.enter, "process2", lease_ms=30_000)
        await chat.database.write(others)
        assert await chat.do(processes.enter, "process3", lease_ms=30_000)
        await chat.database.write(
            lambda c: c.execute(process.update().values(host="elsewhere", beat_ms=0))
        )
        assert not await chat.do(processes.enter, "process4", lease_ms=30_000)
    finally:
        await chat.database.close()


async def test_the_clock_is_the_databases(postgresql: PostgreSQL) -> None:
    url = postgresql.fresh_database()
    furnish(url, agents=1)
    database, clock = Database(url), SharedClock()
    try:
        clock.offset_ms = 3_600_000  # a machine whose clock is an hour ahead
        await processes.set_clock(clock, database)
        assert abs(clock.now_ms() - now_ms()) < 100
    finally:
        await database.close()


def test_the_clock_does_not_follow_what_is_only_measuring() -> None:
    clock = SharedClock()
    clock.correct(4, trip_ms=1)
    assert clock.offset_ms == 0
    clock.correct(40, trip_ms=60)
    assert clock.offset_ms == 0
    clock.correct(40, trip_ms=2)
    assert clock.offset_ms == 40


async def test_two_that_sweep_at_once_do_everything_once(postgresql: PostgreSQL) -> None:
    url = postgresql.fresh_database()
    stage = await build_stage(url)
    other = Chat(
        Database(url),
        clock=stage.clock,
        broadcaster=RecordingBroadcaster(),
        knowledge=FaqKnowledge(SHELF.base),
    )
    try:
        await stage.available(stage.grace)
        done = await stage.says(stage.ada, "merhaba")
        await stage.accepts(stage.grace, done.conversation)
        asked = await stage.says(stage.alan, "kimse var mı")  # an offer that Grace will miss
        for _ in range(6):
            stage.clock.advance(s=20)
            await asyncio.gather(*(chat.sweep() for chat in (stage.chat, other) for _ in range(3)))
            await stage.chat.settle()
            await other.settle()
        first: Counter[str] = Counter(await stage.activities(done.conversation))
        second: Counter[str] = Counter(await stage.activities(asked.conversation))
        assert first["agent_lost"] == 1
        assert (
            second["offer_missed"] + first["offer_missed"]
            <= first["offer_made"] + second["offer_made"]
        )
        for counted in (first, second):
            assert counted["nobody_accepted"] <= 1 and counted["nobody_free"] <= 1
        said = [
            message.body
            for conversation in (done.conversation, asked.conversation)
            for message in await stage.log(conversation)
            if message.author.kind is AuthorKind.BOT
        ]
        assert len(said) == len(set(map(str, said))), said
        await stage.check_invariants()
    finally:
        await other.settle()
        await other.tasks.stop()
        await other.database.close()
        await stage.close()
