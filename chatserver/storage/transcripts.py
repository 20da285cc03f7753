"""Finds conversations to read again: by search, by reader, by time; changes nothing."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, func, or_, select

from chatserver.domain.conversations import Status
from chatserver.domain.folding import fold
from chatserver.domain.ids import ConversationId, PublicId, SiteId, StaffId
from chatserver.storage.schema.conversations import conversation, message
from chatserver.storage.schema.sites import team
from chatserver.storage.schema.staff import staff, team_member
from chatserver.storage.schema.visitors import visitor

_FOLDED_LETTERS = (
    ("İ", "i"), ("I", "i"), ("ı", "i"), ("Ş", "s"), ("ş", "s"), ("Ç", "c"), ("ç", "c"),
    ("Ğ", "g"), ("ğ", "g"), ("Ö", "o"), ("ö", "o"), ("Ü", "u"), ("ü", "u"), ("Â", "a"),
    ("â", "a"), ("Î", "i"), ("î", "i"), ("Û", "u"), ("û", "u"), ("’", ""), ("'", ""),
    ("\u0307", ""),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a search asks for; everything left out matches.

    Args:
        text: in any message the reader may see or in the visitor's name, folded here.
        agent: who holds or held it, or wrote in it.
        since_ms, until_ms: the last message lies in between, the end excluded.
        reader: only conversations of this person's teams; None: of every team.
    """

    text: str = ""
    status: Status | None = None
    agent: PublicId | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    language: str | None = None
    reader: StaffId | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """A conversation as a row of a list.

    Args:
        visitor_name: what they called themselves, or "".
        agent_name: who holds it, else who held it last, else "".
        messages: how many lines its log has.
    """

    id: ConversationId
    public_id: PublicId
    site: SiteId
    team_name: str
    visitor_name: str
    agent_name: str
    status: Status
    language: str
    opened_ms: int
    last_message_ms: int
    resolved_ms: int | None
    preview: str
    preview_author: str
    messages: int


def _query() -> Select[Any]:
    agent_id = func.coalesce(conversation.c.holder_id, conversation.c.last_agent_id)
    agent_name = select(staff.c.name).where(staff.c.id == agent_id).scalar_subquery()
    return (
        select(
            conversation.c.id,
            conversation.c.public_id,
            conversation.c.site_id,
            team.c.name.label("team_name"),
            visitor.c.name.label("visitor_name"),
            agent_name.label("agent_name"),
            conversation.c.status,
            conversation.c.language,
            conversation.c.opened_ms,
            conversation.c.last_message_ms,
            conversation.c.resolved_ms,
            conversation.c.preview,
            conversation.c.preview_author,
            conversation.c.last_seq,
        )
        .join(visitor, visitor.c.id == conversation.c.visitor_id)
        .join(team, team.c.id == conversation.c.team_id)
    )


def _summary(row: Row[*tuple[Any, ...]]) -> Summary:
    return Summary(
        id=ConversationId(row.id),
        public_id=PublicId(row.public_id),
        site=SiteId(row.site_id),
        team_name=row.team_name,
        visitor_name=row.visitor_name,
        agent_name=row.agent_name or "",
        status=Status(row.status),
        language=row.language,
        opened_ms=row.opened_ms,
        last_message_ms=row.last_message_ms,
        resolved_ms=row.resolved_ms,
        preview=row.preview,
        preview_author=row.preview_author,
        messages=row.last_seq,
    )


def like_pattern(text: str) -> str:
    """Return a folded text as a LIKE pattern that finds it anywhere, its wildcards as themselves."""
    folded = fold(text)
    for char in ("\\", "%", "_"):
        folded = folded.replace(char, "\\" + char)
    return f"%{folded}%"


def _folded(column: ColumnElement[str]) -> ColumnElement[str]:
    """A short column as `fold` would make it; SQLite's own lower() knows ASCII alone."""
    result: ColumnElement[str] = column
    for letter, plain in _FOLDED_LETTERS:
        result = func.replace(result, letter, plain)
    return func.lower(result)


def _read_by(reader: StaffId) -> ColumnElement[bool]:
    return exists().where(
        team_member.c.team_id == conversation.c.team_id, team_member.c.staff_id == reader
    )


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    columns = conversation.c
    if wanted.reader is not None:
        conditions.append(_read_by(wanted.reader))
    if wanted.text.strip():
        pattern = like_pattern(wanted.text)
        said = exists().where(
            message.c.conversation_id == columns.id, message.c.folded.like(pattern, escape="\\")
        )
        conditions.append(or_(said, _folded(visitor.c.name).like(pattern, escape="\\")))
    if wanted.status is not None:
        conditions.append(columns.status == wanted.status)
    if wanted.language is not None:
        conditions.append(columns.language == wanted.language)
    if wanted.since_ms is not None:
        conditions.append(columns.last_message_ms >= wanted.since_ms)
    if wanted.until_ms is not None:
        conditions.append(columns.last_message_ms < wanted.until_ms)
    if wanted.agent is not None:
        person = select(staff.c.id).where(staff.c.public_id == wanted.agent).scalar_subquery()
        wrote = exists().where(
            message.c.conversation_id == columns.id, message.c.author_public_id == wanted.agent
        )
        conditions.append(or_(columns.holder_id == person, columns.last_agent_id == person, wrote))
    return conditions


def search(
    connection: Connection,
    wanted: Wanted,
    *,
    limit: int,
    before: tuple[int, PublicId] | None = None,
) -> list[Summary]:
    """Return conversations, the one spoken in last first.

    Args:
        before: time of the last message and public id of where the page before ended.
    """
    columns = conversation.c
    query = (
        _query()
        .where(*_conditions(wanted))
        .order_by(columns.last_message_ms.desc(), columns.public_id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(
            or_(
                columns.last_message_ms < before[0],
                and_(columns.last_message_ms == before[0], columns.public_id < before[1]),
            )
        )
    return [_summary(row) for row in connection.execute(query)]


def find(connection: Connection, public_id: str, *, reader: StaffId | None) -> Summary | None:
    """Return one conversation if it is of a team of the reader (None: of any team)."""
    query = _query().where(conversation.c.public_id == public_id)
    if reader is not None:
        query = query.where(_read_by(reader))
    row = connection.execute(query).first()
    return _summary(row) if row else None


def opened_between(
    connection: Connection,
    *,
    since_ms: int,
    until_ms: int,
    limit: int,
    after: ConversationId | None = None,
) -> list[Summary]:
    """Return conversations opened in a stretch of time, the end excluded, oldest first."""
    query = (
        _query()
        .where(conversation.c.opened_ms >= since_ms, conversation.c.opened_ms < until_ms)
        .order_by(conversation.c.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(conversation.c.id > after)
    return [_summary(row) for row in connection.execute(query)]


def agents_of(connection: Connection, *, reader: StaffId | None) -> list[tuple[PublicId, str]]:
    """Return public id and name of who may have answered: the reader's colleagues, or everybody."""
    query = select(staff.c.public_id, staff.c.name).order_by(staff.c.name, staff.c.id)
    if reader is not None:
        mine = select(team_member.c.team_id).where(team_member.c.staff_id == reader)
        colleagues = select(team_member.c.staff_id).where(team_member.c.team_id.in_(mine))
        query = query.where(or_(staff.c.id.in_(colleagues), staff.c.id == reader))
    return [(PublicId(row.public_id), row.name) for row in connection.execute(query)]
