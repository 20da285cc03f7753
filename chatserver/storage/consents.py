"""What visitors agreed to and withdrew: rows are added, never changed, as they are a proof."""

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from chatserver.domain.ids import VisitorId
from chatserver.storage.schema.visitors import consent


@dataclass(frozen=True, slots=True)
class Consent:
    """One word of a visitor on one text.

    Args:
        given: agreed to, or withdrawn.
        version, language, text: what was read.
        network: class of the address (203.0.113.0/24, 2001:db8::/48), never the address.
        at_ms: when, milliseconds UTC.
    """

    given: bool
    version: str
    language: str
    text: str
    network: str
    at_ms: int


def add(connection: Connection, visitor: VisitorId, said: Consent) -> None:
    """Keep a visitor's word."""
    connection.execute(
        insert(consent).values(
            visitor_id=visitor,
            given=said.given,
            version=said.version,
            language=said.language,
            text=said.text,
            network=said.network,
            at_ms=said.at_ms,
        )
    )


def every(connection: Connection, visitor: VisitorId) -> list[Consent]:
    """Return all a visitor said, newest first."""
    rows = connection.execute(
        select(consent).where(consent.c.visitor_id == visitor).order_by(consent.c.id.desc())
    )
    return [
        Consent(row.given, row.version, row.language, row.text, row.network, row.at_ms)
        for row in rows
    ]


def newest(connection: Connection, visitor: VisitorId) -> Consent | None:
    """Return what a visitor said last, or None who never said a thing."""
    found = every(connection, visitor)
    return found[0] if found else None
