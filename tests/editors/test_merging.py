"""Two entries that compete become one, and a shop's own words show what they are good for."""

import pytest

from chatserver.errors import Code, Refusal
from chatserver.faq_shelf import build_base
from chatserver.services import engine_entries, knowledge, merging, publishing, words_of_site
from chatserver.storage import faq_checks, site_words
from chatserver.storage.site_words import WordRow
from tests.editors.conftest import Room, content


async def test_entries_that_compete_are_found_and_merged(room: Room) -> None:
    first, _ = await room.write(
        knowledge.create, content("Hediye çeki nasıl kullanılır?", "hediye çekimi kullanamıyorum"),
        by=room.gizem, now_ms=room.now,
    )  # fmt: skip
    second, _ = await room.write(
        knowledge.create, content("Hediye çekini nasıl kullanırım?", "hediye çeki nereye yazılır"),
        by=room.gizem, now_ms=room.now,
    )  # fmt: skip
    _, entries = await room.write(engine_entries.drafted)
    pairs = merging.pairs(entries, "tr")
    assert {first, second} in [{pair.first.key, pair.second.key} for pair in pairs]
    await room.write(
        faq_checks.put, [("tr", "çekimi yazamıyorum", second, False)], origin="test",
        now_ms=room.now, by=None,
    )  # fmt: skip
    await room.write(merging.merge, keep=first, drop=second, by=room.onur, now_ms=room.now)
    kept = await room.write(knowledge.get, first)
    assert kept.content.wording("tr").utterances == (
        "hediye çekimi kullanamıyorum", "Hediye çekini nasıl kullanırım?",
        "hediye çeki nereye yazılır",
    )  # fmt: skip
    assert (await room.write(knowledge.get, second)).archived
    checks = await room.write(faq_checks.every)
    assert [c.entry for c in checks if c.message == "çekimi yazamıyorum"] == [first]
    with pytest.raises(Refusal) as refused:
        await room.write(merging.merge, keep=first, drop=first, by=None, now_ms=room.now)
    assert refused.value.code is Code.BAD_REQUEST


async def test_a_word_of_the_shop_changes_what_is_understood(room: Room) -> None:
    word = WordRow(0, "tr", "shorthand", "kargom nerede", ("zibidi",))
    assert await room.write(words_of_site.put, word, by=room.gizem, now_ms=room.now) == ()
    rows = await room.write(site_words.every)
    entries = [entry for entry in room.shelf.now.all_entries if entry.language == "tr"]
    with_it = build_base(entries, rows)
    assert with_it.match("zibidi", "tr").candidates[0].entry.key == "track-order"
    await room.write(
        faq_checks.put, [("tr", "zibidi", "track-order", False)], origin="test", now_ms=room.now,
        by=None,
    )  # fmt: skip
    checks = [c for c in await room.write(faq_checks.every) if c.message == "zibidi"]
    found = publishing.effects(room.shelf.base, with_it, checks, ())
    assert [shift.kind for shift in found.shifts] == ["gain"]
    assert await room.follow()
    assert room.shelf.base.match("zibidi", "tr").verdict == "answer"
    await room.write(words_of_site.remove, rows[0].id)
    with pytest.raises(Refusal):
        await room.write(words_of_site.remove, rows[0].id)


@pytest.mark.parametrize(
    ("word", "place"),
    [
        (WordRow(0, "tr", "concept", "Hediye Kutusu", ("paket",)), "name"),
        (WordRow(0, "tr", "concept", "hediye", ()), "same"),
        (WordRow(0, "tr", "shorthand", "nerede", ("bir iki üç dört",)), "same"),
        (WordRow(0, "tr", "other", "x", ("y",)), "kind"),
        (WordRow(0, "tr", "concept", "x", ("y",), ("uzun " * 9,)), "near"),
    ],
)
def test_what_is_wrong_with_a_word_is_said_at_its_field(word: WordRow, place: str) -> None:
    assert place in {problem.place for problem in words_of_site.problems(word)}
