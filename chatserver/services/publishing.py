"""What publishing would change, and publishing: all of a set at once, now or later."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import structlog
from sqlalchemy import Connection

from chatserver.domain.ids import StaffId
from chatserver.domain.knowledge import Problem, publishing_problems
from chatserver.errors import Code, Refusal
from chatserver.services import thresholds
from chatserver.services.engine_entries import engine_entries
from chatserver.storage import faq_checks, faq_entries, faq_publications, question_log
from chatserver.storage.faq_checks import CheckRow
from chatserver.storage.faq_entries import EntryRow
from chatserver.storage.faq_publications import Change, Decision
from faq import Entry, KnowledgeBase, MatchResult
from faq.checks import Check

RECENT_MS = 7 * 24 * 3600 * 1000
MAX_RECENT = 400
"""Different recent questions that are asked of both bases: the ones asked most."""

MAX_REASON_CHARS = 500

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Stand:
    """What a base says to one message: the verdict and the first entry it rests on."""

    verdict: str
    entry: str | None = None

    @classmethod
    def of(cls, result: MatchResult) -> "Stand":
        """Return what a result says."""
        first = result.candidates[0].entry.key if result.candidates else None
        return cls(result.verdict, first)

    @property
    def text(self) -> str:
        """The same in one word, for records."""
        return f"{self.verdict}:{self.entry}" if self.entry else self.verdict


@dataclass(frozen=True, slots=True)
class Shift:
    """One message that would be answered differently.

    Args:
        check: the check it is, or None for a question that shoppers asked.
        times: how often it was asked lately, 0 for a check.
        kind: `drop` (worse than now), `gain` (better) or `change`.
    """

    language: str
    message: str
    was: Stand
    will: Stand
    kind: str
    check: CheckRow | None = None
    times: int = 0

    @property
    def id(self) -> str:
        """What a decision about it is called by."""
        return f"{self.language}:{self.message}"


@dataclass(frozen=True, slots=True)
class Effects:
    """What publishing would change.

    Args:
        shifts: drops first.
        checks, questions: how many were looked at.
        failing: checks that fail now and would go on failing.
    """

    shifts: tuple[Shift, ...] = ()
    checks: int = 0
    questions: int = 0
    failing: int = 0

    @property
    def drops(self) -> tuple[Shift, ...]:
        """What needs a decision."""
        return tuple(shift for shift in self.shifts if shift.kind == "drop")

    def count(self, *, checks: bool) -> int:
        """Return how many checks, or how many real questions, would be answered differently."""
        return sum((shift.check is not None) == checks for shift in self.shifts)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked of the publish page.

    Args:
        live, entries: what shoppers get now, and what they would get.
        pending: entries whose publication would change something.
        chosen: keys among them that are to be published.
        problems: by key, what keeps a chosen entry from it.
    """

    live: tuple[Entry, ...]
    entries: tuple[Entry, ...]
    pending: tuple[EntryRow, ...]
    chosen: frozenset[str]
    problems: Mapping[str, tuple[Problem, ...]]
    checks: tuple[CheckRow, ...]
    recent: tuple[tuple[str, str, int], ...] = field(default=())

    @property
    def stamp(self) -> str:
        """What was looked at; a publication that names another one is out of date."""
        return ",".join(
            f"{row.key}:{row.version}" for row in self.pending if row.key in self.chosen
        )


def plan(connection: Connection, *, now_ms: int, chosen: Collection[str] | None = None) -> Plan:
    """Return what there is to publish.

    Args:
        chosen: keys; everything pending when None.
    """
    rows = faq_entries.every(connection)
    pending = tuple(row for row in rows if row.is_pending)
    wanted = frozenset(row.key for row in pending if chosen is None or row.key in chosen)
    live = [e for row in rows if row.live for e in engine_entries(row.key, row.live)]
    entries: list[Entry] = []
    for row in rows:
        content = row.live
        if row.key in wanted:
            content = None if row.archived else row.content
        entries += engine_entries(row.key, content) if content else []
    wrong = {
        row.key: tuple(publishing_problems(row.content))
        for row in pending
        if row.key in wanted and not row.archived
    }
    return Plan(
        tuple(live),
        tuple(entries),
        pending,
        wanted,
        {key: found for key, found in wrong.items() if found},
        tuple(faq_checks.every(connection)),
        tuple(question_log.recent(connection, since_ms=now_ms - RECENT_MS, limit=MAX_RECENT)),
    )


def on_day(entries: Sequence[Entry], day: date) -> tuple[Entry, ...]:
    """Return the entries that shoppers may get on a day."""
    return tuple(entry for entry in entries if entry.is_live(day))


def effects(
    now: KnowledgeBase,
    then: KnowledgeBase,
    checks: Sequence[CheckRow],
    recent: Sequence[tuple[str, str, int]],
) -> Effects:
    """Ask both bases every check and every recent question; pure, takes some milliseconds each."""
    shifts: list[Shift] = []
    failing = 0
    for row in checks:
        check = Check(row.message, row.entry, row.offered)
        was, will = now.match(row.message, row.language), then.match(row.message, row.language)
        passed, passes = check.is_met_by(was), check.is_met_by(will)
        failing += not passed and not passes
        if passed != passes or Stand.of(was) != Stand.of(will):
            kind = "change" if passed == passes else "gain" if passes else "drop"
            shifts.append(
                Shift(row.language, row.message, Stand.of(was), Stand.of(will), kind, row)
            )
    known = {(row.language, row.message) for row in checks}
    asked = [one for one in recent if one[:2] not in known]
    for language, message, times in asked:
        first, second = (
            Stand.of(now.match(message, language)),
            Stand.of(then.match(message, language)),
        )
        if first != second:
            kind = _kind(first, second)
            shifts.append(Shift(language, message, first, second, kind, times=times))
    order = {"drop": 0, "change": 1, "gain": 2}
    shifts.sort(key=lambda shift: (order[shift.kind], shift.check is None, -shift.times))
    return Effects(tuple(shifts), len(checks), len(asked), failing)


_RANK = {"none": 0, "clarify": 1, "answer": 2}


def _kind(was: Stand, will: Stand) -> str:
    if _RANK[will.verdict] == _RANK[was.verdict]:
        return "change"
    return "gain" if _RANK[will.verdict] > _RANK[was.verdict] else "drop"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A publication as somebody asks for it.

    Args:
        versions: of the entries, as the page showed them.
        reasons: by shift id, why a drop is taken upon oneself.
        due_ms: when; at once when None.
    """

    versions: Mapping[str, int]
    reasons: Mapping[str, str] = field(default_factory=dict)
    due_ms: int | None = None
    note: str = ""


def undecided(found: Effects, reasons: Mapping[str, str]) -> tuple[Shift, ...]:
    """Return the drops that nobody has given a reason for."""
    return tuple(shift for shift in found.drops if not reasons.get(shift.id, "").strip())


def publish(
    connection: Connection,
    wanted: Wanted,
    found: Effects,
    *,
    by: StaffId | None,
    now_ms: int,
) -> int:
    """Publish a set of entries, or schedule it; all of it or nothing.

    Args:
        found: the effects as they were shown; each drop needs its reason.

    Returns:
        How many entries there were.

    Raises:
        Refusal: `bad_request` where there is nothing, a drop lacks its reason or an entry may not
            be published; `taken` where an entry has been changed since it was looked at.
    """
    if not wanted.versions or undecided(found, wanted.reasons):
        raise Refusal(Code.BAD_REQUEST)
    changes = []
    for key, version in sorted(wanted.versions.items()):
        entry = faq_entries.find(connection, key)
        if entry is None or entry.version != version:
            raise Refusal(Code.TAKEN, f"{key} has been changed meanwhile.")
        if not entry.archived and publishing_problems(entry.content):
            raise Refusal(Code.BAD_REQUEST, f"{key} can't be published as it is.")
        content = None if entry.archived else faq_entries.encode(entry.content)
        changes.append(Change(key, content, version))
    decisions = tuple(
        Decision(
            shift.language,
            shift.message,
            shift.was.text,
            shift.will.text,
            wanted.reasons[shift.id].strip()[:MAX_REASON_CHARS],
        )
        for shift in found.drops
    )
    later = wanted.due_ms is not None and wanted.due_ms > now_ms
    faq_publications.add(
        connection,
        tuple(changes),
        status="scheduled" if later else "done",
        due_ms=wanted.due_ms if later and wanted.due_ms is not None else now_ms,
        now_ms=now_ms,
        by=by,
        decisions=decisions,
        note=wanted.note.strip()[:MAX_REASON_CHARS],
    )
    if not later:
        _go_live(connection, changes, by=by, now_ms=now_ms)
        thresholds.learn(connection, now_ms=now_ms)
    return len(changes)


def _go_live(
    connection: Connection, changes: Sequence[Change], *, by: StaffId | None, now_ms: int
) -> None:
    for change in changes:
        entry = faq_entries.find(connection, change.key)
        if entry is None:
            continue
        content = None if change.content is None else faq_entries.decode(change.content)
        number = faq_entries.set_live(
            connection, entry, content, version=change.version, now_ms=now_ms
        )
        faq_entries.add_revision(
            connection,
            entry.id,
            version=change.version,
            content=content or entry.content,
            kind="published" if content is not None else "archived",
            number=number,
            now_ms=now_ms,
            by=by,
        )
    faq_entries.raise_state(connection, live=True)
    log.info("faq published", entries=len(changes))


def publish_due(connection: Connection, *, now_ms: int) -> int:
    """Do what was scheduled and is due; each once, whichever process comes first."""
    done = 0
    for publication in faq_publications.due(connection, now_ms=now_ms):
        if faq_publications.move(connection, publication.id, "done", now_ms=now_ms):
            _go_live(connection, publication.changes, by=None, now_ms=now_ms)
            done += 1
    return done


def cancel(connection: Connection, publication: int, *, now_ms: int) -> None:
    """Take back what was scheduled.

    Raises:
        Refusal: `not_found` where it is not, or is done.
    """
    if not faq_publications.move(connection, publication, "cancelled", now_ms=now_ms):
        raise Refusal(Code.NOT_FOUND)


Build = Callable[[Sequence[Entry]], KnowledgeBase]
