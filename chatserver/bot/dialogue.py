"""The bot's one entrance: what was heard in, one decision out; pure, and never the same twice.

`bot` status is `conversing.py`, `waiting` is `waiting.py`; in any other the bot is silent.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from chatserver.bot import guard
from chatserver.bot.conversing import converse
from chatserver.bot.draft import Draft
from chatserver.bot.phrases import worded
from chatserver.bot.tongue import heard_language
from chatserver.bot.turn import BotState, Decision, Heard, Knowledge, Situation
from chatserver.bot.waiting import keep_company
from chatserver.domain.conversations import HandoffReason, Status
from chatserver.domain.messages import TextBody
from chatserver.domain.why import Why
from chatserver.masking import HIDDEN


def take_turn(
    state: BotState, heard: Sequence[Heard], situation: Situation, knowledge: Knowledge
) -> Decision:
    """Decide what the bot does about everything heard since its last turn.

    Several messages are answered once, together. `says` may be empty: there is nothing new to
    say. Nothing here raises for anything a visitor can write or press.

    Args:
        heard: in the order of the log.
    """
    language = heard_language(state, heard, situation, knowledge)
    draft = Draft(state, replace(situation, language=language), knowledge)
    draft.remember(language=language)
    speaks = situation.status in (Status.BOT, Status.WAITING)
    is_going_on = any(one.kind == "order" for one in heard)
    if speaks and not is_going_on:
        guard.note(draft, heard)
        if guard.stops(draft, heard):
            return draft.decision()
        _warn_of_numbers(draft, heard)
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
    sorry = (TextBody(worded(situation, "bot.error")),)
    why = (Why("error", language=situation.language),)
    return Decision(
        sorry,
        state,
        handoff=HandoffReason.BOT_ERROR,
        says_if_offered=sorry,
        whys=why,
        whys_if_offered=why,
    )


def _warn_of_numbers(draft: Draft, heard: Sequence[Heard]) -> None:
    """Say once that a number was hidden and need not be sent."""
    if not draft.state.told_hidden and any(HIDDEN * 3 in one.text for one in heard):
        draft.because("guard", "hidden")
        draft.say("bot.hidden")
        draft.remember(told_hidden=True)
