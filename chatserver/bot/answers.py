"""When the bot answers, asks back or admits it does not know; knows no flow of details.

Several messages of one thought are looked at one by one and together; two different questions get
two answers, never more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from chatserver.bot import phrases
from chatserver.bot.draft import Draft
from chatserver.bot.intents import plain
from chatserver.bot.turn import Found
from chatserver.domain.messages import Option
from chatserver.words import say

MAX_ANSWERS = 2
SHORT_WORDS = 2
"""Up to so many words may be a slip: the first miss asks for other words, not for people."""

ENTRY, NONE, HELPED_YES, HELPED_NO = "entry:", "none", "helped:yes", "helped:no"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the FAQ says to everything heard in one turn.

    Args:
        found: the entries to answer with, or to ask back with; empty for `none`.
    """

    verdict: Literal["answer", "clarify", "none"]
    found: tuple[Found, ...] = ()


def look_up(draft: Draft, texts: Sequence[str]) -> Outcome:
    """Return what the FAQ says to messages that were heard together."""
    single = [draft.knowledge.find(text, draft.language) for text in texts]
    answers: dict[str, Found] = {}
    for verdict, found in single:
        if verdict == "answer":
            answers.setdefault(found[0].entry, found[0])
    if answers:
        return Outcome("answer", tuple(answers.values())[:MAX_ANSWERS])
    if len(texts) > 1:
        verdict, found = draft.knowledge.find(" ".join(texts), draft.language)
        if verdict != "none":
            return Outcome(verdict, tuple(found))
    for verdict, found in single:
        if verdict == "clarify":
            return Outcome("clarify", tuple(found))
    return Outcome("none")


def respond(draft: Draft, outcome: Outcome, texts: Sequence[str]) -> None:
    """Answer, ask back, or say honestly that there is no answer."""
    draft.keep_original(" ".join(texts))
    if outcome.verdict == "answer":
        answer(draft, outcome.found, typed=True)
    elif outcome.verdict == "clarify":
        ask_back(draft, outcome.found)
    else:
        miss(draft, texts)


def answer(draft: Draft, found: Sequence[Found], *, typed: bool) -> None:
    """Show answers and ask once whether they helped.

    Args:
        typed: a typed question that leads to the answer just given was not answered by it.
    """
    if typed and len(found) == 1 and found[0].entry == draft.state.answered:
        draft.remember(misses=draft.state.misses + 1)
        draft.offer_people(phrases.unanswered(draft.situation, "again"))
        return
    for one in found:
        draft.show(one)
    ask_helped(draft)


def ask_helped(draft: Draft) -> None:
    """Ask whether the answer helped; going on with another question is an answer too."""
    draft.choose(
        say(draft.language, "bot.helped.ask"),
        [draft.option(HELPED_YES, "bot.helped.yes"), draft.option(HELPED_NO, "bot.helped.no")],
        "confirm",
    )
    draft.remember(asked_helped=True)


def ask_back(draft: Draft, found: Sequence[Found]) -> None:
    """Offer the nearest questions and a way out of them."""
    options = [Option(ENTRY + one.entry, one.question) for one in found]
    options.append(draft.option(NONE, "bot.clarify_none"))
    draft.choose(say(draft.language, "bot.clarify"), options, "clarify")
    draft.remember(offered=tuple(one.entry for one in found), asked_helped=False)


def miss(draft: Draft, texts: Sequence[str]) -> None:
    """Say that there is no answer; from the second time on, that this leads nowhere."""
    misses = draft.state.misses + 1
    short = len(plain(" ".join(texts), draft.language).split()) <= SHORT_WORDS
    draft.remember(misses=misses, answered=None, offered=(), asked_helped=False)
    if misses > 1:
        draft.offer_people(phrases.unanswered(draft.situation, "stuck"))
    elif short:
        draft.say("bot.rephrase")
    else:
        draft.offer_people(phrases.unanswered(draft.situation, "no_answer"))


def helped(draft: Draft, yes: bool) -> None:
    """Take the word on the last answer."""
    draft.remember(asked_helped=False)
    if yes:
        draft.say("bot.helped.glad")
        return
    draft.remember(misses=draft.state.misses + 1)
    draft.offer_people(say(draft.language, "bot.helped.not"))
