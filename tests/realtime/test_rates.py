"""So many messages in any minute, and not one more."""

from chatserver.domain.ids import VisitorId
from chatserver.realtime.rates import MINUTE_S, Sends

ADA, ALAN = VisitorId(1), VisitorId(2)


def test_a_minute_holds_so_many_and_says_when_there_is_room() -> None:
    sends = Sends(3)
    assert [sends.take(ADA, at) for at in (100.0, 110.0, 120.0)] == [0.0, 0.0, 0.0]
    assert sends.take(ADA, 130.0) == 30.0, "the first leaves the window then"
    assert sends.take(ADA, 159.9) > 0
    assert sends.take(ADA, 160.0) == 0.0
    assert sends.take(ADA, 160.0) == 10.0, "a refusal was not counted"


def test_visitors_do_not_share() -> None:
    sends = Sends(1)
    assert sends.take(ADA, 0.0) == 0.0
    assert sends.take(ALAN, 0.0) == 0.0
    assert sends.take(ADA, 1.0) == 59.0


def test_who_was_silent_for_a_minute_is_not_remembered() -> None:
    sends = Sends(5)
    for number in range(1000):
        sends.take(VisitorId(number), 1.0)
    assert len(sends._sent) == 1000
    sends.take(ADA, 1.0 + 2 * MINUTE_S)
    assert list(sends._sent) == [ADA]
