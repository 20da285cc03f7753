"""Which detail of a flow comes next, and which are given; asks nothing."""

from collections.abc import Mapping

from chatserver.bot import slots
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
        if (one.slot in here or not has(known, one.slot)) and _is_wanted(draft, one)
    ]


def given(draft: Draft) -> dict[str, str]:
    """Return what was gathered here, in the flow's order."""
    gathered = draft.state.slots
    return {one.slot: gathered[one.slot] for one in flow(draft).steps if one.slot in gathered}


def missing(draft: Draft) -> str | None:
    """Return the first detail that is neither given nor passed over."""
    done = {*draft.state.slots, *draft.state.skipped}
    return next((one.slot for one in wanted(draft) if one.slot not in done), None)


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
    if one.kind == "order":
        return bool(situation.order_pattern)
    if one.kind == "file":
        return situation.takes_files
    return not (flow(draft).then == "order" and one.slot == "contact" and situation.is_verified)


def as_details(gathered: Mapping[str, str]) -> dict[str, str]:
    """Return details by the names that conversations keep: a contact is an e-mail or a phone."""
    return {
        slot if slot != "contact" else "email" if "@" in value else "phone": value
        for slot, value in gathered.items()
    }
