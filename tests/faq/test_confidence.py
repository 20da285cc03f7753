from hypothesis import given
from hypothesis import strategies as st

from faq.confidence import confidence

UNIT = st.floats(0, 1)


@given(UNIT, UNIT, UNIT)
def test_confidence_lies_between_nothing_and_certainty(s: float, r: float, c: float) -> None:
    assert 0 < confidence(s, r, c) < 1


@given(UNIT, UNIT, UNIT)
def test_a_nearer_rival_makes_less_sure(s: float, r: float, c: float) -> None:
    assert confidence(s, r, c) <= confidence(s, r / 2, c)
