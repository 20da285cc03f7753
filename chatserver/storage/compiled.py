"""Statements that are compiled once; knows no table.

SQLAlchemy looks through a statement at each execution to find what it compiled of it before, which
for one with many columns costs as much as running it (measured, docs/performance.md).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select


class Compiled:
    """A select for hot ways, whose columns need no conversion: text, numbers, times in ms.

    Args:
        statement: with a `bindparam` for each value that is given later.
    """

    __slots__ = ("_by_dialect", "_statement")

    def __init__(self, statement: Select[Any]) -> None:
        self._statement = statement
        self._by_dialect: dict[str, tuple[str, list[str] | None, dict[str, Any]]] = {}

    def rows(self, connection: Connection, values: Mapping[str, object]) -> Sequence[Any]:
        """Run it and return its rows, whose columns are found by their place."""
        found = self._by_dialect.get(connection.dialect.name)
        if found is None:
            compiled = self._statement.compile(dialect=connection.dialect)
            found = (str(compiled), compiled.positiontup, dict(compiled.params))
            self._by_dialect[connection.dialect.name] = found
        text, places, fixed = found
        given = {**fixed, **values}
        parameters: Any = given if places is None else tuple(given[name] for name in places)
        return connection.exec_driver_sql(text, parameters).all()
