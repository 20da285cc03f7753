"""Who a site says its visitors are; believes what it is given, the checking is done before."""

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select

from chatserver.domain.identities import Identity
from chatserver.domain.ids import SiteId, VisitorId
from chatserver.storage.schema.identities import visitor_identity
from chatserver.storage.schema.visitors import visitor

__all__ = ["Identity"]


class _Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the site's word carries beyond who it is."""

    name: str = ""
    orders: tuple[str, ...] = ()
    context: dict[str, Any] = msgspec.field(default_factory=dict)


def _identity(row: Row[Any]) -> Identity:
    said = msgspec.json.decode(row.said, type=_Said)
    return Identity(
        row.customer, row.email, row.expires_ms, said.name, said.orders, dict(said.context)
    )


def save(connection: Connection, visitor: VisitorId, identity: Identity, *, now_ms: int) -> None:
    """Keep who a visitor is, in place of what was known before."""
    forget(connection, visitor)
    said = _Said(identity.name, identity.orders, dict(identity.context))
    connection.execute(
        insert(visitor_identity).values(
            visitor_id=visitor,
            customer=identity.customer,
            email=identity.email,
            verified_ms=now_ms,
            expires_ms=identity.expires_ms,
            said=msgspec.json.encode(said).decode(),
        )
    )


def of(connection: Connection, visitor: VisitorId, *, now_ms: int) -> Identity | None:
    """Return who a visitor is by the site's word; None when it never said, or too long ago."""
    found = ever(connection, visitor)
    return found if found is not None and found.expires_ms > now_ms else None


def ever(connection: Connection, visitor: VisitorId) -> Identity | None:
    """Return who the site last said a visitor is, however long ago."""
    row = connection.execute(
        select(visitor_identity).where(visitor_identity.c.visitor_id == visitor)
    ).first()
    return None if row is None else _identity(row)


def visitors_of(connection: Connection, site: SiteId, customer: str) -> list[VisitorId]:
    """Return every visitor that a site vouched for as this customer, the newest word first."""
    rows = connection.execute(
        select(visitor_identity.c.visitor_id)
        .join(visitor, visitor.c.id == visitor_identity.c.visitor_id)
        .where(visitor_identity.c.customer == customer, visitor.c.site_id == site)
        .order_by(visitor_identity.c.verified_ms.desc(), visitor_identity.c.visitor_id.desc())
    )
    return [VisitorId(row.visitor_id) for row in rows]


def visitor_of(
    connection: Connection, site: SiteId, customer: str, *, now_ms: int
) -> VisitorId | None:
    """Return the visitor that a site vouched for last as this customer, if tokens still lead there."""
    found = connection.execute(
        select(visitor_identity.c.visitor_id)
        .join(visitor, visitor.c.id == visitor_identity.c.visitor_id)
        .where(
            visitor_identity.c.customer == customer,
            visitor.c.site_id == site,
            visitor.c.revoked_ms.is_(None),
            visitor.c.expires_ms > now_ms,
        )
        .order_by(visitor_identity.c.verified_ms.desc(), visitor_identity.c.visitor_id.desc())
        .limit(1)
    ).scalar()
    return None if found is None else VisitorId(found)


def forget(connection: Connection, visitor: VisitorId) -> None:
    """Take the site's word back."""
    connection.execute(delete(visitor_identity).where(visitor_identity.c.visitor_id == visitor))
