"""Asks for a flow's details, one question at a time; knows no FAQ.

What the conversation already has is never asked. Every step can be passed over, gone back to and
corrected, and what was gathered stays with the conversation should the visitor leave.
"""

from chatserver.bot import masks, phrases, slots, steps
from chatserver.bot.draft import Draft
from chatserver.bot.script import LEAVE_MESSAGE, Step
from chatserver.domain.conversations import HandoffReason, Status
from chatserver.domain.messages import FormBody, Option
from chatserver.domain.orders import OrderKind, OrderNeed

MAX_TRIES = 2
SKIP, BACK, CONFIRM, FIX, TAKE = "skip", "back", "confirm:yes", "fix:", "slot:"  # of buttons
MAX_BUTTONS = 8
CODE = "code"
"""Name of the detail that a one-time code is asked by; never kept."""


def start(draft: Draft) -> None:
    """Begin to gather for people, or ask on where the flow stood; nothing once it is over."""
    state = draft.state
    if not (state.done or is_open(draft)):
        if state.flow != LEAVE_MESSAGE:
            # What another flow asked for is taken along; its passed-over steps are asked anew.
            draft.remember(flow=LEAVE_MESSAGE, skipped=(), order=None, awaiting=False)
        _move_on(draft)
        if draft.state.gathering is None:
            summarise(draft)
            return
    resume(draft)


def begin(draft: Draft, key: str) -> bool:
    """Begin a flow; return whether there is one of that key."""
    found = draft.situation.script.flow(key)
    if found is None:
        return False
    draft.remember(flow=key, skipped=(), confirming=False, done=False, tries=0, gathering=None)
    draft.remember(order=found.order, awaiting=False)
    draft.because("flow", key, version=_version(draft))
    _move_on(draft)
    if draft.state.gathering is None:
        end(draft)
    else:
        resume(draft)
    return True


def is_open(draft: Draft) -> bool:
    """Whether an answer is due."""
    state = draft.state
    return bool(state.gathering or state.confirming or state.awaiting)


def resume(draft: Draft) -> None:
    """Ask again for what is open, without a complaint; nothing when nothing is."""
    if draft.state.awaiting:
        ask_code(draft)
    elif draft.state.gathering:
        _ask(draft, draft.state.gathering)
    elif draft.state.confirming:
        summarise(draft)


def fill(draft: Draft, value: str) -> None:
    """Keep the asked detail's value; a corrected one is read back."""
    slot = draft.state.gathering
    assert slot is not None, "only an asked detail is filled"
    is_correction = draft.state.correcting
    put(draft, {slot: value})
    if is_correction:
        draft.say("bot.slot.changed", value=_shown(draft, slot, value))
    _move_on(draft)


def put(draft: Draft, values: dict[str, str]) -> None:
    """Keep values of any of the flow's details."""
    skipped = tuple(s for s in draft.state.skipped if s not in values)
    draft.remember(slots={**draft.state.slots, **values}, skipped=skipped)
    draft.gather(steps.as_details(draft, values))
    draft.read_slots(*values)


def change(draft: Draft, values: dict[str, str]) -> None:
    """Take values that are other than those given before, and read them back."""
    put(draft, values)
    for slot, value in values.items():
        draft.say("bot.slot.changed", value=_shown(draft, slot, value))
    if draft.state.gathering in values:
        _move_on(draft)


def pass_over(draft: Draft) -> None:
    """Go on without the asked detail."""
    slot = draft.state.gathering
    assert slot is not None, "only an asked detail is passed over"
    kept = {name: value for name, value in draft.state.slots.items() if name != slot}
    skipped = (*(s for s in draft.state.skipped if s != slot), slot)
    draft.remember(slots=kept, skipped=skipped)
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
    names = [one.slot for one in steps.wanted(draft)]
    here = draft.state.gathering
    before = names[: names.index(here)] if here in names else names
    slot = before[-1] if before else here
    if slot is not None:
        correct(draft, slot, correcting=False)


def correct(draft: Draft, slot: str, *, correcting: bool) -> None:
    """Ask a detail again that was given or passed over."""
    kept = {name: value for name, value in draft.state.slots.items() if name != slot}
    skipped = tuple(s for s in draft.state.skipped if s != slot)
    draft.remember(slots=kept, skipped=skipped, gathering=slot, correcting=correcting)
    draft.remember(confirming=False, done=False, tries=0, awaiting=False)
    _ask(draft, slot)


def summarise(draft: Draft) -> None:
    """Show what was noted and ask whether it is right; with nothing noted, end the flow."""
    noted = steps.given(draft)
    if not noted:
        finish(draft)
        return
    parts = [_labelled(draft, slot, _shown(draft, slot, value)) for slot, value in noted.items()]
    options = [draft.option(CONFIRM, "bot.slot.right"), *_fixes(draft)]
    draft.choose(draft.words("bot.slot.check", summary=", ".join(parts)), options, "confirm")
    draft.remember(confirming=True, gathering=None)


def ask_what_to_fix(draft: Draft) -> None:
    """Ask which noted detail is wrong."""
    draft.choose(draft.words("bot.slot.which"), _fixes(draft), "next")


def end(draft: Draft) -> None:
    """Do what follows when nothing more is to be asked."""
    flow = steps.flow(draft)
    match flow.then:
        case "people":
            summarise(draft)
        case "order":
            draft.remember(gathering=None, tries=0)
            ask_desk(draft)
        case "say":
            finish(draft)


def finish(draft: Draft) -> None:
    """End the flow: hand over what was confirmed and say what happens next."""
    flow, noted = steps.flow(draft), steps.given(draft)
    if noted:
        draft.confirm(steps.as_details(draft, noted))
    draft.remember(gathering=None, confirming=False, correcting=False, done=True, tries=0)
    if flow.then == "say":
        draft.tell(draft.templated(flow.say) or draft.words("bot.flow.noted"))
    else:
        if draft.situation.status is Status.BOT:
            draft.hand_over(HandoffReason.POLICY)
        email = draft.known("email") or _mail(draft)
        draft.tell(phrases.taken_down(draft.situation, email))
        if draft.situation.has_mail:
            draft.promise_mail(email)


def _named(draft: Draft) -> str | None:
    """Return the order number in what led here, which nobody was asked for."""
    return masks.find(draft.situation.order_pattern, draft.state.original)


def ask_desk(draft: Draft, *, code: str | None = None) -> None:
    """Ask the order desk for what the running flow wants; without a desk, gather for people."""
    if not draft.situation.has_orders:
        leave_to_people(draft)
        return
    draft.ask_desk(
        OrderNeed(
            draft.state.order or steps.flow(draft).order or OrderKind.TRACK,
            number=draft.known("order") or _named(draft),
            contact=draft.known("contact") or None,
            code=code,
        )
    )


def ask_code(draft: Draft, *, error: str | None = None) -> None:
    """Ask for the one-time code."""
    text = error or draft.words("bot.order.code")
    label = draft.words("bot.order.code_label")
    draft.put(FormBody(text, CODE, 1, 1, error=error, label=label))


def stop(draft: Draft) -> None:
    """Wait for no answer any more; what was gathered stays."""
    draft.remember(awaiting=False, gathering=None, confirming=False, tries=0)


def leave_to_people(draft: Draft) -> None:
    """Go on gathering for people with what is there already."""
    stop(draft)
    draft.remember(flow=LEAVE_MESSAGE, order=None, done=False)
    if draft.situation.status is Status.BOT:
        draft.hand_over(HandoffReason.NO_ANSWER)
        draft.tell(phrases.handing_over(draft.situation))
        draft.remember(told_waiting=True)
    start(draft)


def fixable(draft: Draft, value: str) -> str | None:
    """Return the detail that a `fix:` button names, or None for anything else."""
    names = [one.slot for one in steps.wanted(draft)]
    return next((slot for slot in names if value == FIX + slot), None)


def _mail(draft: Draft) -> str:
    contact = draft.known("contact")
    return contact if "@" in contact else ""


def _fixes(draft: Draft) -> list[Option]:
    return [
        Option(FIX + one.slot, _fix_label(draft, one))
        for one in steps.wanted(draft)[: MAX_BUTTONS - 1]
    ]


def _fix_label(draft: Draft, one: Step) -> str:
    if one.slot in phrases.FIX and not one.label.tr:
        return draft.words(phrases.FIX[one.slot])
    return draft.words("bot.fix.other", label=_label(draft, one))


def _label(draft: Draft, one: Step) -> str:
    return draft.templated(one.label) or one.slot


def _labelled(draft: Draft, slot: str, value: str) -> str:
    one = steps.step(draft, slot)
    if one is not None and (one.label.tr or one.label.en):
        return f"{_label(draft, one)}: {value}"
    if slot in phrases.LABEL:
        return draft.words(phrases.LABEL[slot], value=value)
    return f"{slot}: {value}"


def _move_on(draft: Draft) -> None:
    """Turn to the next missing detail without asking yet; to none when nothing is missing.

    The words that led here stand in for what they say: nobody is asked for what they have said.
    """
    told = steps.foretold(draft)
    if told:
        put(draft, told)
    draft.remember(gathering=steps.missing(draft), correcting=False, tries=0)


def _ask(draft: Draft, slot: str, *, error: str | None = None) -> None:
    one = steps.step(draft, slot) or Step(slot, "text")
    question = error or draft.templated(one.ask) or _default_question(draft, one)
    if one.kind in ("choice", "yes_no"):
        draft.choose(question, _answers(draft, one), "next")
        return
    listed = [
        s
        for s in steps.wanted(draft)
        if s.slot == slot or s.slot != slots.QUESTION or not steps.is_prefilled(draft)
    ]
    names = [s.slot for s in listed]
    at = names.index(slot) + 1 if slot in names else 1
    # The same question word for word would look as if the answer had not been read.
    label = "" if slot in phrases.LABEL and not one.label.tr else _label(draft, one)
    draft.put(
        FormBody(
            question,
            slot,
            at,
            max(len(names), at),
            skippable=one.optional,
            error=error,
            label=label,
        )
    )


def _default_question(draft: Draft, one: Step) -> str:
    if one.slot in phrases.ASK:
        return draft.words(phrases.ASK[one.slot])
    return draft.words("bot.slot.other", label=_label(draft, one))


def _answers(draft: Draft, one: Step) -> list[Option]:
    if one.kind == "yes_no":
        return [
            draft.option(TAKE + slots.YES, "bot.helped.yes"),
            draft.option(TAKE + slots.NO, "bot.helped.no"),
        ]
    options = [Option(TAKE + c.value, draft.templated(c.label) or c.value) for c in one.choices]
    return [*options, draft.option(SKIP, "bot.slot.skip")] if one.optional else options


def _error(draft: Draft, slot: str, text: str) -> str:
    one = steps.step(draft, slot) or Step(slot, "text")
    own = draft.templated(one.retry)
    if own:
        return own
    key = slots.retry_key(one, text, draft.situation)
    return draft.words(key, example=draft.situation.order_example)


def _shown(draft: Draft, slot: str, value: str) -> str:
    return slots.shown(steps.step(draft, slot), value, draft.language)


def _version(draft: Draft) -> str:
    return str(draft.situation.script.version)
