"""The starter adds up, and every dialogue beside it goes as it says."""

import msgspec
import pytest

from chatserver.bot.checks import Fault, noted, run, worded
from chatserver.bot.expected import Dialogue, Turn
from chatserver.bot.expected import problems as check_problems
from chatserver.bot.expected import texts as expected_texts
from chatserver.bot.files import (
    STARTER,
    FileFault,
    dump_script,
    load_script,
    parse_script,
    starter_dialogues,
)
from chatserver.bot.problems import problems
from chatserver.bot.script import Script, texts
from faq import load_starter

from .cast import KNOWLEDGE, SUNDAY_EVENING

SCRIPT = load_script(STARTER)
DIALOGUES = {language: starter_dialogues(language) for language in ("tr", "en")}
ALL = [
    pytest.param(one, id=f"{language}: {one.name}")
    for language, found in DIALOGUES.items()
    for one in found
]


def test_the_starter_adds_up() -> None:
    assert problems(SCRIPT, frozenset(entry.key for entry in load_starter())) == []


@pytest.mark.parametrize("language", ["tr", "en"])
def test_there_are_forty_dialogues_in_each_language(language: str) -> None:
    assert len({one.name for one in DIALOGUES[language]}) == len(DIALOGUES[language]) >= 40


@pytest.mark.parametrize("dialogue", ALL)
def test_a_dialogue_goes_as_it_says(dialogue: Dialogue) -> None:
    assert run(dialogue, SCRIPT, KNOWLEDGE, now=SUNDAY_EVENING) == []


def test_a_dialogue_can_fail() -> None:
    wrong = Dialogue(
        "wrong", (Turn("kargom nerde", entry="warranty", asks="name", handoff="asked"),)
    )
    faults = run(wrong, SCRIPT, KNOWLEDGE, now=SUNDAY_EVENING)
    assert faults == [
        Fault(1, "entry", "warranty", "track-order"),
        Fault(1, "asks", "name"),
        Fault(1, "handoff", "asked"),
    ]
    assert [worded(one, "tr", {"warranty": "Garanti"}) for one in faults] == [
        "“Garanti” yanıtlamalıydı, yanıtlayan: “track-order”.",
        "“name” sorulmalıydı, bilgi sorulmadı.",
        "Temsilciye bağlanmalıydı (“temsilci istendi”), bağlanmadı.",
    ]


@pytest.mark.parametrize("dialogue", ALL)
def test_a_check_made_of_a_talk_holds_at_once(dialogue: Dialogue) -> None:
    lines = [line for turn in dialogue.turns for line in expected_texts(turn.says)]
    made = noted(dialogue, lines, SCRIPT, KNOWLEDGE, now=SUNDAY_EVENING, shop="Pera")
    assert list(check_problems((made,))) == []
    assert run(made, SCRIPT, KNOWLEDGE, now=SUNDAY_EVENING) == []
    assert all(
        turn.quiet or msgspec.to_builtins(turn) != {"says": turn.says} for turn in made.turns
    )


def test_everything_is_said_in_both_languages() -> None:
    assert [where for where, text in texts(SCRIPT) if bool(text.tr) != bool(text.en)] == []


def test_a_script_comes_back_from_its_file_the_same() -> None:
    assert parse_script(dump_script(SCRIPT)) == SCRIPT


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rules: [", "no YAML"),
        ("rules: 5", "Expected `array`"),
        ("wishes: []", "unknown field"),
        ("rules: [{key: a, title: {}, do: [{eval: x}]}]", "$.rules[0].do[0]"),
        ("a: &a [x, x]\nrules: [*a, *a]", "aliases"),
        ("!!python/object/apply:os.system [ls]", "no YAML"),
        ("- " * 5000, "script"),
    ],
)
def test_b05_what_is_no_script_is_said_and_not_run(text: str, said: str) -> None:
    with pytest.raises(FileFault, match=said.replace("$", r"\$").replace("[", r"\[")):
        parse_script(text)


def test_an_empty_file_is_an_empty_script() -> None:
    assert parse_script("") == Script()
