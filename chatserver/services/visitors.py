"""Visitors: a token at the first message, the pages they saw; never merged by what they type."""

import secrets
from dataclasses import dataclass

from chatserver.domain.people import Visitor
from chatserver.domain.sites import Site
from chatserver.errors import Code, Refusal
from chatserver.masking import masked
from chatserver.services import identifying
from chatserver.services.identifying import hash_token
from chatserver.services.identity_words import Context, Word, hidden
from chatserver.services.opening import new_public_id
from chatserver.services.work import Work
from chatserver.storage import visitor_tokens, visitors

__all__ = ["hash_token"]

DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Started:
    """A new visitor with the token that only this moment knows in clear."""

    visitor: Visitor
    token: str


def start_visitor(
    work: Work,
    site: Site,
    *,
    language: str | None,
    device: str,
    days: int,
    word: Word | None = None,
) -> Started:
    """Make a visitor; the token is made here and nowhere else, so none can be planted.

    Args:
        days: how long the token lives without being seen.
        word: the site's, on who it is. Whom it has vouched for before is not made anew: this is
            another device of theirs.

    Raises:
        Refusal: `identity_refused` for a word that another device presented.
    """
    if word is not None:
        known = identifying.identify(work, site, word, visitor=None, token_hash="")
        if known.visitor is not None and known.token is not None:
            identifying.take_up(work, hash_token(known.token))
            return Started(visitors.get(work.connection, known.visitor.id), known.token)
    token = secrets.token_urlsafe(32)
    visitor = visitors.create(
        work.connection,
        public_id=new_public_id(),
        site_id=site.id,
        token_hash=hash_token(token) if word is None else visitor_tokens.no_token(),
        language=language or site.settings.language,
        device=device,
        now_ms=work.now_ms,
        expires_ms=work.now_ms + days * DAY_MS,
    )
    if word is not None:
        token = identifying.begin_known(work, visitor.id, word)
    return Started(visitors.get(work.connection, visitor.id) if word else visitor, token)


def keep_context(work: Work, visitor: Visitor, context: Context) -> None:
    """Keep what the shop's page says of a visitor; a field that is null takes an earlier one away.

    Nothing of it is verified, and numbers of cards, identities and accounts are hidden in it.
    """
    before = visitors.kept(work.connection, visitor.id).context
    said = {**before, **hidden(context)}
    merged = {key: value for key, value in said.items() if value is not None}
    if merged != before:
        visitors.keep_context(work.connection, visitor.id, merged)


def authenticate(
    work: Work, site: Site, token: str, *, language: str | None, device: str, days: int
) -> Visitor:
    """Return whose token this is and let it live on.

    Raises:
        Refusal: `unauthenticated`: unknown, expired, revoked, or of another site, all alike.
    """
    hashed = hash_token(token)
    visitor = visitors.find_by_token(work.connection, hashed)
    visitor = visitor or identifying.take_up(work, hashed)
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
