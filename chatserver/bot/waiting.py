"""A turn while the conversation waits for people; promises nothing about when they come.

The bot says honestly that nobody is there, answers what it can, and gathers what people will need.
"""

from collections.abc import Sequence

from chatserver.bot import answers, gathering, hearing, orders, phrases, rules
from chatserver.bot.draft import HANDOFF, Draft
from chatserver.bot.intents import Intent, intents
from chatserver.bot.turn import Heard
from chatserver.domain.conversations import Priority
from chatserver.domain.messages import ChoicesBody


def keep_company(draft: Draft, heard: Sequence[Heard]) -> None:
    """Take a turn in status `waiting`."""
    draft.remember(greeted=True, offered=(), asked_helped=False)
    said_something = False
    for one in heard:
        if one.kind == "order" and one.outcome is not None:
            orders.hear(draft, one.outcome)
            said_something = True
        elif one.kind == "file":
            said_something = hearing.attach(draft, one.text) or said_something
        elif one.kind != "text":
            _happened(draft, one)
        elif one.choice is not None and _press(draft, one.choice):
            said_something = True
        elif one.text.strip():
            _hear(draft, one.text)
            said_something = True
    if not draft.is_asking_the_desk and (
        said_something or draft.says or not gathering.is_open(draft)
    ):
        _ask_one_thing(draft)


def _happened(draft: Draft, one: Heard) -> None:
    draft.because("handoff", one.kind)
    if one.kind == "agent_lost":
        draft.say("bot.agent_lost")
        draft.remember(told_waiting=False)
        rules.apply(draft, "agent_gone")
        if draft.situation.people == "free":
            return
    elif one.kind != "handoff_requested":
        rules.apply(draft, "waiting_too_long")
        draft.because("handoff", one.kind)
    if one.kind == "handoff_requested" or not draft.state.told_waiting:
        _tell_nobody(draft)


def _tell_nobody(draft: Draft) -> None:
    """Say once a turn that nobody has taken the conversation."""
    sentence = phrases.nobody(draft.situation)
    draft.remember(told_waiting=True)
    if sentence not in {getattr(body, "text", "") for body in draft.says}:
        draft.tell(sentence)


def _press(draft: Draft, choice: str) -> bool:
    """Act on a pressed button; return whether it was one of this status."""
    if hearing.press(draft, choice) or rules.press(draft, choice):
        return True
    if choice.startswith(answers.ENTRY):
        found = draft.knowledge.entry(choice.removeprefix(answers.ENTRY), draft.language)
        if found is None:
            return False
        answers.pick(draft, found)
    elif choice in (HANDOFF, answers.NONE):
        _tell_nobody(draft)
    elif choice in (answers.HELPED_YES, answers.HELPED_NO):
        draft.judged(helped=choice == answers.HELPED_YES)
        if choice == answers.HELPED_YES:
            draft.say("bot.helped.glad")
        else:
            _tell_nobody(draft)
    else:
        return False
    return True


def _hear(draft: Draft, text: str) -> None:
    found = intents(text, draft.language)
    draft.because("small_talk")
    if Intent.THREAT in found:
        draft.say("bot.threat")
        draft.raise_to(Priority.URGENT)
        return
    if Intent.COMPLAINT in found:
        draft.raise_to(Priority.HIGH)
    if Intent.PERSON in found:
        _tell_nobody(draft)
    elif Intent.ROBOT in found:
        draft.say("bot.robot_waiting")
    elif gathering.is_open(draft):
        rules.apply(draft, "message", text, notes_only=True)
        hearing.hear(draft, text, found)
    elif not rules.apply(draft, "message", text):
        _hear_more(draft, text, found)


def _hear_more(draft: Draft, text: str, found: frozenset[Intent]) -> None:
    """Take what is said before the details are asked, or after they are confirmed."""
    if not draft.state.done:
        hearing.keep_for_people(draft, text)
        answers.on_the_way(draft, text)
    elif Intent.THANKS in found:
        draft.say("bot.thanks")
    elif Intent.BYE in found:
        draft.tell(phrases.goodbye(draft.situation))
    elif not answers.on_the_way(draft, text) and not found & {
        Intent.YES,
        Intent.NO,
        Intent.GREETING,
    }:
        draft.say("bot.waiting.noted")


def _ask_one_thing(draft: Draft) -> None:
    """End the turn with one question: where the flow stands, its error kept if it had one."""
    asked = gathering.CODE if draft.state.awaiting else draft.state.gathering
    if draft.keep_one_form(asked):
        return
    if not draft.says or not isinstance(draft.says[-1], ChoicesBody):
        gathering.start(draft)
