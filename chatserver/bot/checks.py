"""Talks a dialogue through and says what came otherwise than expected; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import msgspec

from chatserver.bot.dialogue import take_turn
from chatserver.bot.expected import MAX_VALUE_CHARS, Dialogue, Turn, texts
from chatserver.bot.gathering import TAKE
from chatserver.bot.script import Script
from chatserver.bot.turn import BotState, Decision, Heard, HeardKind, Knowledge, Situation
from chatserver.domain.conversations import Status
from chatserver.domain.folding import fold
from chatserver.domain.messages import Body, CardBody, ChoicesBody, FormBody, plain_text
from chatserver.domain.orders import OrderOutcome
from chatserver.domain.why import Why
from chatserver.masking import masked
from chatserver.words import say, words

_EVENTS: dict[str, HeardKind] = {
    "nobody accepted": "nobody_accepted",
    "nobody free": "nobody_free",
    "agent lost": "agent_lost",
    "person asked": "handoff_requested",
}


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
        hours_open=dialogue.hours_open,
        position=2 if dialogue.waiting else None,
        order_example=dialogue.order_pattern.replace("#", "1"),
        order_pattern=dialogue.order_pattern,
        details=dialogue.known,
        script=script,
        familiar=dialogue.sen,
        has_mail=dialogue.mail,
        has_orders=dialogue.orders,
        is_verified=dialogue.verified,
        page=dialogue.page,
        campaign=dialogue.campaign,
        cart=dialogue.cart,
        attributes=dialogue.attributes,
    )
    return Talk(situation, knowledge)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that came otherwise than expected.

    Args:
        turn: which, from 1.
        code: what was expected, as `editor.check.wrong` words it.
        wanted, got: keys and words as the dialogue has them.
    """

    turn: int
    code: str
    wanted: str = ""
    got: str = ""


@dataclass(frozen=True, slots=True)
class Round:
    """One turn as it went. said: what the bot did, whole."""

    turn: Turn
    said: tuple[Body, ...]
    decision: Decision
    faults: tuple[Fault, ...]

    @property
    def text(self) -> str:
        """What the bot said, in one line."""
        return "; ".join(plain_text(body) for body in self.said)


def rounds(
    dialogue: Dialogue, script: Script, knowledge: Knowledge, *, now: datetime, shop: str = "Pera"
) -> list[Round]:
    """Talk a dialogue through; return how each turn of it went."""
    talk = talk_of(dialogue, script, knowledge, now=now, shop=shop)
    found = []
    for number, turn in enumerate(dialogue.turns, 1):
        bodies = talk.says(texts(turn.says))
        faults = tuple(Fault(number, *fault) for fault in _faults(turn, bodies, talk))
        found.append(Round(turn, bodies, talk.last, faults))
    return found


def run(
    dialogue: Dialogue, script: Script, knowledge: Knowledge, *, now: datetime, shop: str = "Pera"
) -> list[Fault]:
    """Talk a dialogue through; return what came otherwise than expected."""
    through = rounds(dialogue, script, knowledge, now=now, shop=shop)
    return [fault for one in through for fault in one.faults]


def worded(fault: Fault, language: str, titles: Mapping[str, str] | None = None) -> str:
    """Return a fault as a sentence. titles: of entries, by key."""
    wanted, got = (
        _named(fault.code, text, language, titles or {}) for text in (fault.wanted, fault.got)
    )
    code = fault.code
    if code in _SIDED and not (wanted and got):
        code += ".nothing" if wanted else ".none"
    return say(language, f"editor.check.wrong.{code}", wanted=wanted, got=got)


_SIDED = ("entry", "asks", "handoff", "order")
"""What may be expected not to be at all, and may not be at all where it is expected."""


def _named(code: str, text: str, language: str, titles: Mapping[str, str]) -> str:
    """Return what a fault names as people know it."""
    if code in {"entry", "clarify"}:
        return ", ".join(titles.get(key, key) for key in text.split(", "))
    prefix = _WORDS.get(code)
    return (
        words(language, "web", "editor").get(f"{prefix}.{text}", text) if prefix and text else text
    )


_WORDS = {"handoff": "web.reason", "order": "editor.bot.order", "language": "web.language"}


def noted(
    dialogue: Dialogue,
    lines: Sequence[str],
    script: Script,
    knowledge: Knowledge,
    *,
    now: datetime,
    shop: str,
) -> Dialogue:
    """Return a dialogue that expects what comes of these lines now, each of them a turn."""
    talk = talk_of(dialogue, script, knowledge, now=now, shop=shop)
    turns = []
    for line in lines:
        bodies = talk.says((line,))
        turns.append(_noted(line, bodies, talk))
    return msgspec.structs.replace(dialogue, turns=tuple(turns))


def _noted(line: str, bodies: tuple[Body, ...], talk: Talk) -> Turn:
    cards = tuple(body.entry for body in bodies if isinstance(body, CardBody))
    asked = _asked(bodies, talk)
    offered = [
        option.value.removeprefix("entry:")
        for body in bodies
        if isinstance(body, ChoicesBody)
        for option in body.options
        if option.value.startswith("entry:")
    ]
    handoff = talk.last.handoff
    need = talk.last.order
    spoken = _spoken(bodies, talk.last.whys)
    is_plain = not (cards or asked or offered or handoff or need)
    return Turn(
        line,
        entry=(cards[0] if len(cards) == 1 else cards) or None,
        clarify=offered[0] if offered and not cards else None,
        asks=asked or None,
        contains=_beginning(spoken) if is_plain and spoken else (),
        handoff=handoff.value if handoff else None,
        order=need.kind.value if need else None,
        quiet=not bodies,
    )


def _spoken(bodies: tuple[Body, ...], whys: tuple[Why, ...]) -> str:
    """Return the words that matter most: what was said last, a greeting only where it is all."""
    said = [
        (place < len(whys) and whys[place].kind != "small_talk", place, plain_text(body).strip())
        for place, body in enumerate(bodies)
        if not isinstance(body, CardBody) and plain_text(body).strip()
    ]
    return max(said, default=(False, 0, ""))[2]


def _beginning(text: str) -> str:
    """Return the first line of a text, cut at a word where it is long."""
    line = next(part for part in text.strip().splitlines() if part.strip()).strip()
    if len(line) <= MAX_VALUE_CHARS:
        return line
    return line[: line.rindex(" ", 0, MAX_VALUE_CHARS) if " " in line[:MAX_VALUE_CHARS] else 100]


def _asked(bodies: tuple[Body, ...], talk: Talk) -> str:
    """Return the detail that the bot asks for, "" for none."""
    options = [o for body in bodies if isinstance(body, ChoicesBody) for o in body.options]
    forms = [body.slot for body in bodies if isinstance(body, FormBody)]
    is_choice = any(option.value.startswith(TAKE) for option in options)
    return forms[-1] if forms else (talk.state.gathering or "") if is_choice else ""


def _faults(
    turn: Turn, bodies: tuple[Body, ...], talk: Talk
) -> Iterator[tuple[str] | tuple[str, str] | tuple[str, str, str]]:
    said = fold(" ".join(plain_text(body) for body in bodies))
    cards = tuple(body.entry for body in bodies if isinstance(body, CardBody))
    options = [o for body in bodies if isinstance(body, ChoicesBody) for o in body.options]
    asked = _asked(bodies, talk)
    handoff = talk.last.handoff or ""
    if turn.quiet and bodies:
        yield ("quiet",)
    if turn.entry is not None and cards != texts(turn.entry or ()):
        yield "entry", ", ".join(texts(turn.entry or ())), ", ".join(cards)
    if turn.clarify is not None and f"entry:{turn.clarify}" not in [o.value for o in options]:
        yield "clarify", turn.clarify
    if turn.asks is not None and asked != turn.asks:
        yield "asks", turn.asks, asked
    yield from (("contains", word) for word in texts(turn.contains) if fold(word) not in said)
    yield from (("lacks", word) for word in texts(turn.lacks) if fold(word) in said)
    labels = [option.label for option in options]
    yield from (("buttons", label) for label in turn.buttons if label not in labels)
    if turn.handoff is not None and handoff != turn.handoff:
        yield "handoff", turn.handoff, str(handoff)
    known = {**talk.situation.details, **talk.state.slots}
    for slot, value in turn.details.items():
        if known.get(slot) != value:
            yield "details", f"{slot}: {value}", known.get(slot, "")
    need = talk.last.order
    if turn.order is not None and (need.kind.value if need else "") != turn.order:
        yield "order", turn.order, need.kind.value if need else ""
    if turn.language is not None and talk.state.language != turn.language:
        yield "language", turn.language, talk.state.language
