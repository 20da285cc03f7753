"""Where entries get in each other's way; knows no verdict and no shopper."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from faq.engine import Engine, rank
from faq.entries import Entry, EntryStatus
from faq.languages import language

ALIKE_FROM = 0.72
"""Cosine of two entries from which on they look like one; two in a hundred pairs of neighbours in
the starter come near it (measured)."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """An utterance that another entry wins, or shares.

    Args:
        lead: how far the other entry is ahead, in raw score; 0 where both have these very words.
    """

    entry: Entry
    utterance: str
    winner: Entry
    lead: float


@dataclass(frozen=True, slots=True)
class Twins:
    """Two entries that look like one.

    Args:
        alike: 0-1, the cosine of all their utterances together.
    """

    first: Entry
    second: Entry
    alike: float


def engine_of(entries: Iterable[Entry], code: str) -> Engine | None:
    """Return an engine over one language's published entries, or None where it has none."""
    published = {
        entry.key: entry
        for entry in entries
        if entry.language == code and entry.status is EntryStatus.PUBLISHED
    }
    return (
        Engine([published[key] for key in sorted(published)], language(code)) if published else None
    )


def conflicts(engine: Engine) -> Iterator[Conflict]:
    """Yield every utterance that another entry has too or that another entry's score wins.

    The rule that an editor's very words win is left out: it hides what a shopper who says nearly
    the same would get.
    """
    for place, utterance in engine.said:
        looked = engine.look(engine.reading(utterance).analysis)
        if looked is None:
            continue
        scored = rank(replace(looked, exact=frozenset()), engine.weights)
        winner = scored.places[0]
        shared = looked.exact - {place}
        if shared:
            other = engine.entries[min(shared)]
            yield Conflict(engine.entries[place], utterance, other, 0.0)
        elif winner != place:
            own = dict(zip(scored.places, scored.scores, strict=True)).get(place, 0.0)
            lead = scored.scores[0] - own
            yield Conflict(engine.entries[place], utterance, engine.entries[winner], lead)


def twins(engine: Engine) -> list[Twins]:
    """Return the pairs of entries that look like one, the most alike first."""
    letters, meaning = engine.letters.entries.matrix(), engine.meanings.entries.matrix()
    alike = ((letters @ letters.T + meaning @ meaning.T) * 0.5).tocoo()
    pairs = [
        Twins(engine.entries[int(first)], engine.entries[int(second)], float(value))
        for first, second, value in zip(*alike.coords, alike.data, strict=True)
        if first < second and value >= ALIKE_FROM
    ]
    return sorted(pairs, key=lambda pair: (-pair.alike, pair.first.key, pair.second.key))


def untold(engine: Engine) -> list[Entry]:
    """Return the entries whose utterances all say nothing: no message can find them."""
    told = np.zeros(len(engine.entries), bool)
    for place, words in zip(engine.owners, engine.words, strict=True):
        told[place] |= bool(words)
    return [entry for entry, said in zip(engine.entries, told, strict=True) if not said]
