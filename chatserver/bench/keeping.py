"""Keeping every message before its acknowledgement, by the product's writer, without its logic.

One table with one unique index; all that came while the last commit ran shares its transaction.
"""

import json

from sqlalchemy import Connection, text

from chatserver.storage.database import Database

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS kept (chat INTEGER NOT NULL, seq INTEGER NOT NULL, "
    "client_id TEXT NOT NULL, said TEXT NOT NULL, at_ms BIGINT NOT NULL, UNIQUE (chat, client_id))"
)
_INSERT = text(
    "INSERT INTO kept (chat, seq, client_id, said, at_ms) VALUES (:chat, :seq, :id, :said, 0)"
)


class Keeper:
    """Gives each message of a chat its number and returns when it is on the disk.

    Args:
        url: of an empty database. Every chat is this process's alone, so numbers are counted here.
    """

    def __init__(self, url: str) -> None:
        self._database = Database(url)
        self._database.run(lambda connection: connection.exec_driver_sql(_SCHEMA))
        self._seqs: dict[str, int] = {}

    async def keep(self, chat: str, client_id: str, said: str) -> int:
        """Store one message."""
        seq = self._seqs[chat] = self._seqs.get(chat, 0) + 1
        await self._database.write(self._one, int(chat[1:]), seq, client_id, said)
        return seq

    @staticmethod
    def _one(connection: Connection, chat: int, seq: int, client_id: str, said: str) -> None:
        row = {"chat": chat, "seq": seq, "id": client_id, "said": json.dumps({"text": said})}
        connection.execute(_INSERT, row)
