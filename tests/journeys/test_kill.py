"""kill -9 under traffic: nothing acknowledged is lost, nothing is there twice, one order.

A few rounds here; `KILL_ROUNDS=50 pytest tests/journeys/test_kill.py -s` runs many and prints the
figures. kill -9 alone proves that the ack does not come before the commit; that the commit is on
the disk by then is what `test_an_fdatasync_lies_between_the_write_and_the_ack` shows.
"""

import asyncio
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import socketio
from sqlalchemy import select

from chatserver.storage.database import Database
from chatserver.storage.schema.conversations import conversation, message
from tests.cast import check_invariants
from tests.clients import AgentClient, VisitorClient, fresh_client_id
from tests.journeys.conftest import Furnished
from tests.machine import strace
from tests.server import ROOT, SECRET, ServerProcess, free_port
from tests.shop import furnish
from tests.staff import Account

ROUNDS = int(os.environ.get("KILL_ROUNDS", "3"))
VISITORS = 8
NETWORK = (socketio.exceptions.SocketIOError, asyncio.TimeoutError, ConnectionError, OSError)


class Traffic:
    """Visitors who talk without pause and agents who answer, whatever the server does."""

    def __init__(self, server: ServerProcess, accounts: list[Account], seed: int) -> None:
        self.server = server
        self.rng = random.Random(seed)
        self.acked: dict[str, tuple[str, int, str]] = {}
        self.sent: dict[str, list[str]] = {}
        self.visitors = [VisitorClient(server.origin) for _ in range(VISITORS)]
        self.agents = [AgentClient(server.origin, account) for account in accounts]
        self.over = False

    async def visit(self, visitor: VisitorClient, name: str) -> None:
        """Send one message after the other, each until it is acked."""
        number = 0
        while not self.over:
            if visitor.token is None:
                try:
                    await visitor.start()
                except NETWORK:
                    await asyncio.sleep(0.05)
                continue
            identity, text = fresh_client_id(), f"{name} {number} kargom nerede"
            self.sent.setdefault(name, []).append(identity)
            answer = await visitor.say_until_acked(text, identity, rng=self.rng)
            assert identity not in self.acked
            self.acked[identity] = (answer["conversation"], answer["seq"], text)
            number += 1
            await asyncio.sleep(self.rng.uniform(0, 0.02))

    async def answer(self, agent: AgentClient) -> None:
        """Accept what is offered and reply to it, each reply until it is acked."""
        while not self.over:
            try:
                if not agent.io.connected:
                    await agent.connect()
                    await agent.available()
                queue = await agent.ask("queue_sync")
                for offer in queue["offers"]:
                    await agent.accept(offer["conversation"])
                for item in queue["conversations"]:
                    if item["holder"] == agent.account.public_id:
                        await self.reply(agent, item)
            except NETWORK:
                await asyncio.sleep(0.05)
            await asyncio.sleep(0.03)

    async def reply(self, agent: AgentClient, item: dict[str, Any]) -> None:
        """Send one reply; a lost ack is in doubt, and resent under the same client_id."""
        identity, text = fresh_client_id(), f"yanıt {self.rng.randrange(1_000_000)}"
        for _attempt in range(2):
            try:
                answer = await agent.ask(
                    "message_send",
                    conversation=item["conversation"],
                    client_id=identity,
                    kind="text",
                    body={"text": text},
                    fence=item["fence"],
                    timeout_s=1,
                )
            except NETWORK:
                return
            if answer["ok"]:
                self.acked[identity] = (answer["conversation"], answer["seq"], text)
                return


async def run_rounds(server: ServerProcess, accounts: list[Account], seed: int) -> Traffic:
    traffic = Traffic(server, accounts, seed)
    tasks = [
        asyncio.ensure_future(traffic.visit(visitor, f"v{index}"))
        for index, visitor in enumerate(traffic.visitors)
    ] + [asyncio.ensure_future(traffic.answer(agent)) for agent in traffic.agents]
    for _round in range(ROUNDS):
        enough = len(traffic.acked) + 6
        await asyncio.sleep(traffic.rng.uniform(0.3, 2.5))
        since = time.monotonic()
        while len(traffic.acked) < enough:  # a busy machine takes longer to have said anything
            assert time.monotonic() - since < 60, "nothing is acknowledged any more"
            await asyncio.sleep(traffic.rng.uniform(0.02, 0.2))
        server.kill()
        await asyncio.to_thread(server.start)
    await asyncio.sleep(0.5)
    traffic.over = True
    done = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 90)
    faults = [item for item in done if isinstance(item, BaseException)]
    assert not faults, faults
    for client in [*traffic.visitors, *traffic.agents]:
        await client.close()
    return traffic


def check_traffic(traffic: Traffic, url: str) -> dict[str, int]:
    """Hold every ack against the database and return the figures."""
    database = Database(url)
    try:
        rows = database.run(
            lambda connection: connection.execute(
                select(message, conversation.c.public_id)
                .join(conversation, conversation.c.id == message.c.conversation_id)
                .where(message.c.client_id.is_not(None))
                .order_by(message.c.conversation_id, message.c.seq)
            ).all()
        )
        database.run(check_invariants)
    finally:
        database.shut()
    stored: dict[str, list[Any]] = {}
    for row in rows:
        stored.setdefault(row.client_id, []).append(row)
    lost = [identity for identity in traffic.acked if identity not in stored]
    twice = [identity for identity, found in stored.items() if len(found) > 1]
    moved = [
        identity
        for identity, (public_id, seq, text) in traffic.acked.items()
        if identity in stored
        and (
            stored[identity][0].public_id != public_id
            or stored[identity][0].seq != seq
            or text not in stored[identity][0].body
        )
    ]
    for sent in traffic.sent.values():
        places = [
            (stored[identity][0].conversation_id, stored[identity][0].seq)
            for identity in sent
            if identity in stored
        ]
        assert places == sorted(places), "one sender's messages changed their order"
    assert (lost, twice, moved) == ([], [], [])
    return {"acked": len(traffic.acked), "lost": len(lost), "twice": len(twice)}


async def test_kill_9_under_traffic_loses_and_doubles_nothing(
    new_server: Callable[..., Furnished],
) -> None:
    server, accounts = new_server(agents=2, capacity=4)
    traffic = await run_rounds(server, accounts, seed=ROUNDS)
    server.terminate()
    figures = check_traffic(traffic, server.database_url)
    print(f"\nSQLite: {ROUNDS} kills, {figures}")
    assert figures["acked"] > 5 * ROUNDS


async def test_kill_9_under_traffic_on_postgresql(
    new_server: Callable[..., Furnished], postgresql: Any
) -> None:
    url = postgresql.fresh_database()
    server, accounts = new_server(agents=2, capacity=4, url=url)
    traffic = await run_rounds(server, accounts, seed=ROUNDS + 1)
    server.terminate()
    figures = check_traffic(traffic, url)
    print(f"\nPostgreSQL: {ROUNDS} kills, {figures}")
    assert figures["acked"] > 5 * ROUNDS


async def test_an_fdatasync_lies_between_the_write_and_the_ack(tmp_path: Path) -> None:
    """System calls, as the kernel saw them: write to the log, wait for the disk, answer."""
    url = f"sqlite:///{tmp_path / 'chat.sqlite3'}"
    furnish(url)
    trace, port = tmp_path / "trace.txt", free_port()
    server = ServerProcess(tmp_path, url, port=port)
    command = [strace(), "-f", "-qq", "-s", "5000", "-o", str(trace), "-e"]
    command.append("trace=pwrite64,fdatasync,fsync,write,writev,sendto,sendmsg")
    command += [sys.executable, "-m", "chatserver", "serve", "--port", str(port)]
    environ = {**os.environ, "DATABASE_URL": url, "SECRET_KEY": SECRET}
    with (tmp_path / "server.log").open("wb") as output:
        process = subprocess.Popen(
            command, env=environ, cwd=ROOT, stdout=output, stderr=output, start_new_session=True
        )
    try:
        deadline = time.monotonic() + 60
        while not server.is_ready():
            assert process.poll() is None and time.monotonic() < deadline, server.log
            await asyncio.sleep(0.1)
        visitor = VisitorClient(server.origin)
        await visitor.start()
        marks = [f"durable-{number:02d}" for number in range(10)]
        for mark in marks:
            assert (await visitor.say(mark))["ok"]
        await visitor.close()
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)
    check_trace(trace.read_text(encoding="utf-8", errors="replace").splitlines(), marks)


def check_trace(lines: list[str], marks: list[str]) -> None:
    """Assert: log written with the message → a sync that began later is done → ack sent."""
    acks = [
        index
        for index, line in enumerate(lines)
        if re.search(r"(write|writev|sendto|sendmsg)\(", line)
        and "43/visitor," in line
        and "duplicate" in line
    ]
    assert len(acks) == len(marks), f"{len(acks)} acks in the trace"
    begun: dict[str, int] = {}
    syncs: list[tuple[int, int]] = []
    for index, line in enumerate(lines):
        thread = line.split()[0]
        if "fdatasync(" in line or "fsync(" in line:
            begun[thread] = index
            if "= 0" in line:
                syncs.append((index, index))
        elif "fdatasync resumed" in line or "fsync resumed" in line:
            assert "= 0" in line
            syncs.append((begun[thread], index))
    for mark, ack in zip(marks, acks, strict=True):
        writes = [
            index for index, line in enumerate(lines[:ack]) if "pwrite64(" in line and mark in line
        ]
        assert writes, f"{mark} was acknowledged before it was written"
        assert any(writes[0] < start <= end < ack for start, end in syncs), (
            f"{mark} was acknowledged before the disk had it"
        )
