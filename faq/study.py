"""What each part of the engine gives, and how true its confidence is, on question sets.

    python -m faq.study --data DIR [--data DIR …] [--ablation] [--reliability FILE.svg]

Every figure is of the reserved half of a set, under weights that were learned from the other sets.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from faq.analysis import Analyser
from faq.engine import Language
from faq.entries import Entry
from faq.files import concepts, lexicon
from faq.languages import build_language, thesaurus_for
from faq.model import PARTS
from faq.questions import QuestionSet, read_set, untrained
from faq.sets import SetFiles, find_sets
from faq.spelling import Spelling
from faq.text import Lexicon
from faq.training import Outcome, foreign_to, learn, outcome, weights_from

CLOSE_PARTS = ("asked", "known", "gap", "said", "mutual", "literal", "elsewhere")
BINS = 10


@dataclass(frozen=True, slots=True)
class Variant:
    """The engine without one of its parts.

    Args:
        speak: what becomes of a language.
        entry: what becomes of an entry.
        leave: parts of a score that get no weight.
    """

    speak: Callable[[Language], Language] = lambda known: known
    entry: Callable[[Entry], Entry] = lambda own: own
    leave: tuple[str, ...] = ()


def _without_thesaurus(known: Language) -> Language:
    return build_language(known.code, known.analyser.lexicon, (), known.model)


def _without_shorthand(known: Language) -> Language:
    said = lexicon(known.code)
    return build_language(
        known.code, Lexicon({}, said.noise, said.weak), concepts(known.code), known.model
    )


def _without_roots(known: Language) -> Language:
    analyser = Analyser("", known.analyser.lexicon)
    thesaurus = thesaurus_for(analyser, concepts(known.code))
    weak = frozenset(analyser.root(word).text for word in analyser.lexicon.weak)
    return replace(known, analyser=analyser, thesaurus=thesaurus, weak_roots=weak)


def _without_spelling(known: Language) -> Language:
    return replace(known, spelling=Spelling((), 101.0), repairs=False)


VARIANTS: dict[str, Variant] = {
    "everything": Variant(),
    "no thesaurus": Variant(speak=_without_thesaurus),
    "no shorthand": Variant(speak=_without_shorthand),
    "no roots": Variant(speak=_without_roots),
    "no typo repair": Variant(speak=_without_spelling),
    "no answers": Variant(entry=lambda own: replace(own, answer="")),
    "no letters": Variant(leave=("nearest_letters", "entry_letters")),
    "no classifier": Variant(leave=("classifier", "classifier_rich")),
    "no close look": Variant(leave=CLOSE_PARTS),
}


def ablation(files: Sequence[SetFiles], say: Callable[[str], None]) -> None:
    """Say the top-1 accuracy of every variant on every set, percent."""
    say("without".ljust(16) + " ".join(f"{one.name[:13]}:{one.size}".rjust(16) for one in files))
    for name, variant in VARIANTS.items():
        places = [PARTS.index(part) for part in variant.leave]
        sets = [read_set(one, speak=_speak(variant), shape=variant.entry) for one in files]
        cells = []
        for one in sets:
            others = [s for s in sets if s.name != one.name and s.language == one.language]
            found = outcome(one, weights_from(others, places), reserved=True)
            cells.append(f"{found.top * 100:16.1f}")
        say(name.ljust(16) + " ".join(cells))


def _speak(variant: Variant) -> Callable[[str], Language]:
    made: dict[str, Language] = {}

    def speak(code: str) -> Language:
        if code not in made:
            made[code] = variant.speak(untrained(code))
        return made[code]

    return speak


def held_out(sets: Sequence[QuestionSet]) -> list[Outcome]:
    """Return how the reserved half of every set fares when nothing was learned from the set."""
    found = []
    for code in sorted({one.language for one in sets}):
        known = [one for one in sets if one.language == code]
        foreign = foreign_to([one for one in sets if one.language != code])
        for name in sorted({one.name for one in known}):
            weights = learn([one for one in known if one.name != name], foreign=foreign)
            own = (one for one in known if one.name == name)
            found += [outcome(one, weights, reserved=True) for one in own]
    return found


def bins(outcomes: Sequence[Outcome]) -> list[tuple[float, float, int]]:
    """Return (confidence, share right, questions) of tenths of all questions, least sure first."""
    sure = np.concatenate([one.sure for one in outcomes])
    right = np.concatenate([one.right for one in outcomes])
    parts = np.array_split(np.argsort(sure, kind="stable"), BINS)
    return [(float(sure[p].mean()), float(right[p].mean()), len(p)) for p in parts]


def picture(found: dict[str, list[tuple[float, float, int]]]) -> str:
    """Return an SVG: confidence against truth, one panel a language."""
    names = {"tr": "Turkish", "en": "English"}
    size, gap = 260, 70
    width = gap + len(found) * (size + gap)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {size + 110}" '
        'font-family="system-ui, sans-serif" font-size="12">',
        "<style>svg{color:#1f2933;background:#fff}.g{stroke:#d5dbe1}.d{stroke:#9aa5b1;"
        "stroke-dasharray:4 4}.l{stroke:#2563eb;stroke-width:2;fill:none}.p{fill:#2563eb}</style>",
    ]
    for at, (code, rows) in enumerate(found.items()):
        left, top = gap + at * (size + gap), 40
        out.append(f'<text x="{left}" y="24" font-size="14">{names.get(code, code)}</text>')
        for step in range(0, 11, 2):
            y = top + size * (1 - step / 10)
            x = left + size * step / 10
            out.append(f'<line class="g" x1="{left}" x2="{left + size}" y1="{y}" y2="{y}"/>')
            out.append(f'<text x="{left - 8}" y="{y + 4}" text-anchor="end">{step * 10}</text>')
            out.append(
                f'<text x="{x}" y="{top + size + 18}" text-anchor="middle">{step * 10}</text>'
            )
        out.append(f'<line class="d" x1="{left}" y1="{top + size}" x2="{left + size}" y2="{top}"/>')
        points = [(left + size * sure, top + size * (1 - right)) for sure, right, _ in rows]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        out.append(f'<polyline class="l" points="{path}"/>')
        out += [f'<circle class="p" cx="{x:.1f}" cy="{y:.1f}" r="4"/>' for x, y in points]
        out.append(
            f'<text x="{left + size / 2}" y="{top + size + 40}" text-anchor="middle">'
            f"confidence, percent ({sum(n for *_, n in rows)} questions)</text>"
        )
    out.append(
        f'<text transform="translate(18 {40 + size / 2}) rotate(-90)" text-anchor="middle">'
        "right, percent</text></svg>"
    )
    return "\n".join(out) + "\n"


def main() -> None:
    """Study from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--data", action="append", type=Path, required=True)
    parser.add_argument("--sets", help="only these, as NAME:SIZE with commas between")
    parser.add_argument("--ablation", action="store_true")
    parser.add_argument("--reliability", type=Path)
    options = parser.parse_args()
    files = find_sets(options.data)
    if options.sets:
        wanted = set(options.sets.split(","))
        files = [one for one in files if f"{one.name}:{one.size}" in wanted]
    if options.ablation:
        ablation(files, partial(print, flush=True))
    if options.reliability:
        sets = [read_set(one) for one in files]
        codes = sorted({one.language for one in sets}, reverse=True)
        outcomes = held_out(sets)
        found = {code: bins([o for o in outcomes if o.one.language == code]) for code in codes}
        options.reliability.write_text(picture(found), encoding="utf-8")
        for code, rows in found.items():
            print(code, " ".join(f"{sure:.2f}→{right:.2f}" for sure, right, _ in rows))


if __name__ == "__main__":
    main()
