import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faq import Entry, EntryStatus, KnowledgeBase, load_starter

STARTER = load_starter()
BASE = KnowledgeBase(STARTER)


def entry(key: str, *ways: str, status: EntryStatus = EntryStatus.PUBLISHED) -> Entry:
    return Entry(key, "tr", ways[0], ways[1:], "Yanıt", status=status)


@settings(deadline=None, max_examples=25)
@given(st.text(max_size=80) | st.sampled_from([e.question for e in STARTER]))
def test_the_order_of_entries_does_not_matter(text: str) -> None:
    few = [e for e in STARTER if e.language == "tr"][:12]
    first = KnowledgeBase(few).match(text, "tr")
    assert KnowledgeBase(reversed(few)).match(text, "tr") == first


@settings(deadline=None)
@given(st.text(max_size=200), st.sampled_from(["tr", "en"]))
def test_a_result_is_ranked_and_within_bounds(text: str, language: str) -> None:
    result = BASE.match(text, language)
    assert len(result.matches) <= 5
    assert all(0 <= match.confidence <= 1 for match in result.matches)
    scores = [match.score for match in result.matches]
    assert scores == sorted(scores, reverse=True)
    assert len({match.entry.key for match in result.matches}) == len(scores)
    assert (result.verdict == "none") == (not result.candidates)
    assert len(result.candidates) <= 3


@pytest.mark.parametrize("entry", STARTER, ids=lambda e: f"{e.language}-{e.key}")
def test_every_own_way_finds_its_entry(entry: Entry) -> None:
    for way in entry.ways:
        result = BASE.match(way, entry.language)
        assert entry.key in [match.entry.key for match in result.candidates], way


def test_only_what_is_published_is_found_and_the_first_of_two_stands() -> None:
    draft = entry("draft", "hediye paketi", status=EntryStatus.DRAFT)
    first, second = entry("same", "kargo ücreti"), entry("same", "iade süresi")
    base = KnowledgeBase([draft, first, second])
    assert base.entry("draft", "tr") is None
    assert base.entry("same", "tr") is first
    assert base.entries("tr") == (first,)
    assert base.match("hediye paketi", "tr").verdict == "none"


def test_where_there_is_nothing_nothing_is_found() -> None:
    assert KnowledgeBase([]).match("kargo", "tr").matches == ()
    assert BASE.match("kargo", "de").matches == ()
    assert BASE.entries("de") == ()
    assert BASE.match("zzzz", "tr").candidates == ()
    assert BASE.match("字", "tr").matches == ()


def test_a_typo_in_a_word_that_is_not_known_is_repaired() -> None:
    assert BASE.match("hediye pakrti yapar mısınız", "tr").candidates[0].entry.key == "gift-wrap"


def test_an_only_entry_has_no_rival() -> None:
    result = KnowledgeBase([entry("only", "kargo ücreti ne kadar")]).match("kargo ücreti", "tr")
    assert [match.entry.key for match in result.matches] == ["only"]


def test_near_rivals_are_asked_back() -> None:
    result = BASE.match("iade", "tr")
    assert result.verdict == "clarify"
    assert 2 <= len(result.candidates) <= 3


def test_a_message_of_any_length_is_cut() -> None:
    assert BASE.match("kargom nerede " + "a " * 5000, "tr").matches
