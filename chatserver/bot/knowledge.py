"""The bot's view of the FAQ engine; knows neither files nor conversations."""

import hashlib
from collections.abc import Sequence, Set
from functools import lru_cache

from chatserver.bot.turn import Found, Look
from faq import Entry, KnowledgeBase
from faq.matcher import Match, MatchResult, Verdict


class FaqKnowledge:
    """A `Knowledge` that asks the engine.

    Args:
        base: the published entries.
        outside: keys of those that do not hold where the shopper is.
    """

    def __init__(self, base: KnowledgeBase, *, outside: Set[str] = frozenset()) -> None:
        self._base = base
        self._outside = outside

    def find(self, text: str, language: str, *, asked: bool = False) -> Look:
        """Return the verdict and what it rests on."""
        result = self._base.match(text, language)
        if self._outside & {match.entry.key for match in result.matches}:
            result = self._inside(result, language)
        return _look(result)

    def entry(self, key: str, language: str) -> Found | None:
        """Return one published entry by its key, or None where it is no longer there."""
        entry = self._base.entry(key, language)
        return _found(entry, 1.0) if entry and key not in self._outside else None

    def _inside(self, result: MatchResult, language: str) -> MatchResult:
        """Judge what is left once the entries that do not hold here are taken away."""
        left = tuple(m for m in result.matches if m.entry.key not in self._outside)
        thresholds = self._base.thresholds(language)
        sure = left[0].confidence if left else 0.0
        verdict: Verdict = "answer" if sure >= thresholds.answer else "clarify"
        if sure < thresholds.clarify:
            verdict = "none"
        return MatchResult(verdict, left, explanation=result.explanation)


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
