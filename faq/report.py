"""What the command line says of content, questions and words; plain lines, nothing decided here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from faq.checks import CHECKS, Check, failing, load_checks
from faq.conflicts import Conflict, Twins, conflicts, engine_of, twins, untold
from faq.effects import Effect, Words, effects
from faq.entries import Entry
from faq.explain import Explanation
from faq.files import (
    CONTENT,
    concepts,
    extended_concepts,
    extended_lexicon,
    lexicon,
    load_entries,
    load_starter,
    load_values,
)
from faq.languages import language as shipped_language
from faq.matcher import KnowledgeBase
from faq.text import fold
from faq.yamls import ContentError, Fault


@dataclass(frozen=True, slots=True)
class ContentReport:
    """What is wrong with one language's content.

    Args:
        faults: in the files; where there are any, nothing else was looked at.
        failing: checks that do not pass, with what came instead.
    """

    language: str
    entries: int
    checks: int
    faults: tuple[Fault, ...] = ()
    failing: tuple[tuple[Check, str], ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    twins: tuple[Twins, ...] = ()
    untold: tuple[Entry, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether this may not be published."""
        return bool(self.faults or self.failing)

    def lines(self) -> Iterator[str]:
        """Yield the report, worst first."""
        if self.faults:
            yield f"{self.language}: {len(self.faults)} faults"
            yield from (f"  {fault}" for fault in self.faults)
            return
        passed = self.checks - len(self.failing)
        yield f"{self.language}: {self.entries} entries, {passed} of {self.checks} checks pass"
        for check, came in self.failing:
            yield f"  fails: {check.message!r} must be {check.entry or 'none'}, is {came}"
        for entry in self.untold:
            yield f"  never found: {entry.key} says nothing that a message could meet"
        for clash in self.conflicts:
            ahead = f"ahead by {clash.lead:.2f}" if clash.lead else "which has the same words"
            yield (
                f"  conflict: {clash.utterance!r} of {clash.entry.key} goes to "
                f"{clash.winner.key}, {ahead}"
            )
        for pair in self.twins:
            yield f"  nearly the same: {pair.first.key} and {pair.second.key} ({pair.alike:.2f})"


def check_content(content: Path | None, language: str) -> ContentReport:
    """Return what is wrong with a folder's content, or with the starter's."""
    folder = content or CONTENT
    values = folder / f"values.{language}.yaml"
    checks_file = (content / "checks" if content else CHECKS) / f"{language}.yaml"
    faults: list[Fault] = []
    entries: tuple[Entry, ...] = ()
    checks: tuple[Check, ...] = ()
    try:
        filled = load_values(values) if values.exists() else {}
        entries = load_entries(folder / language, language, values=filled)
    except ContentError as error:
        faults.extend(error.faults)
    try:
        checks = load_checks(checks_file) if checks_file.exists() else ()
    except ContentError as error:
        faults.extend(error.faults)
    known = {entry.key for entry in entries}
    if not faults:
        faults.extend(
            Fault(str(checks_file), 1, f"{check.message!r} names no entry: {check.entry!r}")
            for check in checks
            if check.entry is not None and check.entry not in known
        )
    if faults:
        return ContentReport(language, len(entries), len(checks), tuple(sorted(faults)))
    base = KnowledgeBase(entries)
    failed = []
    for check in failing(checks, base, language):
        result = base.match(check.message, language)
        came = " ".join([result.verdict, *(m.entry.key for m in result.candidates)])
        failed.append((check, came))
    engine = engine_of(entries, language)
    return ContentReport(
        language,
        len(entries),
        len(checks),
        failing=tuple(failed),
        conflicts=tuple(conflicts(engine)) if engine else (),
        twins=tuple(twins(engine)) if engine else (),
        untold=tuple(untold(engine)) if engine else (),
    )


def explained(why: Explanation) -> Iterator[str]:
    """Yield an explanation, for people."""
    exact = ", word for word" if why.exact else ""
    yield f"read as {why.normalised!r}, looks like {why.language or 'no language in particular'}"
    for typed, taken in why.repaired:
        yield f"  taken for a typo: {typed} → {taken}"
    yield f"most like the utterance {why.utterance!r}{exact}"
    for word in why.words:
        like = f"~ {word.like} ({word.alike:.2f})" if word.like else "met nothing"
        yield f"  {word.word:16s} weight {word.weight:5.2f}  {like}"
    yield "score " + " + ".join(f"{value:.2f} {name}" for name, value in why.parts if value)
    yield (
        f"ahead by {why.margin:.2f}; answers from {why.thresholds.answer:.2f}, "
        f"asks back from {why.thresholds.clarify:.2f}"
    )


def word_effects(
    rows: Sequence[str],
    code: str,
    *,
    thesaurus: Path | None = None,
    lexicon_file: Path | None = None,
) -> Iterator[str]:
    """Yield what each row changes on the starter's checks."""
    words = Words(
        code,
        extended_lexicon(lexicon(code), lexicon_file) if lexicon_file else lexicon(code),
        extended_concepts(concepts(code), thesaurus) if thesaurus else concepts(code),
        shipped_language(code).model,
    )
    checks = load_checks(CHECKS / f"{code}.yaml")
    for effect in effects(words, load_starter(), checks, only=[fold_row(row) for row in rows]):
        yield from _told(effect)


def fold_row(row: str) -> str:
    """Return a row's name as it is kept: a concept's as it stands, shorthand folded."""
    return row if "-" in row else fold(row)


def _told(effect: Effect) -> Iterator[str]:
    changed = len(effect.changes)
    yield f"{effect.row}: {effect.mended} mended, {effect.broken} broken, {changed} changed"
    for change in effect.changes:
        yield f"  {change.check.message!r}: {change.without} → {change.with_it}"
