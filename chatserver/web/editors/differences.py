"""What differs between two states of an entry, field by field, line by line."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from chatserver.domain.knowledge import Content, Wording
from chatserver.words import LANGUAGES, say


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs. lines: sign (`+`, `-` or " ") and text."""

    place: str
    lines: tuple[tuple[str, str], ...]


def differences(old: Content, new: Content, language: str) -> list[Difference]:
    """Return what differs between two states, field by field, line by line."""
    found: list[Difference] = []
    for code in LANGUAGES:
        before, after = old.wording(code), new.wording(code)
        for name, first, second in (
            ("question", [before.question], [after.question]),
            ("utterances", before.utterances, after.utterances),
            ("answer", before.answer.splitlines(), after.answer.splitlines()),
            ("buttons", _buttons(before), _buttons(after)),
        ):
            lines = _lines(list(first), list(second))
            if lines:
                label = say(language, f"editor.entry.{name}")
                found.append(Difference(f"{say(language, f'web.language.{code}')}: {label}", lines))
    for name in ("category", "valid_from", "valid_until"):
        lines = _lines([str(getattr(old, name) or "")], [str(getattr(new, name) or "")])
        if lines:
            found.append(Difference(say(language, f"editor.entry.{name}"), lines))
    lines = _lines(list(old.scope), list(new.scope))
    if lines:
        found.append(Difference(say(language, "editor.entry.scope"), lines))
    return found


def _buttons(said: Wording) -> list[str]:
    return [f"{button.label} | {button.address}" for button in said.buttons]


def _lines(old: Sequence[str], new: Sequence[str]) -> tuple[tuple[str, str], ...]:
    if list(old) == list(new):
        return ()
    lines = difflib.ndiff([line for line in old if line], [line for line in new if line])
    return tuple((line[0], line[2:]) for line in lines if line[0] in "+- ")
