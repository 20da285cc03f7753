"""The beacon's pace: many sockets are told a few at a time, and all of them in time."""

import math

import pytest

from chatserver.domain.ids import ConversationId, PublicId, TeamId, VisitorId
from chatserver.realtime.beacon import (
    INTERVAL_S,
    SLICE_S,
    SPREAD_S,
    TOLD_AT_ONCE,
    Change,
    told_at_once,
)
from chatserver.storage.heads import Head


@pytest.mark.parametrize("sockets", [1, 10, 1_000, 1_501, 10_000, 100_000])
def test_everybody_is_told_within_the_spread(sockets: int) -> None:
    slices = math.ceil(sockets / told_at_once(sockets))
    assert slices * SLICE_S <= SPREAD_S + SLICE_S
    assert INTERVAL_S + SPREAD_S <= 10, "whoever missed something is repaired within ten seconds"


def test_few_are_told_without_a_pause() -> None:
    assert told_at_once(3) == TOLD_AT_ONCE


def test_a_row_is_worded_once_for_each_audience() -> None:
    change = Change(
        Head(ConversationId(1), PublicId("c"), VisitorId(2), TeamId(3), None, 9, 7, 4, 5, 6)
    )
    assert (change.for_agents.head, change.for_visitors.head) == (9, 7)
    for row in (change.for_agents, change.for_visitors):
        assert (row.conversation, row.seen_by_agent, row.seen_by_visitor) == ("c", 4, 5)
        assert row.version == 6
