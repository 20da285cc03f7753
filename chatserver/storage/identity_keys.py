"""What a site's secrets for signing are made from; the secrets themselves are nowhere."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, or_, select, update

from chatserver.domain.ids import SiteId
from chatserver.storage.schema.identities import identity_key


@dataclass(frozen=True, slots=True)
class IdentityKey:
    """One of a site's keys. ends_ms: when it ends; None for the one in use."""

    key: str
    made_ms: int
    ends_ms: int | None


def good(connection: Connection, site: SiteId, *, now_ms: int) -> list[IdentityKey]:
    """Return the keys whose words are believed, the newest first."""
    rows = connection.execute(
        select(identity_key.c.key, identity_key.c.made_ms, identity_key.c.ends_ms)
        .where(
            identity_key.c.site_id == site,
            or_(identity_key.c.ends_ms.is_(None), identity_key.c.ends_ms > now_ms),
        )
        .order_by(identity_key.c.id.desc())
    )
    return [IdentityKey(row.key, row.made_ms, row.ends_ms) for row in rows]


def end(connection: Connection, site: SiteId, *, ends_ms: int, now_ms: int) -> None:
    """Let all keys of a site end at a moment, if they don't earlier; forget those that have."""
    connection.execute(
        update(identity_key)
        .where(
            identity_key.c.site_id == site,
            or_(identity_key.c.ends_ms.is_(None), identity_key.c.ends_ms > ends_ms),
        )
        .values(ends_ms=ends_ms)
    )
    connection.execute(
        delete(identity_key).where(identity_key.c.site_id == site, identity_key.c.ends_ms <= now_ms)
    )


def add(connection: Connection, site: SiteId, key: str, *, now_ms: int) -> None:
    """Use a new key from now on."""
    connection.execute(insert(identity_key).values(site_id=site, key=key, made_ms=now_ms))
