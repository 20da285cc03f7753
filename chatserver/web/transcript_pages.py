"""Transcripts for staff: search, reading, printing, saving."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from chatserver.clock import to_ms
from chatserver.domain.conversations import Status
from chatserver.domain.ids import PublicId
from chatserver.domain.messages import CardBody, Message, MessageKind
from chatserver.errors import Code, Refusal
from chatserver.services import transcripts as service
from chatserver.services.transcript_exports import EXPORT_FORMATS, render
from chatserver.services.transcript_words import author_text, clean, date_text, line_text
from chatserver.services.transcripts import Transcript
from chatserver.storage import transcripts as storage
from chatserver.storage.transcripts import Wanted
from chatserver.web import answers
from chatserver.web.context import Web
from chatserver.web.headers import Kind, protect
from chatserver.web.pages import page
from chatserver.web.templates import DEFAULT_ZONE, language_of
from chatserver.words import LANGUAGES

MAX_QUERY_CHARS = 200
_TYPES = {
    "txt": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson; charset=utf-8",
}


def wanted_of(request: Request) -> Wanted:
    """Return the search that a query string asks for; what makes no sense in it is left out."""
    query = request.query_params
    status, language, agent = query.get("status"), query.get("language"), query.get("agent", "")
    until = _day(query.get("to"))
    return Wanted(
        text=query.get("q", "")[:MAX_QUERY_CHARS].replace("\x00", ""),
        status=Status(status) if status in {s.value for s in Status} else None,
        agent=PublicId(agent[:64]) if agent else None,
        since_ms=_start(_day(query.get("from"))),
        until_ms=_start(until + timedelta(days=1) if until and until < date.max else None),
        language=language if language in LANGUAGES else None,
        reader=service.reader_of(request.state.account),
    )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _start(day: date | None) -> int | None:
    if day is None or not 1970 < day.year < 9999:
        return None
    return to_ms(datetime.combine(day, time(0), tzinfo=ZoneInfo(DEFAULT_ZONE)))


async def transcripts(web: Web, request: Request) -> Response:
    """Serve `/transcripts`: conversations of the reader's teams that the search finds."""
    wanted = wanted_of(request)
    found = await web.database.read(
        service.search_transcripts, wanted, cursor=request.query_params.get("before", "")
    )
    agents = await web.database.read(storage.agents_of, reader=wanted.reader)
    following = None
    if found.next:
        following = str(request.url.include_query_params(before=found.next).query)
    return page(
        web,
        request,
        "transcripts.html",
        section="transcripts",
        found=found,
        agents=agents,
        wanted=wanted,
        first=request.query_params.get("from", "") if wanted.since_ms else "",
        last=request.query_params.get("to", "") if wanted.until_ms else "",
        statuses=[status.value for status in Status],
        languages=LANGUAGES,
        following=following,
        is_filtered=bool(set(request.query_params) - {"before", "theme"}),
        is_later_page="before" in request.query_params,
    )


class Line:
    """One line of a log, ready for a template.

    Args:
        answer: whether a card's Markdown is rendered.
    """

    def __init__(self, transcript: Transcript, message: Message, language: str) -> None:
        self.when = date_text(transcript.at(message.at_ms), language)
        self.iso = transcript.at(message.at_ms).isoformat(timespec="seconds")
        self.clock = transcript.at(message.at_ms).strftime("%H:%M")
        self.day = transcript.at(message.at_ms).date()
        self.day_text = self.when.rpartition(" ")[0]
        self.who = author_text(message, language)
        self.text = line_text(message, language)
        self.is_activity = message.kind is MessageKind.ACTIVITY
        self.is_note = message.kind is MessageKind.NOTE
        self.title, self.answer = "", None
        if isinstance(message.body, CardBody):
            self.title = clean(message.body.title)
            self.answer = answers.render(clean(message.body.text))
        kind = "activity" if self.is_activity else "note" if self.is_note else None
        self.css = f"is-{kind or message.author.kind.value}"


def lines(transcript: Transcript, language: str) -> list[Line]:
    """Return a transcript's lines, worded."""
    return [Line(transcript, message, language) for message in transcript.messages]


async def _read(web: Web, request: Request) -> Transcript:
    return await web.database.read(
        service.read_transcript, request.state.account, request.path_params["public_id"]
    )


async def transcript(web: Web, request: Request) -> Response:
    """Serve one conversation with every line, notes marked."""
    return await _page(web, request, "transcript.html")


async def transcript_print(web: Web, request: Request) -> Response:
    """Serve the same without anything around it, for paper."""
    return await _page(web, request, "transcript_print.html")


async def _page(web: Web, request: Request, template: str) -> Response:
    read = await _read(web, request)
    return page(
        web,
        request,
        template,
        section="transcripts",
        transcript=read,
        summary=read.summary,
        zone=read.zone.key,
        lines=lines(read, language_of(request)),
        formats=EXPORT_FORMATS,
    )


async def transcript_file(web: Web, request: Request) -> Response:
    """Serve one conversation to be saved.

    Raises:
        Refusal: `not_found`, for a format that does not exist too.
    """
    format = request.path_params["format"]
    if format not in EXPORT_FORMATS:
        raise Refusal(Code.NOT_FOUND)
    read = await _read(web, request)
    return download(read, format, language_of(request))


def download(read: Transcript, format: str, language: str) -> Response:
    """Return a transcript as a file that browsers save and never show."""
    known = next(name for name in EXPORT_FORMATS if name == format)
    body = "".join(render(read, known, language))
    name = f"transcript-{read.summary.public_id}.{known}"
    response = Response(
        body,
        media_type=_TYPES[known],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
    return protect(response, Kind.DOCUMENT)
