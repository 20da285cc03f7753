"""A turn while the conversation waits for people; promises nothing about when they come.

The bot says honestly that nobody is there, answers what it can, and gathers what people will need.
"""

from collections.abc import Sequence

from chatserver.bot import answers, gathering, phrases
from chatserver.bot.details import checked_question
from chatserver.bot.draft import HANDOFF, Draft
from chatserver.bot.intents import Intent, intents
from chatserver.bot.turn import Heard
from chatserver.domain.conversations import Priority
from chatserver.domain.messages import ChoicesBody, FormBody

CLEAR_FROM = 0.9
"""From this confidence on, what was typed instead of a name is a question."""


def keep_company(draft: Draft, heard: Sequence[Heard]) -> None:
    """Take a turn in status `waiting`."""
    draft.remember(greeted=True, offered=(), asked_helped=False)
    said_something = False
    for one in heard:
        if one.kind != "text":
            _happened(draft, one)
        elif one.choice is not None and _press(draft, one.choice):
            said_something = True
        elif one.text.strip():
            _hear(draft, one.text)
            said_something = True
    open_question = draft.state.gathering is not None or draft.state.confirming
    if not said_something and not draft.says and open_question:
        return
    _ask_one_thing(draft)


def _happened(draft: Draft, one: Heard) -> None:
    if one.kind == "agent_lost":
        draft.say("bot.agent_lost")
        draft.remember(told_waiting=False)
        if draft.situation.people == "free":
            return
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
    state = draft.state
    slot = gathering.fixable(draft, choice)
    if slot is not None:
        gathering.correct(draft, slot, correcting=True)
    elif choice == gathering.SKIP:
        if state.gathering is not None:
            gathering.pass_over(draft)
    elif choice == gathering.BACK:
        gathering.back(draft)
    elif choice == gathering.CONFIRM:
        if state.confirming:
            gathering.finish(draft)
    elif choice.startswith(answers.ENTRY):
        found = draft.knowledge.entry(choice.removeprefix(answers.ENTRY), draft.language)
        if found is None:
            return False
        draft.show(found)
    elif choice in (HANDOFF, answers.NONE, answers.HELPED_NO):
        _tell_nobody(draft)
    elif choice == answers.HELPED_YES:
        draft.say("bot.helped.glad")
    else:
        return False
    return True


def _hear(draft: Draft, text: str) -> None:
    found = intents(text, draft.language)
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
    elif draft.state.confirming:
        _hear_about_summary(draft, text, found)
    elif draft.state.gathering is not None:
        _hear_detail(draft, text, found)
    else:
        _hear_more(draft, text, found)


def _hear_about_summary(draft: Draft, text: str, found: frozenset[Intent]) -> None:
    if Intent.YES in found:
        gathering.finish(draft)
    elif Intent.NO in found:
        gathering.ask_what_to_fix(draft)
    else:
        _answer(draft, text)


def _hear_detail(draft: Draft, text: str, found: frozenset[Intent]) -> None:
    """Take the asked detail, a question that came instead of it, or ask once more."""
    slot = draft.state.gathering
    if Intent.SKIP in found:
        gathering.pass_over(draft)
        return
    if Intent.BACK in found:
        gathering.back(draft)
        return
    value = None if found else gathering.take(draft, text)
    if slot == "question":
        value = gathering.take(draft, text)
    if value is not None and not (slot == "name" and _is_clear_question(draft, text)):
        gathering.fill(draft, value)
        if slot == "question":
            _answer(draft, text)
    elif Intent.GREETING not in found and not (len(text.split()) > 1 and _answer(draft, text)):
        _keep_for_people(draft, text)
        gathering.reject(draft, text)


def _hear_more(draft: Draft, text: str, found: frozenset[Intent]) -> None:
    """Take what is said before the details are asked, or after they are confirmed."""
    if not draft.state.done:
        _keep_for_people(draft, text)
        _answer(draft, text)
    elif Intent.THANKS in found:
        draft.say("bot.thanks")
    elif Intent.BYE in found:
        draft.tell(phrases.goodbye(draft.situation))
    elif not _answer(draft, text) and not found & {Intent.YES, Intent.NO, Intent.GREETING}:
        draft.say("bot.waiting.noted")


def _keep_for_people(draft: Draft, text: str) -> None:
    """Remember what was told instead of a detail, where it says something."""
    if checked_question(text) and len(text.split()) > 1:
        draft.keep_original(f"{draft.state.original} {text}")


def _is_clear_question(draft: Draft, text: str) -> bool:
    verdict, found = draft.knowledge.find(text, draft.language)
    several_words = len(text.split()) > 1
    return several_words and verdict == "answer" and found[0].confidence >= CLEAR_FROM


def _answer(draft: Draft, text: str) -> bool:
    """Answer a question on the way; return whether there was one with an answer."""
    outcome = answers.look_up(draft, [text])
    if outcome.verdict != "answer" or outcome.found[0].entry == draft.state.answered:
        return False
    for one in outcome.found:
        draft.show(one)
    return True


def _ask_one_thing(draft: Draft) -> None:
    """End the turn with one question: where the flow stands, its error kept if it had one."""
    forms = [body for body in draft.says if isinstance(body, FormBody)]
    draft.says[:] = [body for body in draft.says if not isinstance(body, FormBody)]
    if forms and forms[-1].slot == draft.state.gathering:
        draft.says.append(forms[-1])
    elif not draft.says or not isinstance(draft.says[-1], ChoicesBody):
        gathering.start(draft)
