import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from faq import postings
from faq.letters import gathered
from faq.postings import Chosen, Postings, Rows, Vector, normalised

CELLS = st.lists(st.lists(st.sampled_from([0, 0, 1, 2.5]), min_size=4, max_size=4), min_size=1)
ASKED = st.dictionaries(st.integers(0, 3), st.floats(0, 5, width=32), max_size=4)


def sparsely(asked: dict[int, float]) -> Vector:
    return np.array([*asked], np.intp), np.array([*asked.values()], np.float32)


def dense(asked: dict[int, float], width: int) -> np.ndarray:
    vector = np.zeros(width)
    for feature, weight in asked.items():
        vector[feature] = weight
    return vector


@pytest.fixture(params=["dense", "sparse", "long"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every way of reading: a full table, gathered columns, columns one by one."""
    if request.param != "dense":
        monkeypatch.setattr(postings, "DENSE_UP_TO", 0)
    if request.param == "long":
        monkeypatch.setattr(postings, "LONG", 0)


@given(CELLS, ASKED)
def test_dots_are_those_of_brute_force(cells: list[list[float]], asked: dict[int, float]) -> None:
    found = Postings(sparse.csr_array(np.array(cells))).dots(*sparsely(asked))
    assert np.allclose(found, np.array(cells) @ dense(asked, 4), atol=1e-4)


@given(CELLS, ASKED, st.data())
def test_a_row_goes_in_or_in_the_place_of_another(
    cells: list[list[float]], asked: dict[int, float], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(cells)))
    row = data.draw(st.dictionaries(st.integers(0, 5), st.floats(0.5, 2, width=32)))
    before = Postings(sparse.csr_array(np.array(cells)))
    wide = [[*line, 0, 0] for line in cells]
    more = [*wide[:at], dense(row, 6).tolist(), *wide[at:]]
    grown = before.inserted(at, *sparsely(row), 6)
    vector = dense(asked, 6)
    assert np.allclose(grown.dots(*sparsely(asked)), np.array(more) @ vector, atol=1e-4)
    assert np.allclose(grown.matrix().toarray(), np.array(more), atol=1e-6)
    place = min(at, len(cells) - 1)
    other = [*wide[:place], dense(row, 6).tolist(), *wide[place + 1 :]]
    changed = before.replaced(place, *sparsely(row), 6)
    assert np.allclose(changed.dots(*sparsely(asked)), np.array(other) @ vector, atol=1e-4)


@given(CELLS, ASKED, st.data())
def test_rows_as_they_are_give_the_same(
    cells: list[list[float]], asked: dict[int, float], data: st.DataObject
) -> None:
    rows = Rows(sparse.csr_array(np.array(cells)))
    firsts = data.draw(st.lists(st.integers(0, len(cells) - 1), min_size=1))
    spans = [(first, data.draw(st.integers(first + 1, len(cells)))) for first in firsts]
    wanted = [row for first, end in spans for row in range(first, end)]
    found = rows.dots(*sparsely(asked), Chosen.of(spans, np.arange(len(cells))))
    assert np.allclose(found, np.array(cells)[wanted] @ dense(asked, 4), atol=1e-4)
    assert np.allclose(rows.matrix().toarray(), np.array(cells))
    at = data.draw(st.integers(0, len(cells)))
    grown = rows.inserted(at, *sparsely({5: 1.0, 1: 2.0}), 6)
    added = Chosen.of([(at, at + 1)], np.arange(len(cells) + 1))
    assert np.allclose(grown.dots(*sparsely({1: 1.0, 5: 10.0}), added), [12.0])


@given(st.lists(st.tuples(st.integers(0, 5), st.floats(0.125, 4, width=32)), min_size=1))
def test_a_feature_stands_once_with_all_its_weight(said: list[tuple[int, float]]) -> None:
    sums = np.zeros(6)
    for feature, weight in said:
        sums[feature] += weight
    features, weights = gathered(np.array([f for f, _ in said]), np.array([w for _, w in said]), 2)
    length = np.sqrt(sums @ sums + 2)
    assert np.allclose(dense(dict(zip(features, weights, strict=True)), 6), sums / length)
    assert len({*features.tolist()}) == len(features)


@given(CELLS)
def test_rows_have_length_one_or_none(cells: list[list[float]]) -> None:
    lengths = np.linalg.norm(normalised(sparse.csr_array(np.array(cells))).toarray(), axis=1)
    assert np.all(np.isclose(lengths, 1, atol=1e-5) | (lengths == 0))
