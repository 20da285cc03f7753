"""What each row of a lexicon or a thesaurus changes on the checks; knows no file."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from faq.checks import Check
from faq.entries import Entry
from faq.languages import build_language
from faq.matcher import KnowledgeBase, MatchResult
from faq.model import LanguageModel
from faq.text import Lexicon, tokens
from faq.words import Concept


@dataclass(frozen=True, slots=True)
class Change:
    """What one row does to one check.

    Args:
        without, with_it: verdict and key of the first match, without the row and with it.
        passes_without, passes: whether the check passes.
    """

    check: Check
    without: str
    with_it: str
    passes_without: bool
    passes: bool


@dataclass(frozen=True, slots=True)
class Effect:
    """What one row changes.

    Args:
        row: the concept's name, or what the shorthand stands for.
        changes: only where something changes.
    """

    row: str
    changes: tuple[Change, ...]

    @property
    def mended(self) -> int:
        """Number of checks that pass thanks to the row."""
        return sum(change.passes and not change.passes_without for change in self.changes)

    @property
    def broken(self) -> int:
        """Number of checks that fail because of the row."""
        return sum(change.passes_without and not change.passes for change in self.changes)


@dataclass(frozen=True, slots=True)
class Words:
    """What a shop says about its words in one language."""

    code: str
    lexicon: Lexicon
    concepts: tuple[Concept, ...]
    model: LanguageModel


def effects(
    words: Words, entries: Sequence[Entry], checks: Sequence[Check], only: Iterable[str] = ()
) -> Iterator[Effect]:
    """Yield what each row that the checks touch changes on them, most useful rows not first.

    Every row costs a rebuild, some tenths of a second.

    Args:
        only: names of rows to look at; every row that shares a word with a check when empty.
    """
    wanted = set(only)
    said = {word for check in checks for word in tokens(check.message)}
    base = _base(words, entries)
    before = [base.match(check.message, words.code) for check in checks]
    for row, less in _without_each(words):
        if row[0] in wanted or (not wanted and row[1] & said):
            other = _base(less, entries)
            after = [other.match(check.message, words.code) for check in checks]
            yield Effect(row[0], _changes(checks, after, before))


def _without_each(words: Words) -> Iterator[tuple[tuple[str, set[str]], Words]]:
    for concept in words.concepts:
        touched = {word for phrase in (*concept.same, *concept.near) for word in tokens(phrase)}
        rest = tuple(other for other in words.concepts if other is not concept)
        yield (concept.name, touched), Words(words.code, words.lexicon, rest, words.model)
    rows: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for typed, meant in words.lexicon.shorthand.items():
        rows.setdefault(meant, []).append(typed)
    for meant, forms in rows.items():
        left = {t: m for t, m in words.lexicon.shorthand.items() if m != meant}
        lexicon = Lexicon(left, words.lexicon.noise, words.lexicon.weak)
        touched = {word for typed in forms for word in typed}
        yield (" ".join(meant), touched), Words(words.code, lexicon, words.concepts, words.model)


def _base(words: Words, entries: Sequence[Entry]) -> KnowledgeBase:
    language = build_language(words.code, words.lexicon, words.concepts, words.model)
    own = [entry for entry in entries if entry.language == words.code]
    return KnowledgeBase(own, languages=[language])


def _changes(
    checks: Sequence[Check], without: Sequence[MatchResult], with_it: Sequence[MatchResult]
) -> tuple[Change, ...]:
    found = []
    for check, less, more in zip(checks, without, with_it, strict=True):
        change = Change(
            check, _said(less), _said(more), check.is_met_by(less), check.is_met_by(more)
        )
        if change.without != change.with_it:
            found.append(change)
    return tuple(found)


def _said(result: MatchResult) -> str:
    first = f" {result.matches[0].entry.key}" if result.candidates else ""
    return f"{result.verdict}{first}"
