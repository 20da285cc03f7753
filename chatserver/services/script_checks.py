"""How a script's dialogue checks go, and what putting another script in use would do to them; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from chatserver.bot.checks import Round, rounds
from chatserver.bot.expected import Dialogue
from chatserver.bot.files import dialogues_of
from chatserver.bot.script import Script
from chatserver.bot.turn import Knowledge


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a dialogue check goes. rounds: turn by turn."""

    check: Dialogue
    rounds: tuple[Round, ...]

    @property
    def passes(self) -> bool:
        """Whether everything came as expected."""
        return not any(one.faults for one in self.rounds)


@dataclass(frozen=True, slots=True)
class Shift:
    """A dialogue check that would go otherwise than now.

    Args:
        will: how it would go.
        kind: `drop` where it holds now and would not, `gain` where it is the other way.
        removed: whether the script that is to be used has it no more.
    """

    will: Verdict
    kind: Literal["drop", "gain"]
    removed: bool = False

    @property
    def id(self) -> str:
        """What a decision about it is called by."""
        return self.will.check.name


@dataclass(frozen=True, slots=True)
class Effects:
    """What putting a script in use would do to the dialogue checks. failing: now and then."""

    shifts: tuple[Shift, ...] = ()
    checks: int = 0
    failing: int = 0

    @property
    def drops(self) -> tuple[Shift, ...]:
        """What needs a decision."""
        return tuple(shift for shift in self.shifts if shift.kind == "drop")

    def undecided(self, reasons: Mapping[str, str]) -> tuple[Shift, ...]:
        """Return the drops that nobody has given a reason for."""
        return tuple(shift for shift in self.drops if not reasons.get(shift.id, "").strip())


def verdicts(script: Script, knowledge: Knowledge, *, now: datetime, shop: str) -> list[Verdict]:
    """Talk a script's dialogues through; pure, takes some milliseconds each."""
    return [_verdict(one, script, knowledge, now, shop) for one in dialogues_of(script)]


def _verdict(
    check: Dialogue, script: Script, knowledge: Knowledge, now: datetime, shop: str
) -> Verdict:
    return Verdict(check, tuple(rounds(check, script, knowledge, now=now, shop=shop)))


def effects(
    live: Script, then: Script, knowledge: Knowledge, *, now: datetime, shop: str
) -> Effects:
    """Talk every dialogue through with the script in use and with the one that is to be.

    A check that the new script has no more is held against it as it was: taking it away hides no
    slip.
    """
    before = {one.name: one for one in dialogues_of(live)}
    after = {one.name: one for one in dialogues_of(then)}
    shifts: list[Shift] = []
    failing = 0
    for name in {**after, **before}:
        check = after.get(name) or before[name]
        held = _verdict(before.get(name) or check, live, knowledge, now, shop).passes
        will = _verdict(check, then, knowledge, now, shop)
        if held != will.passes:
            shifts.append(Shift(will, "drop" if held else "gain", name not in after))
        elif name in after:
            failing += not held
    shifts.sort(key=lambda shift: shift.kind)
    return Effects(tuple(shifts), len(after), failing)
