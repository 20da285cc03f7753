"""Turkish case endings on names, figures, times and abbreviations, by how they are spoken.

A wrong ending is worse than none: where the sound is not known, `suffixed` returns None and the
caller uses a sentence without an ending. Rules: vowel harmony in two and four ways, buffer letters,
`t` after f s t k ç ş h p. Names never soften in writing (Ahmet'e, Zonguldak'a).
"""

import re
from functools import cache
from typing import Literal, get_args

Case = Literal["i", "e", "de", "den", "in", "si", "le"]
CASES: tuple[Case, ...] = get_args(Case)

_VOWELS = "aıoueiöü"
_HIGH = {"a": "ı", "ı": "ı", "e": "i", "i": "i", "o": "u", "u": "u", "ö": "ü", "ü": "ü"}
_LOW = {"a": "a", "ı": "a", "o": "a", "u": "a", "e": "e", "i": "e", "ö": "e", "ü": "e"}
_HARD = "fstkçşhpx"
_PLAIN = str.maketrans("âîû", "aiu")
_CAPITALS = str.maketrans({"I": "ı", "İ": "i"})

_UNITS = ("sıfır", "bir", "iki", "üç", "dört", "beş", "altı", "yedi", "sekiz", "dokuz")
_TENS = ("", "on", "yirmi", "otuz", "kırk", "elli", "altmış", "yetmiş", "seksen", "doksan")
_MEASURES = {
    "kg": "kilogram", "g": "gram", "gr": "gram", "mg": "miligram", "cm": "santimetre",
    "mm": "milimetre", "km": "kilometre", "m": "metre", "lt": "litre", "l": "litre", "ml": "mililitre",
    "gb": "gigabayt", "mb": "megabayt", "tb": "terabayt", "kb": "kilobayt", "w": "vat",
    "sn": "saniye", "dk": "dakika", "sa": "saat",
}  # fmt: skip
_SPOKEN = {
    # said otherwise than spelled
    "charles": "çarls", "george": "corc", "james": "ceyms", "louis": "lui", "joe": "co",
    "mike": "mayk", "google": "gugıl", "apple": "epıl", "youtube": "yutub", "facebook": "feysbuk",
    "whatsapp": "vatsap", "iphone": "ayfon", "nike": "nayk", "excel": "eksel", "wi-fi": "vayfa",
    "shopify": "şopifay", "instagram": "instagram", "twitter": "tvitır", "hepsijet": "hepsicet",
    "trendyol": "trendyol", "express": "ekspres", "amazon": "amazon", "linkedin": "linktin",
    "telegram": "telegram", "tiktok": "tiktok", "netflix": "netfliks", "visa": "viza",
    "mastercard": "mastırkart", "paypal": "peypal", "dhl": "dehaşel", "fedex": "fedeks",
    "ups": "yupies", "michael": "maykıl", "john": "con", "jane": "ceyn", "kate": "keyt",
    "steve": "stiv", "grace": "greys", "william": "vilyım",
    # abbreviations that are read as a word or with other letters
    "sms": "esemes", "kvkk": "kavekaka", "iban": "iban", "etbis": "etbis", "mersis": "mersis",
    "kep": "kep", "api": "api", "csat": "sisat", "nba": "enbia", "mng": "menege",
    "ptt": "petete", "tc": "tece", "tckn": "tekekane", "ssd": "esesde", "usb": "usebe",
}  # fmt: skip
_FRONT = dict.fromkeys(("bilal", "celal", "cemal", "hilal", "iclal", "ikbal", "kemal", "meral", "nihal", "zuhal", "saat", "gol", "rol", "alkol", "kontrol", "petrol", "sembol", "futbol", "hal"), "e") | {"resul": "ü", "gol": "ö", "rol": "ö", "alkol": "ö", "kontrol": "ö", "petrol": "ö",
     "sembol": "ö", "futbol": "ö"}  # fmt: skip
_ABBREVIATION = re.compile(r"[A-ZÇĞİÖŞÜ]{2,6}$")
_FIGURE = re.compile(r"(?<![\w])([%₺]?)(\d{1,3}(?:\.\d{3})+|\d+)(?:,(\d+))?$")
_TIME = re.compile(r"(?<!\d)([01]?\d|2[0-3]):([0-5]\d)$")
_END_FIGURE = re.compile(r"(\d+)$")
_FOREIGN = re.compile(r"[qwx]|ch|ph|ck|oo|ee|ou|(?:sh|th|[bcdfgklmnpst]{2}le)$")


def suffixed(text: str, case: Case) -> str | None:
    """Return the text with its ending after an apostrophe (Ayşe’ye), or None where none is sure."""
    ending = suffix(text, case)
    return None if ending is None else f"{text}’{ending}"


def suffix(text: str, case: Case) -> str | None:
    """Return the ending alone, or None."""
    spoken = _spoken(text.strip())
    if not spoken:
        return None
    vowel = next((char for char in reversed(spoken) if char in _VOWELS), None)
    if vowel is None:
        return None
    return _ending(case, _FRONT.get(spoken, vowel), spoken[-1])


def _ending(case: Case, vowel: str, last: str) -> str:
    high, low = _HIGH[vowel], _LOW[vowel]
    hard = "t" if last in _HARD else "d"
    after_vowel = last in _VOWELS
    match case:
        case "i":
            return f"y{high}" if after_vowel else high
        case "e":
            return f"y{low}" if after_vowel else low
        case "de":
            return hard + low
        case "den":
            return f"{hard}{low}n"
        case "in":
            return f"n{high}n" if after_vowel else f"{high}n"
        case "si":
            return f"s{high}" if after_vowel else high
        case "le":
            return f"yl{low}" if after_vowel else f"l{low}"


@cache
def _spoken(text: str) -> str:
    """Return how the text's end is said, or "" where that is not known."""
    if not text or len(text) > 200:
        return ""
    if found := _TIME.search(text):
        hour, minute = int(found[1]), int(found[2])
        if hour == minute == 0:
            return ""
        return _number(minute or hour)
    if found := _FIGURE.search(text):
        figures = found[3] or found[2].replace(".", "")
        return _number(int(figures)) if len(figures) <= 15 else ""
    last = text.split()[-1].strip('.,;:!?()"“”')
    if not last:
        return ""
    lower = last.translate(_CAPITALS).lower().translate(_PLAIN)
    known = last.lower()
    if known in _SPOKEN or lower in _SPOKEN:
        return _SPOKEN.get(known) or _SPOKEN[lower]
    words = text.split()
    if len(words) > 1 and words[-2][-1:].isdigit() and known in _MEASURES:
        return _MEASURES[known]
    if _ABBREVIATION.match(last) and not _reads_as_a_word(lower):
        final = lower[-1]
        return final if final in _VOWELS else f"{final}e"
    if found := _END_FIGURE.search(last):
        return _number(int(found[1])) if len(found[1]) <= 15 else ""
    if not lower.isalpha() or _FOREIGN.search(lower) or not set(lower) & set(_VOWELS):
        return ""
    if _is_possessed(words):
        return ""
    return lower


def _reads_as_a_word(lower: str) -> bool:
    """Whether capitals are no abbreviation but a name that is shouted (AYŞE)."""
    return len(lower) > 4 or (len(lower) == 4 and sum(char in _VOWELS for char in lower) > 1)


def _is_possessed(words: list[str]) -> bool:
    """Whether a compound ends in a possessive of its own (İade Ekibi), which wants another n."""
    if len(words) < 2:
        return False
    return words[-1].translate(_CAPITALS).lower() in {
        "ekibi", "hizmetleri", "mağazası", "müdürlüğü", "servisi", "birimi", "hattı", "merkezi",
        "bakanlığı", "heyeti", "sorumlusu", "şubesi", "deposu", "bölümü", "masası", "destekleri",
    }  # fmt: skip


def _number(value: int) -> str:
    """Return the last word of a figure as it is said."""
    if value == 0:
        return "sıfır"
    zeros = len(str(value)) - len(str(value).rstrip("0"))
    if zeros == 0:
        return _UNITS[value % 10]
    if zeros == 1:
        return _TENS[value // 10 % 10]
    if zeros == 2:
        return "yüz"
    if zeros < 6:
        return "bin"
    if zeros < 9:
        return "milyon"
    return "milyar" if zeros < 12 else "trilyon"
