"""Single guards, each by the shortest road that shows it: these are what the mutations switch off."""

import asyncio
import json
import threading
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection as SqlConnection
from sqlalchemy import update

from chatserver.domain.messages import MessageKind, TextBody
from chatserver.domain.people import Availability
from chatserver.errors import Code, Refusal
from chatserver.protocol.registry import VISITOR
from chatserver.realtime import beacon
from chatserver.realtime.connections import Connection
from chatserver.realtime.rates import Bucket
from chatserver.services import assigning, bot_turns, posting, presence, processes, sync
from chatserver.services.work import Work
from chatserver.storage import heads
from chatserver.storage.database import Database
from chatserver.storage.patience import Patience
from chatserver.storage.schema.staff import staff as staff_table
from chatserver.web.health import storage_checks
from tests.cast import LEASE_MS, Stage, client_id
from tests.realtime.relay import NAMESPACE, Relay
from tests.wire import connected, hear


async def post(stage: Stage, identity: Any, text: str, to: str | None = None) -> posting.Posted:
    return await stage.chat.do(
        posting.post_visitor_message,
        stage.ada,
        conversation=to,
        client_id=identity,
        body=TextBody(text),
    )


async def refusal_of(doing: Any) -> Code:
    with pytest.raises(Refusal) as refused:
        await doing
    return refused.value.code


async def test_what_is_sent_again_is_found_and_not_stored_again(sqlite_stage: Stage) -> None:
    stage, identity = sqlite_stage, client_id()
    first = await post(stage, identity, "merhaba")
    again = await post(stage, identity, "merhaba", first.conversation)
    assert (again.seq, again.duplicate, first.duplicate) == (first.seq, True, False)
    said = [m for m in await stage.log(first.conversation) if m.client_id == identity]
    assert len(said) == 1


async def test_a_client_id_is_one_text(sqlite_stage: Stage) -> None:
    stage, identity = sqlite_stage, client_id()
    await post(stage, identity, "merhaba")
    assert await refusal_of(post(stage, identity, "başka bir şey")) is Code.CLIENT_ID_CONFLICT


async def test_a_refused_unit_moves_no_counter(sqlite_stage: Stage) -> None:
    """Refused after its message was written: batched with others, it is taken back by itself."""
    stage = sqlite_stage
    done = await stage.says(stage.ada, "merhaba")
    before = await stage.conversation(done.conversation)

    def write_and_refuse(work: Any) -> None:
        posting.post_visitor_message(
            work,
            stage.ada,
            conversation=done.conversation,
            client_id=client_id(),
            body=TextBody("geri alınır"),
        )
        raise Refusal(Code.FULL)

    refused, kept = await asyncio.gather(
        stage.chat.do(write_and_refuse),
        stage.chat.do(presence.declare, stage.grace, Availability.AWAY),
        return_exceptions=True,
    )
    assert isinstance(refused, Refusal) and kept is None
    await stage.chat.settle()
    assert (await stage.conversation(done.conversation)).last_seq == before.last_seq
    await stage.check_invariants()


async def held(stage: Stage) -> tuple[str, int]:
    await stage.available(stage.grace)
    done = await stage.says(stage.ada, "merhaba")
    return done.conversation, (await stage.accepts(stage.grace, done.conversation)).fence


async def test_a_reply_under_an_old_fence_is_refused(sqlite_stage: Stage) -> None:
    """Lost, and won back by the same agent: what was sent before is not said now."""
    stage = sqlite_stage
    conversation, fence = await held(stage)
    await stage.chat.do(presence.sign_out, stage.grace)
    await stage.available(stage.grace)
    await stage.chat.do(assigning.take, stage.grace, conversation)
    late = stage.replies(stage.grace, conversation, "geç kaldı", fence=fence)
    assert await refusal_of(late) is Code.NOT_ASSIGNED


async def test_nobody_is_given_more_than_they_can_take(sqlite_stage: Stage) -> None:
    stage = sqlite_stage
    await stage.available(stage.grace)
    await stage.database.write(lambda c: c.execute(update(staff_table).values(capacity=1)))
    for visitor in (stage.ada, stage.alan):
        await stage.says(visitor, "merhaba")
    await stage.check_invariants()


async def test_another_epoch_starts_a_reader_over(sqlite_stage: Stage) -> None:
    stage = sqlite_stage
    done = await stage.says(stage.ada, "merhaba")
    now_ms = stage.clock.now_ms()
    for known, after, reset in ((None, 0, False), ("of another life", 1, True), (None, 99, True)):
        wants = [(done.conversation, known, after)]
        (answer,) = await stage.chat.read(sync.sync_visitor, stage.ada, wants, now_ms=now_ms)
        assert (answer.reset, answer.messages[0].seq if reset else 1) == (reset, 1), known


async def test_a_visitor_sees_no_gap_where_a_note_stands(sqlite_stage: Stage) -> None:
    stage = sqlite_stage
    conversation, fence = await held(stage)
    await stage.replies(stage.grace, conversation, "gizli", fence=fence, note=True)
    await stage.replies(stage.grace, conversation, "açık", fence=fence)
    wants = [(conversation, None, 0)]
    (answer,) = await stage.chat.read(
        sync.sync_visitor, stage.ada, wants, now_ms=stage.clock.now_ms()
    )
    previous = 0
    for message in answer.messages:
        assert message.previous_seq == previous and message.kind is not MessageKind.NOTE
        previous = message.seq


async def test_the_grace_is_waited_for_and_not_longer(sqlite_stage: Stage) -> None:
    stage = sqlite_stage
    conversation, _fence = await held(stage)
    await stage.later(s=LEASE_MS / 1000 + 40)
    assert (await stage.conversation(conversation)).holder == stage.grace
    await stage.later(s=6)
    assert (await stage.conversation(conversation)).holder is None


async def test_an_agent_who_came_back_meanwhile_is_not_lost(sqlite_stage: Stage) -> None:
    """Between the sweep's look and its unit: the unit looks again."""
    stage = sqlite_stage
    conversation, _fence = await held(stage)
    stage.clock.advance(s=LEASE_MS / 1000 + 46)
    await stage.chat.do(presence.begin_lease, stage.grace, lease_ms=LEASE_MS)
    await stage.chat.do(presence.return_lost, stage.grace)
    assert (await stage.conversation(conversation)).holder == stage.grace


async def test_an_old_proof_of_life_proves_nothing_now(sqlite_stage: Stage) -> None:
    stage = sqlite_stage
    await held(stage)
    asked_ms = stage.clock.now_ms()
    stage.clock.advance(s=60)
    await stage.chat.do(presence.renew_lease, stage.grace, until_ms=asked_ms + LEASE_MS)
    assert not (await stage.agent(stage.grace)).is_present(stage.clock.now_ms())


async def test_a_turn_of_the_bot_is_written_once(sqlite_stage: Stage) -> None:
    stage = sqlite_stage
    done = await stage.says(stage.ada, "merhaba")

    def post_untold(connection: SqlConnection) -> None:
        posting.post_visitor_message(
            Work(connection, stage.clock.now_ms()),
            stage.ada,
            conversation=done.conversation,
            client_id=client_id(),
            body=TextBody("kargom nerede"),
        )

    await stage.database.write(post_untold)
    found = await stage.conversation(done.conversation)
    owed = await stage.chat.read(bot_turns.read_turn, found.id, now_ms=stage.clock.now_ms())
    stage.chat.start_turn(found.id)
    await stage.chat.settle()
    said = len(await stage.log(done.conversation))
    assert owed is not None
    decision = await asyncio.to_thread(stage.chat._decide, owed)
    assert not await stage.chat.do(bot_turns.write_turn, owed, decision)
    assert len(await stage.log(done.conversation)) == said


async def test_a_duty_is_one_processs_until_it_runs_out(sqlite_stage: Stage) -> None:
    stage = sqlite_stage
    assert await stage.chat.do(processes.hold_sweep, "process1")
    assert not await stage.chat.do(processes.hold_sweep, "process2")
    stage.clock.advance(s=processes.DUTY_MS / 1000 + 1)
    assert await stage.chat.do(processes.hold_sweep, "process2")


async def test_a_head_is_told_until_it_is_acknowledged(sqlite_stage: Stage) -> None:
    stage = sqlite_stage
    done = await stage.says(stage.ada, "merhaba")
    (found,) = await stage.chat.read(heads.changed_since, 0)
    assert found.public_id == done.conversation
    socket = Connection("s", "e", VISITOR, "a", Bucket(1, 1, 0), "c", visitor=stage.ada)
    beacon.note_changes(socket, [beacon.Change(found)])
    first = beacon.beacon_for(socket, revision=0)
    assert first is not None and first.heads[0].head == found.last_public_seq
    assert beacon.beacon_for(socket, revision=0) == first, "an emit never counts as sent"
    newer = replace(found, last_seq=found.last_seq + 1, last_public_seq=found.last_public_seq + 1)
    beacon.note_changes(socket, [beacon.Change(newer)])
    beacon.acknowledge(socket, first)
    second = beacon.beacon_for(socket, revision=0)
    assert second is not None and second.heads[0].head == newer.last_public_seq
    beacon.acknowledge(socket, second)
    assert beacon.beacon_for(socket, revision=0) is None
    beacon.note_changes(socket, [beacon.Change(newer)])
    assert beacon.beacon_for(socket, revision=0) is None, "told again what was acknowledged"


async def test_nobody_waits_longer_than_two_seconds_for_a_database() -> None:
    patience, answer = Patience(), asyncio.get_running_loop().create_future()
    patience.watch(answer)
    assert await refusal_of(asyncio.wait_for(answer, 2.3)) is Code.UNAVAILABLE


async def test_a_quick_event_never_overtakes_a_slow_one(relay: Relay) -> None:
    async with connected(f"{relay.url}/socket.io/", NAMESPACE, {"room": "r"}) as socket:
        for number, event in enumerate((["pause", 0.3], ["say", "after"])):
            await socket.send(f"42{NAMESPACE},{number}{json.dumps(event)}")
        answers = [str(await hear(socket)) for _ in range(2)]
    assert [answer.partition("[")[0] for answer in answers] == [
        f"43{NAMESPACE},{n}" for n in (0, 1)
    ]


async def test_health_answers_while_everybody_else_queues(sqlite_url: str) -> None:
    """A storm must not look like an outage, or it is made one by whoever takes the process out."""
    database, go_on = Database(sqlite_url, readers=1), threading.Event()
    waiting = [
        asyncio.ensure_future(database.read(lambda connection: go_on.wait(10))) for _ in range(20)
    ]
    try:
        await asyncio.sleep(0.05)
        checks = await asyncio.wait_for(storage_checks(database), 2)
        assert all(checks.values()), checks
        assert not any(one.done() for one in waiting)
    finally:
        go_on.set()
        await asyncio.gather(*waiting)
        await database.close()
