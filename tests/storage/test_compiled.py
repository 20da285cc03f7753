"""Statements compiled once, on both databases; threads that read and keep their connections."""

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Connection, Integer, bindparam, insert, select

from chatserver.errors import Code, Refusal
from chatserver.storage.compiled import Compiled
from chatserver.storage.database import Database
from chatserver.storage.schema.sites import site


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


def _fill(connection: Connection) -> None:
    rows = [{"key": f"k{n}", "settings": "{}", "created_ms": n} for n in range(9)]
    connection.execute(insert(site), rows)


async def test_a_compiled_statement_says_what_the_statement_says(database: Database) -> None:
    await database.write(_fill)
    # A value that stands in the statement, one that stands in it twice, and a limit.
    statement = (
        select(site.c.key, site.c.created_ms)
        .where(site.c.settings == "{}", site.c.created_ms > bindparam("after"))
        .where(site.c.created_ms != bindparam("after"), site.c.key != bindparam("not"))
        .order_by(site.c.created_ms.desc())
        .limit(bindparam("limit", type_=Integer))
    )
    compiled = Compiled(statement)
    for values in (
        {"after": 3, "not": "k8", "limit": 3},
        {"after": 0, "not": "", "limit": 100},
        {"after": 8, "not": "k1", "limit": 1},
    ):

        def both(
            connection: Connection, values: dict[str, object] = values
        ) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
            plain: list[tuple[object, ...]] = [
                tuple(row) for row in connection.execute(statement, values)
            ]
            return plain, [tuple(row) for row in compiled.rows(connection, values)]

        plain, same = await database.read(both)
        assert plain == same
    assert len(same) == 0 and plain == []


async def test_a_read_whose_asker_has_gone_is_not_begun(database: Database) -> None:
    release = threading.Event()
    begun: list[Connection] = []

    def slow(_connection: Connection) -> None:
        release.wait(10)

    busy = [asyncio.ensure_future(database.read(slow)) for _ in range(3)]
    await asyncio.sleep(0.05)
    gone = asyncio.ensure_future(database.read(begun.append))
    await asyncio.sleep(0)
    gone.cancel()
    release.set()
    await asyncio.gather(*busy)
    await asyncio.wait({gone})
    assert await database.read(lambda _connection: "read") == "read"
    assert begun == []


async def test_after_an_error_a_reader_has_another_connection(database: Database) -> None:
    def broken(connection: Connection) -> None:
        connection.exec_driver_sql("SELECT * FROM nothing")

    for _ in range(8):  # more than there are readers
        with pytest.raises(Refusal) as refused:
            await database.read(broken)
        assert refused.value.code is Code.UNAVAILABLE
    await database.write(_fill)
    found = await asyncio.gather(
        *(database.read(lambda c: len(c.execute(select(site.c.key)).all())) for _ in range(12))
    )
    assert set(found) == {9}


async def test_what_a_unit_raises_reaches_whoever_asked(database: Database) -> None:
    def refuses(_connection: Connection) -> None:
        raise Refusal(Code.FULL)

    with pytest.raises(Refusal) as refused:
        await database.read(refuses)
    assert refused.value.code is Code.FULL
    # And one snapshot for each read: what was committed meanwhile is there.
    await database.write(_fill)
    assert await database.read(lambda c: c.execute(select(site.c.key)).first()) is not None
