"""What sites tell their bots: every published version, and one draft a site; reads no script."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

from chatserver.domain.ids import SiteId
from chatserver.storage.schema.bot import bot_draft, bot_script


@dataclass(frozen=True, slots=True)
class Decision:
    """Why a script was put in use though a dialogue check does not hold with it."""

    check: str
    reason: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A script as it is kept.

    Args:
        version: 1, 2, 3 … of the site; 0 for a draft.
        document: JSON.
        author: who wrote it, as staff are shown.
    """

    version: int
    document: str
    author: str
    at_ms: int
    decisions: tuple[Decision, ...] = ()


def published(connection: Connection, site: SiteId) -> Kept | None:
    """Return the script that is in use, or None for the starter."""
    found = history(connection, site, limit=1)
    return found[0] if found else None


def history(connection: Connection, site: SiteId, *, limit: int = 50) -> list[Kept]:
    """Return the published versions, newest first."""
    rows = connection.execute(
        select(bot_script)
        .where(bot_script.c.site_id == site)
        .order_by(bot_script.c.version.desc())
        .limit(limit)
    )
    return [
        Kept(row.version, row.document, row.author, row.at_ms, _decisions(row.decisions))
        for row in rows
    ]


def _decisions(text: str) -> tuple[Decision, ...]:
    try:
        return tuple(Decision(one["check"], one["reason"]) for one in json.loads(text))
    except (ValueError, TypeError, KeyError):
        # Changed by hand: the version itself can still be read.
        return ()


def publish(
    connection: Connection,
    site: SiteId,
    document: str,
    *,
    author: str,
    now_ms: int,
    decisions: Sequence[Decision] = (),
) -> int:
    """Put a script in use and drop the draft; return its version.

    Raises:
        IntegrityError: when somebody published in the same moment.
    """
    newest = connection.execute(
        select(func.max(bot_script.c.version)).where(bot_script.c.site_id == site)
    ).scalar()
    version = int(newest or 0) + 1
    connection.execute(
        insert(bot_script).values(
            site_id=site,
            version=version,
            document=document,
            author=author,
            at_ms=now_ms,
            decisions=json.dumps(
                [{"check": one.check, "reason": one.reason} for one in decisions],
                ensure_ascii=False,
            ),
        )
    )
    drop_draft(connection, site)
    return version


def draft(connection: Connection, site: SiteId) -> Kept | None:
    """Return what is being written, or None."""
    row = connection.execute(select(bot_draft).where(bot_draft.c.site_id == site)).first()
    return Kept(0, row.document, row.author, row.at_ms) if row else None


def save_draft(
    connection: Connection, site: SiteId, document: str, *, author: str, now_ms: int
) -> None:
    """Keep what is being written in place of what was."""
    drop_draft(connection, site)
    connection.execute(
        insert(bot_draft).values(site_id=site, document=document, author=author, at_ms=now_ms)
    )


def drop_draft(connection: Connection, site: SiteId) -> None:
    """Forget what is being written."""
    connection.execute(delete(bot_draft).where(bot_draft.c.site_id == site))
