"""The FAQ from files: CSV and YAML in, tried before it is done.

What went out comes in again as it was; rows are known by key and language, so reading a file twice
changes nothing the second time.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import yaml
from sqlalchemy import Connection

from chatserver.domain.ids import StaffId
from chatserver.domain.knowledge import (
    LANGUAGES,
    Button,
    Content,
    Problem,
    is_key,
    normalised,
    problems,
)
from chatserver.services.exports import COLUMNS, unguarded
from chatserver.storage import faq_entries
from chatserver.storage.faq_entries import EntryRow

MAX_ROWS = 50_000
MAX_FILE_BYTES = 32 * 1024 * 1024
MAX_SHOWN_FAULTS = 200


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a file or a row. row: 1-based as a spreadsheet counts, 0 for the file."""

    row: int
    problem: Problem


class FileFault(Exception):
    """A file that can't be read at all."""

    def __init__(self, code: str, value: str = "", row: int = 0) -> None:
        super().__init__(code)
        self.fault = Fault(row, Problem("file", code, value))


@dataclass(slots=True)
class Outcome:
    """What reading a file would do, or did.

    Args:
        rows: how many there were.
        added, changed: keys of entries, in the file's order.
        same: how many entries are already as the file says.
        faults: at most `MAX_SHOWN_FAULTS` of `faulty` rows.
    """

    rows: int = 0
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    same: int = 0
    faulty: int = 0
    faults: list[Fault] = field(default_factory=list)
    encoding: str = ""
    delimiter: str = ""

    def fault(self, row: int, problem: Problem) -> None:
        """Note what is wrong."""
        self.faulty += 1
        if len(self.faults) < MAX_SHOWN_FAULTS:
            self.faults.append(Fault(row, problem))


def decoded(data: bytes) -> tuple[str, str]:
    """Return a file's text and the name of its encoding: UTF-8, UTF-16 with a mark, Windows-1254.

    Raises:
        FileFault: `encoding` where it is none of them.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16"), "UTF-16"
        except UnicodeDecodeError:
            raise FileFault("encoding") from None
    name = "UTF-8"
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        name = "Windows-1254"
        try:
            text = data.decode("cp1254")
        except UnicodeDecodeError as error:
            row = data.count(b"\n", 0, error.start) + 1
            raise FileFault("encoding", f"0x{data[error.start]:02X}", row) from None
    if any(char < " " and char not in "\r\n\t" for char in text):
        raise FileFault("encoding")  # a program's file: a workbook, a picture
    return text, name


def _delimiter(text: str) -> str:
    head = text.split("\n", 1)[0]
    return max(",;\t", key=head.count)


Row = tuple[int, Mapping[str, str]]


def read_csv(text: str) -> tuple[Iterator[Row], str]:
    """Return the rows of a CSV file with their numbers, and what separates its columns.

    Raises:
        FileFault: `columns` where needed ones are missing or strange ones are there.
    """
    delimiter = _delimiter(text)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        head = [name.strip().lower() for name in next(lines, [])]
    except csv.Error as error:
        raise FileFault("csv", str(error)[:80], 1) from None
    lacking = [name for name in ("key", "language", "question") if name not in head]
    strange = [name for name in head if name not in COLUMNS]
    if lacking or strange or len(set(head)) < len(head):
        raise FileFault("columns", ", ".join(lacking or strange)[:120], 1)

    def rows() -> Iterator[Row]:
        number = 1
        while True:
            start = lines.line_num + 1
            try:
                cells = next(lines, None)
            except csv.Error as error:
                raise FileFault("csv", str(error)[:80], start) from None
            if cells is None:
                return
            number += 1
            if any(cell.strip() for cell in cells):
                short = {name: unguarded(cell) for name, cell in zip(head, cells, strict=False)}
                yield number, short if len(cells) <= len(head) else {**short, "": "more"}

    return rows(), delimiter


def read_yaml(text: str) -> Iterator[Row]:
    """Yield the rows of a YAML file with their numbers.

    Raises:
        FileFault: `yaml` where it is no list of rows.
    """
    try:
        # The pure loader's safe subset; aliases would let a small file become a huge one.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.SafeLoader)):
            raise FileFault("yaml", "*")
        found = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise FileFault("yaml", "", mark.line + 1 if mark else 0) from None
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise FileFault("yaml")
    for number, row in enumerate(found, 1):
        cells = {}
        for name, value in row.items():
            said = value if isinstance(value, list) else [value]
            plain = all(isinstance(one, str | int | float | date) for one in said)
            cells[str(name) if str(name) in COLUMNS and plain else ""] = "\n".join(
                str(one) for one in said
            )
        yield number, cells


def _lines(cell: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in cell.splitlines() if line.strip())


def _day(cells: Mapping[str, str], name: str) -> date | None:
    text = cells.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(name) from None


def _applied(content: Content, cells: Mapping[str, str]) -> tuple[Content, list[Problem]]:
    """Return content with a row's cells; columns that the file lacks stay as they were."""
    wrong: list[Problem] = []
    language = cells["language"].strip().lower()
    old = content.wording(language)
    buttons = old.buttons
    if "buttons" in cells:
        buttons = ()
        for line in _lines(cells["buttons"]):
            label, mark, address = line.rpartition("|")
            if not mark:
                wrong.append(Problem("buttons", "button"))
            buttons += (Button(label.strip(), address.strip()),)
    said = replace(
        old,
        question=cells["question"],
        utterances=_lines(cells["utterances"]) if "utterances" in cells else old.utterances,
        answer=cells.get("answer", old.answer).replace("\r\n", "\n"),
        buttons=buttons,
    )
    content = content.with_wording(language, said)
    if "category" in cells:
        content = replace(content, category=cells["category"])
    if "scope" in cells:
        content = replace(content, scope=_lines(cells["scope"]))
    for name in ("valid_from", "valid_until"):
        if name in cells:
            try:
                content = replace(content, **{name: _day(cells, name)})  # type: ignore[arg-type]
            except ValueError:
                wrong.append(Problem(name, "day"))
    return content, wrong


Progress = Callable[[int], None]


def read_rows(
    rows: Iterable[Row],
    known: Mapping[str, EntryRow],
    *,
    now_ms: int,
    outcome: Outcome,
    progress: Progress = lambda _: None,
) -> dict[str, Content]:
    """Return what entries become by a file's rows, the outcome told beside; pure.

    A key with a faulty row is left out whole. Of two rows of one key and language the second is a
    fault.
    """
    found: dict[str, Content] = {}
    seen: set[tuple[str, str]] = set()
    spoilt: set[str] = set()
    for number, cells in rows:
        outcome.rows += 1
        if outcome.rows > MAX_ROWS:
            raise FileFault("rows", str(MAX_ROWS), number)
        if outcome.rows % 1000 == 0:
            progress(outcome.rows)
        key = cells.get("key", "").strip()
        language = cells.get("language", "").strip().lower()
        wrong: list[Problem] = []
        if "" in cells:
            wrong.append(Problem("file", "cells"))
        if not is_key(key):
            wrong.append(Problem("key", "key", key[:80]))
        if language not in LANGUAGES:
            wrong.append(Problem("language", "language", language[:20]))
        if not cells.get("question", "").strip():
            wrong.append(Problem("question", "required"))
        if (key, language) in seen:
            wrong.append(Problem("key", "twice", key))
        if not wrong:
            seen.add((key, language))
            entry = known.get(key)
            before = entry.content if entry else Content()
            content, wrong = _applied(found.get(key, before), cells)
            content = normalised(content, before, now_ms=now_ms)
            wrong += problems(content)
            found[key] = content
        if wrong:
            spoilt.add(key)
            outcome.fault(number, wrong[0])
    for key in spoilt:
        found.pop(key, None)
    for key, content in found.items():
        entry = known.get(key)
        if entry is None:
            outcome.added.append(key)
        elif entry.content == content and not entry.archived:
            outcome.same += 1
        else:
            outcome.changed.append(key)
    return {key: found[key] for key in (*outcome.added, *outcome.changed)}


def read_file(
    data: bytes,
    known: Mapping[str, EntryRow],
    *,
    now_ms: int,
    progress: Progress = lambda _: None,
) -> tuple[Outcome, dict[str, Content]]:
    """Return what a file would do, and the contents it makes; pure, nothing is kept.

    A file that can't be read at all is an outcome with one fault and no contents.
    """
    outcome = Outcome()
    try:
        if len(data) > MAX_FILE_BYTES:
            raise FileFault("size", str(MAX_FILE_BYTES // 1024 // 1024))
        text, outcome.encoding = decoded(data)
        if text.lstrip().startswith(("-", "[", "#")):
            rows: Iterable[Row] = read_yaml(text)
        else:
            rows, outcome.delimiter = read_csv(text)
        return outcome, read_rows(rows, known, now_ms=now_ms, outcome=outcome, progress=progress)
    except FileFault as error:
        outcome.faulty += 1
        outcome.faults.insert(0, error.fault)
        outcome.added, outcome.changed = [], []
        return outcome, {}


def keep(
    connection: Connection,
    contents: Mapping[str, Content],
    versions: Mapping[str, int],
    *,
    by: StaffId | None,
    now_ms: int,
) -> list[str]:
    """Keep what a file made, as drafts; return the keys that somebody changed meanwhile."""
    clashed = []
    for key, content in contents.items():
        entry = faq_entries.find(connection, key)
        if entry is None:
            faq_entries.create(
                connection, key, content, now_ms=now_ms, by=by, owner=by, kind="imported"
            )
            continue
        if entry.version != versions.get(key) or not faq_entries.save(
            connection, entry, content, now_ms=now_ms, by=by, archived=False
        ):
            clashed.append(key)
            continue
        faq_entries.add_revision(
            connection, entry.id, version=entry.version + 1, content=content, kind="imported",
            now_ms=now_ms, by=by,
        )  # fmt: skip
    if contents:
        faq_entries.raise_state(connection, live=False)
    return clashed
