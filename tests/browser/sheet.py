"""The widget's contact sheets: every state that the browser tests judged, side by side.

SHOTS=pictures python -m pytest tests/browser
python -m tests.browser.sheet pictures      # writes docs/pictures/widget*.png
"""

import sys
from pathlib import Path

from PIL import Image

STATES = (
    "home", "home-visit", "search-visit", "before-visit", "before-wrong-visit", "answer", "details",
    "wrong", "menu", "waiting", "offered-leave", "asked-leave", "wrong-leave", "done-leave", "agent",
    "files-visit", "replied-visit", "product-cards", "added-cards", "link-cards", "lost",
    "rate-visit", "rated-visit", "data-visit", "erase-visit", "erased-visit",
)  # fmt: skip
SHEETS = {"widget.png": "tr-light-1280", "widget-phone.png": "en-dark-390"}
PANEL = (860, 0, 1280, 720)
"""Where the panel stands on a desktop's screen, in pixels."""
COLUMNS, WIDTH, GAP = 9, 210, 10
COLOURS = 128


def drawn(folder: Path, state: str, mode: str) -> Image.Image:
    """Return the panel as it looked in one state.

    Raises:
        FileNotFoundError: no test took that picture.
    """
    picture = Image.open(folder / f"{state}-{mode}.png").convert("RGB")
    if mode.endswith("1280"):
        picture = picture.crop(PANEL)
    return picture.resize(
        (WIDTH, round(picture.height * WIDTH / picture.width)), Image.Resampling.LANCZOS
    )


def sheet(folder: Path, mode: str) -> Image.Image:
    """Return all states in one mode, in the order a shopper meets them."""
    pictures = [drawn(folder, state, mode) for state in STATES]
    height = max(picture.height for picture in pictures)
    rows = -(-len(pictures) // COLUMNS)
    size = (COLUMNS * (WIDTH + GAP) + GAP, rows * (height + GAP) + GAP)
    out = Image.new("RGB", size, "#8a938f")
    for number, picture in enumerate(pictures):
        row, column = divmod(number, COLUMNS)
        out.paste(picture, (GAP + column * (WIDTH + GAP), GAP + row * (height + GAP)))
    return out.quantize(COLOURS)


def main(folder: Path) -> None:
    """Write every sheet."""
    for name, mode in SHEETS.items():
        sheet(folder, mode).save(Path("docs/pictures") / name, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
