"""Visitors, their tokens (hashed) and the trail of pages they saw."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from operator import itemgetter
from typing import Any

from msgspec import json
from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from chatserver.domain.ids import PublicId, SiteId, VisitorId
from chatserver.domain.people import PageView, Visitor
from chatserver.storage.schema.visitors import page_view, visitor


@dataclass(frozen=True, slots=True)
class Kept:
    """What was told of a visitor before or beside a conversation.

    Args:
        details: by the visitor, by field.
        context: by the shop's page: cart, product, order, page; unverified.
    """

    details: dict[str, str]
    context: dict[str, Any]


TRAIL_LENGTH = 30
"""Pages kept for each visitor."""


# Built once: building a statement costs more than running it.
_get = select(visitor).where(visitor.c.id == bindparam("id"))
_some = select(visitor).where(visitor.c.id.in_(bindparam("ids", expanding=True)))


_NAMES = {"site": "site_id", "revoked": "revoked_ms"}
"""Fields of a visitor whose column is called otherwise."""

_FIELDS = tuple(field.name for field in fields(Visitor))

# By place and not by name, which is most of what a row costs (measured, docs/performance.md).
_values = itemgetter(*(visitor.c.keys().index(_NAMES.get(name, name)) for name in _FIELDS))


def _visitor(row: Row[Any]) -> Visitor:
    values: dict[str, Any] = dict(zip(_FIELDS, _values(row), strict=True))
    values["revoked"] = values["revoked"] is not None
    return Visitor(**values)


def create(
    connection: Connection,
    *,
    public_id: PublicId,
    site_id: SiteId,
    token_hash: str,
    language: str,
    device: str,
    now_ms: int,
    expires_ms: int,
) -> Visitor:
    """Add a visitor."""
    row = connection.execute(
        insert(visitor)
        .values(
            public_id=public_id,
            site_id=site_id,
            token_hash=token_hash,
            created_ms=now_ms,
            last_seen_ms=now_ms,
            expires_ms=expires_ms,
            language=language,
            device=device,
        )
        .returning(visitor)
    ).one()
    return _visitor(row)


def find_by_token(connection: Connection, token_hash: str) -> Visitor | None:
    """Return whose token this is, revoked or expired ones included: the caller decides."""
    row = connection.execute(select(visitor).where(visitor.c.token_hash == token_hash)).first()
    return _visitor(row) if row else None


def get(connection: Connection, visitor_id: VisitorId) -> Visitor:
    """Return the visitor with that inner id."""
    return _visitor(connection.execute(_get, {"id": visitor_id}).one())


def some(connection: Connection, ids: Collection[VisitorId]) -> dict[VisitorId, Visitor]:
    """Return several visitors by their inner ids."""
    found = map(_visitor, connection.execute(_some, {"ids": list(ids)}).all())
    return {one.id: one for one in found}


def touch(
    connection: Connection,
    visitor_id: VisitorId,
    *,
    now_ms: int,
    expires_ms: int,
    language: str | None,
    device: str,
) -> None:
    """Record that a visitor is here again; the token lives on from now."""
    values: dict[str, object] = {"last_seen_ms": now_ms, "expires_ms": expires_ms}
    if language:
        values["language"] = language
    if device:
        values["device"] = device
    connection.execute(update(visitor).where(visitor.c.id == visitor_id).values(**values))


def set_details(connection: Connection, visitor_id: VisitorId, **details: str) -> None:
    """Keep what the visitor said of themselves: `name`, `email`, `phone`."""
    connection.execute(update(visitor).where(visitor.c.id == visitor_id).values(**details))


def find(connection: Connection, public_id: PublicId) -> Visitor | None:
    """Return the visitor with that public id."""
    row = connection.execute(select(visitor).where(visitor.c.public_id == public_id)).first()
    return _visitor(row) if row else None


def kept(connection: Connection, visitor_id: VisitorId) -> Kept:
    """Return what was told of a visitor beside their conversations."""
    row = connection.execute(
        select(visitor.c.details, visitor.c.context).where(visitor.c.id == visitor_id)
    ).one()
    return Kept(json.decode(row.details), json.decode(row.context))


def keep_details(connection: Connection, visitor_id: VisitorId, details: dict[str, str]) -> None:
    """Keep what a visitor told before a conversation."""
    text = json.encode(details).decode()
    connection.execute(update(visitor).where(visitor.c.id == visitor_id).values(details=text))


def keep_context(connection: Connection, visitor_id: VisitorId, context: dict[str, Any]) -> None:
    """Keep what the shop's page says of a visitor; the newest counts."""
    text = json.encode(context).decode()
    connection.execute(update(visitor).where(visitor.c.id == visitor_id).values(context=text))


def forget(connection: Connection, visitor_id: VisitorId, *, now_ms: int) -> None:
    """Take away all that was told of a visitor, the trail included, and the worth of the token."""
    connection.execute(delete(page_view).where(page_view.c.visitor_id == visitor_id))
    connection.execute(
        update(visitor)
        .where(visitor.c.id == visitor_id)
        .values(
            name="", email="", phone="", device="", details="{}", context="{}", revoked_ms=now_ms
        )
    )


def revoke(connection: Connection, visitor_id: VisitorId, *, now_ms: int) -> None:
    """Make the visitor's token worthless."""
    connection.execute(update(visitor).where(visitor.c.id == visitor_id).values(revoked_ms=now_ms))


def add_page(
    connection: Connection, visitor_id: VisitorId, *, url: str, title: str, now_ms: int
) -> None:
    """Add a page to the trail; the same page again is not added, the oldest falls out."""
    newest = connection.execute(
        select(page_view.c.url)
        .where(page_view.c.visitor_id == visitor_id)
        .order_by(page_view.c.id.desc())
        .limit(1)
    ).scalar()
    if newest == url:
        return
    connection.execute(
        insert(page_view).values(visitor_id=visitor_id, url=url, title=title, at_ms=now_ms)
    )
    oldest_kept = connection.execute(
        select(page_view.c.id)
        .where(page_view.c.visitor_id == visitor_id)
        .order_by(page_view.c.id.desc())
        .offset(TRAIL_LENGTH - 1)
        .limit(1)
    ).scalar()
    if oldest_kept is not None:
        connection.execute(
            delete(page_view).where(
                page_view.c.visitor_id == visitor_id, page_view.c.id < oldest_kept
            )
        )


def last_page(connection: Connection, visitor_id: VisitorId) -> PageView | None:
    """Return the page that the visitor looked at last."""
    trail = pages(connection, visitor_id)
    return trail[0] if trail else None


def pages(connection: Connection, visitor_id: VisitorId) -> list[PageView]:
    """Return the trail, newest first."""
    rows = connection.execute(
        select(page_view.c.url, page_view.c.title, page_view.c.at_ms)
        .where(page_view.c.visitor_id == visitor_id)
        .order_by(page_view.c.id.desc())
        .limit(TRAIL_LENGTH)
    )
    return [PageView(row.url, row.title, row.at_ms) for row in rows]
