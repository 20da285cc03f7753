"""Who has an account at the shop, and the word that the shop signs for the chat: docs/identity.md."""

from collections.abc import Mapping
from dataclasses import dataclass

import jwt

COOKIE = "avlu_uye"
WORD_S = 300


@dataclass(frozen=True, slots=True)
class Member:
    """A shopper with an account."""

    id: str
    name: str
    email: str


ELIF = Member("u-1042", "Elif Karaca", "elif.karaca@posta.example")
MEMBERS = {member.id: member for member in (ELIF,)}


def member_of(cookies: Mapping[str, str]) -> Member | None:
    """Return who is signed in. Nobody's secrets are here: anybody may be Elif."""
    return MEMBERS.get(cookies.get(COOKIE, ""))


def signed_word(member: Member | None, secret: str, *, now_s: int) -> str | None:
    """Return what the shop says of who is signed in; None for nobody."""
    if member is None or not secret:
        return None
    claims = {
        "sub": member.id,
        "name": member.name,
        "email": member.email,
        "iat": now_s,
        "exp": now_s + WORD_S,
    }
    return jwt.encode(claims, secret, algorithm="HS256")
