"""The FAQ knowledge engine: entries from files, questions in, ranked entries out; knows no chat.

What needs numpy and scipy is imported when it is first asked for, so that reading content files
costs nothing of that.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from faq.entries import Entry, EntryStatus
from faq.files import load_entries, load_lexicon, load_starter, load_values
from faq.text import Lexicon, fold, tokens
from faq.yamls import ContentError, Fault

if TYPE_CHECKING:
    from faq.matcher import KnowledgeBase, Match, MatchResult, Verdict

_LATER = {"KnowledgeBase", "Match", "MatchResult", "Verdict"}

__all__ = [
    "ContentError",
    "Entry",
    "EntryStatus",
    "Fault",
    "KnowledgeBase",
    "Lexicon",
    "Match",
    "MatchResult",
    "Verdict",
    "fold",
    "load_entries",
    "load_lexicon",
    "load_starter",
    "load_values",
    "tokens",
]


def __getattr__(name: str) -> object:
    """Import the matcher when one of its names is first asked for."""
    if name in _LATER:
        return getattr(import_module("faq.matcher"), name)
    raise AttributeError(f"module 'faq' has no attribute {name!r}")
