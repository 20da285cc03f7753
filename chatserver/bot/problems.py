"""What is wrong with a script: what it names and does not have, what can't be read, what is too much."""

from collections.abc import Iterator

from chatserver.bot import expected, globs, templates
from chatserver.bot.script import (
    MAX_ACTIONS,
    MAX_BUTTONS,
    MAX_CARDS,
    MAX_CHARS,
    MAX_FLOWS,
    MAX_RULES,
    MAX_STEPS,
    Button,
    Do,
    Flow,
    Link,
    Product,
    Rule,
    Script,
    texts,
)
from chatserver.domain.cards import MAX_KURUS, MAX_SKU_CHARS, web_page
from chatserver.domain.conversations import HandoffReason

_KEY_CHARS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")
MAX_KEY_CHARS = 60
MAX_FIRES = 50


def problems(script: Script, entries: frozenset[str] | None = None) -> list[str]:
    """Return everything that keeps a script from being used, one sentence each.

    Args:
        entries: keys of the FAQ entries there are; not looked at when left out.
    """
    return list(_all(script, entries))


def _all(script: Script, entries: frozenset[str] | None) -> Iterator[str]:
    if len(script.rules) > MAX_RULES or len(script.flows) > MAX_FLOWS:
        yield f"A script has at most {MAX_RULES} rules and {MAX_FLOWS} flows."
        return
    yield from _keys("rule", [rule.key for rule in script.rules])
    yield from _keys("flow", [flow.key for flow in script.flows])
    for flow in script.flows:
        yield from (f"flow {flow.key}: {wrong}" for wrong in _flow(flow))
    for rule in script.rules:
        yield from (f"rule {rule.key}: {wrong}" for wrong in _rule(rule, script, entries))
    yield from expected.problems(script.checks or ())
    slots = frozenset(step.slot for flow in script.flows for step in flow.steps)
    for where, text in texts(script):
        for said in (text.tr, text.en, text.sen):
            if len(said) > MAX_CHARS:
                yield f"{where}: longer than {MAX_CHARS} characters."
                continue
            yield from (f"{where}: {wrong}" for wrong in templates.problems(said, slots))


def _keys(kind: str, keys: list[str]) -> Iterator[str]:
    for key in keys:
        if not key or len(key) > MAX_KEY_CHARS or not set(key) <= _KEY_CHARS:
            yield f"{kind} “{key[:MAX_KEY_CHARS]}”: a key has small letters, figures, - and _."
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield f"{kind} {key}: there are two of that key."


def _flow(flow: Flow) -> Iterator[str]:
    if not flow.steps or len(flow.steps) > MAX_STEPS:
        yield f"a flow has one to {MAX_STEPS} steps."
    yield from _keys("step", [step.slot for step in flow.steps])
    for step in flow.steps:
        if step.kind == "choice" and not 2 <= len(step.choices) <= MAX_BUTTONS:
            yield f"step {step.slot}: a choice has 2 to {MAX_BUTTONS} answers."
        if step.kind != "choice" and step.choices:
            yield f"step {step.slot}: only a choice has answers to choose from."
        values = [choice.value for choice in step.choices]
        yield from _keys(f"step {step.slot}: choice", values)
    if flow.then == "say" and not (flow.say.tr or flow.say.en):
        yield "it ends with words and has none."
    if (flow.then == "order") != (flow.order is not None):
        yield "`order` and `then: order` belong together."


def _rule(rule: Rule, script: Script, entries: frozenset[str] | None) -> Iterator[str]:
    if not rule.do or len(rule.do) > MAX_ACTIONS:
        yield f"a rule does one to {MAX_ACTIONS} things."
    if not 1 <= rule.at_most <= MAX_FIRES:
        yield f"it may fire 1 to {MAX_FIRES} times in a conversation."
    for pattern in (*rule.when.says, *rule.when.not_says):
        wrong = globs.problem(pattern)
        if wrong:
            yield wrong
    if rule.when.event != "message" and (rule.when.says or rule.when.entries):
        yield "only a message has words and an entry."
    named = set(rule.when.entries)
    flows = {flow.key for flow in script.flows}
    for do in rule.do:
        named.update({do.answer} - {""})
        if do.flow and do.flow not in flows:
            yield f"there is no flow “{do.flow}”."
        if do.hand_over and do.hand_over not in {reason.value for reason in HandoffReason}:
            yield f"“{do.hand_over}” is no reason to hand over."
        if sum((do.say is not None, do.ask is not None, bool(do.answer), bool(do.flow))) > 1:
            yield "one thing at a time: say, ask, answer or flow."
        if do.buttons and do.say is None and do.ask is None:
            yield "buttons stand under a sentence."
        if len(do.buttons) > MAX_BUTTONS:
            yield f"at most {MAX_BUTTONS} buttons."
        yield from _cards(do)
        for button in do.buttons:
            named.update({button.entry} - {""})
            yield from _button(button, flows)
    if entries is not None:
        yield from (f"there is no entry “{key}”." for key in sorted(named - entries))


def _cards(do: Do) -> Iterator[str]:
    if len(do.products) + len(do.links) > MAX_CARDS:
        yield f"at most {MAX_CARDS} cards."
    cards: list[Product | Link] = [*do.products, *do.links]
    for card in cards:
        if not (card.title.tr.strip() or card.title.en.strip()):
            yield "a card has a title."
        if not card.url or web_page(card.url) != card.url:
            yield f"“{card.url}” is no https address."
    for product in do.products:
        if product.image and (web_page(product.image) != product.image):
            yield f"“{product.image}” is no https address."
        if product.price is not None and not 0 <= product.price * 100 <= MAX_KURUS:
            yield "a price is an amount in lira."
        if len(product.sku) > MAX_SKU_CHARS:
            yield f"a sku has at most {MAX_SKU_CHARS} characters."


def _button(button: Button, flows: set[str]) -> Iterator[str]:
    if sum((bool(button.entry), bool(button.flow), button.handoff)) != 1:
        yield "a button leads to one thing: an entry, a flow, or people."
    if button.flow and button.flow not in flows:
        yield f"there is no flow “{button.flow}”."
