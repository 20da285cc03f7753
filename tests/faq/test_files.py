from datetime import date
from pathlib import Path

import pytest

from faq import ContentError, EntryStatus, load_entries, load_lexicon, load_starter, load_values

GOOD = """\
category: shipping
entries:
  - key: delivery-time
    status: published
    question: Kaç günde gelir?
    utterances: [ne zaman gelir, 3]
    answer: "{days} içinde"
    valid_from: 2026-11-01
"""


def write(folder: Path, text: str, name: str = "a.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def faults(folder: Path) -> list[str]:
    with pytest.raises(ContentError) as caught:
        load_entries(folder, "tr")
    return [f"{Path(f.file).name}:{f.line}: {f.text}" for f in caught.value.faults]


def test_entries_are_read_and_filled(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    [entry] = load_entries(tmp_path, "tr", values={"days": "3 gün"})
    assert (entry.key, entry.language, entry.category) == ("delivery-time", "tr", "shipping")
    assert entry.answer == "3 gün içinde"
    assert entry.utterances == ("ne zaman gelir", "3")
    assert entry.status is EntryStatus.PUBLISHED
    assert entry.valid_from == date(2026, 11, 1)


def test_a_published_answer_with_a_hole_is_a_fault_and_a_draft_is_not(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    assert faults(tmp_path) == ["a.yaml:7: published with nothing to fill {days}"]
    write(tmp_path, GOOD.replace("published", "draft"))
    [entry] = load_entries(tmp_path, "tr")
    assert entry.holes == ("days",)


def test_every_fault_of_every_file_is_told_with_its_line(tmp_path: Path) -> None:
    write(
        tmp_path,
        """\
category: x
entries:
  - key: Bad Key
    status: live
    question: Soru?
    utterances: [soru, ""]
    answer: yes
  - key: a
    question: Soru?
    utterances: soru
    answer: Yanıt
    colour: red
  - just text
  - key: b-c
    key: b-d
    status: draft
    question: Soru?
    utterances: []
    answer: Yanıt
  - key: Bad Key
    status: draft
    question: Soru?
    utterances: []
    answer: Yanıt
    valid_from: soon
    valid_until: [2]
""",
    )
    write(tmp_path, "category: [\n", "b.yaml")
    write(tmp_path, "- 1\n", "c.yaml")
    write(tmp_path, "", "d.yaml")
    write(tmp_path, "category: x\n", "e.yaml")
    (tmp_path / "f.yaml").write_bytes(b"\xff\xfe\xff")
    said = faults(tmp_path)
    assert [line.split(": ")[0] for line in said] == [
        "a.yaml:4",
        "a.yaml:6",
        "a.yaml:6",
        "a.yaml:7",
        "a.yaml:8",
        "a.yaml:12",
        "a.yaml:13",
        "a.yaml:15",
        "a.yaml:20",
        "a.yaml:25",
        "a.yaml:26",
        "b.yaml:2",
        "c.yaml:1",
        "d.yaml:1",
        "e.yaml:1",
        "f.yaml:1",
    ]
    assert "a.yaml:12: unknown field 'colour'" in said
    assert "a.yaml:8: field 'status' is missing" in said
    assert "a.yaml:15: field 'key' stands twice" in said


def test_a_key_taken_an_endless_answer_and_a_reversed_time_are_faults(tmp_path: Path) -> None:
    entry = GOOD.split("entries:\n")[1].replace("{days}", "3 gün")
    long = entry.replace("3 gün", "x" * 1300).replace("delivery-time", "long")
    late = entry.replace("delivery-time", "late") + "    valid_until: 2026-10-01\n"
    write(tmp_path, "category: x\nentries:\n" + entry + entry + long + late)
    said = " ".join(faults(tmp_path))
    assert "'delivery-time' is taken at" in said
    assert "at most 1200 characters" in said
    assert "valid_until is before valid_from" in said


def test_values_and_lexicons_tell_their_faults(tmp_path: Path) -> None:
    path = write(tmp_path, "a: 1\na: 2\nb: [1]\n1: [x]\n? [x]\n: y\n")
    with pytest.raises(ContentError) as caught:
        load_values(path)
    assert [fault.line for fault in caught.value.faults] == [2, 3, 4, 5]
    assert load_values(write(tmp_path, "a: 1 gün\n")) == {"a": "1 gün"}
    path = write(tmp_path, "shorthand: {a: [b, b, c d e f]}\nnoise: [x]\nweak: []\n")
    with pytest.raises(ContentError) as caught:
        load_lexicon(path)
    assert len(caught.value.faults) == 2
    with pytest.raises(ContentError, match="'weak' is missing"):
        load_lexicon(write(tmp_path, "shorthand: {}\nnoise: []\n"))
    with pytest.raises(ContentError, match="expected text"):
        load_entries(_folder_with_a_status_that_is_a_list(tmp_path), "tr")
    path = write(tmp_path, "shorthand: [a]\nnoise: [x]\nweak: []\n")
    with pytest.raises(ContentError, match="expected a mapping"):
        load_lexicon(path)


def _folder_with_a_status_that_is_a_list(folder: Path) -> Path:
    write(folder, GOOD.replace("published", "[published]"))
    return folder


def test_the_starter_is_whole_in_both_languages() -> None:
    starter = load_starter()
    keys = {
        language: {e.key for e in starter if e.language == language} for language in ("tr", "en")
    }
    assert keys["tr"] == keys["en"]
    assert len(keys["tr"]) >= 34
    for entry in starter:
        assert entry.status is EntryStatus.PUBLISHED
        assert 5 <= len(entry.utterances) <= 12, entry.key
        assert "!" not in entry.answer, entry.key
        assert "'" not in entry.answer, entry.key


def test_the_starter_speaks_to_siz_and_in_the_shops_words() -> None:
    office = ("mektedir", "maktadır", "tarafınız", "sohbet", "tekrar", "cevap", "başarıyla")
    for entry in load_starter():
        if entry.language == "tr":
            assert not [word for word in office if word in entry.answer], entry.key
