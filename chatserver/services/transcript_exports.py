"""Transcripts as files: plain text, JSON lines, CSV; one at a time or all of a stretch of time."""

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import IO, Literal

from chatserver.domain.ids import ConversationId
from chatserver.domain.messages import MessageKind
from chatserver.services.transcript_words import author_text, clean, date_text, line_text
from chatserver.services.transcripts import Transcript, opened_between
from chatserver.storage.database import Database
from chatserver.words import say

EXPORT_PAGE = 25

ExportFormat = Literal["jsonl", "csv", "txt"]
EXPORT_FORMATS: tuple[ExportFormat, ...] = ("jsonl", "csv", "txt")

COLUMNS = (
    "conversation", "site", "status", "opened_at", "seq", "at", "author_kind", "author", "kind",
    "audience", "text",
)  # fmt: skip

_FORMULA = re.compile(r"^[\s\x00-\x20]*[=+\-@＝＋－＠﹢﹣﹫−]|^[\t\r\n]")


def render_text(transcript: Transcript, language: str) -> Iterator[str]:
    """Return a transcript as plain text, piece by piece, for people who keep it."""
    summary = transcript.summary
    yield f"{transcript.site.settings.name}\n"
    yield f"{say(language, 'web.transcript.title')}: {summary.public_id}\n"
    opened = date_text(transcript.at(summary.opened_ms), language)
    yield f"{say(language, 'web.transcript.opened')}: {opened} ({transcript.zone.key})\n\n"
    for message in transcript.messages:
        when = date_text(transcript.at(message.at_ms), language)
        text = line_text(message, language).replace("\n", "\n    ")
        if message.kind is MessageKind.ACTIVITY:
            yield f"[{when}] — {text}\n"
            continue
        mark = f" [{say(language, 'web.note')}]" if message.kind is MessageKind.NOTE else ""
        yield f"[{when}] {author_text(message, language)}{mark}: {text}\n"


def neutral_cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: such a one gets a `'` in front.

    Source: OWASP, CSV injection; the full-width signs count in East Asian settings of Excel.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def _rows(transcript: Transcript, language: str) -> Iterator[dict[str, str | int]]:
    summary = transcript.summary
    for message in transcript.messages:
        yield {
            "conversation": summary.public_id,
            "site": transcript.site.key,
            "status": summary.status.value,
            "opened_at": transcript.at(summary.opened_ms).isoformat(timespec="seconds"),
            "seq": message.seq,
            "at": transcript.at(message.at_ms).isoformat(timespec="milliseconds"),
            "author_kind": message.author.kind.value,
            "author": " ".join(clean(message.author.name).split()),
            "kind": message.kind.value,
            "audience": message.audience.value,
            "text": line_text(message, language),
        }


def render(
    transcript: Transcript, format: ExportFormat, language: str, *, first: bool = True
) -> Iterator[str]:
    """Return one transcript in an export's format, piece by piece.

    CSV is RFC 4180 with every cell quoted: where the list separator is a semicolon, as in Turkish
    Excel, an unquoted cell could be torn apart and its second half be taken for a formula.

    Args:
        first: whether the CSV's line of names comes before.
    """
    match format:
        case "txt":
            if not first:
                yield "\n" + "=" * 72 + "\n\n"
            yield from render_text(transcript, language)
        case "jsonl":
            for row in _rows(transcript, language):
                yield json.dumps(row, ensure_ascii=False) + "\n"
        case "csv":
            buffer = io.StringIO(newline="")
            writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
            if first:
                writer.writerow(COLUMNS)
            for row in _rows(transcript, language):
                writer.writerow([neutral_cell(str(row[name])) for name in COLUMNS])
            yield buffer.getvalue()


def write_export(
    database: Database,
    stream: IO[str],
    *,
    since_ms: int,
    until_ms: int,
    format: ExportFormat,
    language: str,
) -> int:
    """Write every conversation opened in a stretch of time; return how many.

    Reads page by page, each in a transaction of its own, so the chat goes on meanwhile and memory
    stays small. For commands: it blocks. The stream must be opened with `newline=""`.
    """
    written = 0
    after: ConversationId | None = None
    while True:
        page = database.run(
            opened_between, after=after, since_ms=since_ms, until_ms=until_ms, limit=EXPORT_PAGE
        )
        for transcript in page:
            for piece in render(transcript, format, language, first=written == 0):
                stream.write(piece)
            written += 1
        if len(page) < EXPORT_PAGE:
            return written
        after = page[-1].summary.id
