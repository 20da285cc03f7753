"""The questions of a set, each looked at by the engine; nothing is learned or judged here."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from faq.engine import Engine, Language, Looked
from faq.entries import Entry
from faq.files import concepts, lexicon
from faq.languages import build_language
from faq.model import EVIDENCE, FIRST_PARTS, PARTS, LanguageModel, Weights
from faq.sets import SetFiles, asked_of, entry_of, is_reserved, rows_of

_START = Weights((1.0,) * len(FIRST_PARTS), (1.0,) * len(PARTS), (0.0,) * len(EVIDENCE), 0.0)


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a set, looked at by the engine.

    Args:
        right: the places of the entries that answer it; none where it is out of scope.
        looked: every entry, looked at closely; None where the message says nothing.
        words: number of its different words.
        reserved: whether nothing may learn from it.
    """

    text: str
    style: str
    right: frozenset[int]
    looked: Looked | None
    words: int
    reserved: bool


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """The questions of one knowledge base.

    Args:
        name: of the folder; two sizes of one folder are never told apart in cross-validation.
        size: utterances an entry, 0 for all that the editor gave.
    """

    name: str
    size: int
    language: str
    engine: Engine
    questions: tuple[Question, ...]

    def part(self, *, reserved: bool | None) -> tuple[Question, ...]:
        """Return the questions of one half, or all."""
        return tuple(q for q in self.questions if reserved is None or q.reserved == reserved)


def read_set(
    where: SetFiles,
    *,
    speak: Callable[[str], Language] | None = None,
    shape: Callable[[Entry], Entry] | None = None,
) -> QuestionSet:
    """Read one set and let the engine look at each of its questions.

    Args:
        speak: what gives a language by its code, to study another one.
        shape: what becomes of an entry.
    """
    rows = rows_of(where.base)
    code = str(rows[0]["lang"])
    entries = [entry_of(row, code) for row in rows]
    entries = [shape(entry) for entry in entries] if shape else entries
    engine = Engine(entries, (speak or untrained)(code))
    places = {entry.key: place for place, entry in enumerate(entries)}
    questions = []
    for asked in map(asked_of, rows_of(where.questions)):
        analysis = engine.reading(asked.text).analysis
        questions.append(
            Question(
                asked.text,
                asked.style,
                frozenset(places[key] for key in asked.right),
                engine.look(analysis, close=len(entries)),
                len(set(analysis.words)),
                is_reserved(where.name, asked.identifier),
            )
        )
    return QuestionSet(where.name, where.size, code, engine, tuple(questions))


@cache
def untrained(code: str) -> Language:
    """Return a language whose model knows nothing yet."""
    model = LanguageModel(small=_START, large=_START, answer_from=0.5, clarify_from=0.3)
    return build_language(code, lexicon(code), concepts(code), model)
