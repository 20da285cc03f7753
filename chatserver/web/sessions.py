"""Who is signed in, by the cookie; knows no password."""

from starlette.requests import Request
from starlette.responses import Response

from chatserver.devices import describe_device
from chatserver.services import staff
from chatserver.services.staff import ABSOLUTE_MS, SESSION_COOKIE
from chatserver.storage.staff import StaffAccount, StaffSession
from chatserver.web.context import Web


async def load(web: Web, request: Request) -> tuple[StaffAccount, StaffSession] | None:
    """Return who asks and in which session, and keep both in `request.state`."""
    request.state.account = request.state.session = None
    token = request.cookies.get(SESSION_COOKIE)
    if not token or len(token) > 128:
        return None
    now_ms = web.clock.now_ms()
    found = await web.database.read(staff.account_of_session, token, now_ms=now_ms)
    if found is None:
        return None
    request.state.account, request.state.session = found
    if staff.needs_touch(found[1], now_ms=now_ms):
        await web.database.write(staff.touch_session, found[1].id, now_ms=now_ms)
    return found


def keep(response: Response, token: str) -> None:
    """Give the browser its session."""
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=ABSOLUTE_MS // 1000,
        path="/",
        secure=True,
        httponly=True,
        samesite="lax",
    )


def forget(response: Response) -> None:
    """Take the browser's session away."""
    response.delete_cookie(SESSION_COOKIE, path="/", secure=True, httponly=True, samesite="lax")


def device(request: Request) -> str:
    """Return the browser in two words, or its own description, bounded and printable."""
    agent = request.headers.get("user-agent", "")[:200]
    return describe_device(agent) or "".join(char for char in agent if char.isprintable())
