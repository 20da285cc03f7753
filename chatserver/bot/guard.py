"""Against loops and floods: another bot at the other end, a stuck key, a talk without an end."""

from collections.abc import Sequence

from chatserver.bot.draft import Draft
from chatserver.bot.handing import to_people
from chatserver.bot.intents import Intent, intents
from chatserver.bot.turn import Heard
from chatserver.domain.conversations import HandoffReason, Status
from chatserver.domain.folding import fold

MAX_SAME = 3
"""So often the same words in a row are answered; then the bot says so once, then nothing."""

MAX_TURNS = 40
"""So many turns with the bot alone; then people are asked for."""

MAX_TURNS_WAITING = 120
"""So many turns in all; then the bot is silent and leaves the rest to people."""

_KEY_CHARS = 80


def note(draft: Draft, heard: Sequence[Heard]) -> None:
    """Count the turn and what was said again."""
    said = [
        fold(f"{one.text}|{one.choice or ''}")[:_KEY_CHARS] for one in heard if one.kind == "text"
    ]
    state = draft.state
    same, last = state.same, state.last_heard
    if state.gathering or state.confirming:
        said = []  # the same word may well answer several questions
    for one in said:
        same = same + 1 if one == last else 1
        last = one
    draft.remember(turns=state.turns + 1, same=same, last_heard=last)


def stops(draft: Draft, heard: Sequence[Heard]) -> bool:
    """Say or do what ends a loop; return whether the turn is over by that."""
    state = draft.state
    texts = [one.text for one in heard if one.kind == "text"]
    if any(intents(text, draft.language) & {Intent.THREAT, Intent.PERSON} for text in texts):
        return False
    if state.turns > MAX_TURNS_WAITING:
        return True
    draft.because("guard", "same" if state.same > MAX_SAME else "turns")
    is_repeating = state.same > MAX_SAME and all(one.kind == "text" for one in heard)
    if is_repeating:
        if state.same == MAX_SAME + 1:
            draft.say("bot.same")
        return True
    if draft.situation.status is Status.BOT and state.turns > MAX_TURNS:
        draft.say("bot.too_long")
        to_people(draft, HandoffReason.TOO_MANY_TURNS, texts)
        return True
    return False
