"""Draws what a run measured as plain SVG; knows no benchmark and needs no library.

Run as `python -m chatserver.bench.picture RESULT.json FOLDER`.
"""

import sys
from html import escape
from pathlib import Path
from typing import Any

import msgspec

WIDTH, BAR, GAP, LABEL, TOP = 760, 20, 12, 250, 44

THROUGHPUT = {
    "stock": "python-socketio, bare",
    "node": "Node's socket.io, bare",
    "own": "our sockets, bare",
    "kept": "our sockets, SQLite FULL",
    "kept_postgresql": "our sockets, PostgreSQL",
    "product": "the whole product, SQLite FULL",
    "product_postgresql": "the whole product, PostgreSQL",
}
IDLE = {"idle_stock": "python-socketio", "idle_product": "the whole product"}

_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#333}.title{font-weight:600;font-size:15px}"
    ".ours{fill:#2f6f5e}.theirs{fill:#9aa5ad}.note{fill:#777;font-size:12px}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}.note{fill:#999}.ours{fill:#58b29a}}"
)


def bars(title: str, rows: list[tuple[str, float, bool]], *, note: str) -> str:
    """Return a chart of bars.

    Args:
        rows: label, value, and whether it is ours.
        note: one line under it.
    """
    most = max(value for _label, value, _ours in rows)
    height = TOP + len(rows) * (BAR + GAP) + 28
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style>",
        f'<text class="title" x="0" y="20">{escape(title)}</text>',
    ]
    for number, (label, value, is_ours) in enumerate(rows):
        y = TOP + number * (BAR + GAP)
        long = round((WIDTH - LABEL - 80) * value / most)
        kind = "ours" if is_ours else "theirs"
        lines += [
            f'<text x="{LABEL - 10}" y="{y + 15}" text-anchor="end">{escape(label)}</text>',
            f'<rect class="{kind}" x="{LABEL}" y="{y}" width="{long}" height="{BAR}" rx="2"/>',
            f'<text x="{LABEL + long + 8}" y="{y + 15}">{value:,.0f}</text>',
        ]
    lines += [f'<text class="note" x="0" y="{height - 8}">{escape(note)}</text>', "</svg>", ""]
    return "\n".join(lines)


def draw(result: dict[str, Any]) -> dict[str, str]:
    """Return pictures by their file's name, of what was measured."""
    figures = result["figures"]
    note = f"{result['date']}, {result['machine']['cpu']}, {result['machine']['cores']} cores"
    pictures = {}
    for name, title, chosen in (
        ("throughput.svg", "Messages for a second of the server's CPU", THROUGHPUT),
        ("idle.svg", "KiB for an idle visitor, as a browser connects", IDLE),
    ):
        rows = [
            (label, float(figures[key]["value"]), key not in {"stock", "node", "idle_stock"})
            for key, label in chosen.items()
            if key in figures
        ]
        if rows:
            pictures[f"bench-{name}"] = bars(title, rows, note=note)
    return pictures


def main() -> None:
    """Write the pictures of a result."""
    source, folder = map(Path, sys.argv[1:3])
    for name, picture in draw(msgspec.json.decode(source.read_bytes())).items():
        (folder / name).write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
