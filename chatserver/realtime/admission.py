"""Who is let in: the handshake's origin and address, then a visitor's token or a staff session."""

from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

import msgspec
import structlog
from socketio.exceptions import ConnectionRefusedError as Refuse

from chatserver.devices import describe_device
from chatserver.errors import Code, Refusal
from chatserver.origins import client_address, header, is_own_origin
from chatserver.protocol import VERSION
from chatserver.protocol.client_events import AgentConnect, Refused, VisitorConnect
from chatserver.protocol.registry import AGENT, VISITOR
from chatserver.realtime.connections import Connection
from chatserver.realtime.edge import Edge
from chatserver.realtime.socket_server import MAX_FRAME_BYTES
from chatserver.services import identifying, presence, staff, visitors
from chatserver.settings import Settings
from chatserver.storage import agents, sites

log = structlog.get_logger(__name__)

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]


class Guard:
    """Stands before the socket server: foreign origins, JSONP and borrowed session ids end here.

    A browser always says `Origin` when another page opens a socket. The panel is our page in our
    origin, so only our own is let in; the library alone would also believe `X-Forwarded-Host`.
    """

    def __init__(self, app: App, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._owners: dict[str, str] = {}

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Answer 400 or 403, or pass the request on."""
        status = self._judge(scope)
        if status is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await send({"type": "http.response.start", "status": status, "headers": []})
            await send({"type": "http.response.body", "body": b""})

    def _judge(self, scope: Scope) -> int | None:
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        if "j" in query:
            return 400
        origin = header(scope, "origin")
        if origin is not None and not is_own_origin(self._settings, scope, origin):
            log.info("handshake refused", why="origin")
            return 403
        return self._judge_session(scope, query)

    def _judge_session(self, scope: Scope, query: dict[str, list[str]]) -> int | None:
        """Let a transport's id be used only by who opened it: same address, same browser."""
        ids = query.get("sid", [])
        if ids and self._owners.get(ids[0], _owner(scope)) != _owner(scope):
            log.warning("handshake refused", why="a transport of somebody else")
            return 403
        # The library would wait for ever for the reader of a transport it closes by itself.
        length = header(scope, "content-length")
        if length is not None and not (length.isdigit() and int(length) <= MAX_FRAME_BYTES):
            return 413
        return None

    def forget(self, eio_sid: str) -> None:
        """Forget a transport that ended."""
        self._owners.pop(eio_sid, None)

    def own(self, eio_sid: str, scope: Scope) -> None:
        """Note who opened a transport."""
        self._owners[eio_sid] = _owner(scope)


def _owner(scope: Scope) -> str:
    return f"{client_address(scope)} {header(scope, 'user-agent') or ''}"


def refuse(code: Code) -> Refuse:
    """Return what a connect handler raises: the code as message, the refusal as data."""
    refusal = Refusal(code)
    body = Refused(
        code=code, message=refusal.message, retry=refusal.retry, after_ms=refusal.after_ms
    )
    return Refuse(code.value, msgspec.to_builtins(body))


class Admission:
    """Lets sockets into a namespace, or refuses them with a code."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge

    async def visitor(
        self, sid: str, eio_sid: str, environ: dict[str, Any], auth: object
    ) -> Connection:
        """Let a shopper's panel in; a token that is not good leaves the socket without one.

        Raises:
            ConnectionRefusedError: with the code as message and a refusal as data.
        """
        said = self._read(auth, VisitorConnect)
        chat = self._edge.chat
        site = await chat.sharing.read(
            ("site", said.site), lambda: chat.read(sites.find, said.site)
        )
        if site is None:
            raise refuse(Code.NOT_FOUND)
        connection = self._connection(sid, eio_sid, VISITOR, environ, said.client)
        connection.site = site
        connection.device = describe_device(environ.get("HTTP_USER_AGENT", ""))
        if said.token is not None:
            try:
                connection.visitor = await self._edge.chat.do(
                    visitors.authenticate,
                    site,
                    said.token,
                    language=said.language,
                    device=connection.device,
                    days=self._edge.settings.visitor_days,
                )
            except Refusal as refusal:
                if refusal.code is not Code.UNAUTHENTICATED:
                    raise refuse(refusal.code) from refusal
            else:
                connection.token_hash = visitors.hash_token(said.token)
                connection.identified = await chat.read(
                    identifying.is_identified, connection.token_hash
                )
        if connection.visitor is not None and said.page is not None:
            await self._edge.chat.do(
                visitors.view_page,
                connection.visitor,
                url=said.page.url,
                title=said.page.title,
            )
        return connection

    async def agent(
        self, sid: str, eio_sid: str, environ: dict[str, Any], auth: object
    ) -> Connection:
        """Let a member of staff in by session cookie, from our own pages alone.

        A polling GET of our own page carries no Origin; then the browser's Sec-Fetch-Site, which no
        page can forge, must say so.

        Raises:
            ConnectionRefusedError: with the code as message and a refusal as data.
        """
        said = self._read(auth, AgentConnect)
        scope = environ["asgi.scope"]
        origin = header(scope, "origin")
        is_ours = is_own_origin(self._edge.settings, scope, origin) or (
            origin is None and header(scope, "sec-fetch-site") == "same-origin"
        )
        if not is_ours:
            raise refuse(Code.FORBIDDEN)
        token = _cookie(environ.get("HTTP_COOKIE", ""))
        found = None
        if token:
            found = await self._edge.chat.read(
                staff.account_of_session, token, now_ms=self._edge.now_ms()
            )
        if found is None:
            raise refuse(Code.UNAUTHENTICATED)
        account, session = found
        if not account.role.may_answer:
            raise refuse(Code.FORBIDDEN)
        agent = await self._edge.chat.read(agents.get, account.id)
        connection = self._connection(sid, eio_sid, AGENT, environ, said.client)
        connection.agent = agent.id
        connection.agent_name = agent.name
        connection.agent_public_id = agent.public_id
        connection.teams = agent.teams
        connection.session = session.id
        await self._edge.chat.do(
            presence.begin_lease, agent.id, lease_ms=self._edge.settings.lease_s * 1000
        )
        return connection

    def _read(self, auth: object, type_: type[Any]) -> Any:
        if self._edge.draining:
            raise refuse(Code.DRAINING)
        try:
            said = msgspec.convert(auth, type_)
        except msgspec.ValidationError:
            raise refuse(Code.BAD_REQUEST) from None
        if said.version != VERSION:
            raise refuse(Code.BAD_REQUEST)
        return said

    def _connection(
        self, sid: str, eio_sid: str, namespace: str, environ: dict[str, Any], client: str
    ) -> Connection:
        return Connection(
            sid=sid,
            eio_sid=eio_sid,
            namespace=namespace,
            address=client_address(environ["asgi.scope"]),
            bucket=self._edge.rates.bucket(),
            client=client,
        )


def _cookie(text: str) -> str:
    try:
        morsel = SimpleCookie(text).get(staff.SESSION_COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""
