"""The engine behind the evaluation sets' interface; knows nothing of their files."""

from collections.abc import Callable, Mapping, Sequence

from faq.confidence import ANSWER_FROM
from faq.entries import Entry, EntryStatus
from faq.matcher import KnowledgeBase

THRESHOLDS = {"tr": ANSWER_FROM, "en": ANSWER_FROM}
"""What the product ships."""


def build(
    entries: Sequence[Mapping[str, object]], lang: str
) -> Callable[[str], list[tuple[str, float]]]:
    """Return a matcher over rows of `id`, `question`, `variants` and `answer`."""
    base = KnowledgeBase(_entry(row, lang) for row in entries)

    def match(text: str) -> list[tuple[str, float]]:
        return [(m.entry.key, m.confidence) for m in base.match(text, lang, limit=10).matches]

    return match


def _entry(row: Mapping[str, object], language: str) -> Entry:
    variants = row.get("variants")
    utterances = tuple(str(v) for v in variants) if isinstance(variants, list) else ()
    return Entry(
        str(row["id"]),
        language,
        str(row["question"]),
        utterances,
        str(row.get("answer", "")),
        status=EntryStatus.PUBLISHED,
    )
