"""Files go out and come in as they were, and nothing in them is ever run."""

import csv
import io
import time
import zipfile
from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.domain.knowledge import Button, Content, Wording, normalised
from chatserver.services import imports, knowledge
from chatserver.services.exports import COLUMNS, guarded, to_csv, to_xlsx, to_yaml, unguarded
from chatserver.services.imports import MAX_ROWS, read_file
from chatserver.storage import faq_entries
from chatserver.storage.faq_entries import EntryRow
from tests.editors.conftest import Room

HOSTILE = [
    "=HYPERLINK(\"http://evil.example\")", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "'=1", "''", "=", "'",
    "＝1+1", "＋1", "－1", "＠x",
]  # fmt: skip


def row(key: str, content: Content) -> EntryRow:
    return EntryRow(
        1, key, content, 1, None, 0, 0, None, False, None, "", None, 0, ""
    )  # fmt: skip


def full(said: Wording) -> Content:
    return Content("iade", {"tr": said}, ("/urun/*", "site:pera"))


@pytest.mark.parametrize("text", HOSTILE)
def test_x11_no_cell_is_a_formula_and_none_is_changed(text: str) -> None:
    entry = row("a-key", full(Wording(text, (text,), text, (), 5)))
    cells = list(csv.reader(io.StringIO(to_csv([entry]).decode("utf-8-sig"))))[1]
    for cell in cells:
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))
    assert unguarded(guarded(text)) == text
    with zipfile.ZipFile(io.BytesIO(to_xlsx([entry]))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet and 't="s"' in sheet
    assert not any("hyperlink" in name.lower() for name in zipfile.ZipFile(
        io.BytesIO(to_xlsx([entry]))).namelist())  # fmt: skip


line = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="|\x85"),
    max_size=20,
)
wordings = st.builds(
    Wording,
    line.filter(lambda text: bool(text.strip())),
    st.lists(line, max_size=3).map(tuple),
    st.lists(line, max_size=3).map("\n".join),
    st.sampled_from([(), (Button("Aç", "https://shop.example/x"),)]),
)


@given(
    st.dictionaries(st.sampled_from(["tr", "en"]), wordings, min_size=1),
    st.sampled_from(["", "iade", "=kategori", "  çok  "]),
    st.none() | st.dates(),
)
def test_what_goes_out_comes_in_as_it_was(
    said: dict[str, Wording], category: str, day: date | None
) -> None:
    content = normalised(
        Content(category, said, ("/a/*",), day, day),
        Content(),
        now_ms=3,
    )
    entry = row("some-key", content)
    for data in (to_csv([entry]), to_csv([entry], turkish=True), to_yaml([entry])):
        outcome, contents = read_file(data, {"some-key": entry}, now_ms=99)
        assert (outcome.faulty, outcome.same, contents) == (0, 1, {}), outcome.faults
        fresh, made = read_file(data, {}, now_ms=3)
        assert fresh.added == ["some-key"] and made["some-key"] == content


@pytest.mark.parametrize(
    ("encoding", "delimiter", "said"),
    [("utf-8", ",", "UTF-8"), ("cp1254", ";", "Windows-1254"), ("utf-16", ";", "UTF-16")],
)
def test_encodings_and_separators_are_found_out(encoding: str, delimiter: str, said: str) -> None:
    text = delimiter.join(("key", "language", "question", "utterances")) + "\r\n"
    text += delimiter.join(("iade", "tr", "Şimdi iade ğüşıöç İ?", '"bir\niki"')) + "\r\n"
    outcome, contents = read_file(text.encode(encoding), {}, now_ms=1)
    assert (outcome.encoding, outcome.delimiter, outcome.added) == (said, delimiter, ["iade"])
    assert contents["iade"].wording("tr").utterances == ("bir", "iki")
    assert contents["iade"].wording("tr").question == "Şimdi iade ğüşıöç İ?"


@pytest.mark.parametrize(
    ("data", "code", "where"),
    [
        (b"\x81\x8d\xff,a", "encoding", 1),
        (b"PK\x03\x04\x00\x00", "encoding", 0),
        (b"key,question\r\n", "columns", 1),
        (b"key,language,question,colour\r\n", "columns", 1),
        (b'key,language,question\r\na,tr,"never closed\r\n', "csv", 2),
        (b"- 7\n- 8\n", "yaml", 0),
        (b"- a: &x [1]\n  b: *x\n", "yaml", 0),
        (b"- !!python/object/apply:os.system [id]\n", "yaml", 1),
        (b"key,language,question\r\nBad Key,tr,S?\r\n", "key", 2),
        (b"key,language,question\r\na,de,S?\r\n", "language", 2),
        (b"key,language,question\r\na,tr,\r\n", "required", 2),
        (b"key,language,question\r\na,tr,S?\r\na,tr,T?\r\n", "twice", 3),
        (b"key,language,question\r\na,tr,S?,more\r\n", "cells", 2),
        (b"key,language,question,valid_from\r\na,tr,S?,29.11.2026\r\n", "day", 2),
        (b"key,language,question,buttons\r\na,tr,S?,x|javascript:alert(1)\r\n", "address", 2),
        (b"key,language,question,answer\r\na,tr,S?," + b"c" * 1201 + b"\r\n", "long", 2),
    ],
)
def test_what_is_wrong_is_named_with_its_row(data: bytes, code: str, where: int) -> None:
    outcome, contents = read_file(data, {}, now_ms=1)
    assert [(f.problem.code, f.row) for f in outcome.faults][:1] == [(code, where)]
    assert contents == {}


def big(rows: int) -> bytes:
    lines = ["key,language,category,question,utterances,answer"]
    for number in range(rows):
        lines.append(
            f"entry-{number // 2},{('tr', 'en')[number % 2]},deneme,Soru {number} nedir?,"
            f'"bir {number}\niki {number}",Yanıt {number}.'
        )
    return "\r\n".join(lines).encode()


def test_a_dry_run_of_five_thousand_rows_takes_seconds() -> None:
    data = big(5_000)
    seen: list[int] = []
    begun = time.perf_counter()
    outcome, contents = read_file(data, {}, now_ms=1, progress=seen.append)
    took = time.perf_counter() - begun
    assert (outcome.rows, len(contents), seen) == (5_000, 2_500, [1000, 2000, 3000, 4000, 5000])
    assert took < 10


def test_a_file_of_too_many_rows_is_refused_at_the_first_too_much() -> None:
    data = b"key,language,question\r\n" + b"".join(
        b"e-%d,tr,S?\r\n" % number for number in range(MAX_ROWS + 2)
    )
    outcome, contents = read_file(data, {}, now_ms=1)
    assert (outcome.faults[0].problem.code, outcome.faults[0].row) == ("rows", MAX_ROWS + 2)
    assert contents == {} and not outcome.added


def test_the_columns_are_what_the_guide_says() -> None:
    assert COLUMNS[:3] == ("key", "language", "category")


async def test_an_import_arrives_as_drafts_and_twice_is_once(room: Room) -> None:
    rows: Sequence[EntryRow] = await room.write(faq_entries.every)
    data = to_csv(rows)
    known = {entry.key: entry for entry in rows}
    outcome, contents = read_file(data, known, now_ms=room.now)
    assert (outcome.same, contents) == (len(rows), {})
    text = data.decode("utf-8-sig").replace("Siparişimi nasıl iptal ederim?", "İptal nasıl olur?")
    text += "yeni-madde,tr,deneme,Yeni bir soru mu?,,Evet.,,,,\r\n"
    outcome, contents = read_file(text.encode(), known, now_ms=room.now)
    assert (outcome.added, outcome.changed, outcome.faulty) == (["yeni-madde"], ["cancel-order"], 0)
    versions = {key: entry.version for key, entry in known.items()}
    stale = {**versions, "cancel-order": 99}
    assert await room.write(imports.keep, contents, stale, by=room.gizem, now_ms=room.now) == [
        "cancel-order"
    ]
    del contents["yeni-madde"]
    assert await room.write(imports.keep, contents, versions, by=room.gizem, now_ms=room.now) == []
    saved = await room.write(knowledge.get, "cancel-order")
    assert saved.is_pending and saved.content.wording("tr").question == "İptal nasıl olur?"
    again = {entry.key: entry for entry in await room.write(faq_entries.every)}
    outcome, contents = read_file(text.encode(), again, now_ms=room.now)
    assert (contents, outcome.faulty) == ({}, 0)
