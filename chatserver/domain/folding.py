"""One way to compare what people type: Turkish letters and their bare cousins fold together."""

import unicodedata

_TABLE = str.maketrans(
    {
        "İ": "i", "I": "i", "ı": "i",
        "Ş": "s", "ş": "s", "Ç": "c", "ç": "c", "Ğ": "g", "ğ": "g",
        "Ö": "o", "ö": "o", "Ü": "u", "ü": "u",
        "Â": "a", "â": "a", "Î": "i", "î": "i", "Û": "u", "û": "u",
        "’": None, "'": None, "‘": None, "´": None, "`": None, "\u0307": None,
    }
)  # fmt: skip


def fold(text: str) -> str:
    """Return text as search compares it: no case, no Turkish marks, no apostrophes.

    `İADE`, `ıade` and `iade` become one; white space is squeezed. Show the original, compare this.
    """
    composed = unicodedata.normalize("NFC", text).translate(_TABLE)
    return " ".join(unicodedata.normalize("NFKC", composed).lower().translate(_TABLE).split())
