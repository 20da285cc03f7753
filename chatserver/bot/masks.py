"""What a shop's order numbers look like, written by its own people; no regular expressions.

`#` stands for a digit, `@` for a letter, `*` for either; a part in brackets may be missing, and
`|` parts two ways of writing. Everything else stands for itself: `AV-#####`, `SP####(##)`,
`### ####### | TR*****`. Shoppers may leave out or change what is neither letter nor digit.
"""

from functools import lru_cache
from itertools import product

MAX_PATTERN_CHARS = 60
MAX_SIGNS = 40
MAX_WAYS = 16
MIN_OPEN_SIGNS = 3
MAX_TEXT_CHARS = 400
_LOOSE = " -–—./_#"
_ASCII = str.maketrans("ıİşŞçÇğĞöÖüÜ", "iIsScCgGoOuU")


def problems(pattern: str) -> list[str]:
    """Return what is wrong with a pattern, one sentence each; empty for a good one or none."""
    if not pattern:
        return []
    if len(pattern) > MAX_PATTERN_CHARS:
        return [f"An order pattern has at most {MAX_PATTERN_CHARS} characters."]
    if any(char in "\\^$+?{}[]" for char in pattern):
        return ["An order pattern is no regular expression: # is a digit, @ a letter, * either."]
    if not _brackets_close(pattern):
        return ["Brackets in an order pattern come in pairs, one pair not inside another."]
    ways = _ways(pattern)
    if len(ways) > MAX_WAYS:
        return [f"An order pattern has at most {MAX_WAYS} ways to be written."]
    if any(sum(sign in "#@*" for sign in way) < MIN_OPEN_SIGNS for way in ways):
        return [f"Each way has at least {MIN_OPEN_SIGNS} of #, @ and *."]
    if any(len(way) > MAX_SIGNS for way in ways):
        return [f"Each way has at most {MAX_SIGNS} signs."]
    return []


def find(pattern: str, text: str, *, asked: bool = False) -> str | None:
    """Return the first number of that pattern in the text, in the shop's own writing, or None.

    Args:
        asked: it was asked for, so letters that all numbers begin with may be left out.
    """
    if not pattern or problems(pattern):
        return None
    said = text[:MAX_TEXT_CHARS].translate(_ASCII).upper()
    ways = _ways(pattern)
    for at in range(len(said)):
        if at and said[at - 1].isalnum():
            continue
        found = [number for way in ways if (number := _read(way, said, at))]
        if found:
            return max(found, key=len)
    if asked:
        for at in range(len(said)):
            if at and said[at - 1].isalnum():
                continue
            for way in ways:
                lead = _lead(way)
                number = _read(way[lead:], said, at) if lead else None
                if number:
                    return way[:lead] + number
    return None


def _read(way: str, said: str, at: int) -> str | None:
    """Return the number that begins there, or None."""
    number = ""
    for sign in way:
        if not (sign.isalnum() or sign in "#@*"):
            while at < len(said) and said[at] in _LOOSE:
                at += 1
            number += sign
            continue
        char = said[at] if at < len(said) else ""
        if not char.isascii() or not _fits(sign, char):
            return None
        number += char
        at += 1
    goes_on = at < len(said) and said[at].isalnum()
    if goes_on and (said[at].isdigit() or way[-1] != "#"):
        return None
    return number


def _fits(sign: str, char: str) -> bool:
    match sign:
        case "#":
            return char.isdigit()
        case "@":
            return char.isalpha()
        case "*":
            return char.isalnum()
        case _:
            return char == sign


def _lead(way: str) -> int:
    """Return how many signs at the beginning stand for themselves."""
    return next(at for at, sign in enumerate(way) if sign in "#@*")


def _brackets_close(pattern: str) -> bool:
    depth = 0
    for char in pattern:
        depth += (char == "(") - (char == ")")
        if depth not in (0, 1) or (char == "|" and depth):
            return False
    return depth == 0


@lru_cache(maxsize=64)
def _ways(pattern: str) -> tuple[str, ...]:
    """Return every way of writing that the pattern allows, the fullest first."""
    ways: list[str] = []
    for part in pattern.translate(_ASCII).upper().split("|"):
        pieces: list[tuple[str, ...]] = []
        for at, piece in enumerate(part.strip().replace(")", "(").split("(")):
            pieces.append((piece,) if at % 2 == 0 else (piece, ""))
        if 2 ** sum(len(piece) > 1 for piece in pieces) > MAX_WAYS:
            return ("",) * (MAX_WAYS + 1)
        ways.extend("".join(chosen) for chosen in product(*pieces))
    return tuple(ways)
