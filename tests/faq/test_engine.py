import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faq import Entry, EntryStatus, KnowledgeBase, classifier, load_starter
from faq.engine import CLOSE, Engine
from faq.languages import language
from faq.letters import CHARS, grams
from faq.model import PARTS

WORDS = ["kargo", "iade", "taksit", "kart", "gün", "nerede", "kaç", "ücret", "beden", "5", "hediye"]
SAID = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)
KEPT = st.lists(st.lists(SAID, min_size=1, max_size=3, unique=True), min_size=2, max_size=6)
STARTER = [entry for entry in load_starter() if entry.language == "tr"]


def entry(at: int, ways: list[str], answer: str = "Yanıt") -> Entry:
    return Entry(f"e{at}", "tr", ways[0], tuple(ways[1:]), answer, status=EntryStatus.PUBLISHED)


def engine_of(kept: list[list[str]], *, with_classifier: bool = True) -> Engine:
    entries = [entry(at, ways) for at, ways in enumerate(kept)]
    return Engine(entries, language("tr"), with_classifier=with_classifier)


def letters_by_hand(engine: Engine, asked: tuple[str, ...]) -> list[float]:
    """Return each entry's nearest utterance by letters, computed the slow and plain way."""
    rows = [Counter(g for w in words for g in grams(w, CHARS["tr"])) for words in engine.words]
    holders: Counter[str] = Counter()
    for owner in range(len(engine.entries)):
        own = [row for row, o in zip(rows, engine.owners, strict=True) if o == owner]
        holders.update({feature for row in own for feature in row})
    count = len(engine.entries)

    def weights(features: Counter[str]) -> dict[str, float]:
        raw = {
            f: (1 + math.log(n)) * (math.log((1 + count) / (1 + holders[f])) + 1)
            for f, n in features.items()
            if holders[f]
        }
        # What no utterance has counts every time it is said.
        strange = sum(n for f, n in features.items() if not holders[f])
        square = sum(w * w for w in raw.values()) + strange * (math.log(1 + count) + 1) ** 2
        norm = math.sqrt(square) or 1.0
        return {f: w / norm for f, w in raw.items()}

    wanted = weights(Counter(g for w in asked for g in grams(w, CHARS["tr"])))
    best = [0.0] * count
    for row, owner in zip(rows, engine.owners, strict=True):
        found = weights(row)
        dot = sum(wanted[f] * found[f] for f in wanted.keys() & found.keys())
        best[owner] = max(best[owner], dot)
    return best


def covers_by_hand(engine: Engine, asked: tuple[str, ...], owner: int) -> dict[str, float]:
    """Return how a message and an entry cover each other, word by word."""
    read = engine.language.analyser.read
    own = [read(way).roots for place, way in engine.said if place == owner]
    answer = read(engine.entries[owner].answer).roots
    vocabulary = list(engine.meanings.vocabulary)

    def alike(word: str, other: str) -> float:
        places, values = engine.alignment._likeness.of(word)
        found: dict[int, float] = dict(zip(places.tolist(), values.tolist(), strict=True))
        return found.get(vocabulary.index(other), 0.0)

    def most(word: str, others: tuple[str, ...]) -> float:
        return max((alike(word, other) for other in others), default=0.0)

    weight = engine.meanings.weight
    total = sum(weight(word) for word in asked)
    every = tuple(word for way in own for word in way)
    has = {word: most(word, every) for word in asked}
    knows = {word: max(has[word], 0.8 * most(word, answer)) for word in asked}
    pairs = []
    for way in own:
        there = sum(weight(word) * most(word, way) for word in asked) / total
        met = [weight(word) * max(alike(said, word) for said in asked) for word in way]
        back = sum(met) / sum(weight(word) for word in way)
        pairs.append((back, 2 * there * back / (there + back + 1e-9)))
    return {
        "asked": sum(weight(word) * has[word] for word in asked) / total,
        "known": sum(weight(word) * knows[word] for word in asked) / total,
        "said": max(back for back, _ in pairs),
        "mutual": max(mutual for _, mutual in pairs),
        "literal": sum(weight(word) for word in asked if has[word] >= 0.99) / total,
    }


@settings(deadline=None, max_examples=40)
@given(KEPT, SAID)
def test_a_close_look_is_that_of_brute_force(kept: list[list[str]], asked: str) -> None:
    engine = engine_of(kept)
    analysis = engine.reading(asked).analysis
    looked = engine.look(analysis)
    if looked is None:
        return
    for place, parts in zip(looked.places, looked.parts.tolist(), strict=True):
        for name, value in covers_by_hand(engine, analysis.roots, place).items():
            assert math.isclose(parts[PARTS.index(name)], value, abs_tol=1e-3), name


@settings(deadline=None, max_examples=40)
@given(KEPT, SAID, st.booleans())
def test_nearness_by_letters_is_that_of_brute_force(
    kept: list[list[str]], asked: str, with_classifier: bool
) -> None:
    engine = engine_of(kept, with_classifier=with_classifier)
    analysis = engine.reading(asked).analysis
    looked = engine.look(analysis)
    if looked is None:
        return
    by_hand = letters_by_hand(engine, analysis.words)
    nearest = PARTS.index("nearest_letters")
    for place, parts in zip(looked.places, looked.parts, strict=True):
        assert math.isclose(parts[nearest], by_hand[place], abs_tol=1e-3)


@settings(deadline=None, max_examples=40)
@given(KEPT, SAID)
def test_votes_by_feature_are_those_by_similarity(kept: list[list[str]], asked: str) -> None:
    """The classifier is learned on similarities of utterances and asked by features."""
    engine = engine_of(kept)
    analysis = engine.reading(asked).analysis
    looked = engine.look(analysis, close=99)
    if looked is None or engine.large:
        return
    letters, meanings = engine.letters, engine.meanings
    assert meanings.rows is not None
    near = engine.alignment.utterances_of(range(len(kept)))
    similar = letters.rows.dots(*letters.vector(analysis.words), near)
    similar = similar + meanings.rows.dots(*meanings.vector(analysis.roots), near)
    rows = letters.rows.matrix() @ letters.rows.matrix().T
    rows = (rows + meanings.rows.matrix() @ meanings.rows.matrix().T).toarray() / 2
    learned = classifier.fit(rows.astype(np.float32), np.array(engine.owners), len(kept))
    votes = similar / 2 @ learned.weights + learned.bias
    found = dict(zip(looked.places, looked.parts[:, PARTS.index("classifier")], strict=True))
    for place, vote in enumerate(votes - votes.mean()):
        assert math.isclose(found[place], vote, abs_tol=1e-3)


def test_an_entry_that_is_said_in_more_ways_is_likelier() -> None:
    """Where the words tell nothing, the number of utterances does."""
    learned = classifier.fit(np.ones((4, 4), np.float32), np.array([0, 0, 0, 1]), 2)
    votes = learned.weights.sum(axis=0) + learned.bias
    assert math.isclose(votes[0] - votes[1], math.log(3), abs_tol=1e-3)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, len(STARTER) - 1), st.sampled_from([e.ways[-1] for e in STARTER]))
def test_the_ranking_is_that_of_a_close_look_at_every_entry(start: int, asked: str) -> None:
    """The short list never hides an entry that a look at all of them would put first."""
    engine = Engine([*STARTER[start:], *STARTER[:start]], language("tr"))
    analysis = engine.reading(asked).analysis
    short, full = engine.look(analysis), engine.look(analysis, close=len(STARTER))
    assert short is not None and full is not None
    weights = np.asarray(engine.weights.ranking)
    best = max(range(len(full.places)), key=lambda at: float(full.parts[at] @ weights))
    assert full.places[best] in short.places
    assert len(short.places) <= CLOSE + len(short.exact)


@settings(deadline=None, max_examples=40)
@given(KEPT, st.data())
def test_an_added_utterance_never_lowers_its_own_entry_for_that_very_text(
    kept: list[list[str]], data: st.DataObject
) -> None:
    engine = engine_of(kept)
    owner = data.draw(st.integers(0, len(kept) - 1))
    text = data.draw(SAID)
    before = engine.score(engine.reading(text).analysis)
    grown_entry = entry(owner, [*kept[owner], text])
    grown = engine.with_utterance(grown_entry, text)
    after = grown.score(grown.reading(text).analysis)
    rebuilt = engine_of([w if at != owner else [*w, text] for at, w in enumerate(kept)])
    built = rebuilt.score(rebuilt.reading(text).analysis)
    for scored in (after, built):
        if before is None or owner not in before.places:
            continue
        assert scored is not None
        assert scored.places.index(owner) <= before.places.index(owner)


@settings(deadline=None, max_examples=25)
@given(KEPT, SAID, SAID, st.booleans())
def test_growing_gives_the_utterances_of_a_rebuild(
    kept: list[list[str]], added: str, asked: str, with_classifier: bool
) -> None:
    """Only how telling words are may differ; here every word is known before."""
    everything = [*kept, WORDS]
    engine = engine_of(everything, with_classifier=with_classifier)
    grown = engine.with_utterance(entry(0, [*everything[0], added]), added)
    built = engine_of([[*everything[0], added], *everything[1:]], with_classifier=with_classifier)
    assert grown.said == built.said
    assert grown.owners == built.owners
    analysis = grown.reading(asked).analysis
    first, second = grown.look(analysis, close=99), built.look(analysis, close=99)
    assert (first is None) == (second is None)
    if first is not None and second is not None:
        assert set(first.places) == set(second.places)
        assert first.exact == second.exact


def test_adding_leaves_the_knowledge_base_it_came_from_as_it_was() -> None:
    base = KnowledgeBase(STARTER)
    before = base.match("adaptör bozuldu", "tr")
    grown = base.with_utterance("warranty", "tr", "Adaptör bozuldu")
    assert base.match("adaptör bozuldu", "tr") == before
    assert grown.match("adaptör bozuldu", "tr").verdict == "answer"
    assert grown.match("adaptor bozuldu", "tr").matches[0].entry.key == "warranty"
    again = grown.with_utterance("contact", "tr", "Adaptör bozuldu")
    shared = again.match("adaptör bozuldu", "tr")
    assert {m.entry.key for m in shared.matches[:2]} == {"warranty", "contact"}
    with pytest.raises(KeyError):
        base.with_utterance("no-such-entry", "tr", "x")


def test_a_large_knowledge_base_goes_without_a_classifier_and_still_answers() -> None:
    large = Engine(STARTER, language("tr"), with_classifier=False)
    assert large.large
    scored = large.score(large.reading("kargom nerede").analysis)
    assert scored is not None
    assert large.entries[scored.places[0]].key == "track-order"


def test_a_swapped_letter_is_mended_and_a_word_of_everybody_is_left_alone() -> None:
    engine = engine_of([["hangi kargo"], ["evin önüne bırakın"]])
    assert engine.reading("hnagi kargo").repaired == (("hnagi", "hangi"),)
    assert engine.reading("onun kargosu").repaired == ()
    assert engine.reading("önnüe").repaired == (("onnue", "onune"),)
