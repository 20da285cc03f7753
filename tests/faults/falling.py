"""Runs the server so that it is killed at an exact point of handling one message.

`python -m tests.faults.falling serve …`, with FALL_AT and FALL_MARK in the environment. It listens
in on the libraries below the product (SQLAlchemy's statements and commits, uvicorn's WebSocket) and
on the two places where the product goes past them; it changes nothing of what they do.

before_commit: the message is written, its transaction is not committed.
after_commit: it is committed, and nobody was told.
after_ack: the acknowledgement is on its way, and nobody else was told.
"""

import os
import re
import signal
import time
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine
from sqlalchemy.engine.default import DefaultDialect
from uvicorn.protocols.websockets import auto

from chatserver.cli import main
from chatserver.realtime.lines import Shortcut
from chatserver.storage import appending

POINTS = ("before_commit", "after_commit", "after_ack")
WebSocketProtocol: Any = auto.AutoWebSocketsProtocol
LINGER_S = 0.3
"""Long enough for a wrong acknowledgement to reach the client before the fall."""


def fall() -> None:
    """End as kill -9 ends us."""
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(10)


def watch_commits(mark: str, at: str) -> None:
    """Fall around the commit of the transaction that writes a marked message."""
    writing: set[int] = set()

    def executed(
        connection: Connection, _cursor: Any, statement: str, parameters: Any, *_: Any
    ) -> None:
        if statement.startswith("INSERT INTO message ") and mark in str(parameters):
            writing.add(id(connection.connection.dbapi_connection))

    event.listen(Engine, "before_cursor_execute", executed)
    insert_rows = appending.insert_rows

    def inserted(connection: Connection, cursor: Any, statement: str, rows: Any) -> None:
        if mark in str(rows):
            writing.add(id(connection.connection.dbapi_connection))
        insert_rows(connection, cursor, statement, rows)

    appending.insert_rows = inserted
    commit: Any = DefaultDialect.do_commit

    def do_commit(self: DefaultDialect, dbapi_connection: Any) -> None:
        is_it = id(getattr(dbapi_connection, "dbapi_connection", dbapi_connection)) in writing
        if is_it and at == "before_commit":
            time.sleep(LINGER_S)
            fall()
        commit(self, dbapi_connection)
        if is_it:
            fall()

    DefaultDialect.do_commit = do_commit  # type: ignore[method-assign]


def watch_acks(mark: str) -> None:
    """Fall once the acknowledgement of a marked message was written to its socket."""
    waiting: dict[int, str] = {}
    receive, send = WebSocketProtocol.receive, WebSocketProtocol.send

    async def receive_(self: Any) -> Any:
        message: Any = await receive(self)
        text = message.get("text") or ""
        if mark in text:
            asked = re.match(r"42(/\w+,)(\d+)\[", text)
            if asked:
                waiting[id(self)] = f"43{asked[1]}{asked[2]}["
        return message

    async def send_(self: Any, message: Any) -> None:
        await send(self, message)
        wanted = waiting.get(id(self))
        if wanted and (message.get("text") or "").startswith(wanted):
            fall()

    flush = Shortcut.flush

    def flush_(self: Any) -> None:
        held, wanted = b"".join(self._held), waiting.get(id(self._protocol))
        flush(self)
        if wanted and wanted.encode() in held:
            fall()

    WebSocketProtocol.receive, WebSocketProtocol.send = receive_, send_
    Shortcut.flush = flush_  # type: ignore[method-assign]


if __name__ == "__main__":
    point, sign = os.environ.get("FALL_AT", ""), os.environ.get("FALL_MARK", "")
    if point == "after_ack":
        watch_acks(sign)
    elif point:
        watch_commits(sign, point)
    main()
