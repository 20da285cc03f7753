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
from chatserver.bot.slots import question_in
from chatserver.bot.turn import Found, Look
from chatserver.domain.messages import Option

MAX_ANSWERS = 2
SHORT_WORDS = 2
"""Up to so many words may be a slip: the first miss asks for other words, not for people."""

ENTRY, NONE, HELPED_YES, HELPED_NO = "entry:", "none", "helped:yes", "helped:no"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the FAQ says to everything heard in one turn.

    Args:
        looks: what each answer rests on; the one that asks back; the last one for `none`.
    """

    verdict: Literal["answer", "clarify", "none"]
    looks: tuple[Look, ...] = ()

    @property
    def found(self) -> tuple[Found, ...]:
        """The entries to answer with, or to ask back with."""
        if self.verdict == "answer":
            return tuple(look.found[0] for look in self.looks)
        return self.looks[0].found if self.verdict == "clarify" else ()


def look_up(draft: Draft, texts: Sequence[str]) -> Outcome:
    """Return what the FAQ says to messages that were heard together."""
    looks = [draft.knowledge.find(question_in(one), draft.language, asked=True) for one in texts]
    single = [part for look in looks for part in (look.questions or (look,))]
    answers: dict[str, Look] = {}
    for look in single:
        if look.verdict == "answer":
            answers.setdefault(look.found[0].entry, look)
    if answers:
        return Outcome("answer", tuple(answers.values())[:MAX_ANSWERS])
    if len(texts) > 1:
        together = draft.knowledge.find(" ".join(texts), draft.language, asked=True)
        if together.verdict != "none":
            return Outcome(together.verdict, (together,))
    for look in single:
        if look.verdict == "clarify":
            return Outcome("clarify", (look,))
    return Outcome("none", tuple(single[-1:]))


def respond(draft: Draft, outcome: Outcome, texts: Sequence[str]) -> None:
    """Answer, ask back, or say honestly that there is no answer."""
    draft.keep_original(" ".join(texts))
    if outcome.verdict == "answer":
        answer(draft, outcome)
    elif outcome.verdict == "clarify":
        draft.because_of(outcome.looks[0], "clarify")
        ask_back(draft, outcome.found)
    else:
        if outcome.looks:
            draft.because_of(outcome.looks[0], "none")
        miss(draft, texts)


def answer(draft: Draft, outcome: Outcome) -> None:
    """Show answers and ask once whether they helped.

    A question that leads to the answer just given was not answered by it.
    """
    found = outcome.found
    if len(found) == 1 and found[0].entry == draft.state.answered:
        draft.because_of(outcome.looks[0], "none")
        draft.remember(misses=draft.state.misses + 1)
        draft.offer_people(phrases.unanswered(draft.situation, "again"))
        return
    show_all(draft, outcome)
    ask_helped(draft)


def show_all(draft: Draft, outcome: Outcome) -> None:
    """Show every answer, each with its own reason."""
    for look, one in zip(outcome.looks, outcome.found, strict=True):
        draft.because_of(look, "entry")
        draft.show(one)


def pick(draft: Draft, found: Found) -> None:
    """Show the entry that was chosen from several, by a press or by a word."""
    draft.because("entry", found.entry, version=found.version)
    draft.show(found)


def ask_helped(draft: Draft) -> None:
    """Ask whether the answer helped; going on with another question is an answer too."""
    draft.choose(
        draft.words("bot.helped.ask"),
        [draft.option(HELPED_YES, "bot.helped.yes"), draft.option(HELPED_NO, "bot.helped.no")],
        "confirm",
    )
    draft.remember(asked_helped=True)


def ask_back(draft: Draft, found: Sequence[Found]) -> None:
    """Offer the nearest questions and a way out of them."""
    options = [Option(ENTRY + one.entry, one.question) for one in found]
    options.append(draft.option(NONE, "bot.clarify_none"))
    draft.choose(draft.words("bot.clarify"), options, "clarify")
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
    draft.judged(helped=yes)
    draft.remember(asked_helped=False)
    if yes:
        draft.say("bot.helped.glad")
        return
    draft.remember(misses=draft.state.misses + 1)
    draft.offer_people(draft.words("bot.helped.not"))


def on_the_way(draft: Draft, text: str) -> bool:
    """Answer a question in the middle of something else; return whether there was an answer."""
    outcome = look_up(draft, [text])
    if outcome.verdict != "answer" or outcome.found[0].entry == draft.state.answered:
        return False
    show_all(draft, outcome)
    return True
