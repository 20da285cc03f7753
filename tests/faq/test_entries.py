from datetime import date

from faq import Entry, EntryStatus

ENTRY = Entry("a", "tr", "Soru?", ("soru",), "{x} ve {y} ve {x}", status=EntryStatus.PUBLISHED)


def test_holes_are_named_once_and_filled_where_a_value_is_known() -> None:
    assert ENTRY.holes == ("x", "y")
    assert ENTRY.filled({"x": "1"}).answer == "1 ve {y} ve 1"
    assert ENTRY.filled({"x": "{y}", "y": "2"}).answer == "{y} ve 2 ve {y}"


def test_an_entry_lives_from_its_first_to_its_last_day() -> None:
    entry = Entry(
        "a",
        "tr",
        "Soru?",
        (),
        "Yanıt",
        status=EntryStatus.PUBLISHED,
        valid_from=date(2026, 11, 1),
        valid_until=date(2026, 11, 30),
    )
    days = [date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 1)]
    assert [entry.is_live(day) for day in days] == [False, True, True, False]
    assert ENTRY.is_live(days[0])
    assert not Entry("a", "tr", "Soru?", (), "Yanıt").is_live(days[1])


def test_the_question_is_one_of_its_ways() -> None:
    assert ENTRY.ways == ("Soru?", "soru")
