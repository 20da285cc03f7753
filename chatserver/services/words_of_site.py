"""A shop's own words: kept, put into the engine's languages, and what each row is good for."""

import re
from collections.abc import Sequence

from sqlalchemy import Connection

from chatserver.domain.ids import StaffId
from chatserver.domain.knowledge import Problem
from chatserver.errors import Code, Refusal
from chatserver.storage import faq_entries, site_words
from chatserver.storage.site_words import WordRow
from faq import Lexicon, tokens
from faq.engine import Language
from faq.files import MAX_PHRASE_WORDS, concepts, lexicon
from faq.languages import build_language
from faq.model import shipped
from faq.words import Concept

KINDS = ("shorthand", "concept")
MAX_PHRASES = 100
MAX_PHRASE_CHARS = 80
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def languages_with(words: Sequence[WordRow]) -> list[Language]:
    """Return the languages that a shop has words of its own in, those words included."""
    return [
        build_language(code, _lexicon(code, words), _concepts(code, words), shipped().of(code))
        for code in dict.fromkeys(word.language for word in words)
    ]


def _lexicon(code: str, words: Sequence[WordRow]) -> Lexicon:
    known = lexicon(code)
    own = {
        tuple(tokens(typed)): tuple(tokens(word.name))
        for word in words
        if word.language == code and word.kind == "shorthand"
        for typed in word.same
    }
    return Lexicon({**known.shorthand, **own}, known.noise, known.weak)


def _concepts(code: str, words: Sequence[WordRow]) -> tuple[Concept, ...]:
    found = {concept.name: concept for concept in concepts(code)}
    for word in words:
        if word.language == code and word.kind == "concept":
            shipped_one = found.get(word.name, Concept(word.name, ()))
            found[word.name] = Concept(
                word.name,
                tuple(dict.fromkeys((*shipped_one.same, *word.same))),
                tuple(dict.fromkeys((*shipped_one.near, *word.near))),
            )
    return tuple(found.values())


def problems(word: WordRow) -> list[Problem]:
    """Return what is wrong with a row."""
    found: list[Problem] = []
    phrases = (*word.same, *word.near)
    if word.kind not in KINDS:
        found.append(Problem("kind", "required"))
    if word.kind == "concept" and not _NAME.fullmatch(word.name):
        found.append(Problem("name", "key", word.name[:80]))
    if word.kind == "shorthand" and not 1 <= len(tokens(word.name)) <= MAX_PHRASE_WORDS:
        found.append(Problem("name", "words", str(MAX_PHRASE_WORDS)))
    if not word.same:
        found.append(Problem("same", "required"))
    if len(phrases) > MAX_PHRASES:
        found.append(Problem("same", "many", str(MAX_PHRASES)))
    most = 3 if word.kind == "shorthand" else MAX_PHRASE_WORDS
    for place, said in (("same", word.same), ("near", word.near)):
        for phrase in said:
            if len(phrase) > MAX_PHRASE_CHARS or not 1 <= len(tokens(phrase)) <= most:
                found.append(Problem(place, "words", str(most)))
    return found


def put(
    connection: Connection, word: WordRow, *, by: StaffId | None, now_ms: int
) -> tuple[Problem, ...]:
    """Keep a row, for shoppers at once; return what is wrong with it instead."""
    wrong = tuple(dict.fromkeys(problems(word)))
    if not wrong:
        site_words.put(connection, word, now_ms=now_ms, by=by)
        faq_entries.raise_state(connection, live=True)
    return wrong


def remove(connection: Connection, word: int) -> None:
    """Take a row away, for shoppers at once.

    Raises:
        Refusal: `not_found`.
    """
    if not site_words.remove(connection, word):
        raise Refusal(Code.NOT_FOUND)
    faq_entries.raise_state(connection, live=True)
