"""The table "Status" of the protocol, row by row, on both databases."""

import pytest
from sqlalchemy import Connection, delete, update

from chatserver.domain.conversations import HandoffReason, Status
from chatserver.domain.messages import AuthorKind, MessageKind
from chatserver.domain.people import Availability
from chatserver.errors import Code, Refusal
from chatserver.services import assigning, ending, opening, presence
from chatserver.services.facts import OfferEnded, OfferMade
from chatserver.storage.schema import conversations as s
from chatserver.storage.schema.staff import team_member
from tests.cast import Stage, client_id


async def test_the_first_message_goes_to_a_free_agent(stage: Stage) -> None:
    await stage.available(stage.grace)
    done = await stage.says(stage.ada, "merhaba")
    conversation = await stage.conversation(done.conversation)
    assert conversation.status is Status.WAITING
    assert not conversation.bot_active
    assert [fact.agent for fact in stage.told.of(OfferMade)] == [stage.grace]
    assert (await stage.agent(stage.grace)).load == 1
    await stage.check_invariants()


async def test_the_first_message_goes_to_the_bot_when_nobody_is_there(stage: Stage) -> None:
    done = await stage.says(stage.ada, "kargom nerde")
    conversation = await stage.conversation(done.conversation)
    assert conversation.status is Status.BOT
    assert conversation.bot_active
    assert any(m.author.kind is AuthorKind.BOT for m in await stage.log(done.conversation))
    assert not conversation.owes_bot_turn
    await stage.check_invariants()


async def test_an_agent_coming_free_does_not_take_what_the_bot_has(stage: Stage) -> None:
    done = await stage.says(stage.ada, "kargom nerde")
    await stage.available(stage.grace)
    await stage.later(s=2)
    assert (await stage.conversation(done.conversation)).status is Status.BOT
    assert stage.told.of(OfferMade) == []


async def test_asking_for_a_person_waits_with_the_bot_and_meets_the_first_agent(
    stage: Stage,
) -> None:
    done = await stage.says(stage.ada, "temsilciye bağlanmak istiyorum")
    conversation = await stage.conversation(done.conversation)
    assert conversation.status is Status.WAITING
    assert conversation.bot_active
    assert conversation.handoff_reason == HandoffReason.ASKED
    waiting_since = conversation.waiting_since_ms
    stage.clock.advance(s=600)
    await stage.available(stage.grace)
    assert [fact.agent for fact in stage.told.of(OfferMade)] == [stage.grace]
    again = await stage.conversation(done.conversation)
    assert again.bot_active, "once on, the bot stays on until somebody accepts"
    assert again.waiting_since_ms == waiting_since
    await stage.accepts(stage.grace, done.conversation)
    opened = await stage.conversation(done.conversation)
    assert (opened.status, opened.holder, opened.bot_active) == (Status.OPEN, stage.grace, False)
    await stage.check_invariants()


async def test_the_button_for_a_person_works_before_any_message(stage: Stage) -> None:
    identity = client_id()
    message, duplicate = await stage.chat.do(
        opening.request_person, stage.ada, conversation=None, client_id=identity
    )
    assert not duplicate
    again, duplicate = await stage.chat.do(
        opening.request_person, stage.ada, conversation=None, client_id=identity
    )
    assert duplicate and again.seq == message.seq
    await stage.chat.settle()
    conversation = await stage.conversation(message.conversation_public)
    assert conversation.status is Status.WAITING and conversation.bot_active
    assert any(
        m.author.kind is AuthorKind.BOT for m in await stage.log(message.conversation_public)
    )


async def test_an_offer_that_runs_out_goes_to_the_next_and_then_the_bot_steps_in(
    stage: Stage,
) -> None:
    await stage.available(stage.grace, stage.linus)
    done = await stage.says(stage.ada, "merhaba")
    await stage.later(s=20, awake=(stage.grace, stage.linus))
    asked = [fact.agent for fact in stage.told.of(OfferMade)]
    assert asked == [stage.grace, stage.linus]
    assert [fact.why for fact in stage.told.of(OfferEnded)] == ["missed"]
    await stage.later(s=10, awake=(stage.grace, stage.linus))
    conversation = await stage.conversation(done.conversation)
    assert conversation.status is Status.WAITING
    assert conversation.bot_active
    assert "nobody_accepted" in await stage.activities(done.conversation)
    assert (await stage.log(done.conversation))[-1].author.kind is AuthorKind.BOT
    await stage.check_invariants()


async def test_the_bot_steps_in_at_once_when_nobody_suitable_is_left(stage: Stage) -> None:
    await stage.available(stage.grace)
    done = await stage.says(stage.ada, "merhaba")
    await stage.chat.do(assigning.decline_offer, stage.grace, done.conversation)
    await stage.chat.settle()
    assert (await stage.conversation(done.conversation)).bot_active
    assert "nobody_free" in await stage.activities(done.conversation)
    await stage.later(s=61, awake=(stage.grace,))
    asked = [fact.agent for fact in stage.told.of(OfferMade)]
    assert asked == [stage.grace, stage.grace], "after a minute the agent is asked again"
    await stage.check_invariants()


async def test_two_offers_missed_in_a_row_make_the_agent_away(stage: Stage) -> None:
    await stage.available(stage.grace)
    await stage.says(stage.ada, "merhaba")
    await stage.later(s=20, awake=(stage.grace,))
    assert (await stage.agent(stage.grace)).availability is Availability.AVAILABLE
    await stage.later(s=61, awake=(stage.grace,))
    await stage.later(s=20, awake=(stage.grace,))
    assert (await stage.agent(stage.grace)).availability is Availability.AWAY
    await stage.check_invariants()


async def test_a_lost_agent_gives_the_conversation_back_with_its_waiting_time(
    stage: Stage,
) -> None:
    await stage.available(stage.grace)
    done = await stage.says(stage.ada, "merhaba")
    began = (await stage.conversation(done.conversation)).waiting_since_ms
    assignment = await stage.accepts(stage.grace, done.conversation)
    await stage.replies(stage.grace, done.conversation, "Buyurun", fence=assignment.fence)
    await stage.says(stage.ada, "iade etmek istiyorum", to=done.conversation)
    await stage.later(s=30 + 44)
    assert (await stage.conversation(done.conversation)).status is Status.OPEN
    await stage.later(s=2)
    conversation = await stage.conversation(done.conversation)
    assert conversation.status is Status.WAITING
    assert conversation.waiting_since_ms == began
    assert conversation.bot_active
    assert "agent_lost" in await stage.activities(done.conversation)
    assert (await stage.log(done.conversation))[-1].author.kind is AuthorKind.BOT
    assert (await stage.agent(stage.grace)).availability is Availability.OFFLINE
    with pytest.raises(Refusal) as refused:
        await stage.replies(stage.grace, done.conversation, "?", fence=assignment.fence)
    assert refused.value.code is Code.NOT_ASSIGNED
    await stage.check_invariants()


async def test_an_agent_back_within_the_grace_keeps_everything(stage: Stage) -> None:
    await stage.available(stage.grace)
    done = await stage.says(stage.ada, "merhaba")
    assignment = await stage.accepts(stage.grace, done.conversation)
    before = await stage.activities(done.conversation)
    await stage.later(s=30 + 40)
    await stage.chat.do(presence.begin_lease, stage.grace, lease_ms=30_000)
    await stage.later(s=10)
    conversation = await stage.conversation(done.conversation)
    assert (conversation.holder, conversation.fence) == (stage.grace, assignment.fence)
    assert await stage.activities(done.conversation) == before


async def test_a_lost_agents_conversation_goes_to_a_free_colleague_at_once(stage: Stage) -> None:
    await stage.available(stage.grace)
    done = await stage.says(stage.ada, "merhaba")
    await stage.accepts(stage.grace, done.conversation)
    await stage.available(stage.linus)
    await stage.later(s=76, awake=(stage.linus,))
    conversation = await stage.conversation(done.conversation)
    assert conversation.status is Status.WAITING and not conversation.bot_active
    assert stage.told.of(OfferMade)[-1].agent == stage.linus
    await stage.check_invariants()


async def test_signing_out_returns_conversations_at_once(stage: Stage) -> None:
    await stage.available(stage.grace)
    done = await stage.says(stage.ada, "merhaba")
    await stage.accepts(stage.grace, done.conversation)
    await stage.chat.do(presence.sign_out, stage.grace)
    await stage.chat.settle()
    assert (await stage.conversation(done.conversation)).status is Status.WAITING
    assert "agent_left" in await stage.activities(done.conversation)
    await stage.check_invariants()


async def test_an_agent_who_said_offline_and_vanished_gives_back_too(stage: Stage) -> None:
    await stage.available(stage.grace)
    done = await stage.says(stage.ada, "merhaba")
    await stage.accepts(stage.grace, done.conversation)
    await stage.chat.do(presence.declare, stage.grace, Availability.OFFLINE)
    await stage.later(s=20, awake=(stage.grace,))
    assert (await stage.conversation(done.conversation)).status is Status.OPEN
    await stage.later(s=76)
    assert (await stage.conversation(done.conversation)).status is Status.WAITING
    await stage.check_invariants()


async def test_a_transfer_asks_the_colleague_and_ends_the_givers_fence(stage: Stage) -> None:
    await stage.available(stage.grace, stage.linus)
    done = await stage.says(stage.ada, "merhaba")
    assignment = await stage.accepts(stage.grace, done.conversation)
    linus = await stage.agent(stage.linus)
    identity = client_id()
    for _again in range(2):
        await stage.chat.do(
            assigning.transfer,
            stage.grace,
            done.conversation,
            fence=assignment.fence,
            client_id=identity,
            to_agent=linus.public_id,
            to_team=None,
            reason="Fatura sorusu",
        )
    await stage.chat.settle()
    conversation = await stage.conversation(done.conversation)
    assert conversation.status is Status.WAITING and not conversation.bot_active
    assert stage.told.of(OfferMade)[-1].agent == stage.linus
    with pytest.raises(Refusal) as refused:
        await stage.replies(stage.grace, done.conversation, "?", fence=assignment.fence)
    assert refused.value.code is Code.NOT_ASSIGNED
    for message in await stage.log(done.conversation):
        if message.kind is MessageKind.ACTIVITY and message.body.type == "transfer_reason":  # type: ignore[union-attr]
            assert message.audience == "agents"
    await stage.accepts(stage.linus, done.conversation)
    assert (await stage.conversation(done.conversation)).holder == stage.linus
    await stage.check_invariants()


async def test_a_declined_transfer_is_routed_to_the_team_the_giver_last(stage: Stage) -> None:
    await stage.available(stage.grace, stage.linus)
    done = await stage.says(stage.ada, "merhaba")
    assignment = await stage.accepts(stage.grace, done.conversation)
    linus = await stage.agent(stage.linus)
    await stage.chat.do(
        assigning.transfer,
        stage.grace,
        done.conversation,
        fence=assignment.fence,
        client_id=client_id(),
        to_agent=linus.public_id,
        to_team=None,
        reason="",
    )
    await stage.chat.do(assigning.decline_offer, stage.linus, done.conversation)
    await stage.chat.settle()
    assert stage.told.of(OfferMade)[-1].agent == stage.grace
    await stage.check_invariants()


async def test_a_transfer_to_who_can_not_is_refused_and_changes_nothing(stage: Stage) -> None:
    await stage.available(stage.grace)
    done = await stage.says(stage.ada, "merhaba")
    assignment = await stage.accepts(stage.grace, done.conversation)
    linus = await stage.agent(stage.linus)
    before = await stage.log(done.conversation)
    with pytest.raises(Refusal) as refused:
        await stage.chat.do(
            assigning.transfer,
            stage.grace,
            done.conversation,
            fence=assignment.fence,
            client_id=client_id(),
            to_agent=linus.public_id,
            to_team=None,
            reason="",
        )
    assert refused.value.code is Code.NOT_AVAILABLE
    assert await stage.log(done.conversation) == before
    assert (await stage.conversation(done.conversation)).holder == stage.grace
    await stage.check_invariants()


async def test_a_transfer_to_a_team_leaves_the_sight_of_others(stage: Stage) -> None:
    await stage.available(stage.grace, stage.linus)
    done = await stage.says(stage.ada, "merhaba")
    assignment = await stage.accepts(stage.grace, done.conversation)
    await stage.chat.do(
        assigning.transfer,
        stage.grace,
        done.conversation,
        fence=assignment.fence,
        client_id=client_id(),
        to_agent=None,
        to_team=stage.billing.public_id,
        reason="fatura",
    )
    await stage.chat.settle()
    assert (await stage.conversation(done.conversation)).team == stage.billing.id
    assert stage.told.of(OfferMade)[-1].agent == stage.linus
    with pytest.raises(Refusal) as refused:
        await stage.chat.do(assigning.take, stage.grace, done.conversation)
    assert refused.value.code is Code.NOT_FOUND
    await stage.check_invariants()


async def test_resolving_and_coming_back_within_a_day(stage: Stage) -> None:
    await stage.available(stage.grace, stage.linus)
    done = await stage.says(stage.ada, "merhaba")
    assignment = await stage.accepts(stage.grace, done.conversation)
    await stage.chat.do(ending.resolve, stage.grace, done.conversation, fence=assignment.fence)
    assert (await stage.conversation(done.conversation)).status is Status.RESOLVED
    assert (await stage.agent(stage.grace)).load == 0
    await stage.later(s=3600, awake=(stage.grace, stage.linus))
    await stage.available(stage.grace, stage.linus)
    again = await stage.says(stage.ada, "bir şey daha")
    assert again.conversation == done.conversation
    assert stage.told.of(OfferMade)[-1].agent == stage.grace, "the last agent is preferred"
    await stage.check_invariants()


async def test_writing_after_a_day_opens_a_new_conversation_and_the_ack_names_it(
    stage: Stage,
) -> None:
    done = await stage.says(stage.ada, "merhaba")
    await stage.chat.do(ending.leave, stage.ada, done.conversation, client_id=client_id())
    await stage.later(s=25 * 3600)
    again = await stage.says(stage.ada, "merhaba", to=done.conversation)
    assert again.conversation != done.conversation
    assert again.seq == 1
    await stage.check_invariants()


async def test_a_waiting_conversation_never_goes_idle_but_others_do(stage: Stage) -> None:
    bot = await stage.says(stage.ada, "kargom nerde")
    waiting = await stage.says(stage.alan, "I want to talk to a person")
    await stage.later(s=24 * 3600 + 1)
    assert (await stage.conversation(bot.conversation)).status is Status.RESOLVED
    assert (await stage.conversation(waiting.conversation)).status is Status.WAITING


async def test_an_agent_reopens_what_is_resolved_unless_there_is_another(stage: Stage) -> None:
    await stage.available(stage.grace)
    done = await stage.says(stage.ada, "merhaba")
    assignment = await stage.accepts(stage.grace, done.conversation)
    await stage.chat.do(ending.resolve, stage.grace, done.conversation, fence=assignment.fence)
    reopened = await stage.chat.do(ending.reopen, stage.grace, done.conversation)
    assert reopened.fence > assignment.fence
    await stage.replies(stage.grace, done.conversation, "Bir ek", fence=reopened.fence)
    await stage.chat.do(ending.resolve, stage.grace, done.conversation, fence=reopened.fence)
    await stage.later(s=25 * 3600)
    await stage.says(stage.ada, "yeni soru")
    with pytest.raises(Refusal) as refused:
        await stage.chat.do(ending.reopen, stage.grace, done.conversation)
    assert refused.value.code is Code.TAKEN
    await stage.check_invariants()


async def test_a_taken_offer_gives_the_other_agents_place_back(stage: Stage) -> None:
    await stage.available(stage.grace, stage.linus)
    done = await stage.says(stage.ada, "merhaba")
    await stage.chat.do(assigning.take, stage.linus, done.conversation)
    assert (await stage.agent(stage.grace)).load == 0
    assert (await stage.agent(stage.linus)).load == 1
    assert [fact.why for fact in stage.told.of(OfferEnded)] == ["taken"]
    with pytest.raises(Refusal) as refused:
        await stage.accepts(stage.grace, done.conversation)
    assert refused.value.code is Code.TAKEN
    await stage.check_invariants()


async def test_nobody_is_ever_over_capacity(stage: Stage) -> None:
    await stage.available(stage.grace)
    first = await stage.says(stage.ada, "merhaba")
    second = await stage.says(stage.alan, "hello")
    await stage.accepts(stage.grace, first.conversation)
    await stage.accepts(stage.grace, second.conversation)
    third_visitor = await stage.new_visitor()
    third = await stage.says(third_visitor, "temsilci istiyorum")
    assert (await stage.conversation(third.conversation)).status is Status.WAITING
    with pytest.raises(Refusal) as refused:
        await stage.chat.do(assigning.take, stage.grace, third.conversation)
    assert refused.value.code is Code.FULL
    await stage.check_invariants()


async def test_a_long_queue_of_one_team_never_hides_anothers(stage: Stage) -> None:
    """Linus alone answers billing; many wait for support, where nobody is."""
    first = await stage.says(stage.ada, "temsilci istiyorum")
    for _ in range(120):
        await stage.says(await stage.new_visitor(), "temsilci istiyorum")
    late = await stage.says(await stage.new_visitor(), "temsilci istiyorum")
    await stage.database.write(_move, late.conversation, stage.billing.id)
    await stage.database.write(_leave_team, stage.linus, stage.support.id)
    await stage.available(stage.linus)
    offered = await stage.conversation(late.conversation)
    assert [fact.conversation for fact in stage.told.of(OfferMade)] == [offered.id]
    assert (await stage.conversation(first.conversation)).status is Status.WAITING
    await stage.check_invariants()


def _move(connection: Connection, public_id: str, team: int) -> None:
    connection.execute(
        update(s.conversation).where(s.conversation.c.public_id == public_id).values(team_id=team)
    )


def _leave_team(connection: Connection, agent: int, team: int) -> None:
    mine = (team_member.c.staff_id == agent, team_member.c.team_id == team)
    connection.execute(delete(team_member).where(*mine))
