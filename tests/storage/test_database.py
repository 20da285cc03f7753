"""The group-committing database, on SQLite and on PostgreSQL alike."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, insert, select, text
from sqlalchemy.exc import IntegrityError

from chatserver.errors import Code, Refusal
from chatserver.storage import installation
from chatserver.storage.database import Database
from chatserver.storage.engines import normalise_url
from chatserver.storage.migrate import MIGRATIONS, differences, head, migrate, revision
from chatserver.storage.schema.sites import site


def add(connection: Connection, key: str) -> str:
    connection.execute(insert(site).values(key=key, settings="{}", created_ms=1))
    return key


def add_and_refuse(connection: Connection, key: str) -> None:
    add(connection, key)
    raise Refusal(Code.FULL)


def count(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(site)).scalar_one())


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


async def test_units_queued_together_are_committed_together(database: Database) -> None:
    keys = [f"site-{number}" for number in range(200)]
    assert await asyncio.gather(*(database.write(add, key) for key in keys)) == keys
    assert await database.read(count) == 200
    assert database.commits.units == 200
    assert database.commits.transactions < 100


async def test_a_refusal_takes_back_its_own_unit_alone(database: Database) -> None:
    done = await asyncio.gather(
        database.write(add, "one"),
        database.write(add_and_refuse, "two"),
        database.write(add, "three"),
        return_exceptions=True,
    )
    assert done[0] == "one" and done[2] == "three"
    assert isinstance(done[1], Refusal) and done[1].code is Code.FULL
    assert await database.read(count) == 2


async def test_a_constraint_takes_back_its_own_unit_alone(database: Database) -> None:
    done = await asyncio.gather(
        database.write(add, "same"),
        database.write(add, "same"),
        database.write(add, "other"),
        return_exceptions=True,
    )
    assert sum(isinstance(item, IntegrityError) for item in done) == 1
    assert await database.read(count) == 2


async def test_whoever_is_second_looks_again(database: Database) -> None:
    """A unit that meets a unique index runs once more and then finds what the other wrote."""

    def find_or_add(connection: Connection) -> str:
        found = connection.execute(select(site.c.key).where(site.c.key == "once")).scalar()
        if found is None:
            time.sleep(0.02)
            add(connection, "once")
            return "added"
        return "found"

    done = await asyncio.gather(*(database.write(find_or_add) for _ in range(12)))
    assert sorted(done) == ["added"] + ["found"] * 11
    assert await database.read(count) == 1


async def test_a_fault_of_a_unit_is_its_callers_alone(database: Database) -> None:
    def broken(connection: Connection) -> None:
        raise ZeroDivisionError

    done = await asyncio.gather(
        database.write(add, "one"), database.write(broken), return_exceptions=True
    )
    assert done[0] == "one" and isinstance(done[1], ZeroDivisionError)


async def test_a_unit_runs_to_its_commit_when_its_caller_is_gone(database: Database) -> None:
    begun = threading.Event()

    def slow(connection: Connection) -> None:
        begun.set()
        time.sleep(0.1)
        add(connection, "late")

    task = asyncio.ensure_future(database.write(slow))
    await asyncio.to_thread(begun.wait)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    deadline = time.monotonic() + 5
    while await database.read(count) == 0:
        assert time.monotonic() < deadline, "the unit went with its caller"
        await asyncio.sleep(0.01)


async def test_what_can_be_run_together_is_and_the_rest_by_itself(database: Database) -> None:
    calls: list[int] = []
    after: list[str | None] = []

    def together(connection: Connection, items: Sequence[str]) -> list[str | None]:
        calls.append(len(items))
        for key in items:
            if not key.endswith("7"):
                add(connection, key)
        return [None if key.endswith("7") else f"{key} with others" for key in items]

    def one(key: str) -> "asyncio.Future[str]":
        return database.submit_job(
            lambda connection: add(connection, key),
            together=together,
            item=key,
            after=after.append,
        )

    keys = [f"site-{number}" for number in range(100)]
    done = await asyncio.gather(*map(one, keys))
    assert [text for text in done if "with" not in text] == [
        f"site-{n}7" if n else "site-7" for n in range(10)
    ]
    with_others = [text for text in done if "with" in text]
    assert len(after) == 100 and set(after) == set(done), "each told once"
    assert [text for text in after if "with" in str(text)] == with_others, "in their order"
    assert sum(calls) == 100 and len(calls) < 50
    assert await database.read(count) == 100


async def test_a_batch_is_told_in_the_order_in_which_it_was_done(tmp_path: Path) -> None:
    """An answer that was queued before another's question does not get ahead of it when told."""
    database = Database(f"sqlite:///{tmp_path}/one-writer.db")
    written: list[str] = []
    told: list[str | None] = []

    def together(connection: Connection, items: Sequence[str]) -> list[str | None]:
        written.extend(items)
        return list(items)

    def alone(connection: Connection, key: str) -> str:
        written.append(key)
        return key

    database.submit(lambda connection: time.sleep(0.1))  # so that the rest is one batch
    pending = []
    for key in ("alone 1", "together 1", "alone 2", "together 2"):
        pending.append(
            database.submit_job(
                lambda connection, key=key: alone(connection, key),  # type: ignore[misc]
                together=together if key.startswith("together") else None,
                item=key,
                after=told.append,
            )
        )
    assert await asyncio.gather(*pending) == ["alone 1", "together 1", "alone 2", "together 2"]
    assert told == written
    await database.close()


async def test_where_running_together_fails_each_unit_is_run(database: Database) -> None:
    def together(connection: Connection, items: Sequence[str]) -> list[str | None]:
        for key in items:
            add(connection, key)
        raise LookupError("half-way")

    done = await asyncio.gather(
        *(
            database.submit_job(
                lambda connection, key=key: add(connection, key),  # type: ignore[misc]
                together=together,
                item=key,
            )
            for key in ("one", "two", "three")
        )
    )
    assert done == ["one", "two", "three"]
    assert await database.read(count) == 3


async def test_what_follows_a_commit_follows_though_its_caller_is_gone(database: Database) -> None:
    told: list[str | None] = []
    slow = database.submit(lambda connection: time.sleep(0.1))
    gone = database.submit_job(lambda connection: add(connection, "site"), after=told.append)
    refused = database.submit_job(
        lambda connection: add_and_refuse(connection, "x"), after=told.append
    )
    gone.cancel()
    await slow
    with pytest.raises(Refusal):
        await refused
    assert await database.read(count) == 1
    assert sorted(told, key=str) == [None, "site"]


async def test_what_is_queued_at_the_close_is_committed(database_url: str) -> None:
    database = Database(database_url)
    pending = [asyncio.ensure_future(database.write(add, f"s{n}")) for n in range(50)]
    await asyncio.sleep(0)
    await database.close()
    await asyncio.gather(*pending)
    with pytest.raises(Refusal) as refused:
        await database.write(add, "too late")
    assert refused.value.code is Code.UNAVAILABLE
    with pytest.raises(Refusal):
        await database.read(count)
    again = Database(database_url)
    assert await again.read(count) == 50
    await again.close()


async def test_a_full_queue_refuses_at_once_and_holds_nothing_in_memory(
    database_url: str,
) -> None:
    database = Database(database_url, workers=1, max_queued=4)
    gate = threading.Event()

    def wait(connection: Connection) -> None:
        gate.wait(10)

    first = asyncio.ensure_future(database.write(wait))
    await asyncio.sleep(0.1)
    queued = [asyncio.ensure_future(database.write(add, f"q{number}")) for number in range(4)]
    await asyncio.sleep(0.05)
    with pytest.raises(Refusal) as refused:
        await database.write(add, "one too many")
    assert refused.value.code is Code.UNAVAILABLE and refused.value.retry
    gate.set()
    await asyncio.gather(first, *queued)
    await database.close()


async def test_a_lost_transaction_fails_every_unit_and_the_next_one_works(
    database: Database,
) -> None:
    def cut(connection: Connection) -> None:
        if database.is_sqlite:
            connection.exec_driver_sql("SELECT * FROM there_is_no_such_table")
        else:
            connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    gate = threading.Event()
    first = asyncio.ensure_future(database.write(lambda connection: gate.wait(10) and None))
    await asyncio.sleep(0.05)
    pending: list[asyncio.Future[Any]] = [asyncio.ensure_future(database.write(cut))]
    if database.is_sqlite:
        pending += [asyncio.ensure_future(database.write(add, "beside"))]
    await asyncio.sleep(0.05)
    gate.set()
    await first
    done = await asyncio.gather(*pending, return_exceptions=True)
    assert all(isinstance(item, Refusal) and item.code is Code.UNAVAILABLE for item in done)
    assert await database.write(add, "after") == "after"
    assert await database.read(count) == 1


async def test_postgresql_units_that_lock_each_other_out_all_get_through(
    postgresql: Any,
) -> None:
    url = postgresql.fresh_database()
    migrate(url, now_ms=1)
    database = Database(url, workers=3)
    await database.write(add, "a")
    await database.write(add, "b")

    def both(connection: Connection, first: str, second: str) -> None:
        for key in (first, second):
            connection.execute(
                text("UPDATE site SET created_ms = created_ms + 1 WHERE key = :key"), {"key": key}
            )
            time.sleep(0.01)

    await asyncio.gather(
        *(database.write(both, *(("a", "b") if number % 2 else ("b", "a"))) for number in range(30))
    )
    total = await database.read(
        lambda connection: connection.execute(select(func.sum(site.c.created_ms))).scalar_one()
    )
    assert int(total) == 2 + 60
    await database.close()


async def test_migrating_twice_changes_nothing_and_matches_the_code(database_url: str) -> None:
    database = Database(database_url)
    epoch = await database.read(installation.epoch)
    migrate(database_url, now_ms=99)
    assert await database.read(installation.epoch) == epoch
    assert await database.read(revision) == head()
    versions = ScriptDirectory(str(MIGRATIONS))
    assert head() == versions.get_current_head()
    assert await database.read(differences) == []
    await database.close()


async def test_sqlite_is_opened_so_that_a_commit_means_the_disk(sqlite_url: str) -> None:
    database = Database(sqlite_url)

    def pragmas(connection: Connection) -> tuple[object, ...]:
        return tuple(
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        )

    assert await database.write(pragmas) == ("wal", 2, 1)
    with pytest.raises(Refusal):
        await database.read(add, "a reader never writes")
    await database.close()


def test_urls_that_hosts_hand_out_are_understood() -> None:
    for url in ("postgres://u:p@h/d", "postgresql://u:p@h/d", "postgresql+psycopg://u:p@h/d"):
        assert normalise_url(url) == "postgresql+psycopg://u:p@h/d"
    assert normalise_url("sqlite:////x") == "sqlite:////x"
    with pytest.raises(ValueError, match="file"):
        Database("sqlite://")
