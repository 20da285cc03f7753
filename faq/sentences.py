"""Where one question of a message ends and the next begins; knows no language."""

MAX_SENTENCES = 8
_ENDS = frozenset(".?!;\n\r…")


def sentences(text: str) -> list[str]:
    """Return the sentences of a text that have at least two words, eight at most.

    A point between figures (`1.250`) ends nothing.
    """
    found: list[str] = []
    start = 0
    signs = () if _ENDS.isdisjoint(text) else enumerate(text)
    for at, sign in signs:
        if sign in _ENDS and not (sign == "." and text[at + 1 : at + 2].isdigit()):
            found.append(text[start:at])
            start = at + 1
    found.append(text[start:])
    return [said.strip() for said in found if len(said.split()) >= 2][:MAX_SENTENCES]
