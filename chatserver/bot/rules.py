"""When a rule holds, and what it then does; in the order in which the shop has put them.

No rule fires more often than it may in one conversation, and none starts another: a turn looks at
each rule once, so no set of rules can go round in circles.
"""

from collections.abc import Sequence

from chatserver.bot import answers, gathering, globs, handing
from chatserver.bot.draft import Draft
from chatserver.bot.intents import plain
from chatserver.bot.script import Button, Do, EventKind, Rule, When
from chatserver.bot.slots import question_in
from chatserver.bot.turn import Look
from chatserver.domain.cards import (
    MAX_LINE_CHARS,
    MAX_TITLE_CHARS,
    LinkBody,
    ProductBody,
    clean_line,
)
from chatserver.domain.conversations import HandoffReason, Status
from chatserver.domain.messages import Option

FLOW = "flow:"
"""Value of a button that begins a flow, with the flow's key after it."""


def apply(draft: Draft, event: EventKind, text: str = "", *, notes_only: bool = False) -> bool:
    """Do what the rules say to an event.

    Args:
        notes_only: leave out rules that say or begin something: an answer to something else is due.

    Returns:
        Whether it is dealt with, so that nothing else needs to answer it.
    """
    script = draft.situation.script
    if not script.rules:
        return False
    heard = _Heard(draft, text)
    handled = False
    for rule in script.rules:
        if not _may_fire(draft, rule, event) or (notes_only and not _only_notes(rule)):
            continue
        if not _holds(draft, rule.when, heard):
            continue
        fired = {**draft.state.fired, rule.key: draft.state.fired.get(rule.key, 0) + 1}
        draft.remember(fired=fired)
        draft.because("rule", rule.key, version=str(script.version))
        handled = _do_all(draft, rule.do, text) or handled
        if draft.is_handing_over or (handled and not rule.goes_on) or script.match == "first":
            break
    return handled


def press(draft: Draft, choice: str) -> bool:
    """Begin the flow that a button stands for; return whether it was one."""
    return choice.startswith(FLOW) and gathering.begin(draft, choice.removeprefix(FLOW))


class _Heard:
    """What is looked at once for all rules of a turn, and only when one asks."""

    def __init__(self, draft: Draft, text: str) -> None:
        self._draft = draft
        self._text = text
        self._said: list[str] | None = None
        self._look: Look | None = None

    def said(self) -> Sequence[str]:
        """Return the folded words."""
        if self._said is None:
            self._said = plain(self._text, self._draft.language).split()
        return self._said

    def entry(self) -> str:
        """Return the entry that the message asks for, or ""."""
        if self._look is None:
            draft, text = self._draft, question_in(self._text)
            self._look = draft.knowledge.find(text, draft.language, asked=True)
        return self._look.found[0].entry if self._look.verdict == "answer" else ""


def _may_fire(draft: Draft, rule: Rule, event: EventKind) -> bool:
    return (
        rule.enabled
        and rule.when.event == event
        and draft.state.fired.get(rule.key, 0) < rule.at_most
    )


def _only_notes(rule: Rule) -> bool:
    """Whether a rule only tags, raises or routes."""
    return not any(
        do.say
        or do.ask
        or do.products
        or do.links
        or do.answer
        or do.flow
        or do.hand_over
        or do.close
        for do in rule.do
    )


def _holds(draft: Draft, when: When, heard: _Heard) -> bool:
    situation = draft.situation
    cart = situation.cart
    if when.language is not None and when.language != situation.language:
        return False
    if when.hours is not None and situation.hours_open is not (when.hours == "open"):
        return False
    if when.people and situation.people not in when.people:
        return False
    if when.cart_from is not None and (cart is None or cart < when.cart_from):
        return False
    if when.cart_below is not None and (cart is None or cart >= when.cart_below):
        return False
    if when.pages and not _any_fits(when.pages, situation.page):
        return False
    if when.campaigns and not _any_fits(when.campaigns, situation.campaign):
        return False
    attributes = situation.attributes
    if not all(
        globs.fits(glob, attributes.get(name, "")) for name, glob in when.attributes.items()
    ):
        return False
    if when.says and not globs.any_said(when.says, heard.said()):
        return False
    if when.not_says and globs.any_said(when.not_says, heard.said()):
        return False
    return not when.entries or heard.entry() in when.entries


def _any_fits(patterns: Sequence[str], text: str) -> bool:
    return bool(text) and any(globs.fits(pattern, text) for pattern in patterns)


def _do_all(draft: Draft, actions: Sequence[Do], text: str) -> bool:
    """Do everything a rule says; return whether it said something, asked, or ended the talk."""
    handled = False
    for do in actions:
        if do.tag:
            draft.tag(do.tag)
        if do.priority is not None:
            draft.raise_to(do.priority)
        if do.team or do.agent:
            draft.route_to(team=do.team, agent=do.agent)
        handled = _say(draft, do) or handled
        handled = _show(draft, do) or handled
        if do.answer:
            found = draft.knowledge.entry(do.answer, draft.language)
            if found is not None:
                draft.show(found)
                handled = True
        if do.flow and not gathering.is_open(draft) and _is_of_use(draft, do.flow):
            draft.keep_original(f"{draft.state.original} {text}")
            handled = gathering.begin(draft, do.flow) or handled
        if do.hand_over:
            _hand_over(draft, do.hand_over, text)
            return True
        if do.close:
            draft.close()
            return True
    return handled


def _is_of_use(draft: Draft, key: str) -> bool:
    """Whether a flow leads anywhere here: orders are not asked for where nobody can look them up."""
    flow = draft.situation.script.flow(key)
    return flow is not None and (flow.then != "order" or draft.situation.has_orders)


def _say(draft: Draft, do: Do) -> bool:
    said = do.say or do.ask
    sentence = draft.templated(said) if said else ""
    if not sentence:
        return False
    options = [option for b in do.buttons if (option := _option(draft, b)) is not None]
    if options:
        draft.choose(sentence, options, "next")
        draft.remember(offered=tuple(_offered(option.value) for option in options))
    else:
        draft.tell(sentence)
    return True


def _show(draft: Draft, do: Do) -> bool:
    shown: list[ProductBody | LinkBody] = []
    for one in do.products:
        title = clean_line(draft.templated(one.title), MAX_TITLE_CHARS)
        price = None if one.price is None else round(one.price * 100)
        shown.append(ProductBody(title, one.url, price, one.stock, one.image, one.sku))
    for link in do.links:
        title = clean_line(draft.templated(link.title), MAX_TITLE_CHARS)
        text = clean_line(draft.templated(link.text), MAX_LINE_CHARS)
        shown.append(LinkBody(title, link.url, text))
    shown = [card for card in shown if card.title]
    for card in shown:
        draft.put(card)
    return bool(shown)


def _option(draft: Draft, button: Button) -> Option | None:
    """Return a button, or None where what it leads to is gone."""
    if button.flow and draft.situation.script.flow(button.flow) is None:
        return None
    if button.entry and draft.knowledge.entry(button.entry, draft.language) is None:
        return None
    label = draft.templated(button.label)
    return Option(button.value, label) if label else None


def _offered(value: str) -> str:
    """Return what a typed reply to a button is known by."""
    return value.removeprefix(answers.ENTRY)


def _hand_over(draft: Draft, reason: str, text: str) -> None:
    known = {one.value for one in HandoffReason}
    why = HandoffReason(reason) if reason in known else HandoffReason.POLICY
    if draft.situation.status is Status.BOT:
        handing.to_people(draft, why, [text] if text else [])
