"""The FAQ as editors keep it: drafts with their history and care; publishes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection

from chatserver.domain.ids import StaffId
from chatserver.domain.knowledge import Content, Problem, is_key, normalised, problems
from chatserver.errors import Code, Refusal
from chatserver.storage import faq_entries
from chatserver.storage.faq_entries import EntryRow, RevisionRow
from faq import fold

ONE_SITTING_MS = 10 * 60_000
"""What one person saves within so long is one state of the history."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a save.

    Args:
        entry: as it is now; where somebody else was quicker, as they left it.
        clashed: whether somebody else was quicker; then nothing was kept.
        problems: why nothing was kept otherwise.
    """

    entry: EntryRow
    clashed: bool = False
    problems: tuple[Problem, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether it was kept."""
        return not self.clashed and not self.problems


def get(connection: Connection, key: str) -> EntryRow:
    """Return an entry.

    Raises:
        Refusal: `not_found`.
    """
    found = faq_entries.find(connection, key)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return found


def save(
    connection: Connection,
    key: str,
    content: Content,
    *,
    version: int,
    by: StaffId | None,
    now_ms: int,
    kind: str = "saved",
    note: str = "",
) -> Saved:
    """Keep a draft, if nobody else saved since `version`.

    Saving what is there already changes nothing and never clashes.

    Raises:
        Refusal: `not_found`.
    """
    entry = get(connection, key)
    kept = normalised(content, entry.content, now_ms=now_ms)
    wrong = problems(kept)
    if wrong:
        return Saved(entry, problems=tuple(wrong))
    if kept == entry.content and not entry.archived:
        return Saved(entry)
    if entry.version != version:
        return Saved(entry, clashed=True)
    if not faq_entries.save(connection, entry, kept, now_ms=now_ms, by=by, archived=False):
        return Saved(get(connection, key), clashed=True)
    grown = kind == "saved" and faq_entries.grow_revision(
        connection,
        entry.id,
        version=version + 1,
        content=kept,
        now_ms=now_ms,
        by=by,
        since_ms=now_ms - ONE_SITTING_MS,
    )
    if not grown:
        faq_entries.add_revision(
            connection,
            entry.id,
            version=version + 1,
            content=kept,
            kind=kind,
            now_ms=now_ms,
            by=by,
            note=note,
        )
    faq_entries.raise_state(connection, live=False)
    return Saved(get(connection, key))


def add_utterance(
    connection: Connection,
    key: str,
    language: str,
    utterance: str,
    *,
    by: StaffId | None,
    now_ms: int,
) -> Saved:
    """Let an entry's draft have one utterance more; harmless where it has it already.

    Raises:
        Refusal: `not_found`.
    """
    entry = get(connection, key)
    content = entry.content.with_utterance(language, " ".join(utterance.split()))
    return save(connection, key, content, version=entry.version, by=by, now_ms=now_ms)


def create(
    connection: Connection,
    content: Content,
    *,
    by: StaffId | None,
    now_ms: int,
    key: str = "",
) -> tuple[str, tuple[Problem, ...]]:
    """Add an entry as a draft; return its key, or "" with what is wrong.

    Args:
        key: made of the question when left out.
    """
    kept = normalised(content, Content(), now_ms=now_ms)
    wrong = problems(kept)
    if not kept.title:
        wrong.append(Problem("question", "required"))
    if key and not is_key(key):
        wrong.append(Problem("key", "key", key[:80]))
    if key and not wrong and faq_entries.find(connection, key) is not None:
        wrong.append(Problem("key", "taken", key))
    if wrong:
        return "", tuple(wrong)
    key = key or free_key(connection, kept.title)
    faq_entries.create(connection, key, kept, now_ms=now_ms, by=by, owner=by)
    faq_entries.raise_state(connection, live=False)
    return key, ()


def free_key(connection: Connection, question: str) -> str:
    """Return a key for a question that no entry has."""
    words = "".join(c if c.isascii() and c.isalnum() else " " for c in fold(question)).split()
    base = "-".join(words[:6])[:48].strip("-") or "entry"
    key, number = base, 2
    while faq_entries.find(connection, key) is not None:
        key, number = f"{base}-{number}", number + 1
    return key


def archive(
    connection: Connection, keys: Sequence[str], *, away: bool, by: StaffId | None, now_ms: int
) -> int:
    """Put entries into the archive or take them back; shoppers learn of it by a publication.

    Returns:
        How many were moved.
    """
    moved = 0
    for key in dict.fromkeys(keys):
        entry = faq_entries.find(connection, key)
        if entry is None or entry.archived == away:
            continue
        if faq_entries.save(connection, entry, entry.content, now_ms=now_ms, by=by, archived=away):
            faq_entries.add_revision(
                connection,
                entry.id,
                version=entry.version + 1,
                content=entry.content,
                kind="archived" if away else "restored",
                now_ms=now_ms,
                by=by,
            )
            moved += 1
    if moved:
        faq_entries.raise_state(connection, live=False)
    return moved


def take_care(
    connection: Connection,
    keys: Sequence[str],
    *,
    owner: StaffId | None = None,
    review_on: date | None = None,
    set_owner: bool = False,
    set_review: bool = False,
) -> int:
    """Say who looks after entries, or when they are to be looked at again."""
    values: dict[str, StaffId | str | None] = {}
    if set_owner:
        values["owner_id"] = owner
    if set_review:
        values["review_on"] = review_on.isoformat() if review_on else None
    return faq_entries.set_care(connection, keys, **values) if values and keys else 0


def categorise(
    connection: Connection, keys: Sequence[str], category: str, *, by: StaffId | None, now_ms: int
) -> int:
    """Put entries' drafts into a category; return how many changed."""
    changed = 0
    for key in dict.fromkeys(keys):
        entry = faq_entries.find(connection, key)
        if entry is not None and entry.content.category != category:
            content = replace(entry.content, category=category)
            changed += save(
                connection, key, content, version=entry.version, by=by, now_ms=now_ms
            ).ok
    return changed


# History


def history(connection: Connection, key: str) -> tuple[EntryRow, list[RevisionRow]]:
    """Return an entry and its states, the newest first.

    Raises:
        Refusal: `not_found`.
    """
    entry = get(connection, key)
    return entry, faq_entries.revisions(connection, entry.id)


def restore(
    connection: Connection,
    key: str,
    revision: int,
    *,
    version: int,
    by: StaffId | None,
    now_ms: int,
) -> Saved:
    """Make an old state the draft again; nothing of the history goes.

    Raises:
        Refusal: `not_found`.
    """
    entry = get(connection, key)
    old = faq_entries.revision(connection, entry.id, revision)
    if old is None:
        raise Refusal(Code.NOT_FOUND)
    note = str(old.number or old.version)
    return save(
        connection, key, old.content, version=version, by=by, now_ms=now_ms, kind="restored",
        note=note,
    )  # fmt: skip
