"""What was learned: the weights of the parts of a score and of the evidence for a confidence.

`faq/training.py` writes the file; nothing else decides a weight. Knows no text and no entry.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

MODEL_FILE = Path(__file__).parent / "model.json"

PARTS = (
    "entry_letters",
    "entry_meaning",
    "answer_meaning",
    "classifier",
    "classifier_rich",
    "nearest_letters",
    "asked",
    "known",
    "gap",
    "said",
    "mutual",
    "literal",
    "elsewhere",
)
"""The parts of a score. `gap` and `elsewhere` are negative: they count against an entry."""

FIRST_PARTS = PARTS[:5]
"""Those that are known for every entry; the others only for the best by these."""

EVIDENCE = (
    *("odds", "margin", "score"),
    *("asked", "known", "gap", "said", "mutual", "literal", "elsewhere"),
    *("lead_letters", "lead_meaning", "lead_mutual", "lead_known"),
    *("agreement", "words", "one_word"),
)
"""What a confidence rests on, all of the best entry, leads over the best other one."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which confidence on the bot answers, and from which it asks back."""

    answer: float
    clarify: float


class Weights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was learned for one language and one kind of knowledge base.

    Args:
        first: of FIRST_PARTS, to choose the entries that are looked at closely.
        ranking: of PARTS, to rank these.
        evidence: of EVIDENCE, each already divided by its spread.
        bias: of the confidence.
    """

    first: tuple[float, ...]
    ranking: tuple[float, ...]
    evidence: tuple[float, ...]
    bias: float

    def confidence(self, evidence: Sequence[float]) -> float:
        """Return how likely the best entry is right, 0-1."""
        raw = self.bias + sum(w * e for w, e in zip(self.evidence, evidence, strict=True))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, raw))))


class LanguageModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was learned for one language.

    Args:
        small: for knowledge bases with a classifier; `large` for those too large for one.
        answer_from, clarify_from: the shipped thresholds.
    """

    small: Weights
    large: Weights
    answer_from: float
    clarify_from: float

    @property
    def thresholds(self) -> Thresholds:
        """The shipped thresholds."""
        return Thresholds(self.answer_from, self.clarify_from)


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that was learned.

    Args:
        languages: by language; one that is missing is served by English.
        trained_on: for each file that was read, its SHA-256.
        parts, evidence: the names the numbers stand for, in their order.
    """

    languages: Mapping[str, LanguageModel]
    trained_on: Mapping[str, str]
    parts: tuple[str, ...] = PARTS
    evidence: tuple[str, ...] = EVIDENCE

    def of(self, language: str) -> LanguageModel:
        """Return what was learned for a language, or for English."""
        return self.languages.get(language) or self.languages["en"]


def dump(model: Model) -> bytes:
    """Return the file's bytes, the same for the same numbers."""
    return msgspec.json.format(msgspec.json.encode(model, order="deterministic"), indent=1) + b"\n"


def load(data: bytes) -> Model:
    """Read a model that this code can use.

    Raises:
        ValueError: when it was written for other parts.
    """
    model = msgspec.json.decode(data, type=Model)
    if model.parts != PARTS or model.evidence != EVIDENCE:
        raise ValueError("faq/model.json was trained for other parts: run python -m faq.training")
    return model


@cache
def shipped() -> Model:
    """Return the model that ships with the engine."""
    return load(MODEL_FILE.read_bytes())


def plain(value: Any) -> tuple[float, ...]:
    """Return numbers as they are written to the file: five digits are all that matters."""
    return tuple(float(f"{number:.5g}") for number in value)
