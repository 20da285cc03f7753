"""Why a message got its verdict, for people: an editor, a test page, the command line."""

from collections.abc import Sequence
from dataclasses import dataclass

from faq.engine import Engine, Reading, Scored
from faq.language_seen import language_of
from faq.model import PARTS, Thresholds
from faq.text import fold


@dataclass(frozen=True, slots=True)
class CountedWord:
    """One word of the message.

    Args:
        word: as it was read, shorthand written out and typos repaired.
        root: what it was compared by.
        like: the entry's root that it was found in, empty where there is none.
        alike: 0-1, how alike these two are.
        weight: how much the word counts, by how few entries have it.
    """

    word: str
    root: str
    like: str
    alike: float
    weight: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why the first match is the first, and how sure.

    Args:
        normalised: the message folded.
        language: the language its words look like; empty when they do not tell.
        repaired: what was typed and what it was taken for.
        utterance: the winner's way of asking that is most like the message.
        exact: whether an editor wrote these very words.
        words: the message's words, and what they met in the winner.
        parts: the parts of the winner's score, each times its weight; together the score.
        margin: the winner's score less the next one's.
        thresholds: from where on the bot answers or asks back.
    """

    normalised: str
    language: str
    repaired: tuple[tuple[str, str], ...]
    utterance: str
    exact: bool
    words: tuple[CountedWord, ...]
    parts: tuple[tuple[str, float], ...]
    margin: float
    thresholds: Thresholds


def explain(
    engine: Engine,
    text: str,
    reading: Reading,
    scored: Scored,
    sure: Sequence[float],
    thresholds: Thresholds,
) -> Explanation:
    """Return why the first of the scored entries is the first."""
    winner = scored.places[0]
    weights = engine.weights.ranking
    parts = zip(PARTS, scored.parts[0].tolist(), weights, strict=True)
    rest = scored.scores[1] if len(scored.scores) > 1 else 0.0
    return Explanation(
        normalised=fold(text),
        language=language_of(text),
        repaired=reading.repaired,
        utterance=engine.said[scored.utterances[0]][1],
        exact=winner in scored.exact,
        words=_counted(engine, reading, winner),
        parts=tuple((name, value * weight) for name, value, weight in parts),
        margin=scored.scores[0] - rest,
        thresholds=thresholds,
    )


def _counted(engine: Engine, reading: Reading, winner: int) -> tuple[CountedWord, ...]:
    analysis = reading.analysis
    likes = engine.alignment.likes(analysis.roots, winner)
    weights = engine.alignment.weights_of(analysis.roots).tolist()
    return tuple(
        CountedWord(word, root, like, alike, weight)
        for word, root, (like, alike), weight in zip(
            analysis.words, analysis.roots, likes, weights, strict=True
        )
    )
