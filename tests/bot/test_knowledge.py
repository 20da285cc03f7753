from .cast import KNOWLEDGE


def test_a_verdict_comes_with_what_it_rests_on() -> None:
    verdict, found = KNOWLEDGE.find("kargom nerde", "tr")
    assert verdict == "answer"
    assert [one.entry for one in found] == ["track-order"]
    assert found[0].question == "Siparişim nerede?"
    assert 0.5 < found[0].confidence <= 1
    verdict, found = KNOWLEDGE.find("iade", "tr")
    assert verdict == "clarify"
    assert 2 <= len(found) <= 3
    assert KNOWLEDGE.find("kırmızı fil", "tr") == ("none", [])


def test_an_entry_is_found_by_its_key() -> None:
    found = KNOWLEDGE.entry("warranty", "en")
    assert found is not None and found.confidence == 1.0
    assert KNOWLEDGE.entry("gone", "en") is None
    assert KNOWLEDGE.entry("warranty", "de") is None
