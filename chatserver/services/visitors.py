"""Visitors: a token at the first message, the pages they saw; never merged by what they type."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from chatserver.domain.people import Visitor
from chatserver.domain.sites import Site
from chatserver.errors import Code, Refusal
from chatserver.masking import masked
from chatserver.services.opening import new_public_id
from chatserver.services.work import Work
from chatserver.storage import visitors

DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Started:
    """A new visitor with the token that only this moment knows in clear."""

    visitor: Visitor
    token: str


def hash_token(token: str) -> str:
    """Return what is stored of a token: 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def start_visitor(
    work: Work, site: Site, *, language: str | None, device: str, days: int
) -> Started:
    """Make a visitor; the token is made here and nowhere else, so none can be planted.

    Args:
        days: how long the token lives without being seen.
    """
    token = secrets.token_urlsafe(32)
    visitor = visitors.create(
        work.connection,
        public_id=new_public_id(),
        site_id=site.id,
        token_hash=hash_token(token),
        language=language or site.settings.language,
        device=device,
        now_ms=work.now_ms,
        expires_ms=work.now_ms + days * DAY_MS,
    )
    return Started(visitor, token)


def keep_context(work: Work, visitor: Visitor, context: dict[str, Any]) -> None:
    """Keep what the shop's page says of a visitor; a field that is null takes an earlier one away."""
    before = visitors.kept(work.connection, visitor.id).context
    merged = {key: value for key, value in {**before, **context}.items() if value is not None}
    visitors.keep_context(work.connection, visitor.id, merged)


def authenticate(
    work: Work, site: Site, token: str, *, language: str | None, device: str, days: int
) -> Visitor:
    """Return whose token this is and let it live on.

    Raises:
        Refusal: `unauthenticated`: unknown, expired, revoked, or of another site, all alike.
    """
    visitor = visitors.find_by_token(work.connection, hash_token(token))
    if (
        visitor is None
        or visitor.revoked
        or visitor.site != site.id
        or visitor.expires_ms <= work.now_ms
    ):
        raise Refusal(Code.UNAUTHENTICATED)
    visitors.touch(
        work.connection,
        visitor.id,
        now_ms=work.now_ms,
        expires_ms=work.now_ms + days * DAY_MS,
        language=language,
        device=device,
    )
    return visitors.get(work.connection, visitor.id)


def view_page(work: Work, visitor: Visitor, *, url: str, title: str) -> None:
    """Add a page to the visitor's trail; only web addresses count."""
    if url.startswith(("https://", "http://")):
        visitors.add_page(
            work.connection,
            visitor.id,
            url=masked(url),
            title=masked(title),
            now_ms=work.now_ms,
        )
