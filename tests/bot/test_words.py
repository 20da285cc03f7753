import re
from pathlib import Path

import chatserver.bot
from chatserver.words import LANGUAGES, familiar, words

ROOT = Path(chatserver.bot.__file__).parent
SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in ROOT.glob("*.py"))
TABLES = {
    language: {k: v for k, v in words(language, "bot").items() if k.startswith("bot.")}
    for language in LANGUAGES
}


def test_both_languages_have_the_same_keys_and_placeholders() -> None:
    turkish, english = TABLES["tr"], TABLES["en"]
    assert turkish.keys() == english.keys()
    for key, said in turkish.items():
        assert re.findall(r"{\w+}", said) == re.findall(r"{\w+}", english[key]), key


def test_every_key_is_used_and_every_used_key_is_there() -> None:
    used = set(re.findall(r'"(bot\.[a-z_.]+)"', SOURCE))
    assert used == set(TABLES["tr"])


def test_no_suffix_is_glued_to_a_placeholder() -> None:
    for key, said in TABLES["tr"].items():
        assert not re.search(r"}['’\w]", said), key


def test_no_plural_follows_a_number() -> None:
    for key, said in TABLES["tr"].items():
        assert not re.search(r"({count}|\d) \w+l[ae]r\b", said), key


def test_the_voice_is_kept() -> None:
    for key, said in TABLES["tr"].items():
        assert "!" not in said and "'" not in said, key
        assert not re.search(r"sohbet|yapay|başarıyla|tekrar|tarafınız|birazdan|en kısa", said), key
        assert not re.search(r"(ınız|iniz|unuz|ünüz)\.$", said) or "yazınız" not in said, key
    for key, said in TABLES["en"].items():
        assert "!" not in said and "'" not in said, key


def test_sen_says_only_what_differs_and_never_mixes() -> None:
    turkish, own = TABLES["tr"], familiar("bot")
    assert set(own) <= set(turkish)
    for key, said in own.items():
        assert said != turkish[key], key
        assert re.findall(r"{\w+}", said) == re.findall(r"{\w+}", turkish[key]), key
        assert not re.search(r"[ıiuü]n[ıiuü]z|s[ıiuü]n[ıiuü]z|\bsiz", said), key
    rest = {key: said for key, said in turkish.items() if key not in own}
    polite = [
        key for key, said in rest.items() if re.search(r"s[ıiuü]n[ıiuü]z\b|\bsiz[ei]?\b", said)
    ]
    assert polite == []
