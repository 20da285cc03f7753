"""Conversations to read again and to keep: who may, how they are worded, how they are exported."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Literal
from zoneinfo import ZoneInfo

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer
from sqlalchemy import Connection

from chatserver.clock import Clock, to_datetime
from chatserver.domain.cards import LinkBody, ProductBody
from chatserver.domain.conversations import HandoffReason
from chatserver.domain.ids import ConversationId, PublicId, StaffId
from chatserver.domain.messages import (
    ActivityBody,
    ActivityType,
    Audience,
    AuthorKind,
    ChoicesBody,
    Message,
    MessageKind,
    OrderBody,
    plain_text,
)
from chatserver.domain.people import Role
from chatserver.domain.sites import Site
from chatserver.errors import Code, Refusal
from chatserver.services.card_words import link_text, order_text, product_text
from chatserver.storage import conversations, messages, sites, transcripts
from chatserver.storage.database import Database
from chatserver.storage.staff import StaffAccount
from chatserver.storage.transcripts import Summary, Wanted
from chatserver.words import say

PAGE = 50
LOG_PAGE = 200
EXPORT_PAGE = 25

LINK_S = 15 * 60
"""How long the link of a visitor's own transcript works."""

ExportFormat = Literal["jsonl", "csv", "txt"]
EXPORT_FORMATS: tuple[ExportFormat, ...] = ("jsonl", "csv", "txt")

_INVISIBLE = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f]")
_FORMULA = re.compile(r"^[\s\x00-\x20]*[=+\-@＝＋－＠﹢﹣﹫−]|^[\t\r\n]")


@dataclass(frozen=True, slots=True)
class Transcript:
    """One conversation with every line its reader may see."""

    summary: Summary
    site: Site
    messages: tuple[Message, ...]

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the site, in which all times are shown."""
        return ZoneInfo(self.site.settings.hours.zone)

    def at(self, at_ms: int) -> datetime:
        """Return a moment as the clock on the site's wall shows it."""
        return to_datetime(at_ms).astimezone(self.zone)


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search. next: cursor of the following page, or None at the end."""

    rows: tuple[Summary, ...]
    sites: dict[int, Site]
    next: str | None


# Reading (units)


def reader_of(account: StaffAccount) -> StaffId | None:
    """Return by whose teams reading is bounded: admins read all, agents their own teams."""
    return None if account.role is Role.ADMIN else account.id


def search_transcripts(connection: Connection, wanted: Wanted, *, cursor: str = "") -> Found:
    """Return one page of what matches, the conversation spoken in last first.

    Raises:
        Refusal: `bad_request` for a cursor that is none.
    """
    rows = transcripts.search(connection, wanted, limit=PAGE + 1, before=_cursor(cursor))
    shown = rows[:PAGE]
    following = None
    if len(rows) > PAGE:
        following = f"{shown[-1].last_message_ms}.{shown[-1].public_id}"
    return Found(tuple(shown), {site.id: site for site in sites.every(connection)}, following)


def _cursor(text: str) -> tuple[int, PublicId] | None:
    if not text:
        return None
    found = re.fullmatch(r"(\d{1,15})\.([\w-]{1,64})", text, re.ASCII)
    if found is None:
        raise Refusal(Code.BAD_REQUEST)
    return int(found[1]), PublicId(found[2])


def read_transcript(connection: Connection, account: StaffAccount, public_id: str) -> Transcript:
    """Return a conversation of the reader's teams with its whole log, notes included.

    Raises:
        Refusal: `not_found`, the same for what is not there and what is not theirs.
    """
    summary = transcripts.find(connection, public_id, reader=reader_of(account))
    if summary is None:
        raise Refusal(Code.NOT_FOUND)
    return _read(connection, summary, Audience.AGENTS)


def read_public_transcript(connection: Connection, public_id: str) -> Transcript:
    """Return what the visitor of a conversation may see of it; the caller has proof that it is
    theirs.

    Raises:
        Refusal: `not_found`.
    """
    summary = transcripts.find(connection, public_id, reader=None)
    if summary is None:
        raise Refusal(Code.NOT_FOUND)
    return _read(connection, summary, Audience.EVERYONE)


def _read(connection: Connection, summary: Summary, audience: Audience) -> Transcript:
    conversation = conversations.get(connection, summary.id)
    log: list[Message] = []
    while True:
        page = messages.after(
            connection,
            conversation,
            log[-1].seq if log else 0,
            limit=LOG_PAGE,
            audience=audience,
        )
        log.extend(page)
        if len(page) < LOG_PAGE:
            return Transcript(summary, sites.get(connection, summary.site), tuple(log))


# Links for visitors


class TranscriptLinks:
    """Signs the address of a visitor's own transcript, good for a quarter of an hour.

    The address carries no token of the visitor, so it may stand in a browser's history.
    """

    def __init__(self, secret_key: str, clock: Clock) -> None:
        class Signer(TimestampSigner):
            def get_timestamp(self) -> int:
                return clock.now_ms() // 1000

        self._serializer = URLSafeTimedSerializer(
            secret_key,
            salt="visitor-transcript",
            signer=Signer,
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )

    def sign(self, public_id: str, language: str) -> str:
        """Return what follows `/t/` in the address."""
        return str(self._serializer.dumps([public_id, language]))

    def read(self, signed: str) -> tuple[str, str]:
        """Return conversation and language of a link.

        Raises:
            Refusal: `not_found` for one forged or too old.
        """
        try:
            public_id, language = self._serializer.loads(signed, max_age=LINK_S)
        except (BadData, ValueError):
            raise Refusal(Code.NOT_FOUND) from None
        return str(public_id), str(language)


# Wording


def date_text(moment: datetime, language: str) -> str:
    """Return a date and time as tables show it: `22.11.2026 14:30`, in English `22 Nov 2026`."""
    if language == "tr":
        return moment.strftime("%d.%m.%Y %H:%M")
    month = say(language, f"web.month.{moment.month}")
    return f"{moment.day} {month} {moment.strftime('%Y %H:%M')}"


def clean(text: str) -> str:
    """Return text without what turns its direction or controls a terminal; line breaks stay."""
    return _INVISIBLE.sub("", text)


def author_text(message: Message, language: str) -> str:
    """Return who wrote a message; the kind is ours, so nobody becomes an agent by their name."""
    name = " ".join(clean(message.author.name).split())
    match message.author.kind:
        case AuthorKind.VISITOR if name:
            return say(language, "web.who.visitor_named", name=name)
        case AuthorKind.AGENT if name:
            return name
        case kind:
            return say(language, f"web.who.{kind.value}")


def activity_text(body: ActivityBody, language: str) -> str:
    """Return a change of state as a sentence."""
    key = f"web.activity.{body.type.value}"
    if body.type is ActivityType.RESOLVED:
        key = f"{key}.{body.reason if body.reason in {'agent', 'visitor'} else 'idle'}"
    details = "; ".join(
        f"{say(language, f'web.detail.{slot}') if slot in DETAILS else slot}: {value}"
        for slot, value in body.details.items()
    )
    return clean(
        say(
            language,
            key,
            actor=body.actor or say(language, "web.who.somebody"),
            target=body.target,
            reason=reason_text(body.reason, language),
            details=details,
        )
    )


DETAILS = frozenset({"name", "contact", "order", "question"})


def reason_text(reason: str, language: str) -> str:
    """Return a stable word as people read it; what an agent typed stays."""
    known = {reason.value for reason in HandoffReason}
    return say(language, f"web.reason.{reason}") if reason in known else reason


def line_text(message: Message, language: str) -> str:
    """Return what a message says, as plain text."""
    if isinstance(message.body, ActivityBody):
        return activity_text(message.body, language)
    if isinstance(message.body, OrderBody):
        return clean(order_text(message.body.order, language))
    if isinstance(message.body, ProductBody):
        return clean(product_text(message.body, language))
    if isinstance(message.body, LinkBody):
        return clean(link_text(message.body))
    text = clean(plain_text(message.body))
    if isinstance(message.body, ChoicesBody):
        return "\n".join([text, *(f"• {clean(option.label)}" for option in message.body.options)])
    return text


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


# Exporting

COLUMNS = (
    "conversation", "site", "status", "opened_at", "seq", "at", "author_kind", "author", "kind",
    "audience", "text",
)  # fmt: skip


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


def _export_page(
    connection: Connection, after: ConversationId | None, *, since_ms: int, until_ms: int
) -> list[Transcript]:
    page = transcripts.opened_between(
        connection, since_ms=since_ms, until_ms=until_ms, limit=EXPORT_PAGE, after=after
    )
    return [_read(connection, summary, Audience.AGENTS) for summary in page]


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
        page = database.run(_export_page, after, since_ms=since_ms, until_ms=until_ms)
        for transcript in page:
            for piece in render(transcript, format, language, first=written == 0):
                stream.write(piece)
            written += 1
        if len(page) < EXPORT_PAGE:
            return written
        after = page[-1].summary.id
