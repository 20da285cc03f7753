"""In which language to answer: that of the message where it is clear, else the one so far.

Clear is what has letters of one language alone, several of its most common words and none of the
other's, or an answer in its FAQ where the other's has none. A name or an address is nothing of it.
"""

from collections.abc import Sequence

from chatserver.bot.intents import intents
from chatserver.bot.turn import BotState, Heard, Knowledge, Situation
from faq.language_seen import CODES, language_of
from faq.text import tokens

MIN_WORDS = 2
MIN_WORDS_FOR_A_DETAIL = 4
"""Where a detail is asked for, so many words at least are no detail."""

_TURKISH_LETTERS = frozenset("çğıöşüÇĞİÖŞÜ")
_CLEAR_WORDS = 2


def heard_language(
    state: BotState, heard: Sequence[Heard], situation: Situation, knowledge: Knowledge
) -> str:
    """Return the language that the newest clear message is in."""
    now = state.language or situation.language
    is_asked = state.gathering is not None or state.awaiting
    for one in heard:
        if one.kind == "text" and one.choice is None:
            now = _language(one.text, now, knowledge, is_asked=is_asked)
    return now


def _language(text: str, now: str, knowledge: Knowledge, *, is_asked: bool) -> str:
    other = next(code for code in CODES if code != now)
    count = len(tokens(text[:400]))
    if count < (MIN_WORDS_FOR_A_DETAIL if is_asked else MIN_WORDS):
        is_said = intents(text, other) and not intents(text, now)
        return other if is_said and not is_asked else now
    if any(letter in _TURKISH_LETTERS for letter in text):
        return "tr"
    seen = language_of(text)
    if seen == now:
        return now
    if seen == other and _is_clear(text, other):
        return other
    mine, theirs = knowledge.find(text, now), knowledge.find(text, other)
    is_better = theirs.verdict == "answer" and mine.verdict == "none"
    return other if is_better else now


def _is_clear(text: str, code: str) -> bool:
    """Whether words of the language are left when its most telling one is taken away."""
    words = text.split()
    telling = sum(language_of(word) == code for word in words)
    return telling >= _CLEAR_WORDS and not any(
        language_of(word) not in ("", code) for word in words
    )
