"""What a shopper's browser has to fetch stays small: the committed files, gzipped, without Node."""

import gzip
import json
from pathlib import Path

import pytest

from chatserver.words import LANGUAGES, words

STATIC = Path(__file__).parent.parent.parent / "static"
LOADER_BYTES = 3 * 1024
OPENING_BYTES = 40 * 1024


def gzipped(pattern: str) -> int:
    (file,) = STATIC.glob(pattern)
    return len(gzip.compress(file.read_bytes(), 9, mtime=0))


def frame_bytes() -> int:
    """The panel's page as who opens it first gets it: its words, its style and its script."""
    tables = [json.dumps(dict(words(language, "widget"))) for language in LANGUAGES]
    (script,), (style,) = STATIC.glob("panel-*.js"), STATIC.glob("panel-*.css")
    page = (STATIC.parent / "chatserver/templates/frame.html").read_text("utf-8")
    parts = [page, style.read_text("utf-8"), script.read_text("utf-8")]
    return max(len(gzip.compress("".join([*parts, table]).encode(), 6)) for table in tables)


def test_the_loader_fits_into_three_kilobytes() -> None:
    assert gzipped("widget.js") <= LOADER_BYTES


def test_opening_the_panel_fetches_at_most_forty_kilobytes() -> None:
    fetched = [gzipped("dock.js"), frame_bytes()]
    assert sum(fetched) + 512 <= OPENING_BYTES, fetched


@pytest.mark.parametrize("pattern", ["*.woff*", "*.ttf", "*.otf", "*.png", "*.jpg"])
def test_no_fonts_and_no_pictures_are_fetched(pattern: str) -> None:
    assert list(STATIC.rglob(pattern)) == []
