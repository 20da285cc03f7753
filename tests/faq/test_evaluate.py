from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq.evaluate import HEADER, THRESHOLDS, Score, build, line, score_sets, separation, wilson

SHOPS = Path(__file__).parent / "shops"
ROWS: list[dict[str, object]] = [
    {"id": "a", "question": "Kargom nerede?", "variants": ["siparişim nerede"], "answer": "Yolda"},
    {"id": "b", "question": "Taksit var mı?", "variants": [], "answer": "Var"},
    {"id": "c", "question": "Garantisi var mı?"},
]


def test_rows_become_a_matcher_with_its_shipped_threshold() -> None:
    match = build(ROWS, "tr")
    ranked = match("kargom nerde")
    assert ranked[0][0] == "a"
    assert ranked[0][1] >= THRESHOLDS["tr"]
    assert match("garanti varmi")[0][0] == "c"
    assert set(THRESHOLDS) == {"tr", "en"}


def test_the_interval_is_wilson_s() -> None:
    low, high = wilson(45, 50)
    assert (round(low, 3), round(high, 3)) == (0.786, 0.957)
    assert wilson(0, 0) == (0.0, 1.0)


@given(st.lists(st.sampled_from([0.1, 0.5, 0.9])), st.lists(st.sampled_from([0.1, 0.5, 0.9])))
def test_separation_is_that_of_every_pair(inside: list[float], outside: list[float]) -> None:
    found = separation(np.array(inside), np.array(outside))
    pairs = [(a > b) + (a == b) / 2 for a in inside for b in outside]
    assert np.isnan(found) if not pairs else np.isclose(found, np.mean(pairs))


@pytest.fixture(scope="module")
def scores() -> dict[str, Score]:
    """The project's own shops, asked with what ships."""
    return {score.name.removesuffix(":0"): score for score in score_sets(SHOPS)}


@pytest.mark.parametrize(
    ("name", "top", "three", "precision", "coverage", "refused"),
    [
        ("tr_electronics", 0.70, 0.84, 0.90, 0.28, 0.92),
        ("tr_grocery", 0.64, 0.80, 0.85, 0.22, 0.90),
        ("tr_home", 0.68, 0.76, 0.88, 0.25, 0.90),
        ("tr_kids", 0.70, 0.84, 0.90, 0.30, 0.92),
        ("en_beauty", 0.58, 0.76, 0.90, 0.12, 0.95),
        ("en_outdoor", 0.60, 0.76, 0.90, 0.18, 0.92),
    ],
)
def test_what_was_reached_on_the_project_s_own_shops_is_kept(
    scores: dict[str, Score],
    name: str,
    top: float,
    three: float,
    precision: float,
    coverage: float,
    refused: float,
) -> None:
    """A floor a few points under docs/faq.md: whoever falls through it has broken something."""
    found = scores[name]
    assert found.top >= top
    assert found.three >= three
    assert found.precision >= precision
    assert found.coverage >= coverage
    assert found.refused >= refused
    assert line(found).split()[0] == f"{name}:0"
    assert len(line(found)) == len(HEADER)
