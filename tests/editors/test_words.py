"""The editors' and the help centre's words are kept as the others are."""

import re
from pathlib import Path

import chatserver
from chatserver.words import words

ROOT = Path(chatserver.__file__).parent
SOURCES = [*(ROOT / "web").rglob("*.py"), *(ROOT / "templates").rglob("*.html")]
SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
AREAS = ("editor", "help")


def table(language: str, area: str) -> dict[str, str]:
    return {k: v for k, v in words(language, area).items() if k.startswith(f"{area}.")}


def test_both_languages_have_the_same_keys_and_placeholders() -> None:
    for area in AREAS:
        turkish, english = table("tr", area), table("en", area)
        assert turkish.keys() == english.keys()
        for key, said in turkish.items():
            assert set(re.findall(r"{\w+}", said)) == set(re.findall(r"{\w+}", english[key])), key


def test_every_key_is_used_and_every_used_key_is_there() -> None:
    known = {key for area in AREAS for key in table("tr", area)}
    named = set(re.findall(r'"((?:editor|help)\.[a-z0-9_.-]+[a-z0-9_])"', SOURCE))
    begun = set(re.findall(r'"((?:editor|help)\.[a-z0-9_.]+\.)["{]', SOURCE))
    assert named - known <= {"help.css", "help.js"}
    assert {key for key in known - named if not key.startswith(tuple(begun))} == set()


def test_no_suffix_is_glued_to_a_placeholder_and_nobody_shouts() -> None:
    for area in AREAS:
        for key, said in table("tr", area).items():
            assert not re.search(r"}['’\w]", said), key
            assert not re.search(r"tekrar|başarıyla|sohbet|geçersiz", said, re.IGNORECASE), key
            assert "!" not in said and "!" not in table("en", area)[key], key
