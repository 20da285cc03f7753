"""Every word of the templates is in both languages, and none stands in the templates themselves."""

import json
import re
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from chatserver import words
from chatserver.domain.conversations import HandoffReason, Status
from chatserver.domain.messages import ActivityType, AuthorKind
from chatserver.domain.people import Role
from chatserver.domain.widgets import WidgetSettings
from chatserver.services.hours_form import DAYS
from chatserver.services.transcript_exports import EXPORT_FORMATS
from chatserver.services.transcript_words import DETAILS
from chatserver.web.settings_pages import TABS
from chatserver.web.templates import accepted, script_json
from faq import load_starter

PACKAGE = Path(words.__file__).parent
TEMPLATES = [
    path
    for path in sorted((PACKAGE / "templates").glob("*.html"))
    if path.name not in {"console.html", "frame.html"}
]
TABLES = {
    language: json.loads((PACKAGE / "locales" / language / "web.json").read_text("utf-8"))
    for language in words.LANGUAGES
}
PATTERNS: dict[str, list[str]] = {
    "web.status.": [status.value for status in Status],
    "web.role.": [role.value for role in Role],
    "web.language.": list(words.LANGUAGES),
    "web.faq.category.": sorted({entry.category for entry in load_starter()}),
    "web.faq.status.": ["draft", "published", "archived"],
    "web.transcript.export.": list(EXPORT_FORMATS),
    "web.error.": [
        f"{status}.{part}"
        for status in (400, 401, 403, 404, 405, 413, 429, 500, 503)
        for part in ("title", "text")
    ],
    "web.who.": [*(kind.value for kind in AuthorKind), "visitor_named", "somebody"],
    "web.activity.": [
        *(type_.value for type_ in ActivityType if type_ is not ActivityType.RESOLVED),
        *(f"resolved.{by}" for by in ("agent", "visitor", "idle")),
    ],
    "web.reason.": [reason.value for reason in HandoffReason],
    "web.detail.": sorted(DETAILS),
    "web.auth.password_": ["short", "long", "email"],
    "web.settings.": list(TABS),
    "web.hours.day.": list(DAYS),
    "web.month.": [str(month) for month in range(1, 13)],
    "web.widget.theme.": list(get_args(get_type_hints(WidgetSettings)["theme"])),
    "web.widget.position.": list(get_args(get_type_hints(WidgetSettings)["position"])),
}


def used() -> set[str]:
    """Every key that a template or a module names, and those of the closed sets."""
    keys = {prefix + value for prefix, values in PATTERNS.items() for value in values}
    modules = [*(PACKAGE / "web").glob("*.py"), *(PACKAGE / "services").glob("transcript_*.py")]
    sources = [*TEMPLATES, *modules]
    for path in sources:
        text = path.read_text("utf-8")
        keys |= set(re.findall(r"""["'](web\.[a-z0-9_.]+[a-z0-9_])["']""", text))
    return keys


def test_both_languages_have_the_same_keys_with_the_same_placeholders() -> None:
    turkish, english = TABLES["tr"], TABLES["en"]
    assert turkish.keys() == english.keys()
    for key, text in turkish.items():
        names = [set(re.findall(r"\{(\w+)\}", table[key])) for table in (turkish, english)]
        assert names[0] == names[1] or key.endswith(".one"), key
        assert text.strip() and english[key].strip()


def test_every_key_that_is_used_exists_and_every_key_that_exists_is_used() -> None:
    existing = set(TABLES["tr"])
    plural = {key.removesuffix(".one").removesuffix(".other") for key in existing}
    keys = used()
    missing = {key for key in keys if key not in existing | plural}
    assert not missing
    assert not {key for key in existing if not {key, re.sub(r"\.(one|other)$", "", key)} & keys}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_says_anything_by_itself(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", path.read_text("utf-8"), flags=re.DOTALL)
    for attribute in ("title", "placeholder", "aria-label", "alt"):
        assert not re.search(rf'\s{attribute}="[^"]*[A-Za-zçğıöşüÇĞİÖŞÜ]', text)
    words_left = re.sub(r"<[^>]*>", " ", text, flags=re.DOTALL)
    assert not re.search(r"[A-Za-zçğıöşüÇĞİÖŞÜ]{2,}", words_left), words_left.split()
    assert "style=" not in text
    assert "|safe" not in path.read_text("utf-8")


def test_no_turkish_suffix_is_glued_to_a_variable() -> None:
    for text in TABLES["tr"].values():
        assert not re.search(r"\}['’\w]", text), text


@pytest.mark.parametrize(
    "value", ["</script><script>", "<!--", "]]>", "\u2028\u2029", "&lt;", '"\\', "İıŞ"]
)
def test_x01_json_in_a_page_cannot_end_its_element(value: str) -> None:
    text = str(script_json({"a": [value]}))
    assert not set(text) & set("<>&\u2028\u2029")
    assert json.loads(text) == {"a": [value]}


def test_numbers_that_json_does_not_have_are_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        script_json(float("nan"))


def test_a_browsers_wishes_are_weighed() -> None:
    assert accepted("tr-TR,tr;q=0.9,en;q=0.8") == "tr"
    assert accepted("en;q=0.2, tr;q=0.9") == "tr"
    assert accepted("de,fr") is None
    assert accepted("en;q=nonsense") is None
