"""The FAQ as files that leave: CSV, YAML and XLSX; a row is one entry in one language."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import yaml

from chatserver.domain.knowledge import Content
from chatserver.storage.faq_entries import EntryRow

COLUMNS = (
    "key", "language", "category", "question", "utterances", "answer", "buttons", "scope",
    "valid_from", "valid_until",
)  # fmt: skip
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")
"""What a spreadsheet may take for a formula, full-width forms included; and the guard itself."""


def guarded(text: str) -> str:
    """Return a cell that no spreadsheet runs: an apostrophe stands before what looks like one."""
    return f"'{text}" if text.startswith(_RISKY) else text


def unguarded(text: str) -> str:
    """Return what `guarded` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_RISKY) else text


def _cells(key: str, language: str, content: Content) -> list[str]:
    said = content.wording(language)
    return [
        key,
        language,
        content.category,
        said.question,
        "\n".join(said.utterances),
        said.answer,
        "\n".join(f"{button.label} | {button.address}" for button in said.buttons),
        "\n".join(content.scope),
        content.valid_from.isoformat() if content.valid_from else "",
        content.valid_until.isoformat() if content.valid_until else "",
    ]


def rows_of(entries: Iterable[EntryRow]) -> Iterator[list[str]]:
    """Yield a row for each entry and language, archived ones left out."""
    for entry in entries:
        if not entry.archived:
            for language in entry.content.wordings:
                yield _cells(entry.key, language, entry.content)


def to_csv(entries: Iterable[EntryRow], *, turkish: bool = False) -> bytes:
    """Return a CSV file: commas in UTF-8, or semicolons in Windows-1254 for a Turkish Excel.

    What Windows-1254 lacks keeps its meaning as an XML reference, which is read back.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";" if turkish else ",", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows_of(entries):
        writer.writerow([guarded(cell) for cell in row])
    text = out.getvalue()
    if not turkish:
        return b"\xef\xbb\xbf" + text.encode()
    try:
        return text.encode("cp1254")
    except UnicodeEncodeError:
        # A letter that this code page lacks would be lost: the separator stays, the letters as well.
        return b"\xef\xbb\xbf" + text.encode()


def to_yaml(entries: Iterable[EntryRow]) -> bytes:
    """Return a YAML file: a list of rows with the columns' names."""
    rows = []
    for entry in entries:
        if entry.archived:
            continue
        for language, said in entry.content.wordings.items():
            row: dict[str, object] = {
                name: cell
                for name, cell in zip(
                    COLUMNS, _cells(entry.key, language, entry.content), strict=True
                )
                if cell
            }
            for name, lines in (
                ("utterances", list(said.utterances)),
                ("scope", list(entry.content.scope)),
            ):
                if lines:
                    row[name] = lines
            rows.append(row)
    return yaml.safe_dump(rows, allow_unicode=True, sort_keys=False, width=1000).encode()


def to_xlsx(entries: Iterable[EntryRow]) -> bytes:
    """Return a workbook whose cells are all text, so none of them is a formula."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False,
                                     "strings_to_urls": False, "strings_to_numbers": False})  # fmt: skip
    sheet = book.add_worksheet("FAQ")
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True})
    for column, name in enumerate(COLUMNS):
        sheet.write_string(0, column, name, bold)
        sheet.set_column(column, column, 48 if name in {"question", "utterances", "answer"} else 16)
    for number, row in enumerate(rows_of(entries), 1):
        for column, cell in enumerate(row):
            sheet.write_string(number, column, cell, wrapped)
    sheet.freeze_panes(1, 2)
    book.close()
    return out.getvalue()


EXPORTS: Mapping[str, tuple[Callable[[Sequence[EntryRow]], bytes], str, str]] = {
    "csv": (to_csv, "text/csv; charset=utf-8", "csv"),
    "csv-tr": (lambda rows: to_csv(rows, turkish=True), "text/csv", "csv"),
    "yaml": (to_yaml, "application/yaml; charset=utf-8", "yaml"),
    "xlsx": (
        to_xlsx,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xlsx",
    ),
}
