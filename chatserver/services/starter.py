"""The FAQ that a new shop begins with: taken over once, with its checks."""

from dataclasses import replace

from sqlalchemy import Connection

from chatserver.domain.knowledge import Content, Wording, normalised
from chatserver.storage import faq_checks, faq_entries
from chatserver.words import LANGUAGES
from faq import EntryStatus, load_starter
from faq.checks import CHECKS, load_checks


def begin_with_starter(connection: Connection, *, now_ms: int) -> bool:
    """Fill an installation that never had an FAQ; say whether it was one.

    Of two processes that try at once one fails at the first row, and finds it done when it tries
    again.
    """
    if faq_entries.state(connection) is not None:
        return False
    faq_entries.begin(connection)
    drafts: dict[str, Content] = {}
    published: dict[str, bool] = {}
    for entry in load_starter():
        content = drafts.get(entry.key, Content(category=entry.category))
        said = Wording(entry.question, entry.utterances, entry.answer.strip(), edited_ms=now_ms)
        content = replace(content, valid_from=entry.valid_from, valid_until=entry.valid_until)
        drafts[entry.key] = content.with_wording(entry.language, said)
        published[entry.key] = published.get(entry.key, True) and (
            entry.status is EntryStatus.PUBLISHED
        )
    for key, content in drafts.items():
        faq_entries.create(
            connection, key, normalised(content, Content(), now_ms=now_ms),
            now_ms=now_ms, by=None, is_live=published[key], kind="imported",
        )  # fmt: skip
    for language in LANGUAGES:
        path = CHECKS / f"{language}.yaml"
        checks = load_checks(path) if path.exists() else ()
        faq_checks.put(
            connection,
            [(language, check.message, check.entry, check.offered) for check in checks],
            origin="starter",
            now_ms=now_ms,
            by=None,
        )
    return True
