"""Dialogues: lines said and what must come of them; the bot's own regression tests, pure.

A line is what the visitor says, or `[button label]`, or `<event>`. What is expected names what is
seen: an entry's card, a slot that is asked, words, buttons, a handoff, a detail, the end of a flow.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

import msgspec

from chatserver.bot.dialogue import take_turn
from chatserver.bot.gathering import TAKE
from chatserver.bot.script import Script
from chatserver.bot.turn import BotState, Decision, Heard, HeardKind, Knowledge, Situation
from chatserver.domain.conversations import Status
from chatserver.domain.folding import fold
from chatserver.domain.messages import Body, CardBody, ChoicesBody, FormBody, plain_text
from chatserver.domain.orders import OrderOutcome
from chatserver.masking import masked

_EVENTS: dict[str, HeardKind] = {
    "nobody accepted": "nobody_accepted",
    "nobody free": "nobody_free",
    "agent lost": "agent_lost",
    "person asked": "handoff_requested",
}


class Turn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said in one turn, and what must come of it.

    says: one line or several. entry: whose card answers. clarify: an entry among those offered;
    asks: the detail that is asked for, "" for none. contains, lacks: words of the answer.
    buttons: labels. handoff: reason, "" for none. details: gathered so far. quiet: nothing is said.
    """

    says: str | tuple[str, ...]
    entry: str | tuple[str, ...] | None = None
    clarify: str | None = None
    asks: str | None = None
    contains: str | tuple[str, ...] = ()
    lacks: str | tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()
    handoff: str | None = None
    details: dict[str, str] = msgspec.field(default_factory=dict)
    order: str | None = None
    language: str | None = None
    quiet: bool = False


class Dialogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A conversation with the bot and the world around it.

    people: free | busy | away. at: local time. opens: next opening, or none.
    """

    name: str
    turns: tuple[Turn, ...]
    language: str = "tr"
    people: Literal["free", "busy", "away"] = "free"
    at: datetime | None = None
    opens: datetime | None = None
    waiting: bool = False
    sen: bool = False
    mail: bool = False
    orders: bool = False
    page: str = ""
    campaign: str = ""
    cart: float | None = None
    attributes: dict[str, str] = msgspec.field(default_factory=dict)
    known: dict[str, str] = msgspec.field(default_factory=dict)
    order_pattern: str = "SP######"


@dataclass(slots=True)
class Talk:
    """A conversation with the bot that is kept nowhere; what previews and dialogues talk to."""

    situation: Situation
    knowledge: Knowledge
    state: BotState = field(default_factory=BotState)
    last: Decision = field(default_factory=lambda: Decision((), BotState()))
    _shown: tuple[ChoicesBody, ...] = ()

    def says(self, lines: Sequence[str]) -> tuple[Body, ...]:
        """Take one turn with everything that is said in it, as a server would."""
        return self._take([self._heard(seq, line) for seq, line in enumerate(lines, 1)])

    def hears_of_order(self, outcome: OrderOutcome) -> tuple[Body, ...]:
        """Go on with the turn in which the order desk was asked."""
        return self._take([Heard(1, "order", outcome=outcome)])

    def _take(self, heard: Sequence[Heard]) -> tuple[Body, ...]:
        decision = take_turn(self.state, heard, self.situation, self.knowledge)
        self.state, self.last = decision.state, decision
        details = {**self.situation.details, **decision.gathered, **(decision.details or {})}
        status = self.situation.status
        if decision.handoff is not None and status is Status.BOT:
            status = Status.WAITING
        self.situation = replace(self.situation, status=status, details=details)
        choices = tuple(body for body in decision.says if isinstance(body, ChoicesBody))
        self._shown = choices or self._shown
        return decision.says

    def _heard(self, seq: int, line: str) -> Heard:
        if line.startswith("<") and line[1:-1] in _EVENTS:
            return Heard(seq, _EVENTS[line[1:-1]])
        if line.startswith("[") and line.endswith("]"):
            for body in reversed(self._shown):
                for option in body.options:
                    if fold(option.label) == fold(line[1:-1]):
                        return Heard(seq, "text", option.label, option.value)
        return Heard(seq, "text", masked(line))


def talk_of(
    dialogue: Dialogue, script: Script, knowledge: Knowledge, *, now: datetime, shop: str
) -> Talk:
    """Return the beginning of a dialogue. now: aware, where the dialogue names no time."""
    at = now if dialogue.at is None else dialogue.at.replace(tzinfo=now.tzinfo)
    opens = None if dialogue.opens is None else dialogue.opens.replace(tzinfo=now.tzinfo)
    situation = Situation(
        language=dialogue.language,
        now=at,
        status=Status.WAITING if dialogue.waiting else Status.BOT,
        shop=shop,
        people=dialogue.people,
        opens_at=opens,
        hours_open=None if opens is None else False,
        position=2 if dialogue.waiting else None,
        order_example=dialogue.order_pattern.replace("#", "1"),
        order_pattern=dialogue.order_pattern,
        details=dialogue.known,
        script=script,
        familiar=dialogue.sen,
        has_mail=dialogue.mail,
        has_orders=dialogue.orders,
        page=dialogue.page,
        campaign=dialogue.campaign,
        cart=dialogue.cart,
        attributes=dialogue.attributes,
    )
    return Talk(situation, knowledge)


def run(
    dialogue: Dialogue, script: Script, knowledge: Knowledge, *, now: datetime, shop: str = "Pera"
) -> list[str]:
    """Talk a dialogue through; return what came otherwise than expected, one sentence each."""
    talk = talk_of(dialogue, script, knowledge, now=now, shop=shop)
    wrong: list[str] = []
    for at, turn in enumerate(dialogue.turns, 1):
        bodies = talk.says(_texts(turn.says))
        seen = "; ".join(plain_text(body) for body in bodies) or "nothing"
        for fault in _faults(turn, bodies, talk):
            wrong.append(f"{dialogue.name}, turn {at}: {fault} Said: {seen}")
    return wrong


def _faults(turn: Turn, bodies: tuple[Body, ...], talk: Talk) -> list[str]:
    said = fold(" ".join(plain_text(body) for body in bodies))
    cards = tuple(body.entry for body in bodies if isinstance(body, CardBody))
    options = [o for body in bodies if isinstance(body, ChoicesBody) for o in body.options]
    forms = [body.slot for body in bodies if isinstance(body, FormBody)]
    is_choice = any(option.value.startswith(TAKE) for option in options)
    asked = forms[-1] if forms else (talk.state.gathering or "") if is_choice else ""
    handoff = talk.last.handoff
    wrong: list[str] = []
    if turn.quiet and bodies:
        wrong.append("nothing should be said.")
    if turn.entry is not None and cards != _texts(turn.entry):
        wrong.append(f"{turn.entry} should answer, not {cards or 'no entry'}.")
    if turn.clarify is not None and f"entry:{turn.clarify}" not in [o.value for o in options]:
        wrong.append(f"{turn.clarify} should be offered.")
    if turn.asks is not None and asked != turn.asks:
        wrong.append(f"“{turn.asks}” should be asked, not “{asked}”.")
    wrong += [f"“{w}” is missing." for w in _texts(turn.contains) if fold(w) not in said]
    wrong += [f"“{w}” should not be said." for w in _texts(turn.lacks) if fold(w) in said]
    labels = [option.label for option in options]
    wrong += [f"the button “{label}” is missing." for label in turn.buttons if label not in labels]
    if turn.handoff is not None and (handoff or "") != turn.handoff:
        wrong.append(f"handoff should be “{turn.handoff}”, not “{handoff or ''}”.")
    known = {**talk.situation.details, **talk.state.slots}
    for slot, value in turn.details.items():
        if known.get(slot) != value:
            wrong.append(f"{slot} should be “{value}”, not “{known.get(slot, '')}”.")
    need = talk.last.order
    if turn.order is not None and (need.kind.value if need else "") != turn.order:
        wrong.append(f"the order desk should be asked for “{turn.order}”.")
    if turn.language is not None and talk.state.language != turn.language:
        wrong.append(f"the language should be {turn.language}, not {talk.state.language}.")
    return wrong


def _texts(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value
