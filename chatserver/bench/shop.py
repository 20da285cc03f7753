"""The whole product with a shop in it: agents who hold conversations, visitors who have tokens."""

import secrets
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert

from chatserver.bench.generator import Person
from chatserver.bench.machine import free_port
from chatserver.bench.parts import Server
from chatserver.domain.conversations import Status
from chatserver.domain.people import Availability, Role
from chatserver.services import setup, staff
from chatserver.services.visitors import hash_token
from chatserver.storage import conversations, sites
from chatserver.storage.database import Database
from chatserver.storage.migrate import migrate
from chatserver.storage.schema.conversations import message
from chatserver.storage.schema.staff import staff as staff_table
from chatserver.storage.schema.visitors import visitor

CAPACITY = 50
SECRET = "of the benchmark alone, not secret"
ENVIRON = {
    "LOG_LEVEL": "error",
    "CHATSERVER_SENDS_PER_MINUTE": "100000",
    "CHATSERVER_EVENTS_PER_SECOND": "100000",
    "CHATSERVER_STARTS_PER_HOUR": "100000",
    "CHATSERVER_SOCKETS_PER_ADDRESS": "100000",
}
"""Every limit is counted and none is reached."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Who will come: visitors' tokens with their conversations, agents' sessions with theirs."""

    visitors: tuple[tuple[str, str], ...]
    agents: tuple[tuple[str, tuple[str, ...]], ...]

    def chats(self, port: int) -> tuple[tuple[Person, str], ...]:
        """Return the visitors as the generator wants them."""
        return tuple(
            (Person(port, visitor_auth(token)), conversation)
            for token, conversation in self.visitors
        )

    def people(self, port: int) -> tuple[Person, ...]:
        """Return the agents as the generator wants them."""
        return tuple(
            Person(
                port,
                {"version": 1, "client": secrets.token_urlsafe(18)},
                cookie=f"{staff.SESSION_COOKIE}={session}",
                follows=follows,
            )
            for session, follows in self.agents
        )


def visitor_auth(token: str | None = None) -> dict[str, Any]:
    """Return what a panel says when it connects."""
    auth = {"version": 1, "site": "bench", "client": secrets.token_urlsafe(18)}
    return auth if token is None else auth | {"token": token}


def furnish(url: str, *, chats: int, agents: int, stored: int = 0) -> Cast:
    """Put a site into an empty database, with open conversations shared out among agents.

    Args:
        stored: messages that lie there already, in conversations of long ago.
    """
    now_ms = time.time_ns() // 1_000_000
    migrate(url, now_ms=now_ms)
    database = Database(url)
    try:
        cast = database.run(_fill, chats=chats, agents=agents, now_ms=now_ms)
        if stored:
            database.run(_fill_log, stored=stored, now_ms=now_ms)
    finally:
        database.shut()
    return cast


def _fill(connection: Any, *, chats: int, agents: int, now_ms: int) -> Cast:
    site = setup.add_site(
        connection,
        "bench",
        name="Bench",
        origins=["http://shop.example"],
        language="tr",
        zone="Europe/Istanbul",
        hours=[],
        team="Bench",
        now_ms=now_ms,
    )
    team = sites.teams(connection)[0]
    accounts, sessions = [], []
    for number in range(agents):
        account = staff.create_account(
            connection,
            email=f"agent{number}@shop.example",
            name=f"Agent {number}",
            role=Role.AGENT,
            language="tr",
            password_hash=None,
            capacity=CAPACITY,
            now_ms=now_ms,
        )
        staff.join_team(connection, account, team)
        sessions.append(secrets.token_urlsafe(32))
        staff.start_session(connection, account.id, token=sessions[-1], now_ms=now_ms)
        accounts.append(account)
    visitors, follows = [], [[] for _ in range(agents)]  # type: ignore[var-annotated]
    for number in range(chats):
        token = secrets.token_urlsafe(32)
        key = connection.execute(
            insert(visitor).values(
                public_id=secrets.token_urlsafe(16),
                site_id=site.id,
                token_hash=hash_token(token),
                created_ms=now_ms,
                last_seen_ms=now_ms,
                expires_ms=now_ms + 86_400_000,
                language="tr",
            )
        ).inserted_primary_key[0]
        public_id = secrets.token_urlsafe(16)
        conversations.create(
            connection,
            public_id=public_id,
            site_id=site.id,
            visitor_id=key,
            team_id=team.id,
            status=Status.OPEN,
            bot_active=False,
            holder_id=accounts[number % agents].id,
            last_agent_id=accounts[number % agents].id,
            fence=1,
            opened_ms=now_ms,
            last_message_ms=now_ms,
            changed_ms=now_ms,
            language="tr",
        )
        visitors.append((token, public_id))
        follows[number % agents].append(public_id)
    for account, held in zip(accounts, follows, strict=True):
        connection.execute(
            staff_table.update()
            .where(staff_table.c.id == account.id)
            .values(
                load=len(held),
                availability=Availability.AVAILABLE,
                lease_until_ms=now_ms + 600_000,
            )
        )
    return Cast(
        tuple(visitors),
        tuple((token, tuple(held)) for token, held in zip(sessions, follows, strict=True)),
    )


def _fill_log(connection: Any, *, stored: int, now_ms: int, length: int = 100) -> None:
    """Store conversations of long ago, so many messages in each."""
    site, team = sites.every(connection)[0], sites.teams(connection)[0]
    old_ms = now_ms - 90 * 86_400_000
    for first in range(0, stored, length):
        key = connection.execute(
            insert(visitor).values(
                public_id=f"old-visitor-{first:012d}",
                site_id=site.id,
                token_hash=f"old-{first}",
                created_ms=old_ms,
                last_seen_ms=old_ms,
                expires_ms=old_ms,
                language="tr",
            )
        ).inserted_primary_key[0]
        conversation = conversations.create(
            connection,
            public_id=f"old-conversation-{first:012d}",
            site_id=site.id,
            visitor_id=key,
            team_id=team.id,
            status=Status.RESOLVED,
            bot_active=False,
            last_seq=length,
            last_public_seq=length,
            prior_public_seq=length - 1,
            opened_ms=old_ms,
            last_message_ms=old_ms,
            resolved_ms=old_ms,
            changed_ms=old_ms,
            language="tr",
        )
        connection.execute(
            insert(message),
            [
                {
                    "conversation_id": conversation.id,
                    "seq": seq,
                    "previous_seq": seq - 1,
                    "at_ms": old_ms + seq,
                    "author_kind": "visitor" if seq % 2 else "agent",
                    "author_key": f"v{key}" if seq % 2 else "a1",
                    "author_name": "",
                    "author_public_id": None,
                    "client_id": f"old-{first:012d}-{seq:06d}",
                    "kind": "text",
                    "audience": "everyone",
                    "body": '{"text":"Siparişim ne zaman gelir? Üç gün oldu.","choice":null}',
                    "folded": "siparisim ne zaman gelir? uc gun oldu.",
                }
                for seq in range(1, length + 1)
            ],
        )


@contextmanager
def database_folder() -> Iterator[str]:
    """Return the URL of an SQLite file in a folder that goes away."""
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{folder}/chat.sqlite3"


def serve(url: str, *, redis: str = "", core: set[int] | None = None, **environ: str) -> Server:
    """Start the product."""
    port = free_port()
    settings = ENVIRON | environ | {"DATABASE_URL": url}
    if redis or not url.startswith("sqlite"):
        settings["SECRET_KEY"] = SECRET
    if redis:
        settings["REDIS_URL"] = redis
    command = [sys.executable, "-m", "chatserver", "serve", "--port", str(port)]
    return Server(command, port, path="/readyz", environ=settings, core=core)
