import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from faq.model import EVIDENCE, PARTS, dump
from faq.questions import read_set
from faq.sets import find_sets, is_reserved
from faq.training import (
    Outcome,
    counts_of,
    fit_evidence,
    foreign_to,
    learn,
    threshold_for,
    train,
)

SHOPS = Path(__file__).parent / "shops"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two small sets in each language, cut from the project's own."""
    folder = tmp_path_factory.mktemp("data")
    for name in ("tr_kids", "tr_home", "en_beauty", "en_outdoor"):
        kept = folder / name
        kept.mkdir()
        rows = (SHOPS / name / "kb.jsonl").read_text("utf-8").splitlines()[:12]
        (kept / "kb.jsonl").write_text("\n".join(rows), "utf-8")
        keys = {json.loads(row)["id"] for row in rows}
        asked = []
        for line in (SHOPS / name / "queries.jsonl").read_text("utf-8").splitlines():
            expected = json.loads(line)["expected"]
            if expected is None or (isinstance(expected, str) and expected in keys):
                asked.append(line)
        (kept / "queries.jsonl").write_text("\n".join(asked[:80]), "utf-8")
    return folder


def test_the_same_data_give_the_same_numbers(data: Path) -> None:
    said: list[str] = []
    first = train([data], said.append)
    assert dump(train([data], lambda _: None)) == dump(first)
    assert any(line.startswith("tr_kids:0") for line in said)
    assert set(first.trained_on) == {
        f"{name}/{file}"
        for name in ("tr_kids", "tr_home", "en_beauty", "en_outdoor")
        for file in ("kb.jsonl", "queries.jsonl")
    }
    assert min(first.languages["tr"].small.ranking) >= 0


def test_half_of_the_questions_is_never_learned_from(data: Path) -> None:
    one = read_set(next(s for s in find_sets([data]) if s.name == "tr_kids"))
    seen, kept = one.part(reserved=False), one.part(reserved=True)
    assert len(seen) + len(kept) == len(one.questions)
    assert 0.3 < len(kept) / len(one.questions) < 0.7
    assert is_reserved("a", "1") == is_reserved("a", "1")
    assert all(len(q.looked.parts[0]) == len(PARTS) for q in seen if q.looked)


def test_evidence_that_tells_gets_weight_and_evidence_that_does_not_gets_little() -> None:
    chance = np.random.default_rng(1)
    truth = chance.random(800) < 0.6
    rows = chance.normal(size=(800, len(EVIDENCE)))
    rows[:, 0] += 3 * truth
    weights, _ = fit_evidence([(rows, truth)], np.ones(1))
    assert weights[0] > 5 * np.abs(weights[1:]).max()


def test_the_threshold_is_the_lowest_that_keeps_the_precision(data: Path) -> None:
    one = read_set(next(s for s in find_sets([data]) if s.name == "tr_kids"))
    sure = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    right = np.array([True, True, True, False, True])
    given = Outcome(one, sure, right, right, 1.0, 5)
    assert threshold_for([given], 0.99, 1.0) == 0.7
    assert threshold_for([given], 0.75, 1.0) == 0.5
    none = Outcome(one, sure, ~right, right, 1.0, 5)
    assert threshold_for([none], 0.99, 1.0) == 0.99


def test_the_threshold_keeps_out_what_has_no_answer(data: Path) -> None:
    one = read_set(next(s for s in find_sets([data]) if s.name == "tr_kids"))
    sure = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    right = np.array([True, True, False, True, False])
    given = Outcome(one, sure, right, right, 1.0, 3)
    assert threshold_for([given], 0.0, 0.4) == 0.8
    assert threshold_for([given], 0.0, 0.5) == 0.6
    assert threshold_for([given], 0.0, 1.0) == 0.5


def test_sizes_of_one_folder_count_together_as_much_as_another_folder(data: Path) -> None:
    one, other = (read_set(s) for s in find_sets([data]) if s.name in ("tr_kids", "tr_home"))
    assert counts_of([one, replace(one, size=3), other]).tolist() == [0.25, 0.25, 0.5]


def test_other_languages_speak_for_the_confidence_and_not_for_the_ranking(data: Path) -> None:
    sets = [read_set(where) for where in find_sets([data])]
    own = [one for one in sets if one.language == "tr"]
    alone = learn(own)
    joined = learn(own, foreign=foreign_to([one for one in sets if one.language == "en"]))
    assert (joined.first, joined.ranking) == (alone.first, alone.ranking)
    assert joined.evidence != alone.evidence
