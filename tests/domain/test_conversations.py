"""What an agent may do in which state."""

import dataclasses

import pytest

from chatserver.domain.conversations import (
    COMES_BACK_MS,
    Conversation,
    Priority,
    Status,
    check_agent_may_take,
    check_agent_may_write,
)
from chatserver.domain.ids import ConversationId, PublicId, SiteId, StaffId, TeamId, VisitorId
from chatserver.errors import Code, Refusal

GRACE, LINUS = StaffId(1), StaffId(2)
OPEN = Conversation(
    id=ConversationId(1),
    public_id=PublicId("conversation-1"),
    site=SiteId(1),
    visitor=VisitorId(1),
    team=TeamId(1),
    status=Status.OPEN,
    bot_active=False,
    holder=GRACE,
    last_agent=GRACE,
    asked_last=None,
    fence=3,
    version=9,
    priority=Priority.NORMAL,
    last_seq=5,
    last_public_seq=5,
    visitor_seen_seq=0,
    agent_seen_seq=0,
    bot_answered_seq=0,
    bot_wanted_seq=0,
    opened_ms=0,
    waiting_since_ms=0,
    patience_due_ms=None,
    answer_due_since_ms=None,
    resolved_ms=None,
    last_message_ms=0,
    language="tr",
    handoff_reason="",
    details={},
)


def with_(**values: object) -> Conversation:
    return dataclasses.replace(OPEN, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("conversation", "agent", "fence", "code"),
    [
        (OPEN, GRACE, 3, None),
        (OPEN, GRACE, 2, Code.NOT_ASSIGNED),
        (OPEN, GRACE, 4, Code.NOT_ASSIGNED),
        (OPEN, GRACE, None, Code.NOT_ASSIGNED),
        (OPEN, LINUS, 3, Code.NOT_ASSIGNED),
        (with_(status=Status.WAITING, holder=None), GRACE, 3, Code.NOT_ASSIGNED),
        (with_(status=Status.BOT, holder=None), GRACE, 3, Code.NOT_ASSIGNED),
        (with_(status=Status.RESOLVED, holder=None), GRACE, 3, Code.RESOLVED),
    ],
)
def test_only_the_holder_with_the_fresh_fence_writes(
    conversation: Conversation, agent: StaffId, fence: int | None, code: Code | None
) -> None:
    if code is None:
        check_agent_may_write(conversation, agent, fence)
        return
    with pytest.raises(Refusal) as refused:
        check_agent_may_write(conversation, agent, fence)
    assert refused.value.code is code


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (Status.BOT, None),
        (Status.WAITING, None),
        (Status.OPEN, Code.TAKEN),
        (Status.RESOLVED, Code.RESOLVED),
    ],
)
def test_what_waits_or_is_with_the_bot_can_be_taken(status: Status, code: Code | None) -> None:
    conversation = with_(status=status, holder=None)
    if code is None:
        check_agent_may_take(conversation, LINUS)
        return
    with pytest.raises(Refusal) as refused:
        check_agent_may_take(conversation, LINUS)
    assert refused.value.code is code


def test_it_comes_back_for_a_day() -> None:
    resolved = with_(status=Status.RESOLVED, holder=None, resolved_ms=1000)
    assert resolved.comes_back(1000 + COMES_BACK_MS - 1)
    assert not resolved.comes_back(1000 + COMES_BACK_MS)
    assert not OPEN.comes_back(1000)


def test_a_turn_is_owed_only_while_the_bot_may_speak() -> None:
    assert with_(bot_active=True, bot_wanted_seq=2, bot_answered_seq=1).owes_bot_turn
    assert not with_(bot_active=True, bot_wanted_seq=2, bot_answered_seq=2).owes_bot_turn
    assert not with_(bot_active=False, bot_wanted_seq=2, bot_answered_seq=1).owes_bot_turn
