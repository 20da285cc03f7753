"""A visitor becomes somebody whom the site vouches for, and stops being them when they sign out.

The site's word is bound to the device that presents it first. Presenting it gives that device a new
token; once that is used, the one before is worthless, and so is every token of the visitor on a
device for which the site's word does not hold. So nobody who knew a visitor's token before reads
what is said after, and a word that was overheard opens nothing.
"""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection

from chatserver.domain.identities import Identity
from chatserver.domain.ids import SiteId, VisitorId
from chatserver.domain.people import Visitor
from chatserver.domain.sites import Site
from chatserver.errors import Code, Refusal
from chatserver.services import identity_words
from chatserver.services.facts import ConversationChanged, TokensEnded
from chatserver.services.identity_words import Word
from chatserver.services.work import Work
from chatserver.storage import conversations, identities, identity_keys, visitor_tokens, visitors
from chatserver.storage.visitor_tokens import DeviceToken


def hash_token(token: str) -> str:
    """Return what is stored of a token: 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Known:
    """What a visitor is known by after the site's word.

    Args:
        visitor: whose the token is; None where the site vouches for somebody new here.
        token: a new one, which only this moment knows in clear; None where the old one is kept.
    """

    visitor: Visitor | None
    token: str | None


def secrets_of(connection: Connection, site: SiteId, secret_key: str, *, now_ms: int) -> list[str]:
    """Return the secrets whose words a site is believed by, the newest first."""
    return [
        identity_words.site_secret(secret_key, one.key)
        for one in identity_keys.good(connection, site, now_ms=now_ms)
    ]


def rotate_secret(work: Work, site: SiteId, secret_key: str, *, at_once: bool = False) -> str:
    """Make a site's next secret and return it; it is told this once.

    Args:
        at_once: the ones before end now, not after a day.
    """
    lasts_ms = 0 if at_once else identity_words.ROTATION_MS
    identity_keys.end(work.connection, site, ends_ms=work.now_ms + lasts_ms, now_ms=work.now_ms)
    key = identity_words.new_key()
    identity_keys.add(work.connection, site, key, now_ms=work.now_ms)
    return identity_words.site_secret(secret_key, key)


def end_secrets(work: Work, site: SiteId) -> None:
    """Believe no word of a site any more."""
    identity_keys.end(work.connection, site, ends_ms=work.now_ms, now_ms=work.now_ms)


def identify(
    work: Work, site: Site, word: Word, *, visitor: Visitor | None, token_hash: str
) -> Known:
    """Take the site's word on who is at a device.

    Args:
        visitor: who the device is already; None for nobody yet.
        token_hash: of the token that the device came with, or "".

    Raises:
        Refusal: `identity_refused` for a word that another device presented; `identity_differs`
            where the site vouched for this visitor as somebody else.
    """
    _check_use(work, word, token_hash)
    if visitor is None:
        found = identities.visitor_of(
            work.connection, site.id, word.identity.customer, now_ms=work.now_ms
        )
        if found is None:
            return Known(None, None)
        return Known(visitors.get(work.connection, found), _give_token(work, found, word, ""))
    before = identities.ever(work.connection, visitor.id)
    if before is not None and before.customer != word.identity.customer:
        raise Refusal(Code.IDENTITY_DIFFERS)
    device = visitor_tokens.find(work.connection, token_hash)
    if device is None:
        return Known(visitor, _give_token(work, visitor.id, word, token_hash))
    _vouch(work, visitor.id, device.token_hash, word.identity)
    _note_use(work, word, token_hash)
    return Known(visitor, None)


def begin_known(work: Work, visitor: VisitorId, word: Word) -> str:
    """Give a device that nobody else can know of its token, in use at once; return it."""
    token = _give_token(work, visitor, word, "")
    take_up(work, hash_token(token))
    return token


def _check_use(work: Work, word: Word, token_hash: str) -> None:
    """Refuse a word that another device presented, or one that was signed out since."""
    given = visitor_tokens.used_by(work.connection, word.jwt_hash)
    if given is None or given == token_hash:
        return
    device = visitor_tokens.find(work.connection, given)
    if device is None:
        raise Refusal(Code.IDENTITY_REFUSED)
    if device.used_ms is None:
        # The answer got lost on its way: nobody has that token.
        visitor_tokens.end(work.connection, given)
    elif conversations.newest_of(work.connection, device.visitor, limit=1):
        raise Refusal(Code.IDENTITY_REFUSED)


def _give_token(work: Work, visitor: VisitorId, word: Word, replaces: str) -> str:
    token = secrets.token_urlsafe(32)
    device = DeviceToken(
        hash_token(token),
        visitor,
        replaces,
        msgspec.json.encode(word.identity).decode(),
        None,
        word.identity.expires_ms,
    )
    visitor_tokens.add(work.connection, device, now_ms=work.now_ms)
    _note_use(work, word, device.token_hash)
    return token


def _note_use(work: Work, word: Word, token_hash: str) -> None:
    visitor_tokens.note_use(
        work.connection, word.jwt_hash, token_hash, ends_ms=word.ends_ms, now_ms=work.now_ms
    )


def take_up(work: Work, token_hash: str) -> Visitor | None:
    """Return whose device this is by a token that the site's word gave; None for no such token.

    At its first use the word is taken over, and the token that it replaces ends.
    """
    device = visitor_tokens.find(work.connection, token_hash)
    if device is None:
        return None
    if device.used_ms is None:
        if device.replaces:
            visitor_tokens.end(work.connection, device.replaces)
        visitor_tokens.use(work.connection, token_hash, now_ms=work.now_ms)
        identity = msgspec.json.decode(device.claims, type=Identity)
        _vouch(work, device.visitor, token_hash, identity)
    elif device.vouched_until_ms <= work.now_ms and identities.of(
        work.connection, device.visitor, now_ms=work.now_ms
    ):
        # The site vouches for this visitor elsewhere, and no longer here.
        return None
    return visitors.get(work.connection, device.visitor)


def _vouch(work: Work, visitor: VisitorId, token_hash: str, identity: Identity) -> None:
    """Let the site's word hold for a visitor, and for the devices that it was given on alone."""
    visitor_tokens.vouch(work.connection, token_hash, until_ms=identity.expires_ms)
    visitor_tokens.end_unvouched(work.connection, visitor, now_ms=work.now_ms)
    identities.save(work.connection, visitor, identity, now_ms=work.now_ms)
    said = {"name": identity.name, "email": identity.email}
    said = {name: value for name, value in said.items() if value}
    if said:
        visitors.set_details(work.connection, visitor, **said)
    work.facts.append(TokensEnded(visitor))
    for one in conversations.newest_of(work.connection, visitor, limit=1):
        work.facts.append(ConversationChanged(one.id))


def is_identified(connection: Connection, token_hash: str) -> bool:
    """Whether a token was given for the site's word on who is there."""
    return visitor_tokens.find(connection, token_hash) is not None


def living(connection: Connection, ids: Collection[VisitorId]) -> set[str]:
    """Return the hashes of all tokens that lead to some visitors."""
    return visitor_tokens.living(connection, ids)


def sign_out(work: Work, visitor: Visitor, token_hash: str) -> None:
    """End one device's token: whoever is there from now on is nobody."""
    visitor_tokens.end(work.connection, token_hash)
    work.facts.append(TokensEnded(visitor.id))
