from pathlib import Path

import pytest

from faq import ContentError, Entry, EntryStatus, Lexicon
from faq.checks import Check
from faq.effects import Words, effects
from faq.files import concepts, extended_concepts, extended_lexicon, lexicon
from faq.model import shipped
from faq.words import Concept

ENTRIES = [
    Entry("return", "tr", "Ürünü iade etmek istiyorum", (), "…", status=EntryStatus.PUBLISHED),
    Entry("track", "tr", "Kargom nerede?", (), "…", status=EntryStatus.PUBLISHED),
    Entry("store", "tr", "Mağazanız nerede?", (), "…", status=EntryStatus.PUBLISHED),
]


def words(*known: Concept, shorthand: dict[str, str] | None = None) -> Words:
    lines = {tuple(t.split()): tuple(m.split()) for t, m in (shorthand or {}).items()}
    return Words("tr", Lexicon(lines), known, shipped().of("tr"))


def test_a_concept_that_makes_a_check_pass_is_told_so() -> None:
    concept = Concept("give-back", ("iade etmek", "geri yollamak"))
    other = Concept("music", ("gitar", "keman"))
    checks = [Check("ürünü geri yollamak istiyorum", "return"), Check("kargom nerede", "track")]
    found = list(effects(words(concept, other), ENTRIES, checks))
    assert [effect.row for effect in found] == ["give-back"]
    assert found[0].mended == 1
    assert found[0].broken == 0
    assert found[0].changes[0].with_it.endswith("return")


def test_a_shorthand_row_is_weighed_too_and_only_wanted_rows_are() -> None:
    known = words(Concept("x", ("kargo",)), shorthand={"krg": "kargo", "mgz": "magaza"})
    checks = [Check("krg nerede", "track", offered=True)]
    found = {effect.row: effect for effect in effects(known, ENTRIES, checks)}
    assert found["kargo"].mended == 1
    assert "magaza" not in found
    assert [e.row for e in effects(known, ENTRIES, checks, only=["magaza"])] == ["magaza"]


def test_a_shop_adds_words_to_what_is_shipped(tmp_path: Path) -> None:
    own = tmp_path / "thesaurus.yaml"
    own.write_text(
        "concepts:\n  - name: parcel\n    same: [şipidik]\n  - name: our-thing\n    same: [falan]\n",
        encoding="utf-8",
    )
    extended = {c.name: c for c in extended_concepts(concepts("tr"), own)}
    assert "şipidik" in extended["parcel"].same and "kargo" in extended["parcel"].same
    assert extended["our-thing"].same == ("falan",)
    mine = tmp_path / "lexicon.yaml"
    mine.write_text("shorthand:\n  kargo: [zzt]\nnoise: [gari]\nweak: [hele]\n", encoding="utf-8")
    more = extended_lexicon(lexicon("tr"), mine)
    assert more.shorthand[("zzt",)] == ("kargo",)
    assert "gari" in more.noise and "merhaba" in more.noise


def test_every_fault_of_a_thesaurus_is_told_with_its_line(tmp_path: Path) -> None:
    own = tmp_path / "thesaurus.yaml"
    own.write_text(
        "concepts:\n"
        "  - name: Parcel\n    same: [kargo, KARGO]\n"
        "  - name: a\n    same: []\n    colour: red\n"
        "  - name: b\n    same: [bir iki üç dört beş altı yedi]\n"
        "  - name: b\n    same: [x]\n",
        encoding="utf-8",
    )
    with pytest.raises(ContentError) as caught:
        extended_concepts((), own)
    assert [fault.line for fault in caught.value.faults] == [2, 3, 6, 8, 9]
