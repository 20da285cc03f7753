"""Each guard switched off turns a test red: every third of the list here, in copies of the source.

All of it takes two minutes: `python -m tests.faults.mutations`, which also shows that the same tests
are green while every guard is on.
"""

import re
import subprocess
import sys
from collections import Counter

import pytest

from tests.faults.mutations import MUTATIONS, ROOT, Mutation

NAMES = [one.name for one in MUTATIONS]
TRIED = NAMES[::3]


@pytest.mark.parametrize("mutation", MUTATIONS, ids=NAMES)
def test_the_guard_is_where_it_was_and_so_is_its_test(mutation: Mutation) -> None:
    assert (ROOT / mutation.file).read_text("utf-8").count(mutation.source) == 1
    assert mutation.source != mutation.without
    file, *names = re.sub(r"\[.*", "", mutation.killer).split("::")
    source = (ROOT / file).read_text("utf-8")
    for name in names:
        assert re.search(rf"(def|class) {name}\b", source), mutation.killer


def test_every_mutation_has_a_name_of_its_own() -> None:
    assert max(Counter(NAMES).values()) == 1 and len(NAMES) >= 15


@pytest.fixture(scope="module")
def verdicts() -> dict[str, str]:
    """What became of each."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.faults.mutations", *TRIED],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    print(ran.stdout[-20_000:], ran.stderr[-5_000:])
    return dict(re.findall(r"^([\w-]+) +(red|green|broken) ", ran.stdout, re.MULTILINE))


@pytest.mark.parametrize("name", TRIED)
def test_a_guard_switched_off_turns_its_test_red(verdicts: dict[str, str], name: str) -> None:
    assert verdicts.get(name) == "red"
