"""The FAQ knowledge engine: entries from files, questions in, ranked entries out; knows no chat."""

from faq.entries import Entry, EntryStatus
from faq.files import load_entries, load_lexicon, load_starter, load_values
from faq.matcher import KnowledgeBase, Match, MatchResult, Verdict
from faq.text import Lexicon, fold, tokens
from faq.yamls import ContentError, Fault

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
