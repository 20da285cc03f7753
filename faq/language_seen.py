"""Which language a message looks like: by letters that only one has, and by its most common words."""

from faq.languages import language
from faq.text import tokens

CODES = ("tr", "en")
_TURKISH_LETTERS = frozenset("ıİğĞşŞ")
_READ_CHARS = 400


def language_of(text: str) -> str:
    """Return `tr`, `en`, or an empty text where the words do not tell.

    The common words are those that the languages' lexicons call noise or weak.
    """
    if any(letter in _TURKISH_LETTERS for letter in text):
        return "tr"
    words = tokens(text[:_READ_CHARS])
    counts = {code: sum(word in _common(code) for word in words) for code in CODES}
    best = max(CODES, key=lambda code: counts[code])
    return best if counts[best] > min(counts.values()) else ""


def _common(code: str) -> frozenset[str]:
    lexicon = language(code).analyser.lexicon
    return lexicon.noise | lexicon.weak
