"""Reads small HTML forms, and nothing that only looks like one."""

from urllib.parse import parse_qsl

from starlette.requests import Request

from chatserver.errors import Code, Refusal

MAX_BODY_BYTES = 16 * 1024
MAX_FIELDS = 30


async def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a posted form; of a repeated field the last.

    Raises:
        Refusal: `bad_request`, or `too_large`.
    """
    return dict(await read_pairs(request))


async def read_pairs(
    request: Request, *, max_bytes: int = MAX_BODY_BYTES, max_fields: int = MAX_FIELDS
) -> list[tuple[str, str]]:
    """Return the fields of a posted form in their order, repeated ones included.

    Only `application/x-www-form-urlencoded` is read, so neither JSON dressed as text/plain nor a
    file upload gets anywhere.

    Raises:
        Refusal: `bad_request`, or `too_large`.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise Refusal(Code.BAD_REQUEST)
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise Refusal(Code.TOO_LARGE)
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            max_num_fields=max_fields,
            encoding="utf-8",
            errors="strict",
        )
    except ValueError:
        raise Refusal(Code.BAD_REQUEST) from None
    if any("\x00" in value for _, value in pairs):
        raise Refusal(Code.BAD_REQUEST)
    return pairs
