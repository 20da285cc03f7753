"""What a site's owner sets for the widget, as they type it: read, checked, and said back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, cast

from sqlalchemy import Connection, func, select

from chatserver.domain.ids import SiteId
from chatserver.domain.sites import Site, SiteSettings
from chatserver.domain.widgets import (
    FIELD_KINDS,
    MAX_FIELDS,
    MAX_RULES,
    RULE_WHENS,
    FieldAsked,
    Notice,
    Rule,
    WidgetSettings,
    Words,
)
from chatserver.errors import Code, Refusal
from chatserver.storage import sites
from chatserver.storage.schema.visitors import page_view, visitor
from chatserver.words import LANGUAGES

MAX_CHARS = 4000
_KEY = re.compile(r"[a-z][a-z0-9-]{0,39}\Z")
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})?\Z")


@dataclass(frozen=True, slots=True)
class Typed:
    """A form as it was read. problems: names of the fields that are not good."""

    settings: SiteSettings
    problems: frozenset[str]


def _words(form: Mapping[str, str], name: str) -> Words:
    typed = {lang: form.get(f"{name}_{lang}", "").strip()[:MAX_CHARS] for lang in LANGUAGES}
    return {lang: text for lang, text in typed.items() if text}


def _lines(text: str, columns: int) -> list[list[str]]:
    found = []
    for line in text.splitlines():
        if line.strip():
            cells = [cell.strip() for cell in line.split("|")]
            found.append([*cells, *[""] * columns][:columns])
    return found


def read_fields(text: str) -> tuple[FieldAsked, ...]:
    """Read lines of `key | kind | Turkish | English | required | choice, choice`.

    Raises:
        Refusal: `bad_request`.
    """
    fields = []
    for key, kind, turkish, english, required, choices in _lines(text, 6):
        options = tuple(one.strip() for one in choices.split(",") if one.strip())
        labels = {lang: said for lang, said in (("tr", turkish), ("en", english)) if said}
        if not _KEY.match(key) or kind not in FIELD_KINDS or not labels:
            raise Refusal(Code.BAD_REQUEST, key)
        if (kind == "choice") != bool(options):
            raise Refusal(Code.BAD_REQUEST, key)
        is_needed = required.lower() in {"yes", "evet", "required", "zorunlu"}
        fields.append(FieldAsked(key, kind, labels, is_needed, options))
    if len(fields) > MAX_FIELDS or len({field.key for field in fields}) < len(fields):
        raise Refusal(Code.BAD_REQUEST)
    return tuple(fields)


def read_rules(text: str) -> tuple[Rule, ...]:
    """Read lines of `id | when | value | Turkish | English | /path*, /path | from | to | hours`.

    Raises:
        Refusal: `bad_request`.
    """
    rules = []
    for id_, when, value, turkish, english, pages, start, end, hours in _lines(text, 9):
        said = {lang: line for lang, line in (("tr", turkish), ("en", english)) if line}
        paths = tuple(one.strip() for one in pages.split(",") if one.strip())
        is_number = when == "track" or re.fullmatch(r"\d{0,6}", value)
        if not _KEY.match(id_) or when not in RULE_WHENS or not said or not is_number:
            raise Refusal(Code.BAD_REQUEST, id_)
        if not _DAY.match(start) or not _DAY.match(end):
            raise Refusal(Code.BAD_REQUEST, id_)
        if not all(path.startswith("/") for path in paths):
            raise Refusal(Code.BAD_REQUEST, id_)
        rules.append(Rule(id_, when, value[:60], said, paths, start, end, bool(hours)))
    if len(rules) > MAX_RULES or len({rule.id for rule in rules}) < len(rules):
        raise Refusal(Code.BAD_REQUEST)
    return tuple(rules)


def write_fields(fields: tuple[FieldAsked, ...]) -> str:
    """Return fields as they are typed."""
    return "\n".join(
        " | ".join(
            [
                field.key,
                field.kind,
                field.label.get("tr", ""),
                field.label.get("en", ""),
                "yes" if field.required else "",
                ", ".join(field.choices),
            ]
        )
        for field in fields
    )


def write_rules(rules: tuple[Rule, ...]) -> str:
    """Return rules as they are typed."""
    return "\n".join(
        " | ".join(
            [
                rule.id,
                rule.when,
                rule.value,
                rule.text.get("tr", ""),
                rule.text.get("en", ""),
                ", ".join(rule.pages),
                rule.from_day,
                rule.to_day,
                "yes" if rule.hours_only else "",
            ]
        )
        for rule in rules
    )


def read_form(site: Site, form: Mapping[str, str]) -> Typed:
    """Read a form; what is not good keeps its value of before and is named."""
    now = site.settings
    widget, problems = now.widget, set()
    accent = form.get("accent", "").strip().lower()
    if not re.fullmatch(r"#[0-9a-f]{6}", accent):
        problems.add("accent")
        accent = now.accent
    radius = form.get("radius", "")
    if not radius.isdigit() or int(radius) > 24:
        problems.add("radius")
        radius = str(widget.radius)
    fields, rules = widget.fields, widget.rules
    try:
        fields = read_fields(form.get("fields", ""))
    except Refusal:
        problems.add("fields")
    try:
        rules = read_rules(form.get("rules", ""))
    except Refusal:
        problems.add("rules")
    theme, position = form.get("theme", ""), form.get("position", "")
    changed = WidgetSettings(
        theme=cast(Literal["auto", "light", "dark"], theme)
        if theme in {"auto", "light", "dark"}
        else widget.theme,
        position=cast(Literal["right", "left"], position)
        if position in {"right", "left"}
        else widget.position,
        radius=int(radius),
        launcher="launcher" in form,
        greeting=_words(form, "greeting"),
        files="files" in form,
        fields=fields,
        privacy=Notice(_words(form, "privacy"), form.get("privacy_version", "").strip()[:60]),
        consent=Notice(_words(form, "consent"), form.get("consent_version", "").strip()[:60]),
        rules=rules,
    )
    if changed.consent.text and not changed.consent.version:
        problems.add("consent")
    return Typed(replace(now, accent=accent, widget=changed), frozenset(problems))


def save(connection: Connection, site: Site, settings: SiteSettings) -> None:
    """Keep what was typed."""
    sites.save(connection, site.id, settings)


def seen_on(connection: Connection, site: SiteId) -> tuple[str, int] | None:
    """Return the page of the shop where the widget was last talked from, and when; None if nowhere."""
    newest = (
        select(func.max(page_view.c.id))
        .join(visitor, visitor.c.id == page_view.c.visitor_id)
        .where(visitor.c.site_id == site)
        .scalar_subquery()
    )
    row = connection.execute(
        select(page_view.c.url, page_view.c.at_ms).where(page_view.c.id == newest)
    ).first()
    return None if row is None else (str(row.url), int(row.at_ms))
