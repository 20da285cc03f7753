"""From the bot to people: what is said, what is kept for them, and what is asked meanwhile."""

from collections.abc import Sequence

from chatserver.bot import gathering, phrases
from chatserver.bot.details import checked_question
from chatserver.bot.draft import Draft
from chatserver.bot.intents import Intent, intents
from chatserver.bot.turn import BotState
from chatserver.domain.conversations import HandoffReason

SMALL_TALK = frozenset(
    {Intent.GREETING, Intent.THANKS, Intent.BYE, Intent.YES, Intent.NO, Intent.NONE}
    | {Intent.SKIP, Intent.BACK}
)
SAYS_MORE_FROM_WORDS = 6


def to_people(draft: Draft, reason: HandoffReason, texts: Sequence[str] = ()) -> None:
    """Ask for people; where none can be offered, say so and begin to gather.

    Args:
        texts: what was just said; a question among it is kept for the people.
    """
    wanted = " ".join(text for text in texts if _says_more(draft, text))
    if checked_question(wanted):
        draft.keep_original(wanted)
    draft.remember(gathering=None, confirming=False, awaiting=False)
    draft.hand_over(reason)
    draft.tell(phrases.handing_over(draft.situation))
    draft.remember(told_waiting=True)
    gathering.start(draft)


def reason(state: BotState) -> HandoffReason:
    """Return why people are asked for by the offered button."""
    if state.misses == 0:
        return HandoffReason.ASKED
    if state.answered is not None:
        return HandoffReason.NOT_HELPED
    return HandoffReason.NO_ANSWER if state.misses == 1 else HandoffReason.STUCK


def _says_more(draft: Draft, text: str) -> bool:
    """Whether a message holds more than the wish for a person or small talk."""
    found = intents(text, draft.language)
    if found & SMALL_TALK:
        return False
    return Intent.PERSON not in found or len(text.split()) >= SAYS_MORE_FROM_WORDS
