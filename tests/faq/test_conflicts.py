from faq import Entry, EntryStatus, load_starter
from faq.conflicts import ALIKE_FROM, conflicts, engine_of, twins, untold


def entry(key: str, *ways: str, answer: str = "Yanıt") -> Entry:
    return Entry(key, "tr", ways[0], ways[1:], answer, status=EntryStatus.PUBLISHED)


def found(*entries: Entry) -> list[tuple[str, str, str, bool]]:
    engine = engine_of(entries, "tr")
    assert engine is not None
    return [(c.entry.key, c.utterance, c.winner.key, c.lead > 0) for c in conflicts(engine)]


def test_an_utterance_that_another_entry_wins_is_told() -> None:
    track = entry(
        "track", "Kargom nerede?", "Siparişim nerede?", "Kargo takibi", "Paketim nerede kaldı?"
    )
    store = entry("store", "Mağazanız hangi şehirde?", "Şubeniz var mı?", "Siparişim nerede acaba")
    told = found(track, store)
    assert ("store", "Siparişim nerede acaba", "track", False) in told or (
        "store",
        "Siparişim nerede acaba",
        "track",
        True,
    ) in told
    assert not [c for c in told if c[0] == "track" and c[1] == "Kargom nerede?"]


def test_the_same_words_in_two_entries_are_told_of_both() -> None:
    first = entry("a", "İade süresi kaç gün?")
    second = entry("b", "Kaç günde iade edebilirim?", "iade suresi kac gun")
    told = found(first, second)
    assert ("a", "İade süresi kaç gün?", "b", False) in told
    assert ("b", "iade suresi kac gun", "a", False) in told


def test_entries_apart_have_no_conflict() -> None:
    assert found(entry("a", "Taksit var mı?"), entry("b", "Mağazanız nerede?")) == []
    assert engine_of([], "tr") is None


def test_entries_that_look_like_one_are_told() -> None:
    engine = engine_of(
        [
            entry("a", "Kargo ücreti ne kadar?", "Kargo kaç lira?"),
            entry("b", "Kargo ücreti kaç TL?", "Kargo parası ne kadar?"),
            entry("c", "Mağazanız nerede?"),
        ],
        "tr",
    )
    assert engine is not None
    assert [(t.first.key, t.second.key) for t in twins(engine)] == [("a", "b")]
    assert all(t.alike >= ALIKE_FROM for t in twins(engine))


def test_an_entry_that_says_nothing_is_told() -> None:
    engine = engine_of([entry("a", "???"), entry("b", "Taksit var mı?")], "tr")
    assert engine is not None
    assert [e.key for e in untold(engine)] == ["a"]


def test_the_starter_has_few_conflicts() -> None:
    for code in ("tr", "en"):
        engine = engine_of(load_starter(), code)
        assert engine is not None
        assert len(list(conflicts(engine))) <= 2
        assert untold(engine) == []
