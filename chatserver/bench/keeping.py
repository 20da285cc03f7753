"""Keeping every message before its acknowledgement, by the product's writer, without its logic.

One table with one unique index; all that came while the last commit ran is inserted at once.
"""

import json
from collections.abc import Sequence

from sqlalchemy import Connection

from chatserver.storage.appending import insert_rows
from chatserver.storage.database import Database

Kept = tuple[str, str, str]
"""Chat, client_id and text."""

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS kept (chat INTEGER NOT NULL, seq INTEGER NOT NULL, "
    "client_id TEXT NOT NULL, said TEXT NOT NULL, at_ms BIGINT NOT NULL, UNIQUE (chat, client_id))"
)
_INSERT = "INSERT INTO kept (chat, seq, client_id, said, at_ms) VALUES (?, ?, ?, ?, ?)"


class Keeper:
    """Gives each message of a chat its number and returns when it is on the disk.

    Args:
        url: of an empty database. Every chat is this process's alone, so numbers are counted here.
    """

    def __init__(self, url: str) -> None:
        self._database = Database(url)
        self._database.run(lambda connection: connection.exec_driver_sql(_SCHEMA))
        self._seqs: dict[str, int] = {}
        # What is run together is told by its function, and a method is a new object each time.
        self._together = self._keep_all

    async def keep(self, chat: str, client_id: str, text: str) -> int:
        """Store one message."""
        return await self._database.submit_job(
            self._one, together=self._together, item=(chat, client_id, text)
        )

    def _one(self, connection: Connection) -> int:
        raise RuntimeError("a message of a benchmark was sent twice")

    def _keep_all(self, connection: Connection, items: Sequence[Kept]) -> list[int]:
        seqs: list[int] = []
        rows: list[tuple[object, ...]] = []
        for chat, client_id, text in items:
            seq = self._seqs[chat] = self._seqs.get(chat, 0) + 1
            seqs.append(seq)
            rows.append((int(chat[1:]), seq, client_id, json.dumps({"text": text}), 0))
        cursor = connection.connection.cursor()
        try:
            insert_rows(connection, cursor, _INSERT, rows)
        finally:
            cursor.close()
        return seqs
