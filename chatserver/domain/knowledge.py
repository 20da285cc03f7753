"""What editors keep: an FAQ entry in its languages, and what is wrong with one; knows no storage."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

LANGUAGES = ("tr", "en")
MAX_QUESTION_CHARS = 200
MAX_UTTERANCE_CHARS = 300
MAX_UTTERANCES = 500
MAX_ANSWER_CHARS = 1200
MAX_LINKS = 4
MAX_LABEL_CHARS = 60
MAX_SCOPE_LINES = 20
KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
MAX_KEY_CHARS = 64
_HOLE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_ADDRESS = re.compile(
    r"(?:https?://[A-Za-z0-9][A-Za-z0-9.-]*(?::\d{1,5})?(?:[/?#]\S*)?|mailto:\S+@\S+|tel:\+?[0-9().-]{3,20})"
)
_SCOPE = re.compile(r"/[^\s*]*\*?|site:[a-z0-9-]{1,64}")


class Phase(StrEnum):
    """Where an entry is on its way to shoppers.

    draft: never published. live: shoppers get it. changed: shoppers get an older state of it.
    archived: shoppers get it no more.
    """

    DRAFT = "draft"
    LIVE = "live"
    CHANGED = "changed"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True)
class Button:
    """A link below an answer.

    Args:
        address: http, https, mailto or tel.
    """

    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Wording:
    """An entry in one language.

    Args:
        utterances: other ways people say the question.
        answer: Markdown of bold, lists and links.
        edited_ms: when its question or answer was last written or said to be right still.
    """

    question: str = ""
    utterances: tuple[str, ...] = ()
    answer: str = ""
    buttons: tuple[Button, ...] = ()
    edited_ms: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nobody wrote anything here."""
        return not (self.question or self.answer or self.utterances or self.buttons)

    @property
    def full_answer(self) -> str:
        """The answer as shoppers get it: its buttons are the links of a last line."""
        if not self.buttons:
            return self.answer
        links = " · ".join(f"[{button.label}]({button.address})" for button in self.buttons)
        return f"{self.answer.rstrip()}\n\n{links}"


@dataclass(frozen=True, slots=True)
class Content:
    """What one publication of an entry holds.

    Args:
        scope: where it holds: `/path`, `/path/*` or `site:key`, one of them is enough; everywhere
            when empty.
        valid_from, valid_until: first and last day of the shop's calendar, both included.
    """

    category: str = ""
    wordings: Mapping[str, Wording] = field(default_factory=dict)
    scope: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None

    def wording(self, language: str) -> Wording:
        """Return one language, an empty wording where it has none."""
        return self.wordings.get(language) or Wording()

    def with_wording(self, language: str, wording: Wording) -> "Content":
        """Return the content with one language replaced, or dropped where it is empty."""
        others = {code: said for code, said in self.wordings.items() if code != language}
        found = others if wording.is_empty else {**others, language: wording}
        return replace(self, wordings={code: found[code] for code in LANGUAGES if code in found})

    def with_utterance(self, language: str, utterance: str) -> "Content":
        """Return the content with one utterance more; the same where it is there already."""
        said = self.wording(language)
        if utterance in (said.question, *said.utterances):
            return self
        grown = replace(said, utterances=(*said.utterances, utterance))
        return self.with_wording(language, grown)

    def says_what(self, other: "Content | None") -> bool:
        """Whether shoppers get the very same of both: when it was written is nothing to them."""
        return other is not None and self._undated() == other._undated()

    def _undated(self) -> "Content":
        undated = {code: replace(said, edited_ms=0) for code, said in self.wordings.items()}
        return replace(self, wordings=undated)

    @property
    def title(self) -> str:
        """A question to call it by, in the first language that has one."""
        return next((w.question for w in self.wordings.values() if w.question), "")

    def called(self, language: str) -> str:
        """Return a question to call it by, in this language where it has one."""
        return self.wording(language).question or self.title

    def translation(self, language: str) -> str:
        """Return `ok`, `missing`, or `old` where another language was written later."""
        own = self.wording(language)
        if own.is_empty:
            return "missing"
        newest = max(w.edited_ms for w in self.wordings.values())
        return "old" if newest > own.edited_ms else "ok"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong, and where.

    Args:
        place: of the form's field: `tr.question`, `en.utterances.3`, `valid_until`, `scope`.
        code: names the sentence that people read.
        value: what the sentence is about, or "".
    """

    place: str
    code: str
    value: str = ""


def normalised(content: Content, before: Content, *, now_ms: int) -> Content:
    """Return content as it is kept: trimmed, without empty or repeated utterances, dated.

    Args:
        before: as it was; a language whose question and answer stayed keeps its date.
    """
    wordings = {}
    for language in LANGUAGES:
        said = content.wording(language)
        question, answer = " ".join(said.question.split()), said.answer.strip()
        trimmed = (" ".join(utterance.split()) for utterance in said.utterances)
        utterances = tuple(dict.fromkeys(u for u in trimmed if u and u != question))
        buttons = tuple(
            Button(" ".join(button.label.split()), button.address.strip())
            for button in said.buttons
            if button.label.strip() or button.address.strip()
        )
        old = before.wording(language)
        same = (question, answer, buttons) == (old.question, old.answer, old.buttons)
        kept = Wording(
            question,
            utterances,
            answer,
            buttons,
            max(old.edited_ms, said.edited_ms) if same else now_ms,
        )
        if not kept.is_empty:
            wordings[language] = kept
    scope = tuple(dict.fromkeys(line.strip() for line in content.scope if line.strip()))
    return replace(
        content, category=" ".join(content.category.split()), wordings=wordings, scope=scope
    )


def problems(content: Content) -> list[Problem]:
    """Return what may not even be kept as a draft: sizes and shapes."""
    found: list[Problem] = []
    for language, said in content.wordings.items():
        found += _sizes(language, said)
    if len(content.category) > MAX_LABEL_CHARS:
        found.append(Problem("category", "long", str(MAX_LABEL_CHARS)))
    if len(content.scope) > MAX_SCOPE_LINES:
        found.append(Problem("scope", "many", str(MAX_SCOPE_LINES)))
    found += [
        Problem("scope", "scope", line) for line in content.scope if not _SCOPE.fullmatch(line)
    ]
    if content.valid_from and content.valid_until and content.valid_from > content.valid_until:
        found.append(Problem("valid_until", "before_from"))
    return found


def _sizes(language: str, said: Wording) -> list[Problem]:
    found: list[Problem] = []
    for name, text, most in (
        ("question", said.question, MAX_QUESTION_CHARS),
        ("answer", said.answer, MAX_ANSWER_CHARS),
    ):
        if len(text) > most:
            found.append(Problem(f"{language}.{name}", "long", str(most)))
        if not _is_plain(text):
            found.append(Problem(f"{language}.{name}", "controls"))
    if len(said.utterances) > MAX_UTTERANCES:
        found.append(Problem(f"{language}.utterances", "many", str(MAX_UTTERANCES)))
    for at, utterance in enumerate(said.utterances):
        place = f"{language}.utterances.{at}"
        if len(utterance) > MAX_UTTERANCE_CHARS:
            found.append(Problem(place, "long", str(MAX_UTTERANCE_CHARS)))
        if not _is_plain(utterance):
            found.append(Problem(place, "controls"))
    if len(said.buttons) > MAX_LINKS:
        found.append(Problem(f"{language}.buttons", "many", str(MAX_LINKS)))
    for at, button in enumerate(said.buttons):
        place = f"{language}.buttons.{at}"
        if not button.label or len(button.label) > MAX_LABEL_CHARS or set("[]") & set(button.label):
            found.append(Problem(place, "label"))
        if not is_address(button.address):
            found.append(Problem(place, "address", button.address[:80]))
    return found


def publishing_problems(content: Content) -> list[Problem]:
    """Return what keeps content from being published, beside what `problems` finds."""
    found = problems(content)
    if not content.wordings:
        found.append(Problem(f"{LANGUAGES[0]}.question", "required"))
    if not content.category:
        found.append(Problem("category", "required"))
    for language, said in content.wordings.items():
        if not said.question:
            found.append(Problem(f"{language}.question", "required"))
        if not said.answer:
            found.append(Problem(f"{language}.answer", "required"))
        holes = dict.fromkeys(_HOLE.findall(said.answer))
        found += [Problem(f"{language}.answer", "hole", hole) for hole in holes]
    return found


def is_address(address: str) -> bool:
    """Whether a button may lead there: http, https, mailto or tel, no user name, no brackets."""
    if len(address) > 2000 or not _ADDRESS.fullmatch(address) or set('()<>"\\') & set(address):
        return address.startswith("tel:") and _ADDRESS.fullmatch(address) is not None
    host = address.partition("://")[2].split("/", 1)[0]
    return "@" not in host


def is_key(text: str) -> bool:
    """Whether this may be an entry's key."""
    return len(text) <= MAX_KEY_CHARS and KEY.fullmatch(text) is not None


def covers(scope: tuple[str, ...], *, site: str, path: str) -> bool:
    """Whether an entry with this scope holds on a page of a site.

    Args:
        path: of the page the shopper looks at; "" where it is unknown, which only `site:` meets.
    """
    if not scope:
        return True
    for line in scope:
        if line.startswith("site:"):
            if line.removeprefix("site:") == site:
                return True
        elif path and (path.startswith(line[:-1]) if line.endswith("*") else path == line):
            return True
    return False


def _is_plain(text: str) -> bool:
    """Whether a text has no control characters but line breaks and tabs."""
    return all(char >= " " or char in "\n\t\r" for char in text) and "\x7f" not in text
