"""FAQ entries and what was ever written in them; the only place that decodes their content."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from chatserver.domain.folding import fold
from chatserver.domain.ids import StaffId
from chatserver.domain.knowledge import Content, Phase
from chatserver.storage.schema.faq import faq_entry, faq_revision, faq_state
from chatserver.storage.schema.staff import staff

_decoder = msgspec.json.Decoder(Content)


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry as editors keep it.

    Args:
        content: what is being written.
        version: raised by every save; who saves names the one they saw.
        live: what shoppers get, or None.
        live_number: how often it was published.
        live_version: the version that was published last.
        review_on: when somebody should look at it again.
    """

    id: int
    key: str
    content: Content
    version: int
    live: Content | None
    live_number: int
    live_version: int
    live_ms: int | None
    archived: bool
    owner: StaffId | None
    owner_name: str
    review_on: date | None
    changed_ms: int
    changed_by: str

    @property
    def phase(self) -> Phase:
        """Where it is on its way to shoppers."""
        if self.archived:
            return Phase.ARCHIVED
        if self.live is None:
            return Phase.DRAFT
        return Phase.LIVE if self.content.says_what(self.live) else Phase.CHANGED

    @property
    def is_pending(self) -> bool:
        """Whether publishing it would change what shoppers get."""
        if self.archived:
            return self.live is not None
        return not self.content.says_what(self.live)


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """One state that an entry was in.

    Args:
        kind: `saved`, `published`, `restored`, `imported`, `merged` or `archived`.
        number: of the publication it was part of, 0 where it was none.
    """

    id: int
    version: int
    content: Content
    kind: str
    number: int
    note: str
    at_ms: int
    by: str


def encode(content: Content) -> str:
    """Return content as it is stored."""
    return msgspec.json.encode(content).decode()


def decode(text: str) -> Content:
    """Return stored content."""
    return _decoder.decode(text)


def folded(key: str, content: Content) -> str:
    """Return everything a search looks at, folded."""
    parts = [key, content.category]
    for said in content.wordings.values():
        parts += [said.question, *said.utterances, said.answer]
    return fold("\n".join(parts))


_owner = staff.alias("owner")
_editor = staff.alias("editor")
_SELECT = (
    select(
        faq_entry,
        _owner.c.name.label("owner_name"),
        _editor.c.name.label("editor_name"),
    )
    .outerjoin(_owner, _owner.c.id == faq_entry.c.owner_id)
    .outerjoin(_editor, _editor.c.id == faq_entry.c.changed_by)
)


def _entry(row: Row[*tuple[Any, ...]]) -> EntryRow:
    return EntryRow(
        id=row.id,
        key=row.key,
        content=decode(row.content),
        version=row.version,
        live=decode(row.live_content) if row.live_content is not None else None,
        live_number=row.live_number,
        live_version=row.live_version,
        live_ms=row.live_ms,
        archived=row.archived,
        owner=StaffId(row.owner_id) if row.owner_id is not None else None,
        owner_name=row.owner_name or "",
        review_on=date.fromisoformat(row.review_on) if row.review_on else None,
        changed_ms=row.changed_ms,
        changed_by=row.editor_name or "",
    )


def every(connection: Connection, *, text: str = "") -> list[EntryRow]:
    """Return every entry that has all words of a search, by key."""
    query = _SELECT.order_by(faq_entry.c.key)
    for word in fold(text).split():
        escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        query = query.where(faq_entry.c.folded.like(f"%{escaped}%", escape="\\"))
    return [_entry(row) for row in connection.execute(query)]


def find(connection: Connection, key: str) -> EntryRow | None:
    """Return the entry with that key."""
    row = connection.execute(_SELECT.where(faq_entry.c.key == key)).first()
    return _entry(row) if row else None


def live(connection: Connection) -> list[tuple[str, Content, int]]:
    """Return key, content and number of every entry that shoppers get, by key."""
    rows = connection.execute(
        select(faq_entry.c.key, faq_entry.c.live_content, faq_entry.c.live_number)
        .where(faq_entry.c.live_content.is_not(None))
        .order_by(faq_entry.c.key)
    )
    return [(row.key, decode(row.live_content), row.live_number) for row in rows]


def create(
    connection: Connection,
    key: str,
    content: Content,
    *,
    now_ms: int,
    by: StaffId | None,
    owner: StaffId | None = None,
    is_live: bool = False,
    kind: str = "saved",
) -> int:
    """Add an entry with its first revision; return its inner id."""
    text = encode(content)
    entry_id = connection.execute(
        insert(faq_entry)
        .values(
            key=key,
            content=text,
            folded=folded(key, content),
            version=1,
            live_content=text if is_live else None,
            live_number=int(is_live),
            live_version=int(is_live),
            live_ms=now_ms if is_live else None,
            archived=False,
            owner_id=owner,
            created_ms=now_ms,
            changed_ms=now_ms,
            changed_by=by,
        )
        .returning(faq_entry.c.id)
    ).scalar_one()
    add_revision(
        connection, entry_id, version=1, content=content, kind="published" if is_live else kind,
        number=int(is_live), now_ms=now_ms, by=by,
    )  # fmt: skip
    return int(entry_id)


def save(
    connection: Connection,
    entry: EntryRow,
    content: Content,
    *,
    now_ms: int,
    by: StaffId | None,
    archived: bool | None = None,
) -> bool:
    """Replace what is being written, unless somebody else did since `entry` was read."""
    changed = connection.execute(
        update(faq_entry)
        .where(faq_entry.c.id == entry.id, faq_entry.c.version == entry.version)
        .values(
            content=encode(content),
            folded=folded(entry.key, content),
            version=entry.version + 1,
            archived=entry.archived if archived is None else archived,
            changed_ms=now_ms,
            changed_by=by,
        )
    )
    return changed.rowcount == 1


def set_live(
    connection: Connection, entry: EntryRow, content: Content | None, *, version: int, now_ms: int
) -> int:
    """Give shoppers this content of an entry, or nothing; return the publication's number."""
    number = entry.live_number + 1
    connection.execute(
        update(faq_entry)
        .where(faq_entry.c.id == entry.id)
        .values(
            live_content=None if content is None else encode(content),
            live_number=number,
            live_version=version,
            live_ms=now_ms,
        )
    )
    return number


def set_care(connection: Connection, keys: Iterable[str], **values: StaffId | str | None) -> int:
    """Set owner or review day of entries; return how many there were."""
    changed = connection.execute(
        update(faq_entry).where(faq_entry.c.key.in_(list(keys))).values(**values)
    )
    return changed.rowcount


# History


def add_revision(
    connection: Connection,
    entry_id: int,
    *,
    version: int,
    content: Content,
    kind: str,
    now_ms: int,
    by: StaffId | None,
    number: int = 0,
    note: str = "",
) -> None:
    """Keep a state of an entry for good."""
    connection.execute(
        insert(faq_revision).values(
            entry_id=entry_id,
            version=version,
            content=encode(content),
            kind=kind,
            number=number,
            note=note,
            at_ms=now_ms,
            staff_id=by,
        )
    )


def grow_revision(
    connection: Connection, entry_id: int, *, version: int, content: Content, now_ms: int,
    by: StaffId | None, since_ms: int,
) -> bool:  # fmt: skip
    """Write on in the newest revision, where the same person saved it a moment ago."""
    newest = connection.execute(
        select(
            faq_revision.c.id, faq_revision.c.staff_id, faq_revision.c.kind, faq_revision.c.at_ms
        )
        .where(faq_revision.c.entry_id == entry_id)
        .order_by(faq_revision.c.id.desc())
        .limit(1)
    ).first()
    if newest is None or newest.kind != "saved" or newest.staff_id != by or newest.at_ms < since_ms:
        return False
    connection.execute(
        update(faq_revision)
        .where(faq_revision.c.id == newest.id)
        .values(version=version, content=encode(content))
    )
    return True


def _revisions(*conditions: ColumnElement[bool]) -> Any:
    return (
        select(faq_revision, staff.c.name.label("editor_name"))
        .outerjoin(staff, staff.c.id == faq_revision.c.staff_id)
        .where(*conditions)
        .order_by(faq_revision.c.id.desc())
    )


def _revision(row: Row[*tuple[Any, ...]]) -> RevisionRow:
    return RevisionRow(
        row.id, row.version, decode(row.content), row.kind, row.number, row.note, row.at_ms,
        row.editor_name or "",
    )  # fmt: skip


def revisions(connection: Connection, entry_id: int, *, limit: int = 200) -> list[RevisionRow]:
    """Return an entry's states, the newest first."""
    query = _revisions(faq_revision.c.entry_id == entry_id).limit(limit)
    return [_revision(row) for row in connection.execute(query)]


def revision(connection: Connection, entry_id: int, revision_id: int) -> RevisionRow | None:
    """Return one state of an entry."""
    row = connection.execute(
        _revisions(faq_revision.c.entry_id == entry_id, faq_revision.c.id == revision_id)
    ).first()
    return _revision(row) if row else None


# What processes follow


def state(connection: Connection) -> tuple[int, int] | None:
    """Return the revisions of what is live and of what is being written; None before the first."""
    row = connection.execute(select(faq_state.c.live, faq_state.c.drafts)).first()
    return (row.live, row.drafts) if row else None


def begin(connection: Connection) -> None:
    """Note that this installation has an FAQ; of two processes that try, one fails."""
    connection.execute(insert(faq_state).values(id=1, live=1, drafts=1))


def raise_state(connection: Connection, *, live: bool) -> None:
    """Tell every process that what is being written changed, or what shoppers get as well."""
    connection.execute(
        update(faq_state).values(
            drafts=faq_state.c.drafts + 1, live=faq_state.c.live + (1 if live else 0)
        )
    )


def count(connection: Connection) -> int:
    """Return how many entries there are."""
    return int(connection.execute(select(func.count()).select_from(faq_entry)).scalar_one())
