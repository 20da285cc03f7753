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
    """Serve `/readyz`: 200 when every check holds, else 503 with those that do not.

    Redis is no such check: without it chats go on, and a process taken out would help nobody.
    """
    try:
        async with asyncio.timeout(TIMEOUT_S):
            checks = dict(await web.is_ready())
    except TimeoutError:
        checks = {"database": False}
    checks["draining"] = not web.is_draining()
    ready = all(checks.values())
    told = {name: "ok" if good else "failed" for name, good in sorted(checks.items())}
    health = web.health()
    if health.redis is not None:
        told["redis"] = "ok" if health.redis else "degraded"
    answer = JSONResponse(
        {
            "ready": ready,
            "status": _status(ready, health.redis),
            "checks": told,
            "process": health.process,
            "role": health.role,
        },
        200 if ready else 503,
    )
    return protect(answer, Kind.DATA)


def _status(ready: bool, redis: bool | None) -> str:
    if not ready:
        return "failed"
    return "degraded" if redis is False else "ok"


async def storage_checks(database: Database) -> Mapping[str, bool]:
    """Return the checks of the database: it answers, and its schema is the newest."""

    def read(connection: Connection) -> str:
        return revision(connection)

    try:
        current = await database.look(read)
    except Refusal:
        return {"database": False, "migrations": False}
    return {"database": True, "migrations": current == head()}
