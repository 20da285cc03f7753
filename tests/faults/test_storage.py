"""Rows F-05, F-07, F-25: a database that can't write, refuses, hangs up or is locked by another.

The store alone here, so that many faults take little time; a whole server in
`tests/journeys/test_disk_full.py` and `tests/many/test_database_away.py`.
"""

import asyncio
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, event, func, insert, select

from chatserver.errors import Code, Refusal, StorageError
from chatserver.storage.database import Database
from chatserver.storage.schema.sites import site
from chatserver.storage.single import hold
from tests.faults.proxy import Proxy, Way, proxy
from tests.faults.through import postgresql_target
from tests.postgresql import PostgreSQL

KIB = "x" * 1024


def add(connection: Connection, key: str) -> str:
    connection.execute(insert(site).values(key=key, settings=KIB, created_ms=1))
    return key


def keys(connection: Connection) -> set[str]:
    return set(connection.execute(select(site.c.key)).scalars())


async def fill(database: Database, *, most: int = 2_000) -> tuple[set[str], Refusal]:
    """Write until it is refused; return what was acknowledged, and the refusal."""
    acked: set[str] = set()
    for number in range(0, most, 10):
        done = await asyncio.gather(
            *(database.write(add, f"full-{number + n}") for n in range(10)), return_exceptions=True
        )
        acked |= {item for item in done if isinstance(item, str)}
        refused = [item for item in done if isinstance(item, Refusal)]
        if refused:
            assert len(refused) + len([i for i in done if isinstance(i, str)]) == len(done)
            return acked, refused[0]
    raise AssertionError("never full")


async def healed(database: Database, *, within_s: float) -> float:
    """Write until it is taken; return how long that took."""
    began = time.monotonic()
    while True:
        try:
            await database.write(add, f"healed-{time.monotonic_ns()}")
        except Refusal as refusal:
            assert refusal.code is Code.UNAVAILABLE and refusal.retry
            assert time.monotonic() - began < within_s, "it does not heal"
            await asyncio.sleep(0.02)
        else:
            return time.monotonic() - began


def integrity(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    database = Database(sqlite_url)
    yield database
    await database.close()


class TestF07ADiskThatIsFull:
    async def test_refuses_keeps_what_was_acked_and_heals_by_itself(
        self, database: Database, tmp_path: Path
    ) -> None:
        """SQLite's own limit stands for the disk: the very same error as of a full one."""

        def limit(connection: Connection, pages: int) -> None:
            used = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {used + pages}")

        await database.write(limit, 60)
        acked, refusal = await fill(database)
        assert (refusal.code, refusal.retry) == (Code.UNAVAILABLE, True)
        assert acked and await database.read(keys) == acked
        assert database.commits.last_failure == "OperationalError"
        assert integrity(tmp_path / "chat.sqlite3") == "ok"
        await healed_after_room(database, limit)
        assert acked <= await database.read(keys)

    async def test_that_is_full_at_the_commit_itself(
        self, database: Database, tmp_path: Path
    ) -> None:
        """The statements went through, the commit does not: all of the batch is refused."""
        failing = threading.Event()

        def commit(_connection: Connection) -> None:
            if failing.is_set():
                raise OSError(28, "No space left on device")

        event.listen(database._writer, "commit", commit)
        acked = {await database.write(add, "before")}
        failing.set()
        done = await asyncio.gather(
            *(database.write(add, f"during-{n}") for n in range(20)), return_exceptions=True
        )
        assert {getattr(item, "code", None) for item in done} == {Code.UNAVAILABLE}
        failing.clear()
        assert await database.read(keys) == acked
        await healed(database, within_s=1)
        assert integrity(tmp_path / "chat.sqlite3") == "ok"


async def healed_after_room(database: Database, limit: Any) -> None:
    """Make room as an administrator does: beside the running process."""

    def grow(connection: Connection) -> None:
        limit(connection, 100_000)

    for _ in range(3):
        try:
            await database.write(grow)
            break
        except Refusal:
            continue
    await healed(database, within_s=1)


async def test_f07_a_file_that_may_only_be_read_is_unavailable_until_it_may_be_written(
    database: Database, tmp_path: Path
) -> None:
    """SQLite is told so by a word of its own: the modes of files do not bind root."""

    only_reads = threading.Event()

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA query_only = {only_reads.is_set():d}")

    def ended(connection: Connection) -> None:
        connection.connection.cursor().execute("PRAGMA query_only = 0")

    event.listen(database._writer, "begin", begun)
    event.listen(database._writer, "rollback", ended)
    acked = {await database.write(add, "before")}
    only_reads.set()
    for number in range(3):
        with pytest.raises(Refusal) as refused:
            await database.write(add, f"during-{number}")
        assert refused.value.code is Code.UNAVAILABLE and refused.value.retry
    assert await database.read(keys) == acked
    only_reads.clear()
    await healed(database, within_s=1)
    assert integrity(tmp_path / "chat.sqlite3") == "ok"


async def test_nobody_is_told_before_the_commit(database_url: str) -> None:
    """The guard of all guards, by itself: while the commit runs, nothing is settled."""
    database = Database(database_url)
    committing, go_on = threading.Event(), threading.Event()

    def commit(_connection: Connection) -> None:
        committing.set()
        go_on.wait(5)

    event.listen(database._writer, "commit", commit)
    try:
        asked = database.submit(add, "one")
        await asyncio.to_thread(committing.wait, 5)
        await asyncio.sleep(0.05)
        assert not asked.done(), "told before the commit"
        go_on.set()
        assert await asyncio.wait_for(asked, 5) == "one"
    finally:
        go_on.set()
        await database.close()


async def test_a_unit_that_was_beaten_to_it_looks_again(database: Database) -> None:
    """A unique index said no: the unit is run once more and finds what the other one wrote."""
    tries: list[int] = []

    def find_or_add(connection: Connection) -> str:
        tries.append(len(tries))
        if len(tries) < 3:  # as if the other one's row could not be seen yet, in both ways to run
            add(connection, "same")
        return "found"

    await database.write(add, "same")
    assert await database.write(find_or_add) == "found"
    assert await database.read(keys) == {"same"}


@contextmanager
def locked(path: Path) -> Iterator[sqlite3.Connection]:
    """Hold the write lock, as a backup tool or a curious person at a prompt does."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other
        other.execute("ROLLBACK")


async def test_f25_a_lock_held_by_somebody_else_is_worth_trying_again(
    database: Database, tmp_path: Path
) -> None:
    await database.write(add, "before")
    began = time.monotonic()
    with locked(tmp_path / "chat.sqlite3"):
        with pytest.raises(Refusal) as refused:
            await database.write(add, "during")
        took = time.monotonic() - began
        assert refused.value.code is Code.UNAVAILABLE and refused.value.retry
        assert 1.5 <= took <= 3, took
        assert await database.read(keys) == {"before"}, "reading goes on"
    assert await healed(database, within_s=1) < 1
    assert "during" not in await database.read(keys)


async def test_f25_a_short_lock_is_waited_for(database: Database, tmp_path: Path) -> None:
    await database.write(add, "before")
    with locked(tmp_path / "chat.sqlite3") as other:
        asked = database.submit(add, "patient")
        await asyncio.sleep(0.2)
        assert not asked.done()
        other.execute("COMMIT")
        other.execute("BEGIN")
        assert await asyncio.wait_for(asked, 2) == "patient"


def test_f25_an_embedded_database_is_one_processs(sqlite_url: str) -> None:
    with ExitStack() as held:
        for _ in range(2):
            claim = hold(sqlite_url)
            assert claim is not None
            with held, claim, pytest.raises(StorageError, match="Another process"):
                other = hold(sqlite_url)
                assert other is not None
                held.enter_context(other)


# PostgreSQL


@pytest.fixture
async def far(postgresql: PostgreSQL) -> AsyncIterator[tuple[Proxy, Database, str]]:
    """A database behind a network that fails on command."""
    url = postgresql.fresh_database()
    target, through = postgresql_target(url)
    async with proxy(target) as between:
        database = Database(through(between.port))
        await database.write(add, "before")
        yield between, database, url
        between.flow()
        await database.close()


async def unavailable_in_time(database: Database) -> None:
    began = time.monotonic()
    with pytest.raises(Refusal) as refused:
        await database.write(add, "while it was away")
    took = time.monotonic() - began
    assert refused.value.code is Code.UNAVAILABLE and took <= 2.3, (refused.value.code, took)


@pytest.mark.parametrize("ways", [("up",), ("down",), ("up", "down")])
async def test_f08_a_network_that_swallows_everything_is_unavailable_within_two_seconds(
    far: tuple[Proxy, Database, str], ways: tuple[Way, ...]
) -> None:
    between, database, _url = far
    between.stall(*ways)
    await unavailable_in_time(database)
    with pytest.raises(Refusal):
        await database.read(keys)
    between.flow()
    assert await healed(database, within_s=5) < 5
    assert {"before"} <= await database.read(keys)


@pytest.mark.parametrize("break_off", [Proxy.reset, Proxy.cut])
async def test_f08_lines_that_break_are_replaced_within_five_seconds(
    far: tuple[Proxy, Database, str], break_off: Any
) -> None:
    between, database, _url = far
    for number in range(5):
        pending = [database.submit(add, f"{number}-{n}") for n in range(20)]
        await asyncio.sleep(0)
        break_off(between)
        done = await asyncio.gather(*pending, return_exceptions=True)
        acked = {item for item in done if isinstance(item, str)}
        assert all(isinstance(item, str | Refusal) for item in done), done
        assert await healed(database, within_s=5) < 5
        assert acked <= await database.read(keys)


async def test_f05_backends_that_are_ended_in_the_middle_take_nothing_along(
    far: tuple[Proxy, Database, str],
) -> None:
    _between, database, url = far
    acked: set[str] = set()
    with psycopg.connect(url, autocommit=True) as administrator:
        for number in range(10):
            pending = [database.submit(add, f"{number}-{n}") for n in range(20)]
            await asyncio.sleep(0.002 * number)
            administrator.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            done = await asyncio.gather(*pending, return_exceptions=True)
            assert all(isinstance(item, str | Refusal) for item in done), done
            acked |= {item for item in done if isinstance(item, str)}
            await healed(database, within_s=5)
    stored = await database.read(
        lambda c: list(c.execute(select(site.c.key, func.count()).group_by(site.c.key)))
    )
    assert acked <= {row[0] for row in stored} and {row[1] for row in stored} == {1}


async def test_f05_no_connection_to_be_had_is_unavailable_and_heals(
    far: tuple[Proxy, Database, str],
) -> None:
    """Somebody else has taken all connections when ours must be opened anew."""
    between, database, url = far
    others = []
    try:
        with pytest.raises(psycopg.OperationalError, match=r"too many|remaining connection slots"):
            for _ in range(500):
                others.append(psycopg.connect(url))
        between.reset()
        await asyncio.sleep(0.1)
        with pytest.raises(psycopg.OperationalError):  # ours are taken too
            for _ in range(20):
                others.append(psycopg.connect(url))
        await unavailable_in_time(database)
    finally:
        for other in others:
            other.close()
    assert await healed(database, within_s=5) < 5
    assert {"before"} <= await database.read(keys)


async def test_f06_a_commit_is_cut_off_before_or_after_it_went_through(
    far: tuple[Proxy, Database, str],
) -> None:
    """Whoever was told `unavailable` does not know; asked again, it is there once."""
    between, database, _url = far

    def find_or_add(connection: Connection, key: str) -> str:
        found = connection.execute(select(site.c.id).where(site.c.key == key)).first()
        if found is None:
            add(connection, key)
            return "added"
        return "found"

    cut: list[str] = []
    for number in range(6):
        goes_through = number % 2 == 0

        def watch(line: Any, way: Way, data: bytes, passes: bool = goes_through) -> bool:
            if way == "up" and b"COMMIT" in data and not cut:
                cut.append("commit")
                loop = asyncio.get_running_loop()
                loop.call_later(0.1 if passes else 0, line.reset)
                return passes
            return not (way == "down" and cut)

        between.watch = watch
        with pytest.raises(Refusal) as refused:
            await database.write(find_or_add, f"doubt-{number}")
        assert refused.value.code is Code.UNAVAILABLE
        between.watch = lambda line, way, data: True
        cut.clear()
        await healed(database, within_s=5)
        answer = await database.write(find_or_add, f"doubt-{number}")
        assert answer == ("found" if goes_through else "added")
