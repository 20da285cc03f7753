"""Row F-22: rows that no code of ours wrote. They are shown as unreadable, and the talk goes on."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, update

from chatserver.services import reading
from chatserver.services.bot_turns import read_turn
from chatserver.storage import schema as s
from chatserver.storage.bodies import UNREADABLE
from chatserver.storage.database import Database
from tests.cast import Stage
from tests.journeys.conftest import Furnished
from tests.server import AgentClient, VisitorClient, fresh_client_id

POISONS: dict[str, dict[str, str]] = {
    "nan": {"body": '{"text":NaN}'},
    "half a surrogate pair": {"body": '{"text":"\\ud800"}'},
    "ten megabytes": {"body": '{"text":"' + "x" * 10_000_000 + '"}'},
    "an unknown kind": {"kind": "hologram"},
    "another kind's body": {"kind": "card"},
    "no json": {"body": "merhaba"},
    "nothing": {"body": ""},
    "a list": {"body": "[[[[]]]]"},
    "an unknown activity": {"kind": "activity", "body": '{"type":"exploded"}'},
    "an unknown author": {"author_kind": "ghost", "body": '{"text":7}'},
}


def poison(connection: Connection, conversation: str, seqs: list[int]) -> None:
    """Spoil one message after the other, by hand."""
    c = s.conversation.c
    for seq, values in zip(seqs, POISONS.values(), strict=True):
        connection.execute(
            update(s.message)
            .where(s.message.c.conversation_id == c.id, c.public_id == conversation)
            .where(s.message.c.seq == seq)
            .values(**values)
        )


async def test_unreadable_messages_are_shown_as_such_and_the_others_as_they_are(
    stage: Stage,
) -> None:
    first = await stage.says(stage.ada, "merhaba")
    seqs = [(await stage.says(stage.ada, f"soru {name}")).seq for name in POISONS]
    last = await stage.says(stage.ada, "sonuncu")
    before = {message.seq: message for message in await stage.log(first.conversation)}
    await stage.database.write(poison, first.conversation, seqs)
    after = await stage.log(first.conversation)
    assert [message.seq for message in after] == sorted(before)
    for message in after:
        assert message.body == (UNREADABLE if message.seq in seqs else before[message.seq].body)
    assert last.seq in before
    (answer,) = await stage.chat.read(
        reading.sync_visitor,
        stage.ada,
        [(first.conversation, None, 0)],
        now_ms=stage.clock.now_ms(),
    )
    assert [message.seq for message in answer.messages] == sorted(before)
    done = await stage.says(stage.ada, "devam")
    assert (await stage.log(first.conversation))[-1].seq >= done.seq
    await stage.check_invariants()


def spoil_state(connection: Connection, spoilt: str) -> None:
    connection.execute(update(s.conversation).values(bot_state=spoilt))


async def test_a_spoilt_state_of_the_bot_is_a_fresh_one(stage: Stage) -> None:
    done = await stage.says(stage.ada, "merhaba")
    for spoilt in ("", "NaN", '{"slots":7}'):
        await stage.database.write(spoil_state, spoilt)
        said = len(await stage.log(done.conversation))
        await stage.says(stage.ada, "kargom nerede")
        assert len(await stage.log(done.conversation)) > said + 1, "no answer"


async def test_spoilt_details_of_one_conversation_spoil_nothing_else(stage: Stage) -> None:
    await stage.available(stage.grace)
    one = await stage.says(stage.ada, "merhaba")
    other = await stage.says(stage.alan, "hello")
    await stage.database.write(
        lambda c: c.execute(
            update(s.conversation)
            .where(s.conversation.c.public_id == one.conversation)
            .values(details='{"name":NaN}')
        )
    )
    queue = await stage.chat.read(reading.queue, stage.grace, now_ms=stage.clock.now_ms())
    assert {str(state.conversation.public_id) for state in queue.states} == {
        one.conversation,
        other.conversation,
    }
    found = await stage.conversation(one.conversation)
    assert found.details == {}
    assert await stage.chat.read(read_turn, found.id, now_ms=1) is None


async def test_people_go_on_talking_around_unreadable_messages(
    new_server: Callable[..., Furnished],
) -> None:
    server, accounts = new_server(agents=1)
    visitor, agent = VisitorClient(server.origin), AgentClient(server.origin, accounts[0])
    await agent.connect()
    await agent.available()
    await visitor.start()
    seqs = [(await visitor.say(f"soru {name}"))["seq"] for name in POISONS]
    conversation = str(visitor.conversation)
    await agent.until(lambda: agent.of("offer_made"), what="an offer")
    assert (await agent.accept(conversation))["ok"]
    database = Database(server.database_url)
    try:
        await database.write(poison, conversation, seqs)
    finally:
        await database.close()
    await visitor.connect()
    log = await visitor.sync()
    shown = {m["seq"]: m["body"].get("text") for m in log}
    assert {shown[seq] for seq in seqs} == {UNREADABLE.text}
    synced: dict[str, Any] = await agent.ask(
        "conversation_sync", wants=[{"conversation": conversation, "after": 0}]
    )
    assert synced["ok"] and len(synced["conversations"][0]["messages"]) >= len(seqs)
    assert (await agent.ask("queue_sync"))["ok"]
    assert (await agent.reply(conversation, "buyurun"))["ok"]
    assert (await visitor.say("tamam"))["ok"]
    assert [m["body"]["text"] for m in await visitor.sync() if m["kind"] == "text"][-2:] == [
        "buyurun",
        "tamam",
    ]
    again = await visitor.ask(
        "message_send",
        client_id=fresh_client_id(),
        conversation=conversation,
        kind="text",
        body={"text": "bir şey daha"},
    )
    assert again["ok"]
    await visitor.close()
    await agent.close()
    assert "Traceback" not in server.log and '"exception"' not in server.log
