"""All that an entry ever was: its states, one held against what is being written, brought back."""

from starlette.requests import Request
from starlette.responses import Response

from chatserver.errors import Code, Refusal
from chatserver.services import knowledge
from chatserver.web.context import Web
from chatserver.web.editors.differences import differences
from chatserver.web.editors.room import fields_of, query_of, room_page
from chatserver.web.pages import see_other
from chatserver.web.templates import language_of


async def entry_history(web: Web, request: Request) -> Response:
    """Serve an entry's states, with one of them held against what is being written.

    Raises:
        Refusal: `not_found`.
    """
    row, states = await web.database.read(knowledge.history, request.path_params["key"])
    wanted = request.query_params.get("state", "")
    chosen = next((state for state in states if str(state.id) == wanted), None)
    if wanted and chosen is None:
        raise Refusal(Code.NOT_FOUND)
    compared = chosen or next((state for state in states if state.content != row.content), None)
    return await room_page(
        web,
        request,
        "history.html",
        tab="entries",
        entry=row,
        states=states,
        chosen=compared,
        differences=differences(compared.content, row.content, language_of(request))
        if compared
        else (),
    )


async def do_restore_entry(web: Web, request: Request) -> Response:
    """Make an old state the draft again.

    Raises:
        Refusal: `not_found`; `taken` where somebody else saved meanwhile.
    """
    key = request.path_params["key"]
    form = await fields_of(request)
    saved = await web.database.write(
        knowledge.restore,
        key,
        form.number("state"),
        version=form.number("version"),
        by=request.state.account.id,
        now_ms=web.clock.now_ms(),
    )
    if saved.clashed:
        raise Refusal(Code.TAKEN)
    return see_other(f"/editor/entries/{key}?{query_of(restored=1)}")
