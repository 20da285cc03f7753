"""Words, phrases and globs over folded words, in linear time; no regular expressions.

`iade` is a word, `kaç gün` a phrase (its words side by side), `kargo*` a word that begins so,
`*siz` one that ends so. Case, Turkish letters and shorthand make no difference.
"""

from collections.abc import Iterable, Sequence

from chatserver.domain.folding import fold

MAX_CHARS = 80


_SENTENCES = {
    "empty": "“{pattern}” has no word in it.",
    "long": "“{start}…” is longer than {most} characters.",
    "star": "“{pattern}”: a star alone stands for any word; say which.",
}


def problem(pattern: str) -> str | None:
    """Return what is wrong with a pattern, or None."""
    code = fault(pattern)
    return code and _SENTENCES[code].format(pattern=pattern, start=pattern[:20], most=MAX_CHARS)


def fault(pattern: str) -> str | None:
    """Return what is wrong with a pattern as `empty`, `long` or `star`, or None."""
    words = pattern.split()
    if not words or not any(char.isalnum() for char in pattern):
        return "empty"
    if len(pattern) > MAX_CHARS:
        return "long"
    return "star" if any(not word.strip("*") for word in words) else None


def any_said(patterns: Iterable[str], said: Sequence[str]) -> bool:
    """Whether one of the patterns is in what was said.

    Args:
        said: folded words.
    """
    return any(_is_said(tuple(fold(pattern).split()), said) for pattern in patterns)


def fits(glob: str, text: str) -> bool:
    """Whether a whole text is what a glob says; case and Turkish letters make no difference."""
    return _fits(fold(glob), fold(text))


def _is_said(words: tuple[str, ...], said: Sequence[str]) -> bool:
    last = len(said) - len(words)
    return any(
        all(_fits(word, said[at + place]) for place, word in enumerate(words))
        for at in range(last + 1)
    )


def _fits(glob: str, word: str) -> bool:
    """Match with stars that stand for anything; each piece is looked for once, from the left."""
    first, *rest = glob.split("*")
    if not rest:
        return glob == word
    *middle, end = rest
    if not word.startswith(first) or len(word) < len(first) + len(end) or not word.endswith(end):
        return False
    at, stop = len(first), len(word) - len(end)
    for piece in middle:
        at = word.find(piece, at, stop)
        if at < 0:
            return False
        at += len(piece)
    return True
