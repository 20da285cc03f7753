"""A visitor's own transcript, behind a signed link that works for a quarter of an hour."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from chatserver.services import transcripts as service
from chatserver.services.transcripts import Transcript
from chatserver.web.context import Web
from chatserver.web.headers import Kind, protect
from chatserver.web.transcript_pages import download, lines
from chatserver.words import LANGUAGES


async def _read(web: Web, request: Request) -> tuple[Transcript, str]:
    public_id, language = web.links.read(request.path_params["signed"])
    read = await web.database.read(service.read_public_transcript, public_id)
    return read, language if language in LANGUAGES else read.summary.language


async def own_transcript(web: Web, request: Request) -> Response:
    """Serve what the visitor may see of a conversation; a forged or old link is not found."""
    read, language = await _read(web, request)
    html = web.templates.render(
        "visitor_transcript.html",
        language,
        theme=None,
        css=web.assets.url("console.css"),
        transcript=read,
        summary=read.summary,
        zone=read.zone.key,
        lines=lines(read, language),
        signed=request.path_params["signed"],
    )
    return protect(HTMLResponse(html), Kind.DOCUMENT)


async def own_transcript_file(web: Web, request: Request) -> Response:
    """Serve the same as plain text to be saved."""
    read, language = await _read(web, request)
    return download(read, "txt", language)
