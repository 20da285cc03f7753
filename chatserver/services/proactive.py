"""When the shop speaks first: which rules are out today, and what came of them."""

from collections.abc import Mapping
from datetime import datetime
from fnmatch import fnmatchcase
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from chatserver.clock import to_datetime
from chatserver.domain.sites import Site
from chatserver.domain.widgets import Rule
from chatserver.services.holidays import calendar_of
from chatserver.services.work import Work
from chatserver.storage import rule_counts
from chatserver.storage.rule_counts import Step


def _wall(site: Site, now_ms: int) -> datetime:
    return to_datetime(now_ms).astimezone(ZoneInfo(site.settings.hours.zone))


def rules_now(site: Site, *, now_ms: int) -> list[Rule]:
    """Return the rules that may speak now: their days, and the shop's hours where they ask."""
    wall = _wall(site, now_ms)
    today = wall.date().isoformat()
    hours = site.settings.hours
    return [
        rule
        for rule in site.settings.widget.rules
        if (not rule.from_day or rule.from_day <= today)
        and (not rule.to_day or today <= rule.to_day)
        and (not rule.hours_only or not hours.known or calendar_of(hours, wall).is_open(wall))
    ]


def matches(rule: Rule, path: str) -> bool:
    """Whether a rule is meant for a page of the shop, by its path."""
    return not rule.pages or any(fnmatchcase(path, pattern) for pattern in rule.pages)


def count_step(work: Work, site: Site, rule: str, step: Step) -> None:
    """Count what came of a rule; one that the site does not have counts nothing."""
    if any(known.id == rule for known in site.settings.widget.rules):
        day = _wall(site, work.now_ms).date().isoformat()
        rule_counts.count(work.connection, site.id, rule, day, step)


def results(connection: Connection, site: Site, *, since: str) -> Mapping[str, Mapping[Step, int]]:
    """Return what came of each rule since a day (ISO)."""
    return rule_counts.of_site(connection, site.id, since=since)
