"""Which entry a message asks for, and how sure that is; knows no shopper and no wording.

Every way of every entry is compared with the message (`index.py`); an entry scores as its best
way, helped a little by all its ways taken together. `confidence.py` turns scores into a
confidence, and two thresholds into a verdict.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from faq.confidence import (
    ANSWER_FROM,
    CLARIFY_FROM,
    CLARIFY_NEXT_FROM,
    ONE_WORD_RIVAL_FROM,
    RIVAL_FROM,
    RIVAL_WITHIN,
    confidence,
)
from faq.entries import Entry, EntryStatus
from faq.files import lexicon
from faq.index import FeatureIndex, Vocabulary, grams, stem
from faq.text import Lexicon

Verdict = Literal["answer", "clarify", "none"]
MAX_MESSAGE_CHARS = 600
"""What is longer is cut: the question stands at the beginning, and time must be bounded."""

_STEM_SHARE, _GRAM_SHARE = 0.5, 0.5
_ALL_WAYS_SHARE = 0.25


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
    """

    verdict: Verdict
    matches: tuple[Match, ...]

    @property
    def candidates(self) -> tuple[Match, ...]:
        """What the verdict rests on: the winner, the two or three to choose from, or nothing."""
        if self.verdict == "answer":
            return self.matches[:1]
        if self.verdict == "clarify":
            near = [m for m in self.matches[:3] if m.confidence >= CLARIFY_NEXT_FROM]
            return tuple(near or self.matches[:1])
        return ()


_NOTHING = MatchResult("none", ())


class KnowledgeBase:
    """The published entries of a site, ready to be matched; never changes once built.

    Args:
        entries: of any language and status; only published ones are used. Of two with the same
            key and language the first stands.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        by_language: dict[str, dict[str, Entry]] = defaultdict(dict)
        for entry in entries:
            if entry.status is EntryStatus.PUBLISHED:
                by_language[entry.language].setdefault(entry.key, entry)
        self._entries = dict(by_language)
        self._matchers = {
            language: _Matcher(sorted(found.values(), key=lambda e: e.key), lexicon(language))
            for language, found in by_language.items()
        }

    def match(self, text: str, language: str, limit: int = 5) -> MatchResult:
        """Return the ranked matches and the verdict; `none` for a language without entries."""
        matcher = self._matchers.get(language)
        return matcher.match(text[:MAX_MESSAGE_CHARS], limit) if matcher else _NOTHING

    def entry(self, key: str, language: str) -> Entry | None:
        """Return a published entry by its key, or None where the language has none."""
        return self._entries.get(language, {}).get(key)

    def entries(self, language: str) -> tuple[Entry, ...]:
        """Return the published entries of a language, by key."""
        found = self._entries.get(language, {})
        return tuple(found[key] for key in sorted(found))


class _Matcher:
    """One language's index."""

    def __init__(self, entries: Sequence[Entry], words: Lexicon) -> None:
        self._entries = entries
        self._lexicon = words
        said = [(owner, self._words(way)) for owner, e in enumerate(entries) for way in e.ways]
        said = [(owner, way) for owner, way in said if way]
        self._owners = [owner for owner, _ in said]
        self._vocabulary = Vocabulary(word for _, way in said for word in way)
        self._stems = FeatureIndex([(owner, [stem(w) for w in way]) for owner, way in said])
        self._grams = FeatureIndex([(owner, grams(way)) for owner, way in said])
        together: dict[int, list[str]] = defaultdict(list)
        for owner, way in said:
            together[owner].extend(way)
        self._all_owners = list(together)
        self._all = FeatureIndex([(o, [stem(w) for w in way]) for o, way in together.items()])
        self._known = {owner: {stem(w) for w in way} for owner, way in together.items()}

    def _words(self, text: str) -> list[str]:
        return self._lexicon.content(text)

    def match(self, text: str, limit: int) -> MatchResult:
        words = self._words(text)
        if not words:
            return _NOTHING
        words = self._vocabulary.repaired(words)
        stems = [stem(word) for word in words]
        scores: dict[int, float] = defaultdict(float)
        rows: dict[int, float] = defaultdict(float)
        for row, cosine in self._stems.cosines(stems).items():
            rows[row] += _STEM_SHARE * cosine
        for row, cosine in self._grams.cosines(grams(words)).items():
            rows[row] += _GRAM_SHARE * cosine
        for row, score in rows.items():
            owner = self._owners[row]
            scores[owner] = max(scores[owner], score)
        for row, cosine in self._all.cosines(stems).items():
            owner = self._all_owners[row]
            scores[owner] += _ALL_WAYS_SHARE * cosine
        ranked = sorted(scores.items(), key=lambda pair: (-pair[1], self._entries[pair[0]].key))
        return self._judged(ranked, stems, limit)

    def _judged(
        self, ranked: Sequence[tuple[int, float]], stems: Sequence[str], limit: int
    ) -> MatchResult:
        matches = []
        for place, (owner, score) in enumerate(ranked[:limit]):
            rival = ranked[1][1] if len(ranked) > 1 and place == 0 else ranked[0][1]
            if len(ranked) == 1:
                rival = 0.0
            sure = confidence(score, rival, self._coverage(stems, owner))
            matches.append(Match(self._entries[owner], score, sure))
        if not matches:
            return _NOTHING
        return MatchResult(_verdict(matches, len(stems)), tuple(matches))

    def _coverage(self, stems: Sequence[str], owner: int) -> float:
        """Return the share of the message's idf mass that the entry's ways know."""
        mass = {s: self._all.idf(s) for s in stems}
        known = sum(weight for s, weight in mass.items() if s in self._known[owner])
        return known / sum(mass.values())


def _verdict(matches: Sequence[Match], words: int) -> Verdict:
    """Return the verdict on ranked matches, at least one."""
    best = matches[0].confidence
    if best < CLARIFY_FROM:
        return "none"
    rival = max((match.confidence for match in matches[1:]), default=0.0)
    if words == 1 and rival >= ONE_WORD_RIVAL_FROM:
        return "clarify"
    if rival >= RIVAL_FROM and best - rival < RIVAL_WITHIN:
        return "clarify"
    return "answer" if best >= ANSWER_FROM else "clarify"
