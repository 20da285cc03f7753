"""Which entry a message asks for, and how sure that is; knows no shopper and no wording.

`engine.py` scores, `confidence.py` says how sure, two thresholds make the verdict.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from faq.confidence import confidences
from faq.engine import Engine, Language, Reading, Scored
from faq.entries import Entry, EntryStatus
from faq.explain import Explanation, explain
from faq.languages import language as shipped_language
from faq.model import Thresholds
from faq.sentences import sentences

Verdict = Literal["answer", "clarify", "none"]

MAX_MESSAGE_CHARS = 1000
"""What is longer is cut: the question stands before that, and time must be bounded."""

CLARIFY_NEXT_FROM = 0.05
"""A second choice less sure than this is no choice."""


@dataclass(frozen=True, slots=True)
class Match:
    """One ranked entry.

    Args:
        score: raw, comparable only within one result.
        confidence: 0–1, that this entry is the right answer.
    """

    entry: Entry
    score: float
    confidence: float


@dataclass(frozen=True, slots=True)
class MatchResult:
    """What a message may be asking.

    Args:
        verdict: `answer` (the first match is it), `clarify` (ask which), `none`.
        matches: best first; ties by key.
        questions: where the message asks several things that have an answer each, the result of
            each of its questions, in their order; the result itself is then the surest of them.
        explanation: why, where it was asked for.
    """

    verdict: Verdict
    matches: tuple[Match, ...]
    questions: tuple["MatchResult", ...] = ()
    explanation: Explanation | None = None

    @property
    def candidates(self) -> tuple[Match, ...]:
        """What the verdict rests on: the winner, the two or three to choose from, or nothing."""
        if self.verdict == "answer":
            return self.matches[:1]
        if self.verdict == "clarify":
            near = [m for m in self.matches[:3] if m.confidence >= CLARIFY_NEXT_FROM]
            return tuple(near or self.matches[:1])
        return ()

    @property
    def confidence(self) -> float:
        """How sure the first match is; 0 where there is none."""
        return self.matches[0].confidence if self.matches else 0.0


NOTHING = MatchResult("none", ())


class KnowledgeBase:
    """The published entries of a site, ready to be matched.

    It never changes once built, so threads may share it, and a site whose entries change puts a
    new one in its place.

    Args:
        entries: of any language and status; only published ones are used. Of two with the same
            key and language the first stands.
        languages: a shop's own lexicon and thesaurus by language; the shipped ones where missing.
        thresholds: a site's own by language; the shipped ones where missing.
    """

    def __init__(
        self,
        entries: Iterable[Entry],
        *,
        languages: Iterable[Language] = (),
        thresholds: dict[str, Thresholds] | None = None,
    ) -> None:
        own = {language.code: language for language in languages}
        by_language: dict[str, dict[str, Entry]] = defaultdict(dict)
        for entry in entries:
            if entry.status is EntryStatus.PUBLISHED:
                by_language[entry.language].setdefault(entry.key, entry)
        self._entries = dict(by_language)
        self._thresholds = thresholds or {}
        self._engines = {
            code: Engine(
                sorted(found.values(), key=lambda entry: entry.key),
                own.get(code) or shipped_language(code),
            )
            for code, found in by_language.items()
        }

    def with_utterance(self, key: str, language: str, utterance: str) -> "KnowledgeBase":
        """Return a knowledge base in which an entry has one utterance more, without a rebuild.

        How telling each word is stays as it was until the next build.

        Raises:
            KeyError: when no published entry has that key.
        """
        entry = self._entries[language][key]
        grown = replace(entry, utterances=(*entry.utterances, utterance))
        other = object.__new__(KnowledgeBase)
        other._thresholds = self._thresholds
        other._entries = {**self._entries, language: {**self._entries[language], key: grown}}
        other._engines = {
            **self._engines,
            language: self._engines[language].with_utterance(grown, utterance),
        }
        return other

    def with_thresholds(self, thresholds: dict[str, Thresholds]) -> "KnowledgeBase":
        """Return a knowledge base with other thresholds of its own, without a rebuild."""
        other = object.__new__(KnowledgeBase)
        other._thresholds = thresholds
        other._entries, other._engines = self._entries, self._engines
        return other

    def thresholds(self, language: str) -> Thresholds:
        """Return what this site's verdicts rest on."""
        return self._thresholds.get(language) or shipped_language(language).model.thresholds

    def match(
        self, text: str, language: str, limit: int = 5, *, explained: bool = False
    ) -> MatchResult:
        """Return the ranked matches and the verdict; `none` for a language without entries.

        Args:
            limit: how many matches at most.
            explained: whether to say why, which takes a little longer.
        """
        engine = self._engines.get(language)
        if engine is None:
            return NOTHING
        said = text[:MAX_MESSAGE_CHARS]
        whole = self._matched(engine, said, limit, explained=explained)
        parts = sentences(said)
        if len(parts) < 2:
            return whole
        found = [self._matched(engine, part, limit, explained=explained) for part in parts]
        surest = max([whole, *found], key=lambda result: result.confidence)
        asked: dict[str, MatchResult] = {}
        for result in found:
            if result.verdict == "answer":
                asked.setdefault(result.matches[0].entry.key, result)
        return replace(surest, questions=tuple(asked.values()) if len(asked) > 1 else ())

    def _matched(self, engine: Engine, text: str, limit: int, *, explained: bool) -> MatchResult:
        reading = engine.reading(text)
        scored = engine.score(reading.analysis)
        if scored is None:
            return NOTHING
        sure = confidences(engine, scored, len(set(reading.analysis.words)))
        matches = tuple(
            Match(engine.entries[place], score, confidence)
            for place, score, confidence in zip(
                scored.places[:limit], scored.scores[:limit], sure[:limit], strict=True
            )
        )
        thresholds = self.thresholds(engine.language.code)
        verdict = _verdict([match.confidence for match in matches], thresholds)
        why = self._why(engine, text, reading, scored, sure) if explained else None
        return MatchResult(verdict, matches, explanation=why)

    def _why(
        self, engine: Engine, text: str, reading: Reading, scored: Scored, sure: Sequence[float]
    ) -> Explanation:
        return explain(engine, text, reading, scored, sure, self.thresholds(engine.language.code))

    def entry(self, key: str, language: str) -> Entry | None:
        """Return a published entry by its key, or None where the language has none."""
        return self._entries.get(language, {}).get(key)

    def entries(self, language: str) -> tuple[Entry, ...]:
        """Return the published entries of a language, by key."""
        found = self._entries.get(language, {})
        return tuple(found[key] for key in sorted(found))


def _verdict(sure: Sequence[float], thresholds: Thresholds) -> Verdict:
    if not sure or sure[0] < thresholds.clarify:
        return "none"
    return "answer" if sure[0] >= thresholds.answer else "clarify"
