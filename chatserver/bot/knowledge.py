"""The bot's view of the FAQ engine; knows neither files nor conversations."""

from collections.abc import Sequence
from typing import Literal

from chatserver.bot.turn import Found
from faq import Entry, KnowledgeBase


class FaqKnowledge:
    """A `Knowledge` that asks the engine.

    Args:
        base: the site's published entries.
    """

    def __init__(self, base: KnowledgeBase) -> None:
        self._base = base

    def find(
        self, text: str, language: str
    ) -> tuple[Literal["answer", "clarify", "none"], Sequence[Found]]:
        """Return the verdict and the entries it rests on, best first, three at most."""
        result = self._base.match(text, language)
        return result.verdict, [_found(m.entry, m.confidence) for m in result.candidates]

    def entry(self, key: str, language: str) -> Found | None:
        """Return one published entry by its key, or None where it is no longer there."""
        entry = self._base.entry(key, language)
        return _found(entry, 1.0) if entry else None


def _found(entry: Entry, confidence: float) -> Found:
    return Found(entry.key, entry.question, entry.answer, round(confidence, 3))
