"""The page of faults has every row of the catalogue; that its tests exist is checked with all pages."""

import re

from tests.faults.mutations import ROOT

PAGE = (ROOT / "docs" / "faults.md").read_text("utf-8")


def test_every_row_is_there_once_and_in_order() -> None:
    rows = re.findall(r"^\| (F-\d\d) \|", PAGE, re.MULTILINE)
    assert rows == [f"F-{number:02}" for number in range(1, 26)]


def test_every_file_of_fault_tests_is_named() -> None:
    files = {file.name for file in (ROOT / "tests" / "faults").glob("test_*.py")}
    unnamed = {name for name in files if f"tests/faults/{name}" not in PAGE}
    assert unnamed <= {"test_proxy.py", "test_rows.py", "test_mutations.py"}


def test_the_variables_of_large_counts_are_read_somewhere() -> None:
    sources = "".join(
        file.read_text("utf-8") for folder in ("faults", "many") for file in
        (ROOT / "tests" / folder).glob("test_*.py")
    )  # fmt: skip
    named = set(re.findall(r"\b((?:FAULT|REDIS)_[A-Z_]+)=", PAGE))
    assert named and {name for name in named if f'"{name}"' not in sources} == set()
