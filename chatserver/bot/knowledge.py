"""The bot's view of the FAQ engine; knows neither files nor conversations."""

from collections.abc import Sequence, Set
from typing import Literal

from chatserver.bot.turn import Found
from faq import Entry, KnowledgeBase, MatchResult
from faq.matcher import CLARIFY_NEXT_FROM


class FaqKnowledge:
    """A `Knowledge` that asks the engine.

    Args:
        base: the published entries.
        outside: keys of those that do not hold where the shopper is.
    """

    def __init__(self, base: KnowledgeBase, *, outside: Set[str] = frozenset()) -> None:
        self._base = base
        self._outside = outside

    def find(
        self, text: str, language: str
    ) -> tuple[Literal["answer", "clarify", "none"], Sequence[Found]]:
        """Return the verdict and the entries it rests on, best first, three at most."""
        result = self._base.match(text, language)
        if self._outside & {match.entry.key for match in result.candidates}:
            return self._inside(result, language)
        return result.verdict, [_found(m.entry, m.confidence) for m in result.candidates]

    def entry(self, key: str, language: str) -> Found | None:
        """Return one published entry by its key, or None where it is no longer there."""
        entry = self._base.entry(key, language)
        return _found(entry, 1.0) if entry and key not in self._outside else None

    def _inside(
        self, result: MatchResult, language: str
    ) -> tuple[Literal["answer", "clarify", "none"], Sequence[Found]]:
        """Judge what is left once the entries that do not hold here are taken away."""
        left = [match for match in result.matches if match.entry.key not in self._outside]
        thresholds = self._base.thresholds(language)
        if not left or left[0].confidence < thresholds.clarify:
            return "none", ()
        if left[0].confidence >= thresholds.answer:
            return "answer", [_found(left[0].entry, left[0].confidence)]
        near = [match for match in left[:3] if match.confidence >= CLARIFY_NEXT_FROM]
        return "clarify", [_found(match.entry, match.confidence) for match in near]


def _found(entry: Entry, confidence: float) -> Found:
    return Found(entry.key, entry.question, entry.answer, round(confidence, 3))
