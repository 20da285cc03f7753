"""The form of an entry, read into what the entry says; keeps and draws nothing."""

from dataclasses import replace
from datetime import date

from chatserver.domain.knowledge import Button, Content, Problem
from chatserver.web.editors.room import Fields
from chatserver.words import LANGUAGES


def content_of(form: Fields, before: Content) -> tuple[Content, list[Problem]]:
    """Return the content that a form says; fields that it lacks stay as they were."""
    problems: list[Problem] = []
    content = before
    for language in LANGUAGES:
        said = content.wording(language)
        if form.has(f"{language}.question"):
            said = replace(said, question=form.text(f"{language}.question"))
        if form.has(f"{language}.utterances"):
            said = replace(said, utterances=form.lines(f"{language}.utterances"))
        if form.has(f"{language}.answer"):
            said = replace(said, answer=form.text(f"{language}.answer").replace("\r\n", "\n"))
        if form.has(f"{language}.buttons"):
            said = replace(said, buttons=_buttons(form, f"{language}.buttons", problems))
        content = content.with_wording(language, said)
    content = replace(
        content,
        valid_from=day_of(form, "valid_from", problems, before=content.valid_from),
        valid_until=day_of(form, "valid_until", problems, before=content.valid_until),
    )
    if form.has("category"):
        content = replace(content, category=form.text("category"))
    if form.has("scope"):
        content = replace(content, scope=form.lines("scope"))
    return content, problems


def _buttons(form: Fields, name: str, problems: list[Problem]) -> tuple[Button, ...]:
    buttons = []
    for at, line in enumerate(form.lines(name)):
        label, mark, address = line.rpartition("|")
        if not mark:
            problems.append(Problem(f"{name}.{at}", "button"))
        buttons.append(Button(label.strip(), address.strip()))
    return tuple(buttons)


def day_of(
    form: Fields, name: str, problems: list[Problem], *, before: date | None = None
) -> date | None:
    """Return the day that a field says, None where it is empty.

    Where the form lacks the field, or it says no day, it is as it was `before`; the latter is a
    problem.
    """
    if not form.has(name):
        return before
    text = form.text(name)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        problems.append(Problem(name, "day"))
        return before
