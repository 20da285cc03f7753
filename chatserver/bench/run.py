"""Durable messages for each second of the server's CPU, against a relay that keeps nothing.

Both servers run one after the other in the same run, under the same load: visitors who talk to an
agent who listens, one message in flight each. What counts is the ratio; a machine's own figures say
little about another's.
"""

import asyncio
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import socketio

from chatserver.domain.people import Role
from chatserver.services import setup, staff
from chatserver.storage import sites
from chatserver.storage.database import Database
from chatserver.storage.migrate import migrate

VISITORS = 40
SECONDS = 5.0
START_TIMEOUT_S = 30.0
CAPACITY = 50

Send = Callable[[int], Coroutine[Any, Any, bool]]


@dataclass(frozen=True, slots=True)
class Result:
    """What one server did. cpu_s: of the server alone. p50_ms, p95_ms: from send to ack."""

    messages: int
    cpu_s: float
    p50_ms: float
    p95_ms: float

    @property
    def per_cpu_s(self) -> float:
        """Messages for each second of the server's CPU."""
        return self.messages / max(self.cpu_s, 0.001)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(command: list[str], environ: dict[str, str] | None = None) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL)


def _cpu_s(pid: int) -> float:
    """Return the CPU time a process has used; Linux only, as the figures are."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _wait(port: int, process: "subprocess.Popen[bytes]", path: str) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=1).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
    raise click.ClickException("A server of the benchmark did not start.")


async def _load(pid: int, send: Send) -> Result:
    """Let every visitor talk for a while and measure."""
    latencies: list[float] = []
    until = time.perf_counter() + SECONDS

    async def talk(number: int) -> None:
        while time.perf_counter() < until:
            began = time.perf_counter()
            if await send(number):
                latencies.append((time.perf_counter() - began) * 1000)

    before = _cpu_s(pid)
    await asyncio.gather(*(talk(number) for number in range(VISITORS)))
    cpu_s = _cpu_s(pid) - before
    cuts = statistics.quantiles(latencies, n=20)
    return Result(len(latencies), cpu_s, cuts[9], cuts[18])


async def _client(origin: str, namespace: str, **options: Any) -> socketio.AsyncClient:
    client = socketio.AsyncClient(reconnection=False)
    await client.connect(
        origin, namespaces=[namespace], transports=["websocket"], wait_timeout=10, **options
    )
    return client


async def measure_relay() -> Result:
    """Measure the relay that keeps nothing."""
    port = _free_port()
    process = _start([sys.executable, "-m", "chatserver.bench.relay", str(port)])
    clients: list[socketio.AsyncClient] = []
    try:
        await asyncio.to_thread(_wait, port, process, "/")
        origin = f"http://127.0.0.1:{port}"
        for number in range(VISITORS):
            for _side in range(2):
                clients.append(await _client(origin, "/visitor", auth={"room": f"c{number}"}))

        async def send(number: int) -> bool:
            answer = await clients[2 * number].call(
                "message_send",
                {
                    "client_id": secrets.token_urlsafe(16),
                    "conversation": f"c{number}",
                    "body": {"text": "Siparişim ne zaman gelir?"},
                },
                namespace="/visitor",
                timeout=10,
            )
            return bool(answer["ok"])

        return await _load(process.pid, send)
    finally:
        for client in clients:
            await client.disconnect()
        process.terminate()
        process.wait(10)


def _furnish(url: str) -> str:
    """Put a site and one agent who holds every conversation into a database; return the session."""
    now_ms = time.time_ns() // 1_000_000
    migrate(url, now_ms=now_ms)
    database = Database(url)
    token = secrets.token_urlsafe(32)

    def fill(connection: Any) -> None:
        setup.add_site(
            connection,
            "bench",
            name="Bench",
            origins=["http://shop.example"],
            language="tr",
            zone="Europe/Istanbul",
            hours=[],
            team="Bench",
            now_ms=now_ms,
        )
        account = staff.create_account(
            connection,
            email="bench@shop.example",
            name="Bench",
            role=Role.AGENT,
            language="tr",
            password_hash=None,
            capacity=CAPACITY,
            now_ms=now_ms,
        )
        staff.join_team(connection, account, sites.teams(connection)[0])
        staff.start_session(connection, account.id, token=token, now_ms=now_ms)

    try:
        database.run(fill)
    finally:
        database.shut()
    return token


async def measure_chatserver() -> Result:
    """Measure the product: every message on the disk before its ack, and at the agent's console."""
    port = _free_port()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/chat.sqlite3"
        token = _furnish(url)
        environ = {
            **os.environ,
            "DATABASE_URL": url,
            "LOG_LEVEL": "error",
            "CHATSERVER_SENDS_PER_MINUTE": "100000",
            "CHATSERVER_EVENTS_PER_SECOND": "100000",
            "CHATSERVER_STARTS_PER_HOUR": "100000",
        }
        command = [sys.executable, "-m", "chatserver", "serve", "--port", str(port)]
        process = _start(command, environ)
        clients: list[socketio.AsyncClient] = []
        try:
            await asyncio.to_thread(_wait, port, process, "/readyz")
            return await _load_chatserver(f"http://127.0.0.1:{port}", process.pid, token, clients)
        finally:
            for client in clients:
                await client.disconnect()
            process.terminate()
            process.wait(15)


async def _load_chatserver(
    origin: str, pid: int, token: str, clients: list[socketio.AsyncClient]
) -> Result:
    agent = await _client(
        origin,
        "/agent",
        headers={"Origin": origin, "Cookie": f"{staff.SESSION_COOKIE}={token}"},
        auth={"version": 1, "client": secrets.token_urlsafe(16)},
    )
    clients.append(agent)
    await agent.call("availability_set", {"availability": "available"}, namespace="/agent")
    visitors: list[socketio.AsyncClient] = []
    conversations: list[str] = []
    for _number in range(VISITORS):
        visitor = await _client(
            origin,
            "/visitor",
            headers={"Origin": origin},
            auth={"version": 1, "site": "bench", "client": secrets.token_urlsafe(16)},
        )
        clients.append(visitor)
        visitors.append(visitor)
        await visitor.call("visitor_start", {"site": "bench"}, namespace="/visitor")
        first = await _say(visitor, None)
        conversations.append(first["conversation"])
        taken = await agent.call(
            "offer_accept", {"conversation": first["conversation"]}, namespace="/agent"
        )
        assert taken["ok"], taken
        await agent.call(
            "conversation_sync",
            {"wants": [{"conversation": first["conversation"], "after": 0}]},
            namespace="/agent",
        )

    async def send(number: int) -> bool:
        return bool((await _say(visitors[number], conversations[number]))["ok"])

    return await _load(pid, send)


async def _say(visitor: socketio.AsyncClient, conversation: str | None) -> dict[str, Any]:
    answer = await visitor.call(
        "message_send",
        {
            "client_id": secrets.token_urlsafe(16),
            "conversation": conversation,
            "kind": "text",
            "body": {"text": "Siparişim ne zaman gelir?"},
        },
        namespace="/visitor",
        timeout=10,
    )
    return dict(answer)


def run_bench(*, rounds: int) -> None:
    """Measure both in turn, several times, and print the medians and their ratio."""
    relay, kept = [], []
    for number in range(rounds):
        relay.append(asyncio.run(measure_relay()))
        kept.append(asyncio.run(measure_chatserver()))
        click.echo(
            f"round {number + 1}: relay {relay[-1].per_cpu_s:.0f}, "
            f"chatserver {kept[-1].per_cpu_s:.0f} messages per CPU second"
        )
    base = statistics.median(result.per_cpu_s for result in relay)
    ours = statistics.median(result.per_cpu_s for result in kept)
    click.echo(f"ratio of the medians: {ours / base:.2f}")
    for name, results in (("relay", relay), ("chatserver", kept)):
        p50 = statistics.median(result.p50_ms for result in results)
        p95 = statistics.median(result.p95_ms for result in results)
        click.echo(f"{name}: ack p50 {p50:.1f} ms, p95 {p95:.1f} ms, {VISITORS} in flight")
