"""What a shopper asks in vain stands before the editors at once; nothing collects it later."""

import asyncio
import secrets
import urllib.request
from collections.abc import Callable

from sqlalchemy import Connection

from chatserver.domain.people import Role
from chatserver.services import staff
from chatserver.services.staff import SESSION_COOKIE
from chatserver.storage.database import Database
from tests.journeys.conftest import Furnished
from tests.server import ServerProcess, VisitorClient, now_ms

QUESTIONS = ("uzay gemisi kiralıyor musunuz", "yarın hava nasıl olacak")


def hire(connection: Connection) -> str:
    """Return the token of an editor's session."""
    account = staff.create_account(
        connection, email="gizem@shop.example", name="Gizem", role=Role.EDITOR, language="tr",
        password_hash=None, now_ms=now_ms(),
    )  # fmt: skip
    token = secrets.token_urlsafe(32)
    staff.start_session(connection, account.id, token=token, now_ms=now_ms())
    return token


def unanswered(server: ServerProcess, token: str) -> str:
    request = urllib.request.Request(
        f"{server.origin}/editor/unanswered", headers={"Cookie": f"{SESSION_COOKIE}={token}"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return str(answer.read().decode())


async def test_a_question_stands_under_unanswered_as_soon_as_the_bot_has_replied(
    new_server: Callable[..., Furnished],
) -> None:
    server, _ = new_server()
    database = Database(server.database_url)
    token = database.run(hire)
    database.shut()
    visitor = VisitorClient(server.origin)
    await visitor.start()
    for question in QUESTIONS:
        # The page was open, and drawn, before anybody asked.
        assert question not in await asyncio.to_thread(unanswered, server, token)
        before = len(visitor.of("message_created"))
        await visitor.say(question)
        await visitor.until(
            lambda before=before: any(  # type: ignore[misc]
                item["message"]["author"]["kind"] == "bot"
                for item in visitor.of("message_created")[before:]
            ),
            what="the bot's reply",
        )
        # Not within a minute: at the very next look.
        assert question in await asyncio.to_thread(unanswered, server, token)
    await visitor.close()
