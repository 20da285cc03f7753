from pathlib import Path

import pytest

from faq import ContentError, KnowledgeBase, load_starter
from faq.checks import CHECKS, Check, failing, load_checks

BASE = KnowledgeBase(load_starter())


@pytest.mark.parametrize(("language", "least"), [("tr", 60), ("en", 40)])
def test_every_check_of_the_starter_passes(language: str, least: int) -> None:
    checks = load_checks(CHECKS / f"{language}.yaml")
    assert len(checks) >= least
    assert failing(checks, BASE, language) == ()


def test_a_check_fails_when_another_entry_or_none_wins() -> None:
    wrong = Check("kargom nerde", "warranty")
    none = Check("kargom nerde", None)
    offered = Check("iade", "return-how", offered=True)
    answered = Check("iade", "return-how")
    checks = (wrong, none, offered, answered)
    assert failing(checks, BASE, "tr") == (wrong, none, answered)


def test_checks_name_known_entries_only() -> None:
    for language in ("tr", "en"):
        for check in load_checks(CHECKS / f"{language}.yaml"):
            assert check.entry is None or BASE.entry(check.entry, language), check


def test_faults_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: [yes]\nb: c\n", encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load_checks(path)
    assert [fault.line for fault in caught.value.faults] == [1, 2]
    assert str(caught.value.faults[0]).endswith("a.yaml:1: " + caught.value.faults[0].text)
