"""One-time codes: minted, kept as keyed hashes, tried a few times; sends nothing.

A code that was never sent leaves the same trace as one that was, so what follows is the same too:
the same work, the same number of tries, the same words.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from chatserver.domain.ids import ConversationId, VisitorId
from chatserver.services.work import Work
from chatserver.storage import order_codes

CODE_DIGITS = 6
TRIES = 5
CODE_MINUTES = 10
GRANT_MS = 30 * 60 * 1000
"""So long a right code opens its order in its conversation."""

KEEP_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Asked:
    """For which order, in which conversation, by whom."""

    conversation: ConversationId
    visitor: VisitorId
    number_key: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a typed code.

    Args:
        verdict: right; wrong; spent (no try is left); none (there is no code to type, or it is too
            old).
        tries_left: after this one.
    """

    verdict: Literal["right", "wrong", "spent", "none"]
    tries_left: int = 0


def new_code() -> str:
    """Return six random figures."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def figures(typed: str) -> str:
    """Return the figures of what somebody typed as a code, spaces and dashes left out."""
    return "".join(str(int(char)) for char in typed if char.isdecimal())[: 2 * CODE_DIGITS]


def code_hash(secret_key: str, asked: Asked, code: str) -> str:
    """Return what is kept of a code: six figures alone would be found from any plain hash."""
    said = f"order code {asked.conversation} {asked.visitor} {asked.number_key} {code}"
    return hmac.new(secret_key.encode(), said.encode(), hashlib.sha256).hexdigest()


def keep_code(work: Work, asked: Asked, kept: str) -> None:
    """Keep a code's hash; codes that nobody can type any more are dropped on the way."""
    order_codes.forget(work.connection, before_ms=work.now_ms - KEEP_MS)
    order_codes.add(
        work.connection,
        conversation=asked.conversation,
        visitor=asked.visitor,
        number_key=asked.number_key,
        code_hash=kept,
        tries=TRIES,
        now_ms=work.now_ms,
        expires_ms=work.now_ms + CODE_MINUTES * 60 * 1000,
    )


def try_code(work: Work, asked: Asked, typed: str) -> Tried:
    """Compare a typed code with the newest one kept; the try is spent first.

    Args:
        typed: the hash of what was typed.
    """
    kept = _newest(work.connection, asked)
    if kept is None or kept.expires_ms <= work.now_ms:
        return Tried("none")
    left = order_codes.spend_try(work.connection, kept.id)
    if left is None:
        return Tried("spent")
    if hmac.compare_digest(kept.code_hash, typed):
        order_codes.prove(work.connection, kept.id, now_ms=work.now_ms)
        return Tried("right", left)
    return Tried("wrong" if left else "spent", left)


def is_proven(connection: Connection, asked: Asked, *, now_ms: int) -> bool:
    """Whether this visitor typed the right code here a while ago."""
    kept = _newest(connection, asked)
    return kept is not None and kept.proven_ms is not None and now_ms < kept.proven_ms + GRANT_MS


def _newest(connection: Connection, asked: Asked) -> order_codes.SentCode | None:
    return order_codes.newest(
        connection,
        conversation=asked.conversation,
        visitor=asked.visitor,
        number_key=asked.number_key,
    )
