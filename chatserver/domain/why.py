"""Why the bot said something: kept with each of its messages, seen by agents and editors."""

from dataclasses import dataclass
from typing import Literal

WhyKind = Literal[
    "entry",  # the FAQ answered
    "clarify",  # the FAQ had several that it could be
    "none",  # the FAQ had none
    "rule",
    "flow",
    "small_talk",
    "handoff",
    "helped",  # what a visitor said of an answer
    "order",
    "guard",  # too much of the same, or too long
    "error",
]


@dataclass(frozen=True, slots=True)
class Why:
    """The reason of one message.

    Args:
        kind: which part of the bot spoke.
        key: of the rule, flow or entry; a stable word of ours otherwise.
        version: of the script or the entry that was used, "" where neither was.
        confidence: 0-1, how sure the FAQ was; None where it was not asked.
        runner_up, runner_up_confidence: the entry that came second.
        slots: names of the details read from what the visitor said.
        judgement: what a visitor said of the answer, with its entry in `key`.
        language: in which it was answered.
        took_ms: how long the whole turn took.
    """

    kind: WhyKind
    key: str = ""
    version: str = ""
    confidence: float | None = None
    runner_up: str = ""
    runner_up_confidence: float | None = None
    slots: tuple[str, ...] = ()
    judgement: Literal["", "helped", "did_not_help"] = ""
    language: str = ""
    took_ms: float = 0.0
