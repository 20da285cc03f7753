"""What is written for many at once is what a unit writes for each, on both databases."""

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from chatserver.domain.ids import ClientId
from chatserver.domain.messages import TextBody
from chatserver.domain.people import Visitor
from chatserver.errors import Code, Refusal
from chatserver.services import posting
from chatserver.services.facts import MessagePosted, TurnOwed
from chatserver.storage.schema import conversations as s
from tests.cast import Stage, client_id


def says(stage: Stage, visitor: Visitor, text: str, id: ClientId, *, to: str | None = None) -> Any:
    return stage.chat.do_with_others(
        posting.post_visitor_says,
        posting.post_visitor_messages,
        posting.VisitorSays(visitor, to, id, TextBody(text)),
    )


def rows(connection: Connection, public_id: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    table = s.conversation
    row = connection.execute(select(table).where(table.c.public_id == public_id)).mappings().one()
    log = s.message
    lines = connection.execute(
        select(log).where(log.c.conversation_id == row["id"]).order_by(log.c.seq)
    ).mappings()
    return dict(row), [dict(line) for line in lines]


async def test_a_message_is_written_alike_alone_and_with_others(stage: Stage) -> None:
    """One's goes by the unit and the other's with others; their rows differ in who they are."""
    ada, alan = [await stage.new_visitor() for _ in range(2)]
    opened = [await stage.says(visitor, "merhaba") for visitor in (ada, alan)]
    stage.clock.advance(s=5)
    alone = await stage.says(ada, "İade’m nerede?", to=opened[0].conversation)
    together = await says(stage, alan, "İade’m nerede?", client_id(), to=opened[1].conversation)
    await stage.chat.settle()
    assert (alone.seq, alone.at_ms) == (together.seq, together.at_ms)
    (row, lines), (other, others) = [
        await stage.chat.read(rows, done.conversation) for done in opened
    ]
    who = {"id", "public_id", "visitor_id"}
    assert {name for name in row if row[name] != other[name]} == who
    assert row["last_seq"] > alone.seq, "the bot answered both"
    who = {"id", "conversation_id", "author_key", "client_id", "why"}  # the bot took another time
    for mine, theirs in zip(lines, others, strict=True):
        assert {name for name in mine if mine[name] != theirs[name]} <= who
    await stage.check_invariants()


async def test_many_at_once_keep_their_order_and_are_told_once(stage: Stage) -> None:
    visitors = [await stage.new_visitor() for _ in range(12)]
    opened = [await stage.says(visitor, "merhaba") for visitor in visitors]
    stage.told.facts.clear()
    sent = [
        says(stage, visitor, f"{number}", client_id(), to=first.conversation)
        for number in range(3)
        for visitor, first in zip(visitors, opened, strict=True)
    ]
    done = await asyncio.gather(*sent)
    await stage.chat.settle()
    for index, first in enumerate(opened):
        seqs = [posted.seq for posted in done[index::12]]
        assert seqs == sorted(set(seqs)), "as they were sent"
        assert all(posted.conversation == first.conversation for posted in done[index::12])
    told = [fact.message for fact in stage.told.of(MessagePosted) if fact.message.client_id]
    assert len(told) == 36
    assert all(
        fact.visitor in {one.id for one in visitors} for fact in stage.told.of(MessagePosted)
    )
    assert stage.told.of(TurnOwed), "the bot was active"
    await stage.check_invariants()


async def test_what_was_sent_before_is_found_among_others(stage: Stage) -> None:
    first = await stage.says(stage.ada, "merhaba")
    again = client_id()
    told = await says(stage, stage.ada, "bir", again, to=first.conversation)
    done: Sequence[Any] = await asyncio.gather(
        says(stage, stage.ada, "bir", again, to=first.conversation),
        says(stage, stage.alan, "iki", client_id()),
        says(stage, stage.ada, "üç", client_id(), to=first.conversation),
        says(stage, stage.ada, "başka", again, to=first.conversation),
        return_exceptions=True,
    )
    await stage.chat.settle()
    assert (done[0].seq, done[0].duplicate) == (told.seq, True)
    assert not done[1].duplicate and not done[2].duplicate and done[2].seq > told.seq
    assert isinstance(done[3], Refusal) and done[3].code is Code.CLIENT_ID_CONFLICT
    texts = [
        message.body.text
        for message in await stage.log(first.conversation)
        if isinstance(message.body, TextBody) and message.client_id is not None
    ]
    assert texts == ["merhaba", "bir", "üç"]
    await stage.check_invariants()


async def test_one_client_id_twice_at_once_is_one_message(stage: Stage) -> None:
    first = await stage.says(stage.ada, "merhaba")
    same = client_id()
    done = await asyncio.gather(
        *(says(stage, stage.ada, "bir", same, to=first.conversation) for _ in range(5))
    )
    assert len({posted.seq for posted in done}) == 1
    assert sorted(posted.duplicate for posted in done) == [False, True, True, True, True]
    await stage.chat.settle()
    await stage.check_invariants()


async def test_what_opens_a_conversation_or_names_anothers_is_left_to_the_unit(
    stage: Stage,
) -> None:
    hers = await stage.says(stage.ada, "merhaba")
    done: Sequence[Any] = await asyncio.gather(
        says(stage, stage.alan, "ilk söz", client_id()),
        says(stage, stage.alan, "yanlış", client_id(), to=hers.conversation),
        return_exceptions=True,
    )
    opened, refused = done
    assert opened.seq >= 1 and opened.conversation != hers.conversation
    assert isinstance(refused, Refusal) and refused.code is Code.NOT_FOUND
    await stage.chat.settle()
    await stage.check_invariants()


async def test_facts_are_told_though_the_sender_has_gone(stage: Stage) -> None:
    first = await stage.says(stage.ada, "merhaba")
    stage.told.facts.clear()
    sending = asyncio.ensure_future(
        says(stage, stage.ada, "son söz", client_id(), to=first.conversation)
    )
    await asyncio.sleep(0)
    sending.cancel()
    await asyncio.wait({sending})
    await stage.chat.settle()
    texts = [fact.message.body for fact in stage.told.of(MessagePosted)]
    assert TextBody("son söz") in texts
