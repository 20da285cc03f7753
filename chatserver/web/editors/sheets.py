"""A form with rows inside rows, and what is wrong with its fields; knows no rule and no flow.

A row of the group `do` has fields that begin with `do.3.`, and `do.3` itself says its kind. Rows stand
in the order of the form. A page is drawn from a sheet, posts one, and is drawn again from that.
"""

from dataclasses import dataclass, field
from typing import Self

from chatserver.bot import templates
from chatserver.bot.problems import MAX_KEY_CHARS
from chatserver.bot.script import MAX_CHARS, Text
from chatserver.web.editors.room import Fields

Pairs = list[tuple[str, str]]
TONGUES = ("tr", "en", "sen")
_KEY_CHARS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")


@dataclass(frozen=True, slots=True)
class Sheet(Fields):
    """A posted form with rows."""

    def rows(self, group: str) -> list[str]:
        """Return the names of a group's rows: `do.0`, `do.7`."""
        start = f"{group}."
        names = [name for name, _ in self.pairs if name.startswith(start)]
        return list(dict.fromkeys(start + name[len(start) :].partition(".")[0] for name in names))

    def pressed(self, button: str) -> tuple[Self, str]:
        """Return the sheet after a row's button, and the row that it put there.

        Args:
            button: `add:do`, `drop:do.3`, `up:do.3` or `down:do.3`. What is added is of the kind
                that the field `add:do` says.
        """
        verb, _, name = button.partition(":")
        group = name if verb == "add" else name.rpartition(".")[0]
        rows = self.rows(group)
        if verb == "add":
            kind = self.text(f"add:{name}") or "row"
            numbers = [int(row.rpartition(".")[2]) for row in rows if row[-1:].isdigit()]
            fresh = f"{name}.{max(numbers, default=-1) + 1}"
            return type(self)((*self.pairs, (fresh, kind))), fresh
        if name not in rows:
            return self, ""
        at = rows.index(name)
        if verb == "drop":
            rows.remove(name)
        elif verb in {"up", "down"}:
            other = min(max(at + (1 if verb == "down" else -1), 0), len(rows) - 1)
            rows[at], rows[other] = rows[other], rows[at]
        return type(self)(self._ordered(group, rows)), name if verb != "drop" else ""

    def _ordered(self, group: str, rows: list[str]) -> tuple[tuple[str, str], ...]:
        others = [pair for pair in self.pairs if not pair[0].startswith(f"{group}.")]
        within = [
            pair
            for row in rows
            for pair in self.pairs
            if pair[0] == row or pair[0].startswith(f"{row}.")
        ]
        return (*others, *within)


def text_pairs(name: str, text: Text | None) -> Pairs:
    """Return the fields of something to say."""
    said = text or Text()
    return [(f"{name}.{code}", getattr(said, code)) for code in TONGUES]


@dataclass(slots=True)
class Reading:
    """Reads a sheet field by field, and remembers what is wrong with which.

    Args:
        slots: names that templates may use.
        faults: by field, a code and what it is about.
    """

    sheet: Sheet
    slots: frozenset[str] = frozenset()
    faults: dict[str, tuple[str, str]] = field(default_factory=dict)

    def wrong(self, name: str, code: str, value: object = "") -> None:
        """Note what is wrong with a field, the first thing only."""
        self.faults.setdefault(name, (code, str(value)))

    def key(self, name: str, taken: frozenset[str]) -> str:
        """Return a key, and hold it to what keys are."""
        key = self.sheet.text(name).strip()
        if not key or len(key) > MAX_KEY_CHARS or not set(key) <= _KEY_CHARS:
            self.wrong(name, "key")
        elif key in taken:
            self.wrong(name, "taken", key)
        return key

    def say(self, name: str, *, required: bool = False) -> Text:
        """Return something to say, in the languages it has."""
        said = {code: self.sheet.text(f"{name}.{code}").strip() for code in TONGUES}
        said = {code: text.replace("\r\n", "\n") for code, text in said.items()}
        for code, text in said.items():
            if len(text) > MAX_CHARS:
                self.wrong(f"{name}.{code}", "long", MAX_CHARS)
            for fault, value in templates.faults(text, self.slots):
                self.wrong(f"{name}.{code}", fault, value)
        if required and not (said["tr"] or said["en"]):
            self.wrong(f"{name}.tr", "required")
        return Text(**said)

    def one_of(self, name: str, known: tuple[str, ...]) -> str:
        """Return a field that is chosen from a list."""
        value = self.sheet.text(name).strip()
        if value not in known:
            self.wrong(name, "unknown" if value else "required", value)
        return value

    def amount(self, name: str) -> float | None:
        """Return an amount, with a comma or a point."""
        text = self.sheet.text(name).strip().replace(",", ".")
        if not text:
            return None
        if len(text) > 15 or not text.replace(".", "", 1).isdecimal() or not text.isascii():
            self.wrong(name, "amount")
            return None
        return float(text)

    def count(self, name: str, most: int) -> int:
        """Return a number from 1."""
        number = self.sheet.number(name)
        if not 1 <= number <= most:
            self.wrong(name, "count", most)
        return number
