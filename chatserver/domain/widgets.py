"""What a site's owner sets for the shopper's widget; knows nothing of screens or storage."""

from dataclasses import dataclass, field
from typing import Literal

FieldKind = Literal["text", "email", "phone", "choice", "order", "checkbox"]
FIELD_KINDS: tuple[FieldKind, ...] = ("text", "email", "phone", "choice", "order", "checkbox")

RuleWhen = Literal["time", "scroll", "exit", "idle", "return", "cart", "track"]
RULE_WHENS: tuple[RuleWhen, ...] = ("time", "scroll", "exit", "idle", "return", "cart", "track")

Words = dict[str, str]
"""One text in each language it is written in, by language."""

MAX_FIELDS = 8
MAX_RULES = 12


@dataclass(frozen=True, slots=True)
class FieldAsked:
    """One thing that is asked before a conversation.

    Args:
        key: its lasting name; `name`, `email`, `phone` and `order` are what they say.
        label: as shoppers read it.
        choices: of kind `choice`, the answers; the same in every language.
    """

    key: str
    kind: FieldKind
    label: Words
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """A legal text with the version that people are shown.

    Args:
        text: plain text, blank lines part paragraphs; empty where the site has none.
        version: as the owner calls it, e.g. a date; kept with every consent.
    """

    text: Words = field(default_factory=dict)
    version: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """When the shop speaks first.

    Args:
        id: its lasting name, counted by.
        when: what must happen: `value` seconds on the page or idle, percent scrolled, the cart's
            worth, or the name of a tracked event.
        pages: patterns of paths (`/sepet*`), any of which must match; none for every page.
        text: what the teaser says, by language; in no other language is it shown.
        from_day, to_day: first and last day (ISO) of a campaign; "" for always.
        hours_only: only while the shop is open.
    """

    id: str
    when: RuleWhen
    value: str
    text: Words
    pages: tuple[str, ...] = ()
    from_day: str = ""
    to_day: str = ""
    hours_only: bool = False


@dataclass(frozen=True, slots=True)
class WidgetSettings:
    """How a site's widget looks and what it asks.

    Args:
        theme: `auto`, `light` or `dark`.
        position: `right` or `left`.
        radius: of corners, pixels, 0–24.
        launcher: whether our button is drawn.
        greeting: first line of the first screen; the product's own where a language has none.
        files: whether visitors may send files.
        fields: asked before a conversation; none by default.
        privacy: information on what happens to data (aydınlatma), shown and never agreed to.
        consent: what may be agreed to besides (açık rıza), never needed for a conversation.
        rules: when the shop speaks first.
    """

    theme: Literal["auto", "light", "dark"] = "auto"
    position: Literal["right", "left"] = "right"
    radius: int = 18
    launcher: bool = True
    greeting: Words = field(default_factory=dict)
    files: bool = True
    fields: tuple[FieldAsked, ...] = ()
    privacy: Notice = field(default_factory=Notice)
    consent: Notice = field(default_factory=Notice)
    rules: tuple[Rule, ...] = ()
