"""Redis killed, hung, emptied under traffic: nothing acked is lost, and everybody catches up.

A few seconds here; `REDIS_AWAY_S=60` for long outages, with figures (`-s`).
"""

import asyncio
import json
import os
import time
import urllib.request
from typing import Any

import pytest

from chatserver.domain.ids import StaffId
from chatserver.services import staff
from chatserver.storage.database import Database
from tests.clients import AgentClient
from tests.many.conftest import Cluster, NewCluster
from tests.many.traffic import Traffic, percentile
from tests.redis import Redis
from tests.server import ServerProcess

AWAY_S = float(os.environ.get("REDIS_AWAY_S", "4"))


def health(server: ServerProcess) -> tuple[int, dict[str, Any]]:
    with urllib.request.urlopen(f"{server.origin}/readyz", timeout=5) as answer:
        return answer.status, json.load(answer)


async def until_health(server: ServerProcess, status: str, *, within_s: float) -> float:
    began = time.monotonic()
    while True:
        code, said = await asyncio.to_thread(health, server)
        assert code == 200  # a process without Redis still serves
        if said["status"] == status:
            return time.monotonic() - began
        assert time.monotonic() - began < within_s, said
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("fault", ["killed", "hung", "emptied"])
async def test_redis_away_under_traffic(
    new_cluster: NewCluster, own_redis: Redis, fault: str
) -> None:
    cluster = new_cluster(2, redis=own_redis)
    traffic = Traffic([server.origin for server in cluster.processes], cluster.accounts)
    await traffic.begin()
    await asyncio.sleep(2)
    began = time.monotonic()
    if fault == "killed":
        own_redis.kill()
    elif fault == "hung":
        own_redis.hang()
    else:
        own_redis.say("FLUSHALL")
        own_redis.say("CLIENT", "KILL", "TYPE", "pubsub")
    if fault != "emptied":
        for server in cluster.processes:
            await until_health(server, "degraded", within_s=5)
        await asyncio.sleep(AWAY_S)
        # While it is away the beacon is the net: whoever is connected is level within 10 s.
        await traffic.converged(within_s=10)
    back = time.monotonic()
    if fault == "killed":
        own_redis.start()
    elif fault == "hung":
        own_redis.go_on()
    joined = max([await until_health(s, "ok", within_s=4) for s in cluster.processes])
    await asyncio.sleep(1)
    await traffic.end()
    level = await traffic.converged(within_s=10)
    await traffic.check(cluster.url)
    _say(fault, traffic, began, back, joined, level)
    await traffic.close()
    _check_nothing_failed(cluster)


def _say(
    fault: str, traffic: Traffic, began: float, back: float, joined: float, level: float
) -> None:
    calm = [took for at, took in traffic.took if at < began]
    away = [took for at, took in traffic.took if began <= at < back]
    print(
        f"\n{fault}: {len(traffic.acked)} acked, 0 lost; p99 of a send "
        f"{percentile(calm, 0.99) * 1000:.1f} ms before, {percentile(away, 0.99) * 1000:.1f} ms "
        f"without; joined again after {joined:.2f} s, level after {level:.2f} s"
    )


def _check_nothing_failed(cluster: Cluster) -> None:
    for server in cluster.processes:
        assert "Traceback" not in server.log and '"exception"' not in server.log, server.log[-3000:]


async def test_processes_start_and_serve_while_redis_is_away(
    new_cluster: NewCluster, own_redis: Redis
) -> None:
    own_redis.kill()
    cluster = new_cluster(1, redis=own_redis)
    (server,) = cluster.processes
    code, said = await asyncio.to_thread(health, server)
    assert (code, said["status"], said["checks"]["redis"]) == (200, "degraded", "degraded")
    traffic = Traffic([server.origin], cluster.accounts, visitors=2)
    await traffic.begin()
    await asyncio.sleep(1)
    own_redis.start()
    await until_health(server, "ok", within_s=4)
    await traffic.end()
    await traffic.check(cluster.url)
    await traffic.close()


async def test_rights_end_on_other_processes_without_redis_too(
    new_cluster: NewCluster, own_redis: Redis
) -> None:
    cluster = new_cluster(1, redis=own_redis)
    (server,) = cluster.processes
    account = cluster.accounts[0]
    agent = AgentClient(server.origin, account)
    await agent.connect()
    own_redis.kill()
    database = Database(cluster.url)
    try:
        # As a command, or a process that can't tell anybody, would.
        await database.write(staff.end_sessions, StaffId(account.id))
    finally:
        await database.close()
    await asyncio.wait_for(agent.gone.wait(), 10)
    await agent.close()
