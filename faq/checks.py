"""Checks: messages and the entry that must win, or none; the knowledge's own regression tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from faq.matcher import KnowledgeBase, MatchResult
from faq.yamls import ContentError, Fault, Reader

CHECKS = Path(__file__).parent / "checks"
NONE = "none"


@dataclass(frozen=True, slots=True)
class Check:
    """A message and what it must lead to.

    Args:
        entry: key of the entry that must answer, or None when none may.
        offered: whether it is enough that the entry is among those asked back.
    """

    message: str
    entry: str | None
    offered: bool = False

    def passes(self, base: KnowledgeBase, language: str) -> bool:
        """Whether the knowledge base does what the check says."""
        return self.is_met_by(base.match(self.message, language))

    def is_met_by(self, result: MatchResult) -> bool:
        """Whether a result is what the check says."""
        found = [match.entry.key for match in result.candidates]
        if self.entry is None:
            return result.verdict != "answer"
        return (
            self.entry in found
            if self.offered
            else (result.verdict == "answer" and found == [self.entry])
        )


def load_checks(path: Path) -> tuple[Check, ...]:
    """Read a file of checks: under each entry's key, or `none`, the messages.

    A key followed by `?` takes an offer for an answer (`return-how?`).

    Raises:
        ContentError: with every fault.
    """
    faults: list[Fault] = []
    reader = Reader(path, faults)
    checks: list[Check] = []
    root = reader.root()
    for name, node in reader.pairs(root) if root else ():
        key = None if name == NONE else name.removesuffix("?")
        checks.extend(Check(said, key, name.endswith("?")) for said, _ in reader.texts(node))
    if faults:
        raise ContentError(faults)
    return tuple(checks)


def failing(checks: Sequence[Check], base: KnowledgeBase, language: str) -> tuple[Check, ...]:
    """Return the checks that do not pass, in their order."""
    return tuple(check for check in checks if not check.passes(base, language))
