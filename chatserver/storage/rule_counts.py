"""How often each rule spoke first, and what came of it, by day."""

from typing import Any, Literal

from sqlalchemy import Connection, Row, select, update
from sqlalchemy.dialects import postgresql, sqlite

from chatserver.domain.ids import SiteId
from chatserver.storage.schema.bot import rule_count

Step = Literal["shown", "opened", "answered"]


def count(connection: Connection, site: SiteId, rule: str, day: str, step: Step) -> None:
    """Count one step of one rule on one day (ISO)."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    connection.execute(
        insert(rule_count).values(site_id=site, rule=rule, day=day).on_conflict_do_nothing()
    )
    column = rule_count.c[step]
    connection.execute(
        update(rule_count)
        .where(rule_count.c.site_id == site, rule_count.c.rule == rule, rule_count.c.day == day)
        .values({column: column + 1})
    )


def of_site(connection: Connection, site: SiteId, *, since: str) -> dict[str, dict[Step, int]]:
    """Return what came of each rule since a day (ISO)."""
    rows = connection.execute(
        select(rule_count).where(rule_count.c.site_id == site, rule_count.c.day >= since)
    )
    totals: dict[str, dict[Step, int]] = {}
    for row in rows:
        _add(totals.setdefault(row.rule, {"shown": 0, "opened": 0, "answered": 0}), row)
    return totals


def _add(total: dict[Step, int], row: Row[Any]) -> None:
    total["shown"] += row.shown
    total["opened"] += row.opened
    total["answered"] += row.answered
