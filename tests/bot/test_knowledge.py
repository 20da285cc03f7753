from .cast import KNOWLEDGE


def test_a_verdict_comes_with_what_it_rests_on() -> None:
    look = KNOWLEDGE.find("kargom nerde", "tr")
    found = look.found
    assert look.verdict == "answer"
    assert [one.entry for one in found] == ["track-order"]
    assert found[0].question == "Siparişim nerede?"
    assert 0.5 < found[0].confidence <= 1
    assert look.best == found[0]
    assert look.runner_up is not None and look.runner_up.confidence < found[0].confidence
    assert len(found[0].version) == 8
    look = KNOWLEDGE.find("iade", "tr")
    assert look.verdict == "clarify"
    assert 2 <= len(look.found) <= 3
    look = KNOWLEDGE.find("kırmızı fil", "tr")
    assert (look.verdict, look.found) == ("none", ())


def test_several_questions_are_looked_at_one_by_one() -> None:
    look = KNOWLEDGE.find("Kapıda ödeme var mı? İade kaç gün?", "tr")
    assert len({one.found[0].entry for one in look.questions}) == 2


def test_an_entry_is_found_by_its_key() -> None:
    found = KNOWLEDGE.entry("warranty", "en")
    assert found is not None and found.confidence == 1.0
    assert KNOWLEDGE.entry("gone", "en") is None
    assert KNOWLEDGE.entry("warranty", "de") is None
