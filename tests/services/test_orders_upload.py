"""Files of orders as shops have them: what is read, what is said of what can't be."""

import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from chatserver.cli import main
from chatserver.domain.ids import SiteId
from chatserver.domain.orders import OrderStep, ShopOrder
from chatserver.errors import Code, Refusal
from chatserver.services.orders_files import rows_of
from chatserver.services.orders_reading import order_of
from chatserver.services.orders_upload import FAULTS_TOLD, Report, items_of, upload
from chatserver.storage import orders
from chatserver.storage.database import Database
from tests.cast import furnish

TURKISH = """Sipariş No;Durum;E-posta;Kargo Firması;Takip No;Sipariş Tarihi;Ürünler
AV-1;Kargoda;elif@ornek.example;Yurtiçi Kargo;123;18.11.2026;Şekerlik|Çaydanlık
AV-2;Teslim Edildi;ışıl@ornek.example;Aras;;19.11.2026;"Örtü, ""büyük"" boy"

"""


class Shop:
    """A database with one site, and what a file does to it."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self.site: SiteId = self.database.run(furnish)["site"].id

    def takes(self, path: Path, *, skip_faulty: bool = False) -> Report:
        return upload(self.database.run, self.site, path, skip_faulty=skip_faulty, now_ms=1)

    def has(self, number: str) -> ShopOrder | None:
        return self.database.run(orders.find, self.site, number)

    @property
    def count(self) -> int:
        return self.database.run(orders.count, self.site)


@pytest.fixture
def shop(sqlite_url: str) -> Iterator[Shop]:
    made = Shop(sqlite_url)
    yield made
    made.database.shut()


@pytest.fixture
def any_shop(database_url: str) -> Iterator[Shop]:
    made = Shop(database_url)
    yield made
    made.database.shut()


def file(folder: Path, content: str | bytes, name: str = "orders.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1254", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_file_is_read_however_it_was_saved(
    tmp_path: Path, encoding: str, separator: str, newline: str
) -> None:
    text = TURKISH.replace(", ", " ").replace(";", separator).replace("\n", newline)
    rows = list(rows_of(file(tmp_path, text.encode(encoding))))
    assert [row.line for row in rows] == [2, 3]
    first, second = (order_of(row.values, items_of(row)) for row in rows)
    assert first.status.carrier == "Yurtiçi Kargo" and first.status.step is OrderStep.SHIPPED
    assert first.status.items == ("Şekerlik", "Çaydanlık")
    assert first.status.placed == date(2026, 11, 18)
    assert second.email == "ışıl@ornek.example"
    assert second.status.items == ('Örtü "büyük" boy',)


def test_excels_own_first_line_is_let_be(shop: Shop, tmp_path: Path) -> None:
    path = file(tmp_path, "sep=|\r\nOrder Number|Status\r\nA,1|new\r\nA2|uçtu\r\n")
    report = shop.takes(path)
    assert [(fault.line, fault.field) for fault in report.faults] == [(4, "status")]
    assert shop.takes(path, skip_faulty=True).taken == 1 and shop.has("A,1") is not None


def test_an_upload_takes_the_place_of_the_one_before(any_shop: Shop, tmp_path: Path) -> None:
    shop = any_shop
    shop.takes(file(tmp_path, "number,status\n1,new\n2,new\n"))
    assert shop.takes(file(tmp_path, "number,status\n2,shipped\n3,new\n")).taken == 2
    assert shop.has("1") is None
    second = shop.has("2")
    assert second is not None and second.status.step is OrderStep.SHIPPED


def test_rows_that_follow_each_other_are_one_orders_items(shop: Shop, tmp_path: Path) -> None:
    text = "number,status,items\n1,new,Fincan\n1,,Tabak\n2,new,Havlu\n3,new,\n"
    assert shop.takes(file(tmp_path, text)).taken == 3
    first = shop.has("1")
    assert first is not None and first.status.items == ("Fincan", "Tabak")


def test_a_file_with_faults_says_where_and_changes_nothing(shop: Shop, tmp_path: Path) -> None:
    shop.takes(file(tmp_path, "number,status\n1,new\n"))
    text = (
        'number,status,email,placed,items\n2,new,,,"two\nlines"\n,new,,,\n3,flown,,,\n'
        "4,new,nobody,,\n5,new,,yesterday,\n2,new,,,\n"
    )
    path = file(tmp_path, text)
    report = shop.takes(path)
    assert [(f.line, f.field, f.problem) for f in report.faults] == [
        (4, "number", "missing"),
        (5, "status", "unknown"),
        (6, "email", "not_an_address"),
        (7, "placed", "not_a_day"),
        (8, "number", "as in line 2"),
    ]
    assert report.taken is None and shop.has("1") is not None and shop.has("2") is None
    assert shop.takes(path, skip_faulty=True).taken == 1
    assert shop.has("1") is None and shop.has("2") is not None


def test_of_many_faults_the_first_are_told(shop: Shop, tmp_path: Path) -> None:
    report = shop.takes(file(tmp_path, "number,status\n" + ",new\n" * 1000))
    assert (report.faulty, len(report.faults)) == (1000, FAULTS_TOLD)


def workbook(folder: Path, rows: list[list[object]]) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    book.save(folder / "orders.xlsx")
    return folder / "orders.xlsx"


def test_a_spreadsheets_numbers_and_days_are_what_the_shop_sees(shop: Shop, tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        [
            ["SİPARİŞ NUMARASI", "DURUM", "Telefon", "Tarih", "İade edilebilir", "Not"],
            [20418, "Hazırlanıyor", 5321234567.0, datetime(2026, 11, 18, 9, 30), True, "x"],  # noqa: DTZ001
            [None, None, None, None, None, None],
            ["AV-3", "İptal", "", date(2026, 11, 19), None, None],
            ["AV-4", "?", "", None, None, None],
        ],
    )
    report = shop.takes(path, skip_faulty=True)
    assert [(fault.line, fault.field) for fault in report.faults] == [(5, "status")]
    first = shop.has("20418")
    assert first is not None and first.phone == "5321234567"
    assert first.status.placed == date(2026, 11, 18) and first.status.returnable is True
    assert shop.has("av3") is not None


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "number, status"), ("Sipariş No;Tutar\n1;5\n", "status"),
        ("number,status\n", "no orders"), ("number,status,durum\n1,new,new\n", "Two columns"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "no column"), (b"PK\x03\x04broken", "no column"),
        ("number,status\n1,new\n" + '"' + "x" * 200_000, "Line 3 is no CSV"),
    ],
)  # fmt: skip
def test_what_is_no_file_of_orders(shop: Shop, tmp_path: Path, content: str, says: str) -> None:
    with pytest.raises(Refusal, match=says) as caught:
        shop.takes(file(tmp_path, content))
    assert caught.value.code is Code.BAD_REQUEST


def test_a_zip_that_is_no_spreadsheet(shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "orders.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("hello.txt", "hello")
    with pytest.raises(Refusal, match="no XLSX"):
        shop.takes(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 50_000_000)
    with pytest.raises(Refusal) as caught:
        shop.takes(path)
    assert caught.value.code is Code.TOO_LARGE


def test_a_long_file_costs_no_memory(tmp_path: Path) -> None:
    line = "AV-{},Kargoda,elif@ornek.example," + "x" * 200 + "\n"
    text = "number,status,email,items\n" + "".join(line.format(n) for n in range(20_000))
    path = file(tmp_path, text)
    tracemalloc.start()
    assert sum(1 for _ in rows_of(path)) == 20_000
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000 < path.stat().st_size


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.binary(max_size=400))
def test_o03_no_file_is_a_fault_of_ours(tmp_path: Path, content: bytes) -> None:
    for start in (b"", b"number,status\n1,new\n"):
        try:
            for row in rows_of(file(tmp_path, start + content)):
                assert row.line >= 1
        except Refusal:
            pass


def test_the_command_says_what_it_did(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    database.run(furnish)
    database.shut()
    env = {"DATABASE_URL": sqlite_url, "SECRET_KEY": "a-test-secret-0123456789-abcdefghijklm"}

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner(env=env).invoke(main, ["orders", *words])
        return result.exit_code, result.output

    good = str(file(tmp_path, "number,status,carrier,tracking_number\n1,shipped,ups,9\n"))
    assert run("import", good, "--site", "demo") == (0, "1 orders of 1 rows.\n")
    code, output = run("ask", "demo", "1")
    assert code == 0 and output.startswith("1\tshipped\tUPS\thttps://www.ups.com/")
    bad = str(file(tmp_path, "number,status\n1,gone\n"))
    code, output = run("import", bad, "--site", "demo")
    assert code == 1 and "line 2: status: unknown" in output and "nothing was changed" in output
    code, output = run("import", bad, "--site", "nope")
    assert code == 1 and "no site" in output
    assert run("ask", "demo", "2")[0] == 1
    assert run("connect", "demo", "http://avlu.example/")[0] == 1
    code, output = run("connect", "demo", "https://localhost/orders")
    assert code == 0 and "whsec_" in output
    code, output = run("ask", "demo", "1")
    assert code == 1 and "forbidden_address" in output
    assert run("disconnect", "demo", "--forget")[0] == 0
    assert "has no orders" in run("ask", "demo", "1")[1]
