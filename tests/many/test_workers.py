"""Several workers behind one port: they share it, replace each other, and know each other's polls.

Two workers here; `WORKERS=4 RESTARTS=3 pytest tests/many/test_workers.py -s` with figures.
"""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest
from click.testing import CliRunner

from chatserver.cli import main
from chatserver.errors import SettingsError
from chatserver.settings import WORKERS_NEED_BOTH, load_settings
from tests.clients import AgentClient, VisitorClient, fresh_client_id
from tests.many.conftest import NewCluster
from tests.many.traffic import Traffic, percentile
from tests.server import ROOT, SECRET, ServerProcess

WORKERS = int(os.environ.get("WORKERS", "2"))
RESTARTS = int(os.environ.get("RESTARTS", "1"))
POSTGRESQL = "postgresql://u:p@db/chat"
REDIS = "redis://redis"


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"DATABASE_URL": POSTGRESQL},
        {"REDIS_URL": REDIS},
        {"DATABASE_URL": "sqlite:///chat.sqlite3", "REDIS_URL": REDIS},
    ],
)
def test_more_than_one_worker_needs_both(environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings({"WEB_CONCURRENCY": "2", "SECRET_KEY": SECRET, **environ})
    (problem,) = refused.value.problems
    assert WORKERS_NEED_BOTH in problem and "DATABASE_URL" in problem and "REDIS_URL" in problem


def test_several_workers_with_both_and_one_with_nothing_are_fine() -> None:
    both = {"DATABASE_URL": POSTGRESQL, "REDIS_URL": REDIS, "SECRET_KEY": SECRET}
    assert load_settings({"WEB_CONCURRENCY": "4", **both}).shares
    assert not load_settings({"WEB_CONCURRENCY": "1"}).shares
    assert not load_settings({"REDIS_URL": REDIS}).shares  # an SQLite file has one process


def test_processes_that_share_need_a_secret() -> None:
    with pytest.raises(SettingsError, match="SECRET_KEY"):
        load_settings({"DATABASE_URL": POSTGRESQL, "REDIS_URL": REDIS})


def test_the_command_says_it_in_one_sentence(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        main, ["serve"], env={"WEB_CONCURRENCY": "2", "CHATSERVER_DATA_DIR": str(tmp_path)}
    )
    assert result.exit_code == 1 and WORKERS_NEED_BOTH in result.output


def workers_of(server: ServerProcess) -> list[psutil.Process]:
    assert server.process is not None
    return [
        child
        for child in psutil.Process(server.process.pid).children()
        if "--worker" in _command(child)
    ]


def _command(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:  # it has just ended
        return []


def health(origin: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{origin}/readyz", timeout=5) as answer:
        return dict(json.load(answer))


async def every_process(origin: str, count: int) -> set[str]:
    """Return the names of the processes that answer behind one port."""
    found: set[str] = set()
    deadline = time.monotonic() + 10
    while len(found) < count and time.monotonic() < deadline:
        answers = [asyncio.to_thread(health, origin) for _ in range(8)]
        found |= {answer["process"] for answer in await asyncio.gather(*answers)}
    return found


async def test_workers_share_a_port_and_a_dead_one_is_replaced(new_cluster: NewCluster) -> None:
    cluster = new_cluster(1, env={"WEB_CONCURRENCY": str(WORKERS)})
    (server,) = cluster.processes
    before = await every_process(server.origin, WORKERS)
    assert len(before) == WORKERS
    pids = {worker.pid for worker in workers_of(server)}
    assert len(pids) == WORKERS
    os.kill(min(pids), signal.SIGKILL)
    deadline = time.monotonic() + 15
    while len({w.pid for w in workers_of(server)} - pids) < 1 or "worker serves" not in server.log:
        assert time.monotonic() < deadline, server.log[-2000:]
        await asyncio.sleep(0.1)
    assert health(server.origin)["ready"]
    assert "worker died" in server.log
    assert await asyncio.to_thread(server.terminate, 20) == 0
    assert "Traceback" not in server.log


async def test_workers_end_when_their_parent_is_killed(new_cluster: NewCluster) -> None:
    cluster = new_cluster(1, env={"WEB_CONCURRENCY": "2"})
    (server,) = cluster.processes
    workers = workers_of(server)
    server.kill()
    _gone, alive = await asyncio.to_thread(psutil.wait_procs, workers, 10)
    assert alive == []


async def test_a_worker_that_can_not_start_ends_the_parent(new_cluster: NewCluster) -> None:
    cluster = new_cluster(0, env={"WEB_CONCURRENCY": "2", "CHATSERVER_LOG_FORMAT": "json"})
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(AssertionError, match="Can't listen"):
            await asyncio.to_thread(_start_on, cluster, taken.getsockname()[1])


def _start_on(cluster: Any, port: int) -> None:
    folder = cluster.folder / "taken"
    folder.mkdir()
    server = ServerProcess(
        folder, cluster.url, env={"REDIS_URL": cluster.redis.url, **cluster.env}, port=port
    )
    server.is_ready = lambda: False  # type: ignore[method-assign]
    server.start()


async def test_a_rolling_restart_under_traffic_loses_nothing(new_cluster: NewCluster) -> None:
    cluster = new_cluster(1, env={"WEB_CONCURRENCY": str(WORKERS)})
    (server,) = cluster.processes
    assert server.process is not None
    traffic = Traffic([server.origin], cluster.accounts, visitors=8)
    await traffic.begin()
    await asyncio.sleep(2)
    for round_ in range(RESTARTS):
        old = {worker.pid for worker in workers_of(server)}
        served = len(re.findall("worker serves", server.log))
        server.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 30 * WORKERS
        while old & {worker.pid for worker in workers_of(server)}:
            assert time.monotonic() < deadline, server.log[-3000:]
            await asyncio.sleep(0.1)
        assert len(re.findall("worker serves", server.log)) == served + WORKERS, round_
    await asyncio.sleep(2)
    await traffic.end()
    await traffic.converged(within_s=10)
    await traffic.check(cluster.url)
    assert traffic.away and max(traffic.away) <= 5
    print(
        f"\n{WORKERS} workers replaced {RESTARTS} times: {len(traffic.acked)} acked, 0 lost, 0 "
        f"failed; {len(traffic.away)} reconnects, p99 {percentile(traffic.away, 0.99):.2f} s"
    )
    await traffic.close()
    assert await asyncio.to_thread(server.terminate, 20) == 0
    assert "Traceback" not in server.log and '"exception"' not in server.log


def test_the_embedded_default_needs_neither_library() -> None:
    code = (
        "import sys; sys.modules['redis'] = sys.modules['psycopg'] = None\n"
        "from chatserver.app import build_app\n"
        "from chatserver.settings import load_settings\n"
        "build_app(load_settings({'CHATSERVER_DATA_DIR': sys.argv[1]})); print('built')"
    )
    with tempfile.TemporaryDirectory() as folder:
        said = subprocess.run(
            [sys.executable, "-c", code, folder], capture_output=True, text=True, cwd=ROOT
        )
    assert said.stdout == "built\n", said.stderr


# Polling


class Poller:
    """A Socket.IO client that can only poll, each request over a connection of its own."""

    def __init__(self, http: aiohttp.ClientSession, origin: str) -> None:
        self._http = http
        self._origin = origin
        self._sid = ""
        self.heard: list[str] = []

    async def _request(self, body: str | None = None) -> str:
        query = f"EIO=4&transport=polling{f'&sid={self._sid}' if self._sid else ''}"
        method = "GET" if body is None else "POST"
        async with self._http.request(
            method,
            f"{self._origin}/socket.io/?{query}",
            data=body,
            headers={"Origin": self._origin, "Connection": "close"},
        ) as answer:
            assert answer.status == 200, (answer.status, await answer.text())
            return await answer.text()

    async def open(self) -> None:
        opened = json.loads((await self._request())[1:])
        self._sid = opened["sid"]
        auth = json.dumps({"version": 1, "site": "demo", "client": fresh_client_id()})
        await self._request(f"40/visitor,{auth}")
        await self.until("40/visitor,")
        await self.until("ready")

    async def until(self, word: str) -> str:
        """Poll until something was heard that contains a word."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for frame in self.heard:
                if word in frame:
                    return frame
            for frame in (await self._request()).split("\x1e"):
                if frame == "2":
                    await self._request("3")
                else:
                    self.heard.append(frame)
        raise AssertionError(f"never heard {word}: {self.heard}")

    async def ask(self, number: int, event: str, **data: object) -> Any:
        await self._request(f"42/visitor,{number}{json.dumps([event, data])}")
        frame = await self.until(f"43/visitor,{number}[")
        return json.loads(frame.removeprefix(f"43/visitor,{number}"))[0]


@asynccontextmanager
async def poller(origin: str) -> AsyncIterator[Poller]:
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(force_close=True), timeout=aiohttp.ClientTimeout(40)
    ) as http:
        yield Poller(http, origin)


async def test_a_shopper_who_can_only_poll_is_served_by_many_workers(
    new_cluster: NewCluster,
) -> None:
    cluster = new_cluster(1, env={"WEB_CONCURRENCY": "3"})
    (server,) = cluster.processes
    agent = AgentClient(server.origin, cluster.accounts[0])
    await agent.connect()
    await agent.available()
    async with poller(server.origin) as visitor:
        await visitor.open()
        started = await visitor.ask(1, "visitor_start", site="demo", language="tr")
        assert started["ok"], started
        conversation = None
        for number in range(10):
            answer = await visitor.ask(
                2 + number,
                "message_send",
                client_id=fresh_client_id(),
                conversation=conversation,
                kind="text",
                body={"text": f"soru {number}"},
            )
            assert answer["ok"], answer
            conversation = answer["conversation"]
        await agent.until(lambda: agent.of("offer_made"), what="an offer")
        assert (await agent.accept(str(conversation)))["ok"]
        assert (await agent.reply(str(conversation), "buyurun efendim"))["ok"]
        await visitor.until("buyurun efendim")
    await agent.close()


async def test_a_poll_of_a_process_that_has_gone_is_told_so(new_cluster: NewCluster) -> None:
    cluster = new_cluster(1, env={"WEB_CONCURRENCY": "2"})
    (server,) = cluster.processes
    async with aiohttp.ClientSession() as http:
        for sid in ("deadbeef.AAAA", "../../etc/passwd.x", "nobody"):
            async with http.get(
                f"{server.origin}/socket.io/",
                params={"EIO": "4", "transport": "polling", "sid": sid},
            ) as answer:
                assert answer.status == 400


async def test_a_shopper_behind_a_port_of_many_reconnects_as_the_same_one(
    new_cluster: NewCluster,
) -> None:
    cluster = new_cluster(1, env={"WEB_CONCURRENCY": "2"})
    (server,) = cluster.processes
    visitor = VisitorClient(server.origin)
    await visitor.start()
    assert (await visitor.say("merhaba"))["ok"]
    for number in range(6):
        await visitor.close()
        ready = await visitor.connect()
        assert ready["authenticated"]
        assert (await visitor.say(f"hâlâ buradayım {number}"))["ok"]
    said = [m for m in await visitor.sync() if m["author"]["kind"] == "visitor"]
    assert len(said) == 7
    await visitor.close()
