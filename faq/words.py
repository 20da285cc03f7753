"""What data files say of words, as values; knows no file and no score."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RootWords:
    """What is known of one language's roots, folded.

    Args:
        verbs: without `-mek`.
        dropping: nouns that lose their last vowel before one.
        like_infinitives: nouns that only look like verbs.
    """

    verbs: frozenset[str] = frozenset()
    nouns: frozenset[str] = frozenset()
    dropping: frozenset[str] = frozenset()
    like_infinitives: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing that shoppers and shops have several words for.

    Args:
        name: unique in its file, the same in every language.
        same: phrases that ask the same in the same place.
        near: phrases that point to it: a kind, a cause, a place, a consequence.
    """

    name: str
    same: tuple[str, ...]
    near: tuple[str, ...] = ()
