"""A turn while the bot holds the conversation alone; knows nothing of a queue.

Order of what wins: a threat, a complaint, the wish for a person, a reply to the bot's own
question, a question, an insult, small talk.
"""

from collections.abc import Sequence

from chatserver.bot import answers, gathering, phrases
from chatserver.bot.details import checked_question
from chatserver.bot.draft import HANDOFF, Draft
from chatserver.bot.intents import Intent, intents, ordinal
from chatserver.bot.turn import BotState, Heard
from chatserver.domain.conversations import HandoffReason, Priority
from chatserver.words import say
from faq import fold

_SMALL_TALK = frozenset(
    {Intent.GREETING, Intent.THANKS, Intent.BYE, Intent.YES, Intent.NO, Intent.NONE}
    | {Intent.SKIP, Intent.BACK}
)
MAX_INSULTS_HEARD_OUT = 1
SAYS_MORE_FROM_WORDS = 6


def converse(draft: Draft, heard: Sequence[Heard]) -> None:
    """Take a turn in status `bot`."""
    if draft.state.gathering or draft.state.confirming or draft.state.done:
        # Back from people: what was gathered is theirs, the flow begins anew if needed again.
        draft.remember(
            gathering=None, correcting=False, confirming=False, done=False, told_waiting=False
        )
        draft.remember(slots={}, skipped=(), tries=0)
    texts: list[str] = []
    for one in heard:
        if one.kind == "handoff_requested":
            to_people(draft, HandoffReason.ASKED, texts)
            return
        if one.kind != "text":
            continue
        if one.choice is not None and _press(draft, one.choice):
            if draft.is_handing_over:
                return
        elif one.text.strip():
            texts.append(one.text)
    if texts:
        _hear(draft, texts)
    if draft.says and not draft.is_handing_over:
        draft.greet(short=True)


def to_people(draft: Draft, reason: HandoffReason, texts: Sequence[str] = ()) -> None:
    """Ask for people; where none can be offered, say so and begin to gather.

    Args:
        texts: what was just said; a question among it is kept for the people.
    """
    wanted = " ".join(text for text in texts if _says_more(draft, text))
    if checked_question(wanted):
        draft.keep_original(wanted)
    draft.hand_over(reason)
    draft.tell(phrases.handing_over(draft.situation))
    draft.remember(told_waiting=True)
    gathering.start(draft)


def _says_more(draft: Draft, text: str) -> bool:
    """Whether a message holds more than the wish for a person or small talk."""
    found = intents(text, draft.language)
    if found & _SMALL_TALK:
        return False
    return Intent.PERSON not in found or len(text.split()) >= SAYS_MORE_FROM_WORDS


def _press(draft: Draft, choice: str) -> bool:
    """Act on a pressed button; return whether it was one of this status."""
    if choice.startswith(answers.ENTRY):
        found = draft.knowledge.entry(choice.removeprefix(answers.ENTRY), draft.language)
        if found is None:
            return False
        answers.answer(draft, [found], typed=False)
    elif choice == HANDOFF:
        to_people(draft, _reason(draft.state))
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
        draft.say("bot.threat")
        draft.raise_to(Priority.URGENT)
        draft.hand_over(HandoffReason.URGENT)
    elif Intent.COMPLAINT in heard:
        draft.say("bot.complaint")
        draft.raise_to(Priority.HIGH)
        to_people(draft, HandoffReason.COMPLAINT, texts)
    elif Intent.PERSON in heard:
        to_people(draft, HandoffReason.ASKED, texts)
    elif not _reply(draft, texts[-1], found[-1]):
        questions = [t for t, f in zip(texts, found, strict=True) if not f & _SMALL_TALK]
        if Intent.ROBOT in heard:
            draft.tell(phrases.robot(draft.situation))
            draft.remember(told_bot=True, greeted=True)
        elif questions:
            _question(draft, questions, insulted=Intent.INSULT in heard)
        else:
            _small_talk(draft, heard)


def _reply(draft: Draft, text: str, found: frozenset[Intent]) -> bool:
    """Take a typed reply to the bot's last buttons; return whether it was one."""
    state, said = draft.state, fold(text)
    if state.asked_helped and found & {Intent.YES, Intent.NO}:
        answers.helped(draft, Intent.YES in found)
        return True
    if state.offered == (HANDOFF,):
        if Intent.YES in found or said == fold(phrases.person_label(draft.situation)):
            to_people(draft, _reason(state))
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
    entries = [draft.knowledge.entry(key, draft.language) for key in state.offered]
    for at, entry in enumerate(entries):
        if entry is not None and (at == place or fold(entry.question) == said):
            answers.answer(draft, [entry], typed=False)
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
        draft.tell(say(draft.language, "bot.how"))


def _reason(state: BotState) -> HandoffReason:
    """Return why people are asked for by the offered button."""
    if state.misses == 0:
        return HandoffReason.ASKED
    if state.answered is not None:
        return HandoffReason.NOT_HELPED
    return HandoffReason.NO_ANSWER if state.misses == 1 else HandoffReason.STUCK
