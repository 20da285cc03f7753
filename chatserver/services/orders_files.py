"""Rows of a shop's CSV or XLSX file, one after the other; knows columns by their names, no order.

Shops export from spreadsheets: with `;` or `,` or tabs, in UTF-8 or windows-1254, under a first line
that says `sep=;`. Files are read as a stream, so their size costs time and no memory.
"""

import codecs
import csv
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import IO

from chatserver.domain.folding import fold
from chatserver.errors import Code, Refusal

MAX_CELL_CHARS = 4000
MAX_UNPACKED_BYTES = 512 * 1024 * 1024
MAX_GROWTH = 200
"""An XLSX file that unpacks to more than this many times its size is no spreadsheet."""

COLUMNS: dict[str, tuple[str, ...]] = {
    "number": (
        "number", "order", "order number", "order no", "order id", "siparis", "siparis no",
        "siparis numarasi", "siparis kodu", "numara",
    ),
    "status": ("status", "order status", "durum", "siparis durumu"),
    "email": ("email", "e mail", "mail", "e posta", "eposta", "e posta adresi", "musteri e posta"),
    "phone": ("phone", "telefon", "cep", "cep telefonu", "gsm", "telefon numarasi"),
    "customer": ("customer", "customer id", "musteri", "musteri no", "musteri numarasi"),
    "placed": ("placed", "date", "order date", "tarih", "siparis tarihi"),
    "expected": (
        "expected", "expected delivery", "tahmini teslimat", "tahmini teslim", "teslim tarihi",
        "tahmini teslimat tarihi",
    ),
    "carrier": ("carrier", "shipping company", "kargo", "kargo firmasi", "kargo sirketi"),
    "tracking_number": (
        "tracking number", "tracking no", "tracking", "takip no", "takip numarasi",
        "kargo takip no", "kargo takip numarasi", "gonderi no",
    ),
    "tracking_url": ("tracking url", "tracking link", "takip linki", "kargo takip linki"),
    "items": ("items", "products", "urunler", "urun", "urun adi"),
    "cancellable": ("cancellable", "iptal edilebilir"),
    "returnable": ("returnable", "iade edilebilir"),
    "cancel_url": ("cancel url", "iptal linki"),
    "return_url": ("return url", "iade linki"),
    "invoice_url": ("invoice url", "invoice", "fatura", "fatura linki"),
}  # fmt: skip
"""What a column may be called, folded: in capitals, with Turkish letters or without."""

NEEDED = ("number", "status")
_BY_NAME = {name: column for column, names in COLUMNS.items() for name in names}


@dataclass(frozen=True, slots=True)
class Row:
    """One row. line: where it begins in the file, counted from 1. values: by column."""

    line: int
    values: Mapping[str, str]


def rows_of(path: Path) -> Iterator[Row]:
    """Yield the rows of a file in their order; empty ones are left out.

    Raises:
        Refusal: `bad_request`, when it is no such file or a needed column is missing.
    """
    if zipfile.is_zipfile(path):
        return _xlsx_rows(path)
    return _csv_rows(path)


def _csv_rows(path: Path) -> Iterator[Row]:
    with path.open(encoding=_encoding(path), errors="replace", newline="") as file:
        first, before, separator = file.readline(), 0, ""
        if first.lower().startswith("sep=") and len(first.strip("\r\n")) == 5:
            first, before, separator = file.readline(), 1, first[4]
        separator = separator or max(";,\t|", key=first.count)
        reader = csv.reader(chain([first], file), delimiter=separator)
        try:
            columns = _columns(next(reader, []))
            at = reader.line_num
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield Row(before + at + 1, _values(columns, cells))
                at = reader.line_num
        except csv.Error as error:
            raise Refusal(
                Code.BAD_REQUEST, f"Line {before + reader.line_num} is no CSV: {error}."
            ) from None


def _encoding(path: Path) -> str:
    """Return what a file is written in: UTF-8 when all of it can be read so, else windows-1254."""
    with path.open("rb") as file:
        start = file.read(4)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        file.seek(0)
        return "utf-8-sig" if _is_utf8(file) else "windows-1254"


def _is_utf8(file: IO[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := file.read(1 << 16):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _xlsx_rows(path: Path) -> Iterator[Row]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    _check_unpacked(path)
    try:
        with closing(load_workbook(path, read_only=True, data_only=True)) as book:
            rows = enumerate(book.worksheets[0].iter_rows(values_only=True), 1)
            columns = None
            for line, cells in rows:
                texts = [_text(cell) for cell in cells]
                if not any(texts):
                    continue
                if columns is None:
                    columns = _columns(texts)
                else:
                    yield Row(line, _values(columns, texts))
            if columns is None:
                _columns([])
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        LookupError,
        SyntaxError,
        ValueError,
    ) as error:
        raise Refusal(Code.BAD_REQUEST, f"This is no XLSX file: {type(error).__name__}.") from None


def _check_unpacked(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
    if size > MAX_UNPACKED_BYTES or size > MAX_GROWTH * max(path.stat().st_size, 1 << 16):
        raise Refusal(Code.TOO_LARGE, "This file unpacks to far more than a spreadsheet would.")


def _text(cell: object) -> str:
    """Return a cell as the shop sees it: numbers without `.0`, days as days."""
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime():
            return cell.date().isoformat()
        case date():
            return cell.isoformat()
        case _:
            return str(cell).strip()


def _columns(names: list[str]) -> list[str | None]:
    """Return what each column holds; None for those that nobody asks for.

    Raises:
        Refusal: `bad_request` when a needed one is missing or one is there twice.
    """
    columns = [_BY_NAME.get(_plain(name)) for name in names]
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        raise Refusal(Code.BAD_REQUEST, f"The first row names no column for: {', '.join(missing)}.")
    twice = {name for name in columns if name and columns.count(name) > 1}
    if twice:
        raise Refusal(Code.BAD_REQUEST, f"Two columns for: {', '.join(sorted(twice))}.")
    return columns


def _plain(name: str) -> str:
    return " ".join("".join(char if char.isalnum() else " " for char in fold(name)).split())


def _values(columns: list[str | None], cells: list[str]) -> dict[str, str]:
    return {
        column: cell.strip()[:MAX_CELL_CHARS]
        for column, cell in zip(columns, cells, strict=False)
        if column is not None
    }
