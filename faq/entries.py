"""An FAQ entry as a value; knows no file, no index and no score."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
"""A hole in an answer that the shop fills: `{return_days}`."""


class EntryStatus(StrEnum):
    """Whether shoppers may get an entry."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True)
class Entry:
    """One question with its answer, in one language.

    Args:
        key: the same in every language; translations are linked by it.
        question: as shown to people.
        utterances: other ways people say it.
        answer: Markdown of bold, lists and links.
        category: a word that groups entries, e.g. `returns`.
        valid_from, valid_until: first and last day, both included; None where it has no bound.
    """

    key: str
    language: str
    question: str
    utterances: tuple[str, ...]
    answer: str
    category: str = ""
    status: EntryStatus = EntryStatus.DRAFT
    valid_from: date | None = None
    valid_until: date | None = None

    @property
    def ways(self) -> tuple[str, ...]:
        """The question and every utterance."""
        return (self.question, *self.utterances)

    @property
    def holes(self) -> tuple[str, ...]:
        """Names of the placeholders the answer still has, in order, each once."""
        return tuple(dict.fromkeys(PLACEHOLDER.findall(self.answer)))

    def is_live(self, day: date) -> bool:
        """Whether shoppers may get it on that day of the shop's calendar."""
        return (
            self.status is EntryStatus.PUBLISHED
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_until is None or day <= self.valid_until)
        )

    def filled(self, values: Mapping[str, str]) -> "Entry":
        """Return the entry with the placeholders that have a value filled in its answer."""
        answer = PLACEHOLDER.sub(lambda hole: values.get(hole[1], hole[0]), self.answer)
        return replace(self, answer=answer)
