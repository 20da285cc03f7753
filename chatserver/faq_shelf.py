"""The FAQ as the process holds it: every entry for the pages, the published ones for the bot."""

from collections.abc import Sequence
from dataclasses import dataclass

from faq import Entry, KnowledgeBase, load_starter

POPULAR = ("track-order", "delivery-time", "return-how", "instalments")
"""What is offered before anybody asked, until what shoppers ask is counted."""


@dataclass(frozen=True, slots=True)
class FaqShelf:
    """Entries in both languages with the index built from them; replaced as a whole."""

    all_entries: tuple[Entry, ...]
    base: KnowledgeBase

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> "FaqShelf":
        """Return a shelf with these entries."""
        return cls(tuple(entries), KnowledgeBase(entries))

    @classmethod
    def starter(cls) -> "FaqShelf":
        """Return the shelf a new shop starts with."""
        return cls.of(load_starter())

    def entries(self, language: str) -> Sequence[Entry]:
        """Return every entry of a language, in the order of the files."""
        return [entry for entry in self.all_entries if entry.language == language]

    def popular(self, language: str, limit: int) -> Sequence[Entry]:
        """Return what is offered before anybody asked; the first entries where those are gone."""
        wanted = [entry for key in POPULAR if (entry := self.base.entry(key, language)) is not None]
        return (wanted or list(self.base.entries(language)))[:limit]
