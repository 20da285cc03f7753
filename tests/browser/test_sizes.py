"""What a shopper's browser has to fetch stays small: the committed files, gzipped, without Node."""

import gzip
from pathlib import Path

import pytest

STATIC = Path(__file__).parent.parent.parent / "static"
LOADER_BYTES = 4096
PANEL_BYTES = 46 * 1024


def gzipped(pattern: str) -> int:
    (file,) = STATIC.glob(pattern)
    return len(gzip.compress(file.read_bytes(), 9, mtime=0))


def test_the_loader_fits_into_four_kilobytes() -> None:
    assert gzipped("widget.js") <= LOADER_BYTES


def test_the_panel_with_its_look_fits_into_forty_six_kilobytes() -> None:
    assert gzipped("panel-*.js") + gzipped("panel-*.css") <= PANEL_BYTES


@pytest.mark.parametrize("pattern", ["*.woff*", "*.ttf", "*.otf", "*.png", "*.jpg"])
def test_no_fonts_and_no_pictures_are_fetched(pattern: str) -> None:
    assert list(STATIC.rglob(pattern)) == []
