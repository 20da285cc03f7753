"""Import and export: a file goes out in one step, and comes in after it was tried."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from chatserver.clock import to_datetime
from chatserver.domain.knowledge import Content
from chatserver.errors import Code, Refusal
from chatserver.services import imports
from chatserver.services.exports import EXPORTS
from chatserver.services.imports import MAX_FILE_BYTES, Outcome
from chatserver.storage import faq_entries
from chatserver.web.context import Web
from chatserver.web.editors.room import problem_text, room_page
from chatserver.web.headers import Kind, protect
from chatserver.web.templates import language_of
from chatserver.words import say

HANDFUL = 100
"""Entries that are kept in one transaction."""

MAX_NAMED = 500
"""Keys that an outcome names one by one."""


async def exchange(web: Web, request: Request) -> Response:
    """Serve the page."""
    return await room_page(web, request, "exchange.html", tab="exchange", formats=list(EXPORTS))


async def export(web: Web, request: Request) -> Response:
    """Serve every entry as a file.

    Raises:
        Refusal: `not_found` for a format there is none of.
    """
    found = EXPORTS.get(request.path_params["format"])
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    write, media_type, suffix = found
    rows = await web.database.read(faq_entries.every)
    body = await asyncio.to_thread(write, rows)
    day = to_datetime(web.clock.now_ms()).astimezone(UTC).date().isoformat()
    return protect(
        Response(
            body,
            media_type=media_type,
            headers={"Content-Disposition": f'attachment; filename="faq-{day}.{suffix}"'},
        ),
        Kind.DATA,
    )


async def do_import(web: Web, request: Request) -> Response:
    """Try a file that is the request's body; with `keep`, keep what the very file that was tried makes.

    Answers with a JSON object a line: `{"rows": n}` as it goes, the outcome last.

    Raises:
        Refusal: `bad_request` for anything that is no file, `too_large`.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/octet-stream":
        raise Refusal(Code.BAD_REQUEST)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FILE_BYTES:
            raise Refusal(Code.TOO_LARGE)
    digest = hashlib.sha256(body).hexdigest()
    keep = request.query_params.get("keep", "")
    if keep and keep != digest:
        raise Refusal(Code.BAD_REQUEST)
    lines = _told(web, request, bytes(body), digest, keep=bool(keep))
    return protect(StreamingResponse(lines, media_type="application/x-ndjson"), Kind.DATA)


async def _told(
    web: Web, request: Request, body: bytes, digest: str, *, keep: bool
) -> AsyncIterator[bytes]:
    language, now_ms = language_of(request), web.clock.now_ms()
    known = {row.key: row for row in await web.database.read(faq_entries.every)}
    loop, steps = asyncio.get_running_loop(), asyncio.Queue[int | None]()

    def progress(rows: int) -> None:
        loop.call_soon_threadsafe(steps.put_nowait, rows)

    def read() -> tuple[Outcome, dict[str, Content]]:
        try:
            return imports.read_file(body, known, now_ms=now_ms, progress=progress)
        finally:
            loop.call_soon_threadsafe(steps.put_nowait, None)

    reading = asyncio.create_task(asyncio.to_thread(read))
    while (rows := await steps.get()) is not None:
        yield _line({"rows": rows})
    outcome, contents = await reading
    clashed: list[str] = []
    if keep and contents:
        versions = {key: row.version for key, row in known.items()}
        left = list(contents)
        while left:
            # Chats are written by the same hand: between two handfuls it is theirs.
            some, left = left[:HANDFUL], left[HANDFUL:]
            clashed += await web.database.write(
                imports.keep,
                {key: contents[key] for key in some},
                versions,
                by=request.state.account.id,
                now_ms=now_ms,
            )
            yield _line({"rows": outcome.rows, "left": len(left)})
    yield _line(_outcome(outcome, digest, language, kept=keep, clashed=clashed))


def _line(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def _outcome(
    outcome: Outcome, digest: str, language: str, *, kept: bool, clashed: list[str]
) -> dict[str, object]:
    return {
        "done": True,
        "kept": kept,
        "digest": digest,
        "rows": outcome.rows,
        "added": outcome.added[:MAX_NAMED],
        "changed": outcome.changed[:MAX_NAMED],
        "count": {
            "added": len(outcome.added),
            "changed": len(outcome.changed),
            "same": outcome.same,
            "faulty": outcome.faulty,
        },
        "clashed": clashed,
        "read_as": " ".join(part for part in (outcome.encoding, outcome.delimiter) if part),
        "said": say(
            language,
            "editor.import.kept" if kept else "editor.import.result",
            added=len(outcome.added),
            changed=len(outcome.changed),
            same=outcome.same,
            errors=outcome.faulty,
        ),
        "faults": [
            say(
                language,
                "editor.import.row" if fault.row else "editor.import.file",
                row=fault.row,
                place=fault.problem.place,
                error=problem_text(language, fault.problem),
            )
            for fault in outcome.faults
        ],
    }
