"""Whether this process lives and whether it can do its work; tells nothing else."""

import asyncio
from collections.abc import Mapping

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from chatserver.errors import Refusal
from chatserver.storage.database import Database
from chatserver.storage.migrate import head, revision
from chatserver.web.context import Web
from chatserver.web.headers import Kind, protect

TIMEOUT_S = 2.0


async def show_alive(web: Web, request: Request) -> Response:
    """Serve `/healthz`: 200 as long as the event loop turns."""
    return protect(JSONResponse({"status": "ok"}), Kind.DATA)


async def show_ready(web: Web, request: Request) -> Response:
    """Serve `/readyz`: 200 when every check holds, else 503 with those that do not."""
    try:
        async with asyncio.timeout(TIMEOUT_S):
            checks = dict(await web.is_ready())
    except TimeoutError:
        checks = {"database": False}
    checks["draining"] = not web.is_draining()
    ready = all(checks.values())
    told = {name: "ok" if good else "failed" for name, good in sorted(checks.items())}
    answer = JSONResponse({"ready": ready, "checks": told}, 200 if ready else 503)
    return protect(answer, Kind.DATA)


async def storage_checks(database: Database) -> Mapping[str, bool]:
    """Return the checks of the database: it answers, and its schema is the newest."""

    def read(connection: Connection) -> str:
        return revision(connection)

    try:
        current = await database.read(read)
    except Refusal:
        return {"database": False, "migrations": False}
    return {"database": True, "migrations": current == head()}
