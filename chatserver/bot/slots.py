"""What kinds of details there are: how each is read, shown and asked for once more; knows no flow."""

import re
from collections.abc import Sequence

from chatserver.bot import dates, masks
from chatserver.bot.details import (
    checked_contact,
    checked_email,
    checked_name,
    checked_phone,
    checked_question,
    shown_contact,
)
from chatserver.bot.intents import Intent, intents, ordinal, plain
from chatserver.bot.script import Choice, Step
from chatserver.bot.turn import Situation
from chatserver.domain.folding import fold
from chatserver.masking import HIDDEN

QUESTION = "question"
_SELF_TELLING = frozenset({"email", "phone", "contact", "order"})
"""Kinds that nobody writes by accident, so they are taken from any sentence."""

_SHOWN_CHARS = 120
_VALUE_DIGITS = 4
_GROUPED = re.compile(r"(?<![\w.])\+?\(?\d(?:[ ().\-]{0,3}\d){6,20}(?![\w.])")
"""A number of seven figures or more as people group it, such as a telephone's."""
MAX_TEXT_CHARS = 1000
YES, NO = "yes", "no"


def read(step: Step, text: str, situation: Situation) -> str | None:
    """Return the step's value that an answer holds, as it is kept, or None."""
    if HIDDEN in text and step.kind not in ("text", "yes_no", "choice"):
        return None
    match step.kind:
        case "name":
            return checked_name(text)
        case "email":
            return checked_email(text)
        case "phone":
            return checked_phone(text)
        case "contact":
            return checked_contact(text)
        case "order":
            return masks.find(situation.order_pattern, text, asked=True)
        case "date":
            return dates.checked_date(text, situation.now.date())
        case "amount":
            return dates.checked_amount(text, situation.language)
        case "yes_no":
            return _yes_no(text, situation.language)
        case "choice":
            return _choice(step.choices, text, situation)
        case "file":
            return None
        case "text":
            return checked_question(text) if step.slot == QUESTION else _text(text)


def harvest(steps: Sequence[Step], text: str, situation: Situation) -> dict[str, str]:
    """Return the values that a message holds beside what was asked, by slot."""
    found: dict[str, str] = {}
    for step in steps:
        if step.kind not in _SELF_TELLING or step.slot in found:
            continue
        if step.kind == "order":
            value = masks.find(situation.order_pattern, text)
        else:
            value = read(step, text, situation)
        if value is not None:
            found[step.slot] = value
    return found


def question_in(text: str) -> str:
    """Return a message without the numbers and addresses in it, which no question is asked by.

    The text itself where nothing else would be left.
    """
    kept: list[str] = []
    for word in _GROUPED.sub(" ", text).split():
        is_value = "@" in word or sum(char.isdigit() for char in word) >= _VALUE_DIGITS
        if not is_value:
            kept.append(word)
        elif kept and word[-1] in ".?!":
            kept[-1] += word[-1]
    said = " ".join(kept)
    return said if any(char.isalpha() for char in said) else text


def shown(step: Step | None, value: str, language: str) -> str:
    """Return a value as people write it."""
    kind = step.kind if step else "text"
    if kind in ("phone", "contact"):
        return shown_contact(value)
    if kind == "yes_no":
        return {("tr", YES): "Evet", ("tr", NO): "Hayır"}.get((language, value), value.capitalize())
    if kind == "choice" and step:
        named = next((choice for choice in step.choices if choice.value == value), None)
        return named.label.of(language) if named else value
    if kind == "date":
        year, month, day = value.split("-")
        return f"{day}.{month}.{year}" if language == "tr" else f"{day}/{month}/{year}"
    if kind == "amount" and language == "tr":
        return value.replace(".", ",")
    return value if len(value) <= _SHOWN_CHARS else value[: _SHOWN_CHARS - 1] + "…"


def retry_key(step: Step, text: str, situation: Situation) -> str:
    """Return the sentence that says what was wrong with an answer."""
    match step.kind:
        case "name":
            return "bot.slot.name_retry"
        case "email" | "contact" if "@" in text:
            return "bot.slot.email_retry"
        case "email":
            return "bot.slot.email_retry"
        case "phone":
            return "bot.slot.phone_retry"
        case "contact" if sum(char.isdigit() for char in text) > 4:
            return "bot.slot.phone_retry"
        case "contact":
            return "bot.slot.contact_retry"
        case "order":
            return "bot.slot.order_retry" if situation.order_example else "bot.slot.order_unknown"
        case "date":
            return "bot.slot.date_retry"
        case "amount":
            return "bot.slot.amount_retry"
        case "choice" | "yes_no":
            return "bot.slot.choice_retry"
        case "file":
            return "bot.slot.file_retry"
        case "text":
            return "bot.slot.question_retry"


def _text(text: str) -> str | None:
    said = " ".join(text.split())[:MAX_TEXT_CHARS]
    return said if any(char.isalnum() for char in said) else None


def _yes_no(text: str, language: str) -> str | None:
    found = intents(text, language)
    if Intent.YES in found:
        return YES
    return NO if Intent.NO in found else None


def told_choice(step: Step, text: str, situation: Situation) -> str | None:
    """Return the one choice of a step that a message names in passing, or None."""
    return _named(step.choices, text, situation) if step.kind == "choice" else None


def _choice(choices: Sequence[Choice], text: str, situation: Situation) -> str | None:
    """Return the value of the one choice that is named, by its label, its words, or its place."""
    place = ordinal(text, situation.language, len(choices))
    return _named(choices, text, situation) if place is None else choices[place].value


def _named(choices: Sequence[Choice], text: str, situation: Situation) -> str | None:
    said = f" {plain(text, situation.language)} "
    named = [choice for choice in choices if any(f" {w} " in said for w in _words(choice))]
    return named[0].value if len(named) == 1 else None


def _words(choice: Choice) -> list[str]:
    words = [choice.value, choice.label.tr, choice.label.en, choice.label.sen, *choice.says]
    return [fold(word) for word in words if word]
