"""The flow that gathers what people will need: one question at a time; knows no FAQ.

name → contact → order (where the shop has a pattern) → question → summary → confirmed. What the
conversation already has is never asked. Every step can be passed over, gone back to and corrected.
"""

from collections.abc import Mapping

from chatserver.bot import phrases
from chatserver.bot.details import (
    checked_contact,
    checked_name,
    checked_order,
    checked_question,
    shown_contact,
)
from chatserver.bot.draft import Draft
from chatserver.bot.turn import SLOTS, Slot
from chatserver.domain.messages import FormBody
from chatserver.words import say

MAX_TRIES = 2
MIN_ORIGINAL_WORDS = 2
SKIP, BACK, CONFIRM, FIX = "skip", "back", "confirm:yes", "fix:"  # values of buttons
_SHOWN_QUESTION_CHARS = 120

_ASK: dict[Slot, str] = {
    "name": "bot.slot.name",
    "contact": "bot.slot.contact",
    "order": "bot.slot.order",
    "question": "bot.slot.question",
}
_LABEL: dict[Slot, str] = {
    "name": "bot.label.name",
    "contact": "bot.label.contact",
    "order": "bot.label.order",
    "question": "bot.label.question",
}
_FIX: dict[Slot, str] = {
    "name": "bot.fix.name",
    "contact": "bot.fix.contact",
    "order": "bot.fix.order",
    "question": "bot.fix.question",
}


def start(draft: Draft) -> None:
    """Begin, or ask on where the flow stood; nothing once it is over."""
    if not (draft.state.done or draft.state.gathering or draft.state.confirming):
        _move_on(draft)
        if _asked(draft) is None:
            summarise(draft)
            return
    resume(draft)


def resume(draft: Draft) -> None:
    """Ask again for what is open, without a complaint; nothing when nothing is."""
    if draft.state.gathering:
        _ask(draft, draft.state.gathering)
    elif draft.state.confirming:
        summarise(draft)


def take(draft: Draft, text: str) -> str | None:
    """Return the value of the asked detail that the text holds, or None."""
    slot = draft.state.gathering
    assert slot is not None, "only an asked detail is taken"
    match slot:
        case "name":
            return checked_name(text)
        case "contact":
            return checked_contact(text)
        case "order":
            return checked_order(text, draft.situation.order_pattern)
        case _:
            return checked_question(text)


def fill(draft: Draft, value: str) -> None:
    """Keep the asked detail's value; a corrected one is read back."""
    slot = draft.state.gathering
    assert slot is not None, "only an asked detail is filled"
    skipped = tuple(s for s in draft.state.skipped if s != slot)
    draft.remember(slots={**draft.state.slots, slot: value}, skipped=skipped)
    if draft.state.correcting:
        draft.say("bot.slot.changed", value=_shown(slot, value))
    _move_on(draft)


def pass_over(draft: Draft) -> None:
    """Go on without the asked detail."""
    slot = draft.state.gathering
    assert slot is not None, "only an asked detail is passed over"
    slots = {name: value for name, value in draft.state.slots.items() if name != slot}
    skipped = (*(s for s in draft.state.skipped if s != slot), slot)
    draft.remember(slots=slots, skipped=skipped)
    _move_on(draft)


def reject(draft: Draft, text: str) -> bool:
    """Ask once more with an example, or give the detail up; return whether it was given up."""
    slot = draft.state.gathering
    assert slot is not None, "only an asked detail is rejected"
    if draft.state.tries + 1 >= MAX_TRIES:
        draft.say("bot.slot.give_up")
        pass_over(draft)
        return True
    draft.remember(tries=draft.state.tries + 1)
    _ask(draft, slot, error=_error(draft, slot, text))
    return False


def back(draft: Draft) -> None:
    """Return to the detail before the asked one; at the first one, ask it again."""
    steps = _steps(draft)
    here = draft.state.gathering
    before = steps[: steps.index(here)] if here in steps else steps
    slot = before[-1] if before else here
    if slot is None:
        return
    correct(draft, slot, correcting=False)


def correct(draft: Draft, slot: Slot, *, correcting: bool) -> None:
    """Ask a detail again that was given or passed over."""
    slots = {name: value for name, value in draft.state.slots.items() if name != slot}
    skipped = tuple(s for s in draft.state.skipped if s != slot)
    draft.remember(slots=slots, skipped=skipped, gathering=slot, correcting=correcting)
    draft.remember(confirming=False, done=False, tries=0)
    _ask(draft, slot)


def summarise(draft: Draft) -> None:
    """Show what was noted and ask whether it is right; with nothing noted, end the flow."""
    given = _given(draft)
    if not given:
        finish(draft)
        return
    parts = [
        say(draft.language, _LABEL[slot], value=_shown(slot, value))
        for slot, value in given.items()
    ]
    options = [draft.option(CONFIRM, "bot.slot.right")]
    options += [draft.option(FIX + slot, _FIX[slot]) for slot in _steps(draft)]
    draft.choose(
        say(draft.language, "bot.slot.check", summary=", ".join(parts)), options, "confirm"
    )
    draft.remember(confirming=True, gathering=None)


def ask_what_to_fix(draft: Draft) -> None:
    """Ask which noted detail is wrong."""
    options = [draft.option(FIX + slot, _FIX[slot]) for slot in _steps(draft)]
    draft.choose(say(draft.language, "bot.slot.which"), options, "next")


def finish(draft: Draft) -> None:
    """End the flow: hand over what was confirmed and say what happens next."""
    details: dict[str, str] = {}
    for slot, value in _given(draft).items():
        details[slot if slot != "contact" else "email" if "@" in value else "phone"] = value
    if details:
        draft.confirm(details)
    draft.remember(gathering=None, confirming=False, correcting=False, done=True, tries=0)
    draft.tell(phrases.taken_down(draft.situation))


def fixable(draft: Draft, value: str) -> Slot | None:
    """Return the detail that a `fix:` button names, or None for anything else."""
    return next((slot for slot in _steps(draft) if value == FIX + slot), None)


def _asked(draft: Draft) -> Slot | None:
    return draft.state.gathering


def _move_on(draft: Draft) -> None:
    """Turn to the next missing detail without asking yet; to none when nothing is missing.

    The question that led here stands in for the last step, and an order number in it for that one:
    nobody is asked for what they have said.
    """
    slots = draft.state.slots
    original = checked_question(draft.state.original) or ""
    is_open = "question" not in slots and "question" not in draft.state.skipped
    is_told = len(original.split()) >= MIN_ORIGINAL_WORDS
    if is_told and is_open and not draft.situation.details.get("question"):
        slots = {**slots, "question": original}
    order = checked_order(draft.state.original, draft.situation.order_pattern)
    if order and "order" not in {*slots, *draft.state.skipped, *draft.situation.details}:
        slots = {**slots, "order": order}
    missing = (s for s in _steps(draft) if s not in slots and s not in draft.state.skipped)
    draft.remember(slots=slots, gathering=next(missing, None), correcting=False, tries=0)


def _given(draft: Draft) -> dict[Slot, str]:
    return {slot: draft.state.slots[slot] for slot in SLOTS if slot in draft.state.slots}


def _steps(draft: Draft) -> list[Slot]:
    """Return the details of this conversation's flow, in order: what it lacks or was given here."""
    state, known = draft.state, draft.situation.details
    here = {*state.slots, state.gathering}
    return [s for s in SLOTS if (s in here or not _has(known, s)) and _is_wanted(draft, s)]


def _has(known: Mapping[str, str], slot: Slot) -> bool:
    if slot == "contact":
        return bool(known.get("contact") or known.get("email") or known.get("phone"))
    return bool(known.get(slot))


def _is_wanted(draft: Draft, slot: Slot) -> bool:
    return slot != "order" or bool(draft.situation.order_pattern)


def _is_prefilled(draft: Draft) -> bool:
    question = draft.state.slots.get("question")
    return question is not None and question == checked_question(draft.state.original)


def _ask(draft: Draft, slot: Slot, *, error: str | None = None) -> None:
    steps = [s for s in _steps(draft) if s == slot or s != "question" or not _is_prefilled(draft)]
    at = steps.index(slot) + 1 if slot in steps else 1
    # The same question word for word would look as if the answer had not been read.
    text = error or say(draft.language, _ASK[slot])
    draft.says.append(FormBody(text, slot, at, max(len(steps), at), error=error))


def _error(draft: Draft, slot: Slot, text: str) -> str:
    language = draft.language
    match slot:
        case "name":
            return say(language, "bot.slot.name_retry")
        case "contact" if "@" in text:
            return say(language, "bot.slot.email_retry")
        case "contact" if sum(c.isdigit() for c in text) > 4:
            return say(language, "bot.slot.phone_retry")
        case "contact":
            return say(language, "bot.slot.contact_retry")
        case "order" if draft.situation.order_example:
            return say(language, "bot.slot.order_retry", example=draft.situation.order_example)
        case "order":
            return say(language, "bot.slot.order_unknown")
        case _:
            return say(language, "bot.slot.question_retry")


def _shown(slot: Slot, value: str) -> str:
    if slot == "contact":
        return shown_contact(value)
    if len(value) > _SHOWN_QUESTION_CHARS:
        return value[: _SHOWN_QUESTION_CHARS - 1] + "…"
    return value
