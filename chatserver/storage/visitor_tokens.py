"""Tokens that devices got because the site vouched for who is there, and the words used for that.

The token that a visitor began with stands in the visitor's own row (`visitors.py`).
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from chatserver.domain.ids import VisitorId
from chatserver.storage.schema.identities import identity_use, visitor_token
from chatserver.storage.schema.visitors import visitor


@dataclass(frozen=True, slots=True)
class DeviceToken:
    """One device's way to a visitor.

    Args:
        replaces: hash of the token that ends when this one is used first, or "".
        claims: what the site said, to be taken over then; JSON.
        used_ms: when it was used first; None before.
        vouched_until_ms: how long the site's word holds on this device.
    """

    token_hash: str
    visitor: VisitorId
    replaces: str
    claims: str
    used_ms: int | None
    vouched_until_ms: int


def _token(row: Row[Any]) -> DeviceToken:
    return DeviceToken(
        row.token_hash,
        VisitorId(row.visitor_id),
        row.replaces,
        row.claims,
        row.used_ms,
        row.vouched_until_ms,
    )


def add(connection: Connection, token: DeviceToken, *, now_ms: int) -> None:
    """Keep a new token."""
    connection.execute(
        insert(visitor_token).values(
            token_hash=token.token_hash,
            visitor_id=token.visitor,
            replaces=token.replaces,
            claims=token.claims,
            made_ms=now_ms,
            used_ms=token.used_ms,
            vouched_until_ms=token.vouched_until_ms,
        )
    )


def find(connection: Connection, token_hash: str) -> DeviceToken | None:
    """Return a device's token by its hash."""
    row = connection.execute(
        select(visitor_token).where(visitor_token.c.token_hash == token_hash)
    ).first()
    return None if row is None else _token(row)


def use(connection: Connection, token_hash: str, *, now_ms: int) -> None:
    """Note that a token is in use: what it carried is taken over."""
    connection.execute(
        update(visitor_token)
        .where(visitor_token.c.token_hash == token_hash)
        .values(used_ms=now_ms, claims="", replaces="")
    )


def vouch(connection: Connection, token_hash: str, *, until_ms: int) -> None:
    """Let the site's word hold longer on a device."""
    connection.execute(
        update(visitor_token)
        .where(visitor_token.c.token_hash == token_hash)
        .values(vouched_until_ms=until_ms)
    )


def end(connection: Connection, token_hash: str) -> None:
    """Make one token worthless, whichever kind it is."""
    connection.execute(delete(visitor_token).where(visitor_token.c.token_hash == token_hash))
    connection.execute(
        update(visitor).where(visitor.c.token_hash == token_hash).values(token_hash=no_token())
    )


def end_unvouched(connection: Connection, visitor_id: VisitorId, *, now_ms: int) -> None:
    """Make every token of a visitor worthless on devices for which the site's word does not hold."""
    connection.execute(
        delete(visitor_token).where(
            visitor_token.c.visitor_id == visitor_id, visitor_token.c.vouched_until_ms <= now_ms
        )
    )
    connection.execute(
        update(visitor).where(visitor.c.id == visitor_id).values(token_hash=no_token())
    )


def end_all(connection: Connection, visitor_id: VisitorId) -> None:
    """Forget every device of a visitor."""
    hashes = select(visitor_token.c.token_hash).where(visitor_token.c.visitor_id == visitor_id)
    connection.execute(delete(identity_use).where(identity_use.c.token_hash.in_(hashes)))
    connection.execute(delete(visitor_token).where(visitor_token.c.visitor_id == visitor_id))


def no_token() -> str:
    """Return what stands for the hash of no token: no text has it."""
    return f"ended {secrets.token_hex(16)}"


def living(connection: Connection, visitors: Collection[VisitorId]) -> set[str]:
    """Return the hashes of all tokens that lead to some visitors."""
    own = select(visitor.c.token_hash).where(
        visitor.c.id.in_(visitors), visitor.c.revoked_ms.is_(None)
    )
    of_devices = (
        select(visitor_token.c.token_hash)
        .join(visitor, visitor.c.id == visitor_token.c.visitor_id)
        .where(visitor_token.c.visitor_id.in_(visitors), visitor.c.revoked_ms.is_(None))
    )
    return {row.token_hash for row in connection.execute(own.union(of_devices))}


# Words of a site are used once


def used_by(connection: Connection, jwt_hash: str) -> str | None:
    """Return the hash of the token that was given for a site's word; None when none was."""
    return connection.execute(
        select(identity_use.c.token_hash).where(identity_use.c.jwt_hash == jwt_hash)
    ).scalar()


def note_use(
    connection: Connection, jwt_hash: str, token_hash: str, *, ends_ms: int, now_ms: int
) -> None:
    """Note which token was given for a site's word; what can't be used any more is forgotten."""
    connection.execute(
        delete(identity_use).where(
            (identity_use.c.ends_ms <= now_ms) | (identity_use.c.jwt_hash == jwt_hash)
        )
    )
    connection.execute(
        insert(identity_use).values(jwt_hash=jwt_hash, token_hash=token_hash, ends_ms=ends_ms)
    )
