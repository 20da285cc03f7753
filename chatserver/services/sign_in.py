"""Signing in: passwords, how often one may try, and what proves who somebody is."""

import asyncio
import secrets
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import structlog
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from limits import RateLimitItem, RateLimitItemPerMinute

from chatserver.clock import Clock
from chatserver.errors import Code, Refusal
from chatserver.services.staff import (
    MAX_EMAIL_CHARS,
    fold_email,
    set_password,
    start_session,
    store_hash,
)
from chatserver.storage import staff
from chatserver.storage.database import Database
from chatserver.storage.staff import StaffAccount
from chatserver.windows import LocalWindows, Windows

MIN_PASSWORD_CHARS = 10
MAX_PASSWORD_CHARS = 1024

HASHING_AT_ONCE = 2
"""Passwords hashed at one time: each costs 32 MiB and a core, and anybody may ask for one."""

log = structlog.get_logger(__name__)


def password_problem(password: str, *, email: str) -> Literal["short", "long", "email"] | None:
    """Return what is wrong with a new password, or None."""
    plain = _plain(password)
    if len(plain) < MIN_PASSWORD_CHARS:
        return "short"
    if len(plain) > MAX_PASSWORD_CHARS:
        return "long"
    folded, address = fold_email(plain), fold_email(email)
    return "email" if folded in {address, address.partition("@")[0]} else None


def _plain(password: str) -> str:
    return unicodedata.normalize("NFC", password)


def make_hasher() -> PasswordHasher:
    """Return argon2id with 32 MiB, 3 passes, 1 lane.

    Source: above the OWASP password storage cheat sheet's 19 MiB, 2, 1.
    """
    return PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)


def hash_password(password: str) -> str:
    """Return the hash to store; slow on purpose, so never on the event loop."""
    return make_hasher().hash(_plain(password))


@dataclass(slots=False)
class Passwords:
    """Hashes and compares in threads, only a few at a time.

    Args:
        hasher: how; tests hand in a quick one.
        at_once: most at one time.
    """

    hasher: PasswordHasher = field(default_factory=make_hasher)
    at_once: int = HASHING_AT_ONCE

    @cached_property
    def _places(self) -> asyncio.Semaphore:
        return asyncio.Semaphore(self.at_once)

    @cached_property
    def _nobodys(self) -> str:
        return self.hasher.hash(secrets.token_urlsafe(16))

    async def hash(self, password: str) -> str:
        """Return the hash to store."""
        async with self._places:
            return await asyncio.to_thread(self.hasher.hash, _plain(password))

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether this is the password; takes as long when there is none to compare with."""
        async with self._places:
            return await asyncio.to_thread(self._verify, stored, _plain(password))

    def _verify(self, stored: str | None, password: str) -> bool:
        try:
            return self.hasher.verify(stored or self._nobodys, password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False

    def is_outdated(self, stored: str) -> bool:
        """Whether a stored hash is weaker than what would be made now."""
        return self.hasher.check_needs_rehash(stored)


class SignInLimits:
    """How often somebody may try: per account from one address, per account, per address, in all.

    Tries are counted before the password is looked at, so a hundred at once are no way around.
    One address can't lock an account for others: that takes many, and only while they keep on.

    Args:
        per_minute: tries for one account from one address in a minute; three times as many in
            a quarter of an hour; five times as many for one account, and for one address.
        windows: where it counts; in this process when left out.
    """

    def __init__(self, per_minute: int = 6, windows: Windows | None = None) -> None:
        self._windows = windows or LocalWindows()
        self._pair = (
            RateLimitItemPerMinute(per_minute),
            RateLimitItemPerMinute(3 * per_minute, 15),
        )
        self._many = RateLimitItemPerMinute(5 * per_minute)
        self._all = RateLimitItemPerMinute(100 * per_minute)

    def _rules(self, email: str, address: str) -> list[tuple[RateLimitItem, tuple[str, ...]]]:
        return [
            *((item, ("sign-in", email, address)) for item in self._pair),
            (self._many, ("sign-in account", email)),
            (self._many, ("sign-in address", address)),
            (self._all, ("sign-in",)),
        ]

    async def check(self, email: str, address: str) -> None:
        """Count one try.

        Raises:
            Refusal: `rate_limited`, with the time after which it is worth trying again.
        """
        rules = self._rules(email, address)
        for item, key in rules:
            if not await self._windows.test(item, *key):
                raise Refusal(Code.RATE_LIMITED, after_ms=item.get_expiry() * 1000)
        for item, key in rules:
            # Looked at again: of a hundred at once, all may have passed the look before.
            if not await self._windows.hit(item, *key):
                raise Refusal(Code.RATE_LIMITED, after_ms=item.get_expiry() * 1000)

    async def forgive(self, email: str, address: str) -> None:
        """Forget the tries for this account from this address: it was the right person."""
        for item, key in self._rules(email, address)[:2]:
            await self._windows.clear(item, *key)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that has just begun. token: the secret for the cookie; kept nowhere else."""

    account: StaffAccount
    token: str


@dataclass(frozen=True, slots=True)
class Entrance:
    """What signing in needs: where accounts are, the time, the hashing, the limits."""

    database: Database
    clock: Clock
    passwords: Passwords = field(default_factory=Passwords)
    limits: SignInLimits = field(default_factory=SignInLimits)

    async def sign_in(
        self,
        email: str,
        password: str,
        *,
        address: str,
        device: str = "",
        instead_of: str | None = None,
    ) -> SignedIn:
        """Begin a session for whoever knows the password.

        An unknown account, one without a password, a disabled one and a wrong password get one
        answer, after the same work.

        Raises:
            Refusal: `unauthenticated`, or `rate_limited`.
        """
        folded = fold_email(email)[:MAX_EMAIL_CHARS]
        try:
            await self.limits.check(folded, address)
        except Refusal:
            log.info("sign-in refused", reason="rate_limited")
            raise
        found = await self.database.read(staff.find_by_email, folded)
        account, stored = found if found is not None else (None, None)
        is_right = await self.passwords.verify(stored, password[: MAX_PASSWORD_CHARS + 1])
        if account is None or stored is None or account.disabled or not is_right:
            log.info("sign-in refused", staff=account and account.public_id, reason="wrong")
            raise Refusal(Code.UNAUTHENTICATED)
        await self.limits.forgive(folded, address)
        if self.passwords.is_outdated(stored):
            stronger = await self.passwords.hash(password)
            await self.database.write(store_hash, account.id, stronger)
        return await self.begin(account, device=device, instead_of=instead_of)

    async def begin(
        self, account: StaffAccount, *, device: str = "", instead_of: str | None = None
    ) -> SignedIn:
        """Begin a session for somebody who has proven who they are."""
        token = secrets.token_urlsafe(32)
        await self.database.write(
            start_session,
            account.id,
            token=token,
            now_ms=self.clock.now_ms(),
            device=device,
            instead_of=instead_of,
        )
        log.info("signed in", staff=account.public_id)
        return SignedIn(account, token)

    async def change_password(
        self, account: StaffAccount, *, old: str, new: str, keep: int, address: str
    ) -> int:
        """Replace somebody's password; every other session ends. Return how many did.

        Raises:
            Refusal: `unauthenticated` when the old one is wrong, `rate_limited`.
        """
        await self.limits.check(account.email, address)
        _, stored = await self.database.read(staff.get, account.id)
        if not await self.passwords.verify(stored, old[: MAX_PASSWORD_CHARS + 1]):
            raise Refusal(Code.UNAUTHENTICATED)
        fresh = await self.passwords.hash(new)
        return await self.database.write(set_password, account.id, fresh, keep=keep)
