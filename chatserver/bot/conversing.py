"""A turn while the bot holds the conversation alone; knows nothing of a queue.

Order of what wins: a threat, a complaint, the wish for a person, a detail that was asked for, a
reply to the bot's own question, the shop's rules, a question, an insult, small talk.
"""

from collections.abc import Sequence

from chatserver.bot import answers, gathering, hearing, orders, phrases, rules
from chatserver.bot.draft import HANDOFF, Draft
from chatserver.bot.handing import SMALL_TALK, reason, to_people
from chatserver.bot.intents import Intent, intents, ordinal
from chatserver.bot.turn import Heard
from chatserver.domain.conversations import HandoffReason, Priority
from chatserver.domain.messages import ChoicesBody
from faq import fold

MAX_INSULTS_HEARD_OUT = 1


def converse(draft: Draft, heard: Sequence[Heard]) -> None:
    """Take a turn in status `bot`."""
    if draft.state.done:
        # What was gathered is with the conversation; whatever comes now begins anew.
        draft.remember(done=False, slots={}, skipped=(), told_waiting=False)
    if draft.state.turns == 1:
        rules.apply(draft, "opened")
    texts: list[str] = []
    for one in heard:
        if one.kind == "handoff_requested":
            rules.apply(draft, "person_asked")
            to_people(draft, HandoffReason.ASKED, texts)
        elif one.kind == "order" and one.outcome is not None:
            orders.hear(draft, one.outcome)
        elif one.kind == "file":
            hearing.attach(draft, one.text)
        elif one.kind == "text" and one.choice is not None and _press(draft, one.choice):
            pass
        elif one.kind == "text" and one.text.strip():
            texts.append(one.text)
        if draft.is_handing_over:
            return
    if texts and not draft.is_asking_the_desk:
        _hear(draft, texts)
    if draft.is_handing_over or draft.is_asking_the_desk:
        return
    if gathering.is_open(draft) and (texts or draft.says):
        _ask_on(draft)
    if draft.says:
        draft.greet(short=True)


def _ask_on(draft: Draft) -> None:
    """End the turn with the question that is open, once."""
    asked = gathering.CODE if draft.state.awaiting else draft.state.gathering
    if draft.keep_one_form(asked):
        return
    if not draft.says or not isinstance(draft.says[-1], ChoicesBody):
        gathering.resume(draft)


def _press(draft: Draft, choice: str) -> bool:
    """Act on a pressed button; return whether it was one of this status."""
    if gathering.is_open(draft) and hearing.press(draft, choice):
        return True
    if rules.press(draft, choice):
        return True
    if choice.startswith(answers.ENTRY):
        found = draft.knowledge.entry(choice.removeprefix(answers.ENTRY), draft.language)
        if found is None:
            return False
        answers.pick(draft, found)
        answers.ask_helped(draft)
    elif choice == HANDOFF:
        to_people(draft, reason(draft.state))
    elif choice == answers.NONE:
        _none_of_these(draft)
    elif choice in (answers.HELPED_YES, answers.HELPED_NO):
        answers.helped(draft, choice == answers.HELPED_YES)
    else:
        return False
    return True


def _hear(draft: Draft, texts: Sequence[str]) -> None:
    found = [intents(text, draft.language) for text in texts]
    heard = frozenset[Intent]().union(*found)
    if Intent.THREAT in heard:
        draft.because("small_talk", "threat")
        draft.say("bot.threat")
        draft.raise_to(Priority.URGENT)
        draft.hand_over(HandoffReason.URGENT)
    elif Intent.COMPLAINT in heard:
        draft.because("small_talk", "complaint")
        draft.say("bot.complaint")
        draft.raise_to(Priority.HIGH)
        to_people(draft, HandoffReason.COMPLAINT, texts)
    elif any(Intent.PERSON in said and Intent.ROBOT not in said for said in found):
        rules.apply(draft, "person_asked")
        if not draft.is_handing_over:
            to_people(draft, HandoffReason.ASKED, texts)
    elif gathering.is_open(draft):
        _hear_details(draft, texts, found)
    elif not _reply(draft, texts[-1], found[-1]):
        questions = [t for t, f in zip(texts, found, strict=True) if not f & SMALL_TALK]
        if rules.apply(draft, "message", " ".join(questions or texts)):
            return
        draft.because("small_talk")
        if Intent.ROBOT in heard:
            draft.tell(phrases.robot(draft.situation))
            draft.remember(told_bot=True, greeted=True)
        elif questions:
            _question(draft, questions, insulted=Intent.INSULT in heard)
        else:
            _small_talk(draft, heard)


def _hear_details(draft: Draft, texts: Sequence[str], found: Sequence[frozenset[Intent]]) -> None:
    for text, said in zip(texts, found, strict=True):
        if Intent.ROBOT in said:
            draft.tell(phrases.robot(draft.situation))
        elif gathering.is_open(draft):
            rules.apply(draft, "message", text, notes_only=True)
            hearing.hear(draft, text, said)
        if draft.is_handing_over or draft.is_asking_the_desk:
            return
    if not gathering.is_open(draft) and not draft.state.done and not draft.says:
        gathering.end(draft)


def _reply(draft: Draft, text: str, found: frozenset[Intent]) -> bool:
    """Take a typed reply to the bot's last buttons; return whether it was one."""
    state, said = draft.state, fold(text)
    if state.asked_helped and found & {Intent.YES, Intent.NO}:
        answers.helped(draft, Intent.YES in found)
        return True
    if state.offered == (HANDOFF,):
        if Intent.YES in found or said == fold(phrases.person_label(draft.situation)):
            to_people(draft, reason(state))
        elif Intent.NO in found:
            draft.remember(offered=())
            draft.say("bot.go_on")
        else:
            return False
        return True
    if not state.offered:
        return False
    if found & {Intent.NONE, Intent.NO}:
        _none_of_these(draft)
        return True
    place = ordinal(text, draft.language, len(state.offered))
    if place is None and Intent.YES in found and len(state.offered) == 1:
        place = 0
    return _chosen(draft, place, said)


def _chosen(draft: Draft, place: int | None, said: str) -> bool:
    """Act on what a typed reply chose of the buttons, by its place or its words."""
    for at, key in enumerate(draft.state.offered):
        entry = draft.knowledge.entry(key, draft.language)
        if entry is not None and (at == place or fold(entry.question) == said):
            answers.pick(draft, entry)
            answers.ask_helped(draft)
            return True
        if entry is None and at == place and _press(draft, key):
            return True
    return False


def _question(draft: Draft, texts: Sequence[str], *, insulted: bool) -> None:
    outcome = answers.look_up(draft, texts)
    if insulted and outcome.verdict != "answer":
        _insult(draft)
    else:
        answers.respond(draft, outcome, texts)


def _insult(draft: Draft) -> None:
    draft.remember(insults=draft.state.insults + 1)
    if draft.state.insults <= MAX_INSULTS_HEARD_OUT:
        draft.say("bot.insult")
        return
    draft.raise_to(Priority.HIGH)
    draft.offer_people(phrases.unanswered(draft.situation, "insult_again"))


def _none_of_these(draft: Draft) -> None:
    draft.because("none")
    draft.remember(misses=draft.state.misses + 1, answered=None)
    draft.offer_people(phrases.unanswered(draft.situation, "no_answer"))


def _small_talk(draft: Draft, heard: frozenset[Intent]) -> None:
    draft.remember(offered=(), asked_helped=False)
    if Intent.GREETING in heard and not draft.state.greeted:
        draft.greet(short=False)
    elif Intent.BYE in heard:
        draft.tell(phrases.goodbye(draft.situation))
    elif Intent.THANKS in heard:
        draft.say("bot.thanks")
    else:
        draft.say("bot.how")
