"""PostgreSQL stopped, hung, cut off in the middle of a commit: refused in time, healed by itself."""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.clients import VisitorClient, fresh_client_id
from tests.many.conftest import NewCluster
from tests.many.traffic import Traffic
from tests.postgresql import PostgreSQL
from tests.server import free_port

AWAY_S = float(os.environ.get("DATABASE_AWAY_S", "3"))


@pytest.mark.parametrize("fault", ["crashed", "hung"])
async def test_the_database_away(
    new_cluster: NewCluster, own_postgresql: PostgreSQL, fault: str
) -> None:
    cluster = new_cluster(2, url=own_postgresql.fresh_database())
    traffic = Traffic([server.origin for server in cluster.processes], cluster.accounts, visitors=4)
    await traffic.begin()
    quiet = VisitorClient(cluster.processes[0].origin)
    await quiet.start()
    assert (await quiet.say("merhaba"))["ok"]
    await asyncio.sleep(1)
    if fault == "crashed":
        own_postgresql.crash()
    else:
        own_postgresql.hang()
    try:
        identity, began = fresh_client_id(), time.monotonic()
        answer = await quiet.say("orada mısınız", client_id=identity)
        took = time.monotonic() - began
        assert (answer["ok"], answer["code"], answer["retry"]) == (False, "unavailable", True)
        assert took <= 2.3, took  # two seconds, and a busy machine
        await asyncio.sleep(AWAY_S)
        assert quiet.io.connected  # sockets stay
    finally:
        if fault == "crashed":
            own_postgresql.restart()
        else:
            own_postgresql.go_on()
    back = time.monotonic()
    while not (answer := await quiet.say("orada mısınız", client_id=identity))["ok"]:
        assert answer["retry"] and time.monotonic() - back < 5, answer
        await asyncio.sleep(0.05)
    healed = time.monotonic() - back
    await asyncio.sleep(1)
    await traffic.end()
    await traffic.check(cluster.url)
    found = [item for item in await quiet.sync() if item["client_id"] == identity]
    assert len(found) == 1
    print(f"\n{fault}: unavailable after {took:.2f} s, healed {healed:.2f} s after the return")
    await quiet.close()
    await traffic.close()


class CuttingProxy:
    """Stands between a process and PostgreSQL; cuts a line once the COMMIT of a unit went through.

    Args:
        path: of PostgreSQL's socket.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self.mark = b""
        self.cuts = 0

    def cut_after(self, mark: str) -> None:
        """Cut the line of the transaction that mentions this, once."""
        self.mark = mark.encode()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_reader, to_writer = await asyncio.open_unix_connection(self._path)

        async def up() -> None:
            marked = False
            while data := await reader.read(65536):
                marked = marked or bool(self.mark and self.mark in data)
                to_writer.write(data)
                await to_writer.drain()
                if marked and b"COMMIT" in data:
                    self.mark = b""
                    self.cuts += 1
                    down_task.cancel()  # the answer never arrives
                    await asyncio.sleep(0.2)  # long enough for the server to have done it
                    writer.transport.abort()
                    return

        async def down() -> None:
            while data := await to_reader.read(65536):
                writer.write(data)
                await writer.drain()

        up_task, down_task = asyncio.ensure_future(up()), asyncio.ensure_future(down())
        with contextlib.suppress(asyncio.CancelledError, OSError):
            await asyncio.wait({up_task, down_task}, return_when=asyncio.FIRST_COMPLETED)
            if down_task.cancelled():
                await up_task
        up_task.cancel()
        down_task.cancel()
        await asyncio.gather(up_task, down_task, return_exceptions=True)
        to_writer.close()
        writer.close()


@asynccontextmanager
async def cutting_proxy(url: str) -> AsyncIterator[tuple[CuttingProxy, str]]:
    """Yield a proxy in front of a database, and the URL that goes through it."""
    parts = urlsplit(url)
    folder = parse_qs(parts.query)["host"][0]
    proxy = CuttingProxy(f"{folder}/.s.PGSQL.5432")
    port = free_port()
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", port)
    user = (parts.username or "postgres") + (f":{parts.password}" if parts.password else "")
    try:
        yield proxy, f"postgresql://{user}@127.0.0.1:{port}{parts.path}"
    finally:
        server.close()


async def test_a_commit_whose_answer_was_cut_off_is_answered_as_a_duplicate(
    new_cluster: NewCluster, postgresql: PostgreSQL
) -> None:
    url = postgresql.fresh_database()
    cluster = new_cluster(0, url=url)
    async with cutting_proxy(url) as (proxy, through):
        server = await asyncio.to_thread(cluster.start, DATABASE_URL=through)
        visitor = VisitorClient(server.origin)
        await visitor.start()
        assert (await visitor.say("merhaba"))["ok"]
        rounds = int(os.environ.get("CUT_ROUNDS", "5"))
        for number in range(rounds):
            identity = fresh_client_id()
            proxy.cut_after(identity)
            first = await visitor.say(f"soru {number}", client_id=identity)
            assert (first["ok"], first["code"]) == (False, "unavailable")
            again = await visitor.say(f"soru {number}", client_id=identity)
            assert again["ok"] and again["duplicate"]
            stored = [item for item in await visitor.sync() if item["client_id"] == identity]
            assert [item["seq"] for item in stored] == [again["seq"]]
        assert proxy.cuts == rounds
        await visitor.close()
        await asyncio.to_thread(cluster.stop)
