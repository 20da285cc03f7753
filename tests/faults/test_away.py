"""Rows F-03, F-04, F-08, F-16 between processes: Redis behind a bad network, a process that dies.

A few seconds each; `FAULT_AWAY_S=20 FAULT_VISITORS=30 pytest tests/faults/test_away.py -s` for the
figures. Redis killed, hung and emptied by themselves: `tests/many/test_redis_away.py`.
"""

import asyncio
import os
import time
from collections.abc import Callable
from typing import Any

from tests.faults.people import Crowd
from tests.faults.proxy import Proxy, proxy
from tests.faults.recorder import History, RecordedAgent, RecordedVisitor
from tests.faults.through import redis_target
from tests.many.conftest import NewCluster
from tests.many.test_redis_away import until_health
from tests.many.traffic import percentile
from tests.redis import Redis

AWAY_S = float(os.environ.get("FAULT_AWAY_S", "1"))
VISITORS = int(os.environ.get("FAULT_VISITORS", "6"))

PARTITIONS: dict[str, Callable[[Proxy], None]] = {
    "both ways": lambda between: between.stall(),
    "what we say is swallowed": lambda between: between.stall("up"),
    "what we would hear is swallowed": lambda between: between.stall("down"),
    "reset, and refused": Proxy.shut_out,
}


async def test_redis_behind_a_network_that_fails(new_cluster: NewCluster, own_redis: Redis) -> None:
    """Nothing acked is lost, sending goes on as before, and everybody hears of everything."""
    target, through = redis_target(own_redis)
    async with proxy(target) as between:
        cluster = new_cluster(2, redis=own_redis, env={"REDIS_URL": through(between.port)})
        origins = [server.origin for server in cluster.processes]
        crowd = Crowd(origins, cluster.accounts, visitors=VISITORS, pause_s=0.05)
        crowd.begin()
        await crowd.talk(messages=20)
        for name, happens in PARTITIONS.items():
            happens(between)
            for server in cluster.processes:
                await until_health(server, "degraded", within_s=6)
            at = time.monotonic()
            await crowd.talk(messages=10)
            await asyncio.sleep(AWAY_S)
            if name == "both ways":  # without Redis the beacon is the net
                await level_while_talking(crowd, within_s=10)
            back = time.monotonic()
            between.refusing = False
            between.flow()
            joined = max([await until_health(s, "ok", within_s=4) for s in cluster.processes])
            during = [took for when, took in crowd.took if at < when < back]
            print(f"\n{name}: p99 of a send {percentile(during, 0.99):.3f} s, back {joined:.2f} s")
        # Slow, but within what publishing may take: the line is kept.
        between.slow(0.05, 0.03)
        await crowd.talk(messages=20)
        for server in cluster.processes:
            await until_health(server, "ok", within_s=1)
        between.slow(0)
        await crowd.end()
        took, _snapshot = await crowd.level(cluster.url, within_s=10)
        print(f"{crowd.acked} acked, 0 lost; level {took:.2f} s after the last word")
        await crowd.close()
        for server in cluster.processes:
            assert "Traceback" not in server.log and '"exception"' not in server.log


async def level_while_talking(crowd: Crowd, *, within_s: float) -> None:
    """Wait until every screen shows what its visitor's conversation had when this began."""
    heads: dict[str, int] = {}
    for op in crowd.history.acked("message_send"):
        key = op.answer["conversation"]
        heads[key] = max(heads.get(key, 0), op.answer["seq"])
    deadline = time.monotonic() + within_s
    while True:
        behind = [
            (who, conversation)
            for who, screens in crowd.history.screens.items()
            for conversation, screen in screens.items()
            if crowd.history.audience[who] == "everyone"
            and screen.last < heads.get(conversation, 0)
        ]
        if not behind:
            return
        assert time.monotonic() < deadline, f"still behind: {behind[:5]}"
        await asyncio.sleep(0.1)


async def test_a_process_killed_under_traffic_while_redis_is_away_too(
    new_cluster: NewCluster, own_redis: Redis
) -> None:
    """Row F-16 and the accepts of F-03: each conversation one holder, loads true, nothing lost."""
    env = {"CHATSERVER_LEASE_S": "2"}
    cluster = new_cluster(2, redis=own_redis, agents=4, capacity=3, grace_s=2, env=env)
    a, b = cluster.processes
    own_redis.kill()
    crowd = Crowd([a.origin, b.origin], cluster.accounts, visitors=VISITORS, pause_s=0.05)
    crowd.begin()
    await crowd.talk(messages=20)
    await fight(crowd, [a.origin, b.origin], cluster)
    a.kill()
    for one in crowd.everyone:
        one.origin = b.origin
    own_redis.start()
    await crowd.talk(messages=20)
    await crowd.end()
    took, snapshot = await crowd.level(cluster.url, within_s=12)
    told = [(m.conversation, m.actor) for m in snapshot.messages if m.shown.body == "agent_lost"]
    print(f"\n{crowd.acked} acked, 0 lost, {len(told)} given back; level after {took:.2f} s")
    await crowd.close()
    assert "Traceback" not in b.log and '"exception"' not in b.log


async def fight(crowd: Crowd, origins: list[str], cluster: Any) -> None:
    """Let all agents take the same conversations through both processes at once."""
    history = History()
    visitors = [RecordedVisitor(origins[n % 2], f"wanted {n}", history) for n in range(2)]
    agents = [
        RecordedAgent(origins[n % 2], account, history)
        for n, account in enumerate(cluster.accounts)
    ]
    for agent in agents:
        await agent.connect()
    for visitor in visitors:
        await visitor.start()
        assert (await visitor.say("merhaba"))["ok"]
        answers = await asyncio.gather(
            *(
                agent.ask("conversation_take", conversation=visitor.conversation)
                for agent in agents
                for _ in range(2)
            )
        )
        won = {answer["fence"] for answer in answers if answer["ok"]}
        assert len(won) <= 1, answers
    crowd.history.ops += history.ops
    crowd.history.audience |= history.audience
    for visitor in visitors:
        await visitor.close()
    for agent in agents:
        await agent.close()
