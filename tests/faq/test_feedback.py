import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq.feedback import HIGHEST, LOWEST, Feedback, Judgement, learned
from faq.model import Thresholds

SHIPPED = Thresholds(answer=0.9, clarify=0.4)


def answers(right: int, wrong: int, sure: float = 0.92) -> list[Feedback]:
    good = [Feedback(sure, Judgement.RIGHT)] * right
    return [*good, *[Feedback(sure, Judgement.WRONG)] * wrong]


def test_without_feedback_nothing_moves() -> None:
    assert learned([], SHIPPED) == SHIPPED


@pytest.mark.parametrize("feedback", [answers(1, 0), answers(3, 0), answers(0, 1), answers(9, 1)])
def test_a_few_judgements_move_nothing_or_little(feedback: list[Feedback]) -> None:
    assert abs(learned(feedback, SHIPPED).answer - SHIPPED.answer) < 0.05


def test_many_wrong_answers_raise_the_threshold() -> None:
    found = learned(answers(30, 20), SHIPPED)
    assert found.answer > 0.95
    assert found.clarify > SHIPPED.clarify


def test_many_right_answers_lower_it() -> None:
    found = learned(answers(200, 2), SHIPPED)
    assert LOWEST <= found.answer < SHIPPED.answer
    assert found.clarify <= SHIPPED.clarify


def test_what_shoppers_press_counts_less_than_what_people_judge() -> None:
    judged = learned(answers(10, 10), SHIPPED)
    pressed = learned(
        [
            *[Feedback(0.92, Judgement.HELPED)] * 10,
            *[Feedback(0.92, Judgement.DID_NOT_HELP)] * 10,
        ],
        SHIPPED,
    )
    assert SHIPPED.answer < pressed.answer < judged.answer


@given(st.lists(st.builds(Feedback, st.floats(0, 1), st.sampled_from(Judgement)), max_size=60))
def test_thresholds_stay_in_bounds_whatever_is_said(feedback: list[Feedback]) -> None:
    found = learned(feedback, SHIPPED)
    assert LOWEST <= found.answer <= HIGHEST
    assert 0 < found.clarify <= found.answer or found.clarify <= SHIPPED.answer
