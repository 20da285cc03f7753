"""The bot's view of the FAQ engine; knows neither files nor conversations."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache

from chatserver.bot.turn import Found, Look
from faq import Entry, KnowledgeBase
from faq.matcher import Match, MatchResult


class FaqKnowledge:
    """A `Knowledge` that asks the engine.

    Args:
        base: the site's published entries.
    """

    def __init__(self, base: KnowledgeBase) -> None:
        self._base = base

    def find(self, text: str, language: str) -> Look:
        """Return the verdict and what it rests on."""
        return _look(self._base.match(text, language))

    def entry(self, key: str, language: str) -> Found | None:
        """Return one published entry by its key, or None where it is no longer there."""
        entry = self._base.entry(key, language)
        return _found(entry, 1.0) if entry else None


def _look(result: MatchResult) -> Look:
    first, second = [*_all(result.matches[:2]), None, None][:2]
    return Look(
        result.verdict,
        tuple(_all(result.candidates)),
        best=first,
        runner_up=second,
        questions=tuple(_look(one) for one in result.questions),
    )


def _all(matches: Sequence[Match]) -> list[Found]:
    return [_found(match.entry, match.confidence) for match in matches]


def _found(entry: Entry, confidence: float) -> Found:
    return Found(entry.key, entry.question, entry.answer, round(confidence, 3), version(entry))


@lru_cache(maxsize=4096)
def version(entry: Entry) -> str:
    """Return a short name for what an entry says now: the same words, the same version."""
    said = f"{entry.question}\n{entry.answer}"
    return hashlib.sha256(said.encode()).hexdigest()[:8]
