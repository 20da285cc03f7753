"""Takes a shop's file of orders into the database, row by row; a file with faults changes nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from chatserver.domain.cards import clean_line
from chatserver.domain.ids import SiteId
from chatserver.domain.orders import ShopOrder, number_key
from chatserver.errors import Code, Refusal
from chatserver.services.orders_files import Row, rows_of
from chatserver.services.orders_reading import (
    MAX_ITEM_CHARS,
    MAX_ITEMS,
    Unreadable,
    order_of,
)
from chatserver.storage import orders

ROWS_AT_ONCE = 500
"""Written in one transaction: a shop that serves meanwhile waits for milliseconds."""

FAULTS_TOLD = 20

Run = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """One row that can't be read. line: in the file, from 1. problem: a stable word for what."""

    line: int
    field: str
    problem: str


@dataclass(slots=True)
class Report:
    """What came of a file.

    Args:
        rows: how many it has.
        taken: how many orders are told now; None when nothing was changed.
        faulty: how many rows can't be read; `faults` are the first of them.
    """

    rows: int = 0
    taken: int | None = None
    faulty: int = 0
    faults: list[Fault] = field(default_factory=list)


def items_of(row: Row) -> list[str]:
    """Return what a row says was ordered: one thing, or several with `|` or a new line between."""
    return [item for item in row.values.get("items", "").replace("\n", "|").split("|") if item]


def upload(run: Run, site: SiteId, path: Path, *, skip_faulty: bool, now_ms: int) -> Report:
    """Replace a site's uploaded orders by those of a file.

    The file is read twice: first to see whether all of it can be read, then to take it.

    Args:
        run: runs a unit in a transaction of its own.
        skip_faulty: take the rows that can be read even though others can't.

    Raises:
        Refusal: `bad_request` when it is no such file, or has no orders.
    """
    report = Report()
    for _order in _orders(path, report):
        pass
    if not report.rows:
        raise Refusal(Code.BAD_REQUEST, "There are no orders in this file.")
    if report.faulty and not skip_faulty:
        return report
    batch = run(orders.begin_upload, site, now_ms=now_ms)
    readable = _orders(path, Report())
    while some := list(islice(readable, ROWS_AT_ONCE)):
        run(orders.put, site, batch, some)
    report.taken = run(orders.end_upload, site, batch)
    return report


def _orders(path: Path, report: Report) -> Iterator[ShopOrder]:
    """Yield a file's orders; rows of one number that follow each other are one order's items."""
    seen: dict[str, int] = {}
    before: ShopOrder | None = None
    for row in rows_of(path):
        report.rows += 1
        key = number_key(row.values.get("number", ""))
        if before is not None and key and key == number_key(before.status.number):
            before = _joined(before, items_of(row))
            continue
        if before is not None:
            yield before
        before = None
        try:
            order = order_of(row.values, items_of(row))
            if key in seen:
                raise Unreadable("number", f"as in line {seen[key]}")
        except Unreadable as error:
            report.faulty += 1
            if len(report.faults) < FAULTS_TOLD:
                report.faults.append(Fault(row.line, error.field, error.problem))
        else:
            seen[key] = row.line
            before = order
    if before is not None:
        yield before


def _joined(order: ShopOrder, more: list[str]) -> ShopOrder:
    items = (*order.status.items, *(clean_line(item, MAX_ITEM_CHARS) for item in more))
    return replace(order, status=replace(order.status, items=items[:MAX_ITEMS]))
