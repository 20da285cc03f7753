"""A site's signed word on who a visitor is: read, or refused; knows no visitor and no table.

A word is a JWT signed by HS256 with one of the site's secrets. The algorithm is ours and never the
token's. What the word says is checked by shape before anything of it is believed.
"""

import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import jwt
import msgspec
import structlog

from chatserver.domain.identities import Identity
from chatserver.domain.shop_context import read_context
from chatserver.errors import Code, Refusal
from chatserver.masking import masked

ALGORITHM = "HS256"
LEEWAY_S = 60
"""How far the clocks of shop and server may be apart."""

MAX_LIFE_S = 3600
"""Between a word's `iat` and its `exp`; a few minutes are enough."""

HOLDS_MS = 12 * 3600 * 1000
"""How long a visitor is vouched for after a word was presented, unless the shop ends it earlier."""

ROTATION_MS = 24 * 3600 * 1000
"""How long words signed with the secret before are still believed after a new one was made."""

MAX_ORDERS = 50

_NOT_BELIEVED = (jwt.PyJWTError, msgspec.ValidationError, Refusal, ValueError, RecursionError)

log = structlog.get_logger(__name__)

Short = Annotated[str, msgspec.Meta(max_length=128)]


class _Claims(msgspec.Struct, frozen=True):
    """What a word may say; what else it carries (`iss`, `jti` …) is not looked at."""

    sub: Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
    iat: int | float
    exp: int | float
    nbf: int | float = 0
    aud: Short | list[Short] = ""
    email: Annotated[str, msgspec.Meta(max_length=254)] = ""
    email_verified: bool = True
    name: Annotated[str, msgspec.Meta(max_length=120)] = ""
    orders: Annotated[
        list[Annotated[str, msgspec.Meta(min_length=1, max_length=40)]],
        msgspec.Meta(max_length=MAX_ORDERS),
    ] = msgspec.field(default_factory=list)
    context: dict[str, Any] = msgspec.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Word:
    """A site's word that is genuine.

    Args:
        jwt_hash: what the word is known by, should it be said again.
        ends_ms: when it can't be presented any more.
    """

    identity: Identity
    jwt_hash: str
    ends_ms: int


def new_key() -> str:
    """Return what a new secret is made from."""
    return secrets.token_urlsafe(16)


def site_secret(secret_key: str, key: str) -> str:
    """Return a site's secret: worked out, so that no database and no backup has it.

    Args:
        secret_key: the installation's.
        key: the site's, from the database.
    """
    made = hmac.new(secret_key.encode(), f"site identity {key}".encode(), hashlib.sha256)
    return f"chs_{made.hexdigest()}"


def read_word(signed: str, site_secrets: Iterable[str], *, site: str, now_ms: int) -> Word:
    """Return what a site says in a signed word.

    Args:
        site_secrets: those that are believed, the newest first.
        site: the site's key; a word that names an audience must name it.

    Raises:
        Refusal: `identity_refused`, for every reason alike; the reason stands in the log.
    """
    try:
        return _read(signed, site_secrets, site, now_ms)
    except _NOT_BELIEVED as error:
        log.info("identity refused", why=type(error).__name__, site=site)
        raise Refusal(Code.IDENTITY_REFUSED) from None


def explain_word(signed: str, site_secrets: Iterable[str], *, site: str, now_ms: int) -> Word:
    """Return what a site says in a signed word, or why it is not believed: for the shop's own eyes.

    Raises:
        Refusal: `identity_refused`, with the reason.
    """
    try:
        return _read(signed, site_secrets, site, now_ms)
    except _NOT_BELIEVED as error:
        raise Refusal(Code.IDENTITY_REFUSED, str(error) or type(error).__name__) from None


def _read(signed: str, site_secrets: Iterable[str], site: str, now_ms: int) -> Word:
    claims = _checked(signed, site_secrets, site, now_ms)
    identity = Identity(
        customer=claims.sub,
        email=_address(claims),
        expires_ms=now_ms + HOLDS_MS,
        name=masked(_plain(claims.name)),
        orders=tuple(number for number in claims.orders if masked(number) == number),
        context={
            field: value
            for field, value in hidden(read_context(claims.context)).items()
            if value is not None
        },
    )
    jwt_hash = hashlib.sha256(signed.encode()).hexdigest()
    return Word(identity, jwt_hash, round((claims.exp + LEEWAY_S) * 1000))


def _checked(signed: str, site_secrets: Iterable[str], site: str, now_ms: int) -> _Claims:
    claims = msgspec.convert(_decoded(signed, site_secrets), _Claims)
    now_s = now_ms / 1000
    audiences = [claims.aud] if isinstance(claims.aud, str) else claims.aud
    if audiences != [""] and site not in audiences:
        raise jwt.InvalidAudienceError("aud names another site")
    if not claims.iat - LEEWAY_S <= now_s < claims.exp + LEEWAY_S or claims.nbf > now_s + LEEWAY_S:
        raise jwt.ExpiredSignatureError("it is not between iat and exp now")
    if not 0 < claims.exp - claims.iat <= MAX_LIFE_S:
        raise jwt.ExpiredSignatureError(f"exp is not within {MAX_LIFE_S} s after iat")
    # One id, one spelling: no two ids look or are compared alike, and no number of a person is one.
    sub = claims.sub
    if unicodedata.normalize("NFKC", sub) != sub or not sub.isprintable() or " " in sub:
        raise jwt.InvalidTokenError("sub has characters that look like others")
    if masked(sub) != sub:
        raise jwt.InvalidTokenError("sub looks like a card, an account or a person's number")
    return claims


def _decoded(signed: str, site_secrets: Iterable[str]) -> dict[str, Any]:
    """Return the claims of a word that one of the secrets signed; time is looked at elsewhere."""
    options: Any = {f"verify_{name}": False for name in ("exp", "nbf", "iat", "aud", "sub", "jti")}
    error: jwt.InvalidTokenError = jwt.InvalidSignatureError()
    for secret in site_secrets:
        try:
            found: dict[str, Any] = jwt.decode(
                signed, secret, algorithms=[ALGORITHM], options=options
            )
        except jwt.InvalidSignatureError as wrong:
            error = wrong
        else:
            return found
    raise error


def _address(claims: _Claims) -> str:
    """Return the e-mail address that the shop has checked, or ""."""
    email = claims.email.strip()
    is_one = email.count("@") == 1 and email.isprintable() and " " not in email
    return email if is_one and claims.email_verified and masked(email) == email else ""


def _plain(text: str) -> str:
    return "".join(char for char in text if char.isprintable()).strip()


Context = Mapping[str, Mapping[str, Any] | None]


def hidden(context: Context) -> dict[str, dict[str, Any] | None]:
    """Return what a page said with numbers of cards, identities and accounts hidden."""
    return {
        field: None if value is None else _hidden(dict(value)) for field, value in context.items()
    }


def _hidden(value: Any) -> Any:
    match value:
        case dict():
            return {masked(key): _hidden(one) for key, one in value.items()}
        case list():
            return [_hidden(one) for one in value]
        case bool():
            return value
        case str():
            return masked(value)
        case _:
            text = str(value)
            return value if masked(text) == text else masked(text)
