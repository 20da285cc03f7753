"""Who a site says its visitors are; believes what it is given, the checking is done before."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from chatserver.domain.ids import VisitorId
from chatserver.storage.schema import visitor_identity


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody whom the site vouches for.

    Args:
        customer: the shop's own id of them.
        email: their address there; "" when it was not said.
        expires_ms: until when it holds.
    """

    customer: str
    email: str
    expires_ms: int


def save(connection: Connection, visitor: VisitorId, identity: Identity, *, now_ms: int) -> None:
    """Keep who a visitor is, in place of what was known before."""
    forget(connection, visitor)
    connection.execute(
        insert(visitor_identity).values(
            visitor_id=visitor,
            customer=identity.customer,
            email=identity.email,
            verified_ms=now_ms,
            expires_ms=identity.expires_ms,
        )
    )


def of(connection: Connection, visitor: VisitorId, *, now_ms: int) -> Identity | None:
    """Return who a visitor is by the site's word; None when it never said, or too long ago."""
    row = connection.execute(
        select(visitor_identity).where(
            visitor_identity.c.visitor_id == visitor, visitor_identity.c.expires_ms > now_ms
        )
    ).first()
    return None if row is None else Identity(row.customer, row.email, row.expires_ms)


def forget(connection: Connection, visitor: VisitorId) -> None:
    """Take the site's word back."""
    connection.execute(delete(visitor_identity).where(visitor_identity.c.visitor_id == visitor))
