"""Real Socket.IO clients that behave like ours: a shopper's panel, an agent's console."""

import asyncio
import random
import secrets
import time
from collections.abc import Callable
from typing import Any

import socketio

from chatserver.domain.people import Availability
from tests.staff import Account


def fresh_client_id() -> str:
    """Return 128 random bits as a browser mints them."""
    return secrets.token_urlsafe(16)


class Client:
    """A Socket.IO client that remembers everything it hears."""

    def __init__(self, origin: str, namespace: str) -> None:
        self.origin = origin
        self.namespace = namespace
        self.heard: list[tuple[str, Any]] = []
        self.ready: asyncio.Future[Any] | None = None
        self.io = self._fresh()

    def _fresh(self) -> socketio.AsyncClient:
        io = socketio.AsyncClient(reconnection=False, handle_sigint=False)
        io.on("*", self._hear, namespace=self.namespace)
        gone = self.gone = asyncio.Event()

        async def lost(*_: Any) -> None:
            gone.set()  # of this very socket, not of the one after it

        io.on("disconnect", lost, namespace=self.namespace)
        return io

    async def _hear(self, event: str, data: Any = None) -> Any:
        self.heard.append((event, data))
        if event == "ready" and self.ready is not None and not self.ready.done():
            self.ready.set_result(data)
        self.on_event(event, data)
        return None

    def on_event(self, event: str, data: Any) -> None:
        """Look at what was heard; nothing by default."""

    async def open(
        self, auth: dict[str, Any], *, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """Connect and return the server's `ready`."""
        await self._dispose()
        self.io = self._fresh()
        self.ready = asyncio.get_running_loop().create_future()
        try:
            await self.io.connect(
                self.origin,
                headers=headers or {},
                auth=auth,
                namespaces=[self.namespace],
                transports=["websocket"],
                wait_timeout=5,
            )
        except TypeError as error:
            # The library takes the code of a close, where an opening should be, for a packet.
            raise ConnectionResetError("closed before it was open") from error
        return dict(await asyncio.wait_for(self.ready, 5))

    async def ask(self, event: str, timeout_s: float = 15, **data: Any) -> dict[str, Any]:
        """Send an event and return its acknowledgement."""
        asked = asyncio.ensure_future(
            self.io.call(event, data, namespace=self.namespace, timeout=timeout_s)
        )
        lost = asyncio.ensure_future(self.gone.wait())
        await asyncio.wait({asked, lost}, return_when=asyncio.FIRST_COMPLETED)
        lost.cancel()
        if not asked.done():
            asked.cancel()
            raise ConnectionResetError("the line is gone")
        return dict(asked.result())

    async def close(self) -> None:
        await self.io.disconnect()
        await self._dispose()

    async def _dispose(self) -> None:
        """Close what the client library leaves open after a failed connect or a cut line."""
        http = getattr(self.io.eio, "http", None)
        if http is not None and not http.closed:
            await http.close()

    def cut(self) -> None:
        """Lose the line without a word."""
        ws = getattr(self.io.eio, "ws", None)
        if ws is not None and ws._response is not None:
            transport = ws._response.connection.transport
            if transport is not None:
                transport.abort()

    def of(self, event: str) -> list[Any]:
        """Return what was heard of one event."""
        return [data for name, data in self.heard if name == event]

    async def until(
        self, true: Callable[[], Any], *, timeout_s: float = 15, what: str = ""
    ) -> None:
        """Wait for something to become true, or fail saying what was heard."""
        deadline = time.monotonic() + timeout_s
        while not true():
            if time.monotonic() > deadline:
                names = [name for name, _ in self.heard]
                raise AssertionError(f"never: {what}; heard {names}")
            await asyncio.sleep(0.01)


class VisitorClient(Client):
    """A shopper's panel: a token at the first message, an outbox that never gives up."""

    def __init__(self, origin: str) -> None:
        super().__init__(origin, "/visitor")
        self.token: str | None = None
        self.conversation: str | None = None

    async def connect(self) -> dict[str, Any]:
        """Open the socket with the token, if there is one."""
        auth: dict[str, Any] = {"version": 1, "site": "demo", "client": fresh_client_id()}
        if self.token is not None:
            auth["token"] = self.token
        return await self.open(auth, headers={"Origin": self.origin})

    async def start(self) -> None:
        """Become a visitor."""
        await self.connect()
        answer = await self.ask("visitor_start", site="demo", language="tr")
        assert answer["ok"], answer
        self.token = answer["token"]

    async def say(self, text: str, *, client_id: str | None = None) -> dict[str, Any]:
        """Send once and return the acknowledgement."""
        answer = await self.ask(
            "message_send",
            client_id=client_id or fresh_client_id(),
            conversation=self.conversation,
            kind="text",
            body={"text": text},
        )
        if answer["ok"]:
            self.conversation = answer["conversation"]
        return answer

    async def say_until_acked(
        self, text: str, client_id: str, *, rng: random.Random, give_up_s: float = 60
    ) -> dict[str, Any]:
        """Send again and again under one client_id, over new sockets, until it is acked."""
        deadline = time.monotonic() + give_up_s
        while time.monotonic() < deadline:
            try:
                if not self.io.connected:
                    await self.connect()
                answer = await self.say(text, client_id=client_id)
            except (TimeoutError, socketio.exceptions.SocketIOError, ConnectionError, OSError):
                await asyncio.sleep(rng.uniform(0.02, 0.2))
                continue
            if answer["ok"]:
                return answer
            assert answer["retry"], answer
            await asyncio.sleep(rng.uniform(0.02, 0.2))
        raise AssertionError("never acked")

    async def sync(self, after: int = 0) -> list[dict[str, Any]]:
        """Fetch everything after a seq, page by page."""
        found: list[dict[str, Any]] = []
        while True:
            answer = await self.ask(
                "conversation_sync", wants=[{"conversation": self.conversation, "after": after}]
            )
            assert answer["ok"], answer
            (one,) = answer["conversations"]
            assert not one["missing"], one
            found += one["messages"]
            after = found[-1]["seq"] if found else after
            if not one["more"]:
                return found


class AgentClient(Client):
    """An agent's console."""

    def __init__(self, origin: str, account: Account) -> None:
        super().__init__(origin, "/agent")
        self.account = account
        self.fences: dict[str, int] = {}

    async def connect(self, *, origin: str | None = None) -> dict[str, Any]:
        """Open the socket with the session's cookie."""
        return await self.open(
            {"version": 1, "client": fresh_client_id()},
            headers={
                "Origin": self.origin if origin is None else origin,
                "Cookie": f"__Host-staff={self.account.token}",
            },
        )

    async def available(self) -> None:
        """Become available."""
        answer = await self.ask("availability_set", availability=Availability.AVAILABLE.value)
        assert answer["ok"], answer

    async def accept(self, conversation: str) -> dict[str, Any]:
        """Accept, and remember the fence."""
        answer = await self.ask("offer_accept", conversation=conversation)
        if answer["ok"]:
            self.fences[conversation] = answer["fence"]
        return answer

    async def reply(
        self, conversation: str, text: str, *, kind: str = "text", timeout_s: float = 15
    ) -> dict[str, Any]:
        """Send a reply or a note."""
        return await self.ask(
            "message_send",
            timeout_s,
            conversation=conversation,
            client_id=fresh_client_id(),
            kind=kind,
            body={"text": text},
            fence=self.fences.get(conversation) if kind == "text" else None,
        )
