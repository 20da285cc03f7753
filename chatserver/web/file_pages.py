"""Files on their way in and out, pictures of cards, a visitor's own data to take along; reads no form."""

from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from chatserver.errors import Code, Refusal
from chatserver.services import data_rights
from chatserver.services.files import MAX_FILE_BYTES
from chatserver.storage import files
from chatserver.web.context import Web
from chatserver.web.headers import Kind, protect

MAX_SEQ = 2**53
_FILE = "default-src 'none'; sandbox; frame-ancestors 'none'"


async def do_upload(web: Web, request: Request) -> Response:
    """Take the bytes of one file that a socket was given leave to send.

    The body is the file, whole and alone: there is no form to be parsed. It is refused by its declared
    length before it is read, and by its true one while it is.

    Raises:
        Refusal: `not_found`, `too_large`, `bad_request` and what the post itself refuses.
    """
    grant = web.files.read_grant(request.path_params["signed"])
    declared = request.headers.get("content-length", "")
    if not declared.isdigit() or int(declared) > MAX_FILE_BYTES:
        raise Refusal(Code.TOO_LARGE)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FILE_BYTES:
            raise Refusal(Code.TOO_LARGE)
    done = await web.receive_file(grant, bytes(body))
    return protect(
        JSONResponse(
            {
                "ok": True,
                "conversation": done.conversation,
                "seq": done.seq,
                "at_ms": done.at_ms,
                "duplicate": done.duplicate,
            }
        ),
        Kind.DATA,
    )


async def show_file(web: Web, request: Request) -> Response:
    """Serve one file under a signed address; a picture to be seen, anything else to be saved.

    It is data and never a document: no type is guessed, nothing in it may run or load, and only our
    own pages may show it.

    Raises:
        Refusal: `not_found` for a forged or old address, and for what was erased.
    """
    found = await web.database.read(files.find, web.files.read_file(request.path_params["signed"]))
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    file, content = found
    shown = file.media_type.startswith("image/")
    name = f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{quote(file.name, safe='')}"
    response = _bytes(content, file.media_type, max_age_s=900)
    response.headers["Content-Disposition"] = name
    return response


def _bytes(content: bytes, media_type: str, *, max_age_s: int) -> Response:
    response = protect(Response(content, media_type=media_type), Kind.DATA)
    response.headers["Content-Security-Policy"] = _FILE
    response.headers["Cache-Control"] = f"private, max-age={max_age_s}"
    return response


async def card_picture(web: Web, request: Request) -> Response:
    """Serve the picture of a product that a message shows, as we made it anew.

    Raises:
        Refusal: `not_found` where there is no such message, or no picture that may be shown.
    """
    conversation, seq = request.path_params["conversation"], request.path_params["seq"]
    if seq > MAX_SEQ:
        raise Refusal(Code.NOT_FOUND)
    picture = await web.card_picture(conversation, seq)
    return _bytes(picture.content, picture.media_type, max_age_s=3600)


async def own_data(web: Web, request: Request) -> Response:
    """Serve everything that is kept of a visitor, as one file to be saved.

    Raises:
        Refusal: `not_found` for a forged or old address, and after erasure.
    """
    visitor = web.files.read_data(request.path_params["signed"])
    kept = await web.database.read(data_rights.export, visitor)
    body = msgspec.json.format(msgspec.json.encode(kept), indent=2)
    response = protect(Response(body, media_type="application/json"), Kind.DATA)
    response.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response
