"""How fast the engine is, beside rapidfuzz over the same utterances in the same run.

    python -m faq.bench [SIZE …]

The utterances are made of the thesaurus's phrases by a fixed seed: three phrases, an entry ten.
"""

import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Sequence

import numpy as np
from rapidfuzz import fuzz, process

from faq.entries import Entry, EntryStatus
from faq.files import concepts
from faq.languages import language
from faq.matcher import KnowledgeBase

SIZES = (1_000, 10_000, 100_000)
AN_ENTRY = 10
ASKED = 300
BASELINE_UP_TO = 10_000
"""Beyond, the baseline takes a tenth of a second a question and tells nothing new."""


def utterances(count: int, seed: int) -> list[str]:
    """Return utterances of three phrases each, the same for the same seed."""
    chance = random.Random(seed)
    phrases = [phrase for concept in concepts("tr") for phrase in concept.same]
    return [" ".join(chance.choices(phrases, k=3)) for _ in range(count)]


def entries(said: Sequence[str]) -> list[Entry]:
    """Return entries of ten utterances each, with an answer made of the last."""
    found = []
    for at in range(0, len(said), AN_ENTRY):
        first, *rest = said[at : at + AN_ENTRY]
        answer = " ".join(said[at : at + 4])
        key = f"e{at}"
        found.append(Entry(key, "tr", first, tuple(rest), answer, status=EntryStatus.PUBLISHED))
    return found


def measure(size: int) -> dict[str, float]:
    """Return what a knowledge base of that many utterances costs, in this process."""
    language("tr")
    said = utterances(size, seed=1)
    own = entries(said)
    before = _memory_mb()
    started = time.perf_counter()
    base = KnowledgeBase(own)
    build_s = time.perf_counter() - started
    chance = random.Random(2)
    asked = [_typed(text, chance) for text in utterances(ASKED, seed=3)]
    for text in asked[:30]:
        base.match(text, "tr")
    times = [_timed(lambda text=text: base.match(text, "tr")) for text in asked[30:]]
    result = {
        "utterances": size,
        "p50_ms": float(np.percentile(times, 50)),
        "p99_ms": float(np.percentile(times, 99)),
        "build_s": build_s,
        "memory_mb": _memory_mb() - before,
    }
    started = time.perf_counter()
    base.with_utterance("e0", "tr", "yepyeni bir soru cümlesi")
    result["add_ms"] = (time.perf_counter() - started) * 1000
    if size <= BASELINE_UP_TO:
        scorer = fuzz.token_set_ratio
        plain = [
            _timed(lambda text=text: process.extract(text, said, scorer=scorer, limit=5))
            for text in asked[30:130]
        ]
        result["baseline_p50_ms"] = float(np.percentile(plain, 50))
        result["baseline_p99_ms"] = float(np.percentile(plain, 99))
    return result


def _typed(text: str, chance: random.Random) -> str:
    """Return a text as a phone would send it: now and then a letter is missing."""
    words = text.split()[:8]
    at = chance.randrange(len(words))
    if len(words[at]) > 4 and chance.random() < 0.4:
        drop = chance.randrange(1, len(words[at]))
        words[at] = words[at][:drop] + words[at][drop + 1 :]
    return " ".join(words)


def _timed(run: object) -> float:
    started = time.perf_counter()
    run()  # type: ignore[operator]
    return (time.perf_counter() - started) * 1000


def _memory_mb() -> float:
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize() / 1e6


def main() -> None:
    """Measure every size in a process of its own and print a table."""
    if len(sys.argv) == 3 and sys.argv[1] == "--one":
        print(json.dumps(measure(int(sys.argv[2]))))
        return
    sizes = [int(size) for size in sys.argv[1:]] or list(SIZES)
    names = ("p50_ms", "p99_ms", "baseline_p50_ms", "baseline_p99_ms", "build_s", "memory_mb")
    print("utterances".rjust(10), *(name.rjust(15) for name in (*names, "add_ms")))
    for size in sizes:
        command = [sys.executable, "-m", "faq.bench", "--one", str(size)]
        found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        cells = (
            f"{found[name]:15.2f}" if name in found else " " * 15 for name in (*names, "add_ms")
        )
        print(str(size).rjust(10), *cells)


if __name__ == "__main__":
    main()
