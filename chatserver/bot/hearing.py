"""What a message means to a flow that waits for an answer: the answer, a correction, or neither."""

from chatserver.bot import answers, gathering, orders, slots, steps
from chatserver.bot.details import checked_question
from chatserver.bot.draft import Draft
from chatserver.bot.globs import any_said
from chatserver.bot.intents import Intent, plain

CLEAR_FROM = 0.9
"""From this confidence on, what was typed instead of a name is a question."""

_CORRECTS = {
    "tr": ("hayır", "yanlış*", "düzelt*", "aslında", "pardon", "değil", "doğrusu", "değiştir*"),
    "en": ("no", "wrong", "sorry", "actually", "correct*", "not", "rather", "change*", "instead"),
}
_RESEND = {
    "tr": ("gelmedi", "tekrar", "yeniden", "almadım", "ulaşmadı"),
    "en": ("resend", "again", "another", "didnt get", "not received", "hasnt come", "no code"),
}


def press(draft: Draft, choice: str) -> bool:
    """Act on a pressed button; return whether it was one of a flow."""
    state = draft.state
    slot = gathering.fixable(draft, choice)
    if slot is not None:
        gathering.correct(draft, slot, correcting=True)
    elif choice == gathering.SKIP:
        if state.awaiting:
            _give_the_code_up(draft)
        elif state.gathering is not None:
            gathering.pass_over(draft)
    elif choice == gathering.BACK:
        gathering.back(draft)
    elif choice == gathering.CONFIRM:
        if state.confirming:
            gathering.finish(draft)
    elif choice.startswith(gathering.TAKE):
        _take(draft, choice.removeprefix(gathering.TAKE))
    else:
        return False
    return True


def hear(draft: Draft, text: str, found: frozenset[Intent]) -> None:
    """Take what is said while an answer is due."""
    draft.because("flow", steps.flow(draft).key, version=str(draft.situation.script.version))
    if draft.state.awaiting:
        _hear_code(draft, text, found)
    elif draft.state.confirming:
        _hear_about_summary(draft, text, found)
    else:
        _hear_detail(draft, text, found)


def attach(draft: Draft, name: str) -> bool:
    """Take a file that was asked for; return whether one was."""
    asked = steps.step(draft, draft.state.gathering or "")
    if asked is None or asked.kind != "file":
        return False
    gathering.fill(draft, name)
    return True


def _take(draft: Draft, value: str) -> None:
    asked = steps.step(draft, draft.state.gathering or "")
    if asked is None:
        return
    named = {choice.value for choice in asked.choices}
    if asked.kind == "yes_no":
        named = {slots.YES, slots.NO}
    if value in named:
        gathering.fill(draft, value)


def _hear_code(draft: Draft, text: str, found: frozenset[Intent]) -> None:
    code = orders.read_code(text)
    if code is not None:
        gathering.ask_desk(draft, code=code)
    elif Intent.SKIP in found or Intent.NO in found:
        _give_the_code_up(draft)
    elif any_said(_RESEND[draft.language], plain(text, draft.language).split()):
        gathering.ask_desk(draft)
    elif not _correction(draft, text) and not answers.on_the_way(draft, text):
        if draft.state.tries + 1 >= gathering.MAX_TRIES:
            _give_the_code_up(draft)
            return
        draft.remember(tries=draft.state.tries + 1)
        gathering.ask_code(draft, error=draft.words("bot.order.code_unread"))


def _give_the_code_up(draft: Draft) -> None:
    draft.remember(awaiting=False, tries=0)
    draft.offer_people(draft.words("bot.order.no_code"))


def _hear_about_summary(draft: Draft, text: str, found: frozenset[Intent]) -> None:
    if Intent.YES in found:
        gathering.finish(draft)
    elif _correction(draft, text):
        gathering.summarise(draft)
    elif Intent.NO in found:
        gathering.ask_what_to_fix(draft)
    else:
        answers.on_the_way(draft, text)


def _hear_detail(draft: Draft, text: str, found: frozenset[Intent]) -> None:
    """Take the asked detail, a question that came instead of it, or ask once more."""
    slot = draft.state.gathering
    asked = steps.step(draft, slot or "")
    if asked is None:
        gathering.start(draft)
        return
    is_closed = asked.kind in ("choice", "yes_no")
    if Intent.SKIP in found and not (is_closed and Intent.NO in found):
        gathering.pass_over(draft)
        return
    if Intent.BACK in found:
        gathering.back(draft)
        return
    if _correction(draft, text):
        return
    value = None
    if not found or is_closed or slot == slots.QUESTION:
        value = slots.read(asked, text, draft.situation)
    beside = {
        name: told
        for name, told in slots.harvest(steps.wanted(draft), text, draft.situation).items()
        if name != slot and not draft.known(name)
    }
    if value is not None and not (asked.kind == "name" and _is_clear_question(draft, text)):
        if beside and asked.kind != "name":
            gathering.put(draft, beside)
        gathering.fill(draft, value)
        if slot == slots.QUESTION:
            answers.on_the_way(draft, text)
    elif beside:
        gathering.put(draft, beside)
    elif Intent.GREETING not in found and not (
        len(text.split()) > 1 and answers.on_the_way(draft, text)
    ):
        keep_for_people(draft, text)
        gathering.reject(draft, text)


def _correction(draft: Draft, text: str) -> bool:
    """Take values that differ from those given before, where the message says so.

    "no, the number is 7654321" while something else is asked; "mailim x@y.com olacaktı".
    """
    given = draft.state.slots
    told = slots.harvest(steps.flow(draft).steps, text, draft.situation)
    other = {name: v for name, v in told.items() if name in given and given[name] != v}
    other.pop(draft.state.gathering or "", None)
    said = plain(text, draft.language).split()
    if not other or not (any_said(_CORRECTS[draft.language], said) or len(said) > 1):
        return False
    gathering.change(draft, other)
    if draft.state.awaiting:
        draft.remember(awaiting=False)
        gathering.ask_desk(draft)
    return True


def keep_for_people(draft: Draft, text: str) -> None:
    """Remember what was told instead of a detail, where it says something."""
    if checked_question(text) and len(text.split()) > 1:
        draft.keep_original(f"{draft.state.original} {text}")


def _is_clear_question(draft: Draft, text: str) -> bool:
    look = draft.knowledge.find(text, draft.language)
    several_words = len(text.split()) > 1
    return several_words and look.verdict == "answer" and look.found[0].confidence >= CLEAR_FROM
