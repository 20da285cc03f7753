"""Turkish roots: which word a folded, inflected form comes from; knows no entry and no score.

Suffixes are taken off in the order in which Turkish puts them on (voice, negation, tense, person;
plural, possessive, case, copula), and only down to a root that is known: what is left of an
unknown word says nothing. After folding, vowel harmony leaves two vowels to each suffix (`A` is
a/e, `I` is i/u) and `D` is d/t.

Source: the order of suffixes as any grammar gives it (Göksel & Kerslake, Turkish: A Comprehensive
Grammar, 2005, chapters 6-8); the lists are our own, and only as strict as roots need.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Literal

MAX_SUFFIX_CHARS = 6
MIN_NOUN_CHARS = 3
SHORT_NOUNS = frozenset({"ad", "ay", "el", "es", "ev", "is", "su"})
"""Nouns shorter than that whose forms are read too; of others two letters say nothing."""

_VARIANTS = {"A": "ae", "I": "iu", "D": "dt"}


def _forms(*patterns: str) -> frozenset[str]:
    spelled = (product(*(_VARIANTS.get(c, c) for c in pattern)) for pattern in patterns)
    return frozenset("".join(letters) for variants in spelled for letters in variants)


_DERIVED = _forms("lI", "sIz", "lIk", "lIg", "cI", "cIk", "cIg", "sAl", "dAs")
_PLURAL = _forms("lAr")
_POSSESSIVE = _forms("Im", "m", "In", "n", "I", "sI", "ImIz", "mIz", "InIz", "nIz", "lArI")
_CASE = _forms(
    *("yI", "I", "nI", "yA", "A", "nA", "DA", "nDA", "DAn", "nDAn"),
    *("In", "nIn", "yIn", "lA", "ylA", "cA", "ncA"),
)
_RELATIVE = frozenset({"ki"})
_COPULA = _forms(
    *("DIr", "yDI", "DI", "ymIs", "mIs", "ysA", "sA", "sAm", "Im", "yIm", "sIn", "Iz", "yIz"),
    *("sInIz", "lAr", "mI", "mIyIm", "mIyIz", "mIsIn", "mIsInIz", "mIydI", "ken", "yken"),
)
_NOUN_STAGES = (_DERIVED, _PLURAL, _POSSESSIVE, _CASE, _RELATIVE, _COPULA)
_NOUN_NEXT = (0, 2, 3, 4, 1, 5)
"""The stage from which suffixes may follow one of each stage; `-ki` starts a new noun."""

_VOICE = _forms("Il", "n", "In", "Is", "DIr", "t", "Ir", "Ar", "l", "s")
_ABLE = _forms("Abil", "yAbil")
_NOT = _forms("mA", "AmA", "yAmA")
_NOT_BEFORE_YOR = _forms("m", "mI", "Am", "AmI", "yAm", "yAmI")
_YOR = ("iyo", "uyo", "yor")
_NOT_BEFORE_SPOKEN_FUTURE = _forms("mI", "AmI", "yAmI")
_SPOKEN_FUTURE = ("ca", "ce", "yca", "yce", "yaca", "yece")
_NARROWED_FUTURE = tuple(i + future for i in "iu" for future in _SPOKEN_FUTURE)
_TENSE = _forms(
    *("Iyor", "yor", "Iyo", "DI", "mIs", "AcAk", "yAcAk", "AcAg", "yAcAg", "cAk", "cAg", "cA"),
    *("ycAk", "ycAg", "ycA", "IycAk", "IycAg", "IycA", "IyAcAk", "IyAcAg", "yAcA", "IyAcA"),
    *(
        "AcA",
        "IcA",
        "IcAk",
        "IcAg",
        "IcAm",
        "Ir",
        "Ar",
        "r",
        "mAlI",
        "sA",
        "A",
        "yA",
        "AyIm",
        "yAyIm",
    ),
    *("AlIm", "yAlIm", "sIn", "In", "yIn", "InIz", "yInIz", "An", "yAn", "DIk", "DIg", "Ip"),
    *("yIp", "IncA", "yIncA", "ArAk", "yArAk", "mAk", "mAg", "Is", "yIs", "mAktA", "DIkcA"),
)
_NOT_TENSE = _forms(
    *("mAz", "mAm", "mAyIz", "mAyAn", "mAdAn", "AmAz", "AmAm", "AmAyIz"),
    *("yAmAz", "yAmAm", "yAmAyIz"),
)
_GERUND = _forms("mA")
_PERSON = _forms("m", "n", "k", "Im", "yIm", "sIn", "Iz", "yIz", "sInIz", "nIz", "lAr", "z")
_PAST_COPULA = ("di", "du", "ti", "tu", "ys", "mis", "mus")

_SOFTENED = {"p": "b", "t": "d", "k": "g"}
_SOFTENING_VERBS = frozenset({"git", "et", "tat", "gut"})
_WITHOUT = ("siz", "suz")


def _ends(tail: str, start: int, suffixes: frozenset[str]) -> list[int]:
    longest = min(MAX_SUFFIX_CHARS, len(tail) - start)
    return [
        start + length
        for length in range(1, longest + 1)
        if tail[start : start + length] in suffixes
    ]


@cache
def _is_noun_tail(tail: str) -> bool:
    seen: set[tuple[int, int]] = set()
    todo = [(0, 0)]
    while todo:
        state = todo.pop()
        if state in seen:
            continue
        seen.add(state)
        at, stage = state
        if at == len(tail):
            return True
        for later in range(stage, len(_NOUN_STAGES)):
            todo.extend((end, _NOUN_NEXT[later]) for end in _ends(tail, at, _NOUN_STAGES[later]))
    return False


_Stage = Literal["voice", "mood", "tense", "person", "gerund"]


@cache
def _verb_tail(tail: str) -> bool | None:
    """Return whether a verb's tail negates; None where it is no verb's tail."""
    seen: set[tuple[int, _Stage, bool]] = set()
    todo: list[tuple[int, _Stage, bool]] = [(0, "voice", False)]
    negative = False
    while todo:
        state = todo.pop()
        if state in seen:
            continue
        seen.add(state)
        at, stage, negated = state
        rest = tail[at:]
        if stage in ("voice", "mood"):
            if stage == "voice":
                todo.extend((end, "voice", negated) for end in _ends(tail, at, _VOICE))
            todo.extend((end, "mood", negated) for end in _ends(tail, at, _ABLE))
            todo.extend((end, "mood", True) for end in _ends(tail, at, _NOT))
            todo.extend(
                (end, "mood", True)
                for end in _ends(tail, at, _NOT_BEFORE_YOR)
                if tail[end : end + 3] in _YOR
            )
            todo.extend(
                (end, "mood", True)
                for end in _ends(tail, at, _NOT_BEFORE_SPOKEN_FUTURE)
                if tail.startswith(_SPOKEN_FUTURE, end)
            )
            todo.extend((end, "tense", negated) for end in _ends(tail, at, _TENSE))
            todo.extend((end, "tense", True) for end in _ends(tail, at, _NOT_TENSE))
            todo.extend((end, "gerund", negated) for end in _ends(tail, at, _GERUND))
            continue
        if not rest or (
            _is_noun_tail(rest) and not (stage == "gerund" and rest.startswith(_PAST_COPULA))
        ):
            if not negated:
                return False
            negative = True
        if stage != "gerund":
            for suffixes in (_COPULA, _PERSON):
                todo.extend((end, "person", negated) for end in _ends(tail, at, suffixes))
    return True if negative else None


@dataclass(frozen=True, slots=True)
class Root:
    """Where a word comes from.

    Args:
        text: the root, folded.
        negated: whether a suffix turns it around (`gelmedi`, `ücretsiz`).
        verb: whether it is a verb's.
    """

    text: str
    negated: bool = False
    verb: bool = False


class Roots:
    """The roots of one language that are known, and the forms they take.

    Args:
        nouns, verbs: folded; verbs without `-mek`.
        dropping: nouns that lose their last vowel before one (`kayıt`, `kaydı`).

    Attributes:
        nouns, verbs, dropping: what it was made of, and what was added.
    """

    def __init__(
        self, nouns: Iterable[str], verbs: Iterable[str], dropping: Iterable[str] = ()
    ) -> None:
        self.nouns = [*nouns]
        self.verbs = [*verbs]
        self.dropping = [*dropping]
        self._nouns: dict[str, str] = {}
        self._verbs: dict[str, str] = {}
        self._narrowed: dict[str, str] = {}
        for verb in self.verbs:
            self._add_verb(verb)
        for noun in self.nouns:
            self._know(noun)
        for noun in self.dropping:
            self._know(noun)
            short = noun[:-2] + noun[-1]
            self._nouns.setdefault(short, noun)
            self._nouns.setdefault(_soften(short), noun)

    def _add_verb(self, verb: str) -> None:
        self._verbs[verb] = verb
        if verb in _SOFTENING_VERBS or (len(verb) > 4 and verb.endswith("et")):
            self._verbs.setdefault(_soften(verb), verb)
        if len(verb) > 2 and verb[-1] in "aeiu":
            self._narrowed[verb[:-1]] = verb

    def add_noun(self, noun: str) -> None:
        """Know one root more."""
        self.nouns.append(noun)
        self._know(noun)

    def _know(self, noun: str) -> None:
        self._nouns[noun] = noun
        if len(noun) > MIN_NOUN_CHARS:
            self._nouns.setdefault(_soften(noun), noun)

    def find(self, word: str) -> Root | None:
        """Return the longest known root whose remainder is made of suffixes, or None."""
        if word in self._nouns:
            return Root(self._nouns[word])
        for length in range(len(word), 1, -1):
            head, tail = word[:length], word[length:]
            long = length >= MIN_NOUN_CHARS or head in SHORT_NOUNS
            if long and head in self._nouns and _is_noun_tail(tail):
                return Root(self._nouns[head], any(form in tail for form in _WITHOUT))
            found = self._verb(head, tail)
            if found is not None:
                return found
        return None

    def _verb(self, head: str, tail: str) -> Root | None:
        if head in self._verbs:
            negated = _verb_tail(tail) if tail else False
            if negated is not None:
                return Root(self._verbs[head], negated, verb=True)
        if head in self._narrowed and (tail[:3] in _YOR or tail.startswith(_NARROWED_FUTURE)):
            negated = _verb_tail(tail)
            if negated is not None:
                return Root(self._narrowed[head], negated, verb=True)
        return None


def _soften(word: str) -> str:
    return word[:-1] + _SOFTENED.get(word[-1], word[-1])


def verb_of(infinitive: str, known: Mapping[str, object]) -> str | None:
    """Return a verb's root from its folded infinitive, negation taken off; None for a noun.

    Args:
        known: nouns that only look like infinitives (`ekmek`).
    """
    if not infinitive.endswith(("mek", "mak")) or len(infinitive) < 5 or infinitive in known:
        return None
    root = infinitive[:-3]
    return root[:-2] if len(root) > 3 and root.endswith(("me", "ma")) else root
