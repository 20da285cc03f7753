"""The bot's one entrance: what was heard in, one decision out; pure, and never the same twice.

`bot` status is `conversing.py`, `waiting` is `waiting.py`; in any other the bot is silent.
"""

from collections.abc import Sequence
from typing import assert_never

from chatserver.bot.conversing import converse
from chatserver.bot.draft import Draft
from chatserver.bot.turn import BotState, Decision, Heard, Knowledge, Situation
from chatserver.bot.waiting import keep_company
from chatserver.domain.conversations import HandoffReason, Status
from chatserver.domain.messages import TextBody
from chatserver.words import say


def take_turn(
    state: BotState, heard: Sequence[Heard], situation: Situation, knowledge: Knowledge
) -> Decision:
    """Decide what the bot does about everything heard since its last turn.

    Several messages are answered once, together. `says` may be empty: there is nothing new to
    say. Nothing here raises for anything a visitor can write or press.

    Args:
        heard: in the order of the log.
    """
    draft = Draft(state, situation, knowledge)
    match situation.status:
        case Status.BOT:
            converse(draft, heard)
        case Status.WAITING:
            keep_company(draft, heard)
        case Status.OPEN | Status.RESOLVED:
            pass
        case _:  # pragma: no cover - the closed set is checked by the type checker
            assert_never(situation.status)
    return draft.decision()


def give_up(state: BotState, situation: Situation) -> Decision:
    """Decide what happens when the bot itself is broken: say so, and leave it to people."""
    sorry = (TextBody(say(situation.language, "bot.error")),)
    return Decision(sorry, state, handoff=HandoffReason.STUCK, says_if_offered=sorry)
