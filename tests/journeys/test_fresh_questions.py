"""What a shopper asks in vain stands before the editors at once; nothing collects it later."""

import asyncio
import urllib.request
from collections.abc import Callable

from chatserver.services.staff import SESSION_COOKIE
from chatserver.storage.database import Database
from tests.clients import VisitorClient
from tests.journeys.conftest import Furnished
from tests.server import ServerProcess
from tests.staff import hire_editor

QUESTIONS = ("uzay gemisi kiralıyor musunuz", "yarın hava nasıl olacak")


def unanswered(server: ServerProcess, token: str) -> str:
    request = urllib.request.Request(
        f"{server.origin}/editor/unanswered", headers={"Cookie": f"{SESSION_COOKIE}={token}"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return str(answer.read().decode())


def bot_messages(visitor: VisitorClient) -> int:
    heard = visitor.of("message_created")
    return sum(item["message"]["author"]["kind"] == "bot" for item in heard)


async def ask_the_bot(visitor: VisitorClient, question: str) -> None:
    """Say it and wait for the reply."""
    before = bot_messages(visitor)
    await visitor.say(question)
    await visitor.until(lambda: bot_messages(visitor) > before, what="the bot's reply")


async def test_a_question_stands_under_unanswered_as_soon_as_the_bot_has_replied(
    new_server: Callable[..., Furnished],
) -> None:
    server, _ = new_server()
    database = Database(server.database_url)
    token = database.run(hire_editor)
    database.shut()
    visitor = VisitorClient(server.origin)
    await visitor.start()
    for question in QUESTIONS:
        # The page was open, and drawn, before anybody asked.
        assert question not in await asyncio.to_thread(unanswered, server, token)
        await ask_the_bot(visitor, question)
        # Not within a minute: at the very next look.
        assert question in await asyncio.to_thread(unanswered, server, token)
    await visitor.close()
