"""The language data as the engine needs them, made of the files once and not at every start.

    python -m faq.prepared

Each prepared file names the hash of the files it was made of. Where they have changed since, it is
left aside and the files themselves are read, which takes a second instead of some milliseconds.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from scipy import sparse

from faq.files import CONTENT, LANGUAGES
from faq.text import Lexicon
from faq.thesaurus import Thesaurus
from faq.turkish import Roots

FOLDER = Path(__file__).parent / "prepared_data"
_SOURCES = ("lexicon", "thesaurus", "roots")
_DIGITS = 4


class _RootsFile(msgspec.Struct, frozen=True):
    nouns: list[str]
    verbs: list[str]
    dropping: list[str]


class _File(msgspec.Struct, frozen=True):
    sources: str
    shorthand: list[tuple[str, str]]
    noise: list[str]
    weak: list[str]
    roots: _RootsFile | None
    names: list[str]
    terms: list[tuple[str, list[int], list[float]]]


@dataclass(frozen=True, slots=True)
class Prepared:
    """One language's data.

    Args:
        roots: None where the language has none.
    """

    lexicon: Lexicon
    roots: Roots | None
    thesaurus: Thesaurus


def sources_hash(code: str) -> str:
    """Return the SHA-256 of a language's data files."""
    found = hashlib.sha256()
    for name in _SOURCES:
        path = CONTENT / f"{name}.{code}.yaml"
        found.update(path.read_bytes() if path.exists() else b"")
    return found.hexdigest()


def path_of(code: str) -> Path:
    """Return where a language's prepared file stands."""
    return FOLDER / f"{code}.json"


def load_prepared(code: str) -> Prepared | None:
    """Return a language's prepared data; None where there are none or where they are stale."""
    path = path_of(code)
    if not path.exists():
        return None
    data = msgspec.json.decode(path.read_bytes(), type=_File)
    if data.sources != sources_hash(code):
        return None
    lexicon = Lexicon(
        {tuple(typed.split()): tuple(meant.split()) for typed, meant in data.shorthand},
        frozenset(data.noise),
        frozenset(data.weak),
    )
    kept = data.roots
    roots = Roots(kept.nouns, kept.verbs, kept.dropping) if kept is not None else None
    lengths = [len(columns) for _, columns, _ in data.terms]
    bounds = np.concatenate([[0], np.cumsum(lengths or [0])]).astype(np.int32)
    columns = np.array([c for _, found, _ in data.terms for c in found], np.int32)
    values = np.array([v for _, _, found in data.terms for v in found], np.float32)
    shape = (max(1, len(data.terms)), max(1, len(data.names)))
    vectors = sparse.csr_array((values, columns, bounds), shape=shape)
    return Prepared(lexicon, roots, Thesaurus(data.names, [t for t, _, _ in data.terms], vectors))


def prepare(code: str) -> bytes:
    """Return the bytes of a language's prepared file, made of its data files."""
    from faq.analysis import Analyser
    from faq.files import concepts, lexicon
    from faq.languages import roots_for, thesaurus_for

    words, known = lexicon(code), concepts(code)
    roots = roots_for(code, words, known)
    thesaurus = thesaurus_for(Analyser(code, words, roots), known)
    vectors = thesaurus.vectors
    bounds = vectors.indptr.tolist()
    terms = [
        (
            term,
            vectors.indices[bounds[row] : bounds[row + 1]].tolist(),
            [round(v, _DIGITS) for v in vectors.data[bounds[row] : bounds[row + 1]].tolist()],
        )
        for term, row in thesaurus.terms.items()
    ]
    data = _File(
        sources_hash(code),
        sorted((" ".join(typed), " ".join(meant)) for typed, meant in words.shorthand.items()),
        sorted(words.noise),
        sorted(words.weak),
        _RootsFile(roots.nouns, roots.verbs, roots.dropping) if roots is not None else None,
        list(thesaurus.names),
        sorted(terms),
    )
    return msgspec.json.encode(data) + b"\n"


def main() -> None:
    """Write every language's prepared file."""
    FOLDER.mkdir(exist_ok=True)
    for code in LANGUAGES:
        path_of(code).write_bytes(prepare(code))


if __name__ == "__main__":
    main()
