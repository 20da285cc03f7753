"""Which detail of a flow comes next, and which are given; asks nothing."""

from collections.abc import Mapping

from chatserver.bot import phrases, slots
from chatserver.bot.details import checked_question
from chatserver.bot.draft import Draft
from chatserver.bot.script import LEAVE_MESSAGE, Flow, Step, Text

MIN_ORIGINAL_WORDS = 2

DEFAULT = Flow(
    LEAVE_MESSAGE,
    Text("Mesaj bırakma", "Leave a message"),
    (
        Step("name", "name"),
        Step("contact", "contact"),
        Step("order", "order"),
        Step("question", "text"),
    ),
)
"""What people need to answer later; stands in where a script has no such flow."""


def flow(draft: Draft) -> Flow:
    """Return the flow that runs."""
    found = draft.situation.script.flow(draft.state.flow or LEAVE_MESSAGE)
    return found or DEFAULT


def step(draft: Draft, slot: str) -> Step | None:
    """Return the running flow's step for a slot."""
    return next((one for one in flow(draft).steps if one.slot == slot), None)


def wanted(draft: Draft) -> list[Step]:
    """Return this conversation's steps, in order: what it lacks, or was given here."""
    state, known = draft.state, draft.situation.details
    here = {*state.slots, state.gathering, *state.skipped}
    return [
        one
        for one in flow(draft).steps
        if (one.slot in here or not _is_known(draft, one, known)) and _is_wanted(draft, one)
    ]


def given(draft: Draft) -> dict[str, str]:
    """Return what was gathered here, in the flow's order."""
    gathered = draft.state.slots
    return {one.slot: gathered[one.slot] for one in flow(draft).steps if one.slot in gathered}


def missing(draft: Draft) -> str | None:
    """Return the first detail that is neither given nor passed over."""
    done = {*draft.state.slots, *draft.state.skipped}
    return next((one.slot for one in wanted(draft) if one.slot not in done), None)


def _is_known(draft: Draft, one: Step, known: Mapping[str, str]) -> bool:
    return has(known, draft.templated(one.label) if _is_own(one) else one.slot)


def has(known: Mapping[str, str], slot: str) -> bool:
    """Whether the conversation has a detail already."""
    if slot == "contact":
        return bool(known.get("contact") or known.get("email") or known.get("phone"))
    return bool(known.get(slot))


def foretold(draft: Draft) -> dict[str, str]:
    """Return what the words that led here already say, so that nobody is asked for it again."""
    state, known = draft.state, draft.situation.details
    found = slots.harvest(flow(draft).steps, state.original, draft.situation)
    for one in flow(draft).steps:
        value = slots.told_choice(one, state.original, draft.situation)
        if value is not None:
            found[one.slot] = value
    original = checked_question(state.original) or ""
    is_told = len(original.split()) >= MIN_ORIGINAL_WORDS
    if is_told and step(draft, slots.QUESTION) is not None:
        found[slots.QUESTION] = original
    open_ = {one.slot for one in wanted(draft)} - {*state.slots, *state.skipped}
    return {slot: value for slot, value in found.items() if slot in open_ and not has(known, slot)}


def is_prefilled(draft: Draft) -> bool:
    """Whether the question was taken from what led here, so that it is no step of its own."""
    question = draft.state.slots.get(slots.QUESTION)
    return question is not None and question == checked_question(draft.state.original)


def _is_wanted(draft: Draft, one: Step) -> bool:
    situation = draft.situation
    if flow(draft).then == "order" and situation.is_verified and one.slot in {"order", "contact"}:
        # The site says who they are: their newest orders are told without a question.
        return False
    if one.kind == "order":
        return bool(situation.order_pattern)
    if one.kind == "file":
        return situation.takes_files
    return True


def as_details(draft: Draft, gathered: Mapping[str, str]) -> dict[str, str]:
    """Return details by the names and in the words that conversations keep.

    A contact is an e-mail or a phone; what only this shop asks for stands under its label.
    """
    details: dict[str, str] = {}
    for slot, value in gathered.items():
        one = step(draft, slot)
        if slot == "contact":
            details["email" if "@" in value else "phone"] = value
        elif one is not None and _is_own(one):
            details[draft.templated(one.label)] = slots.shown(one, value, draft.language)
        else:
            details[slot] = value
    return details


def _is_own(one: Step) -> bool:
    """Whether a step asks for something that only this shop has a name for."""
    return one.slot not in phrases.LABEL and bool(one.label.tr or one.label.en)
