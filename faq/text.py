"""How written words are made comparable: fold, tokens, shorthand; knows no entry and no score.

Both sides of a comparison go through the same fold, so what shoppers type without Turkish letters
meets what an editor wrote with them. What is shown to people is always the original.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

_LETTERS = str.maketrans({"İ": "i", "I": "i", "ı": "i", "$": "s"})
# What Turkish writes with marks; taking these off letter by letter spares most texts two passes.
_MARKED = _LETTERS | str.maketrans("çğöşüâîûÇĞÖŞÜÂÎÛ", "cgosuaiucgosuaiu")
_APOSTROPHES = re.compile("['’‘`´ʼ＇]")
_FIRST_MARK = "\u0300"
_NOT_WORD = re.compile(r"[^\w]|_")
_THRICE = re.compile(r"([^\W\d])\1{2,}")
_GLUED_UNIT = re.compile(r"\b(\d+)([^\W\d]{2,})")
_GLUED_PARTICLE = re.compile(
    r"^(\w+?(?:[aeiou]r|yor|yo|m[ae]z|m[ae]d[iu]|[ae]c[ae][kg])"
    r"|var|yok|geldi|oldu|gitti|bitti|verdi|yatti|cikti|kaldi|degil)"
    r"(m[iu](?:siniz|sunuz|yim|yum|yiz|yuz|sin|sun|ydi|ydu)?)$"
)


def fold(text: str) -> str:
    """Return the text as lower-case words of letters and digits, one space between them.

    The four i's become one, Turkish letters their plain neighbours, marks and apostrophes vanish,
    every other sign separates, a letter repeated three times or more is written once. Folding what
    is folded changes nothing.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_MARKED).casefold()
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain)
        plain = "".join(c for c in plain if c < _FIRST_MARK or unicodedata.category(c)[0] != "M")
    plain = _APOSTROPHES.sub("", plain)
    if not plain.isascii():
        plain = unicodedata.normalize("NFKC", plain.translate(_LETTERS)).casefold()
    plain = _NOT_WORD.sub(" ", plain)
    return " ".join(_THRICE.sub(r"\1", plain).split())


def tokens(text: str) -> list[str]:
    """Return the folded words; a figure glued to its unit is parted (`2gun` → `2`, `gun`)."""
    return _GLUED_UNIT.sub(r"\1 \2", fold(text)).split()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What the words of one language stand for; every word in it is folded.

    Args:
        shorthand: what people type, one to three words, and the words that are meant.
        noise: words that carry no question: greetings, politeness, swearing.
        weak: words that tell questions apart but alone ask nothing: how, when, yes.
    """

    shorthand: Mapping[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    noise: frozenset[str] = frozenset()
    weak: frozenset[str] = frozenset()
    _begins: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_begins", frozenset(typed[0] for typed in self.shorthand))

    def is_common(self, word: str) -> bool:
        """Whether a word is everybody's: noise, or weak."""
        return word in self.noise or word in self.weak

    def expand(self, words: Sequence[str]) -> list[str]:
        """Return the words with shorthand written out; the longest form wins, left to right."""
        out: list[str] = []
        if self._begins.isdisjoint(words):
            for word in words:
                out.extend(_part(word))
            return out
        at = 0
        while at < len(words):
            for length in (3, 2, 1) if words[at] in self._begins else ():
                meant = self.shorthand.get(tuple(words[at : at + length]))
                if meant is not None:
                    out.extend(meant)
                    at += length
                    break
            else:
                out.extend(_part(words[at]))
                at += 1
        return out

    def content(self, text: str) -> list[str]:
        """Return the words of a text that may carry a question, shorthand written out.

        Nothing where only weak words are left.
        """
        words = [word for word in self.expand(tokens(text)) if word not in self.noise]
        return [] if all(word in self.weak for word in words) else words


@lru_cache(maxsize=50_000)
def _part(word: str) -> tuple[str, ...]:
    """Part a question particle from the verb it is glued to (`olurmu` → `olur`, `mu`)."""
    glued = _GLUED_PARTICLE.match(word)
    return (glued[1], glued[2]) if glued else (word,)
