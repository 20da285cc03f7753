"""Accounts, sessions, set-up links and signing in, over a real database."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from sqlalchemy import Connection, select
from structlog.testing import capture_logs

from chatserver.clock import ManualClock
from chatserver.domain.people import Role
from chatserver.errors import Code, Refusal
from chatserver.services import staff as service
from chatserver.services.sign_in import (
    Entrance,
    Passwords,
    SignInLimits,
    make_hasher,
    password_problem,
)
from chatserver.storage import agents, staff
from chatserver.storage.database import Database
from chatserver.storage.schema.staff import setup_link, staff_session
from chatserver.storage.staff import StaffAccount
from chatserver.windows import LocalWindows
from tests.databases import prepare

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "kahve falı 1923"
ADDRESS = "192.0.2.7"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    url = f"sqlite:///{tmp_path / 'chat.sqlite3'}"
    prepare(url, now_ms=0)
    database = Database(url)
    yield database
    await database.close()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def entrance(database: Database, clock: ManualClock) -> Entrance:
    return Entrance(database, clock, Passwords(QUICK), SignInLimits(6))


async def add(
    database: Database, email: str = "ada@shop.example", **values: object
) -> StaffAccount:
    return await database.write(
        lambda connection: service.create_account(
            connection,
            **{  # type: ignore[arg-type]
                "email": email,
                "name": "Ada Yıldız",
                "role": Role.AGENT,
                "language": "tr",
                "password_hash": QUICK.hash(PASSWORD),
                "now_ms": 1,
                **values,
            },
        )
    )


async def test_an_email_from_a_turkish_keyboard_is_the_same_account(
    database: Database, entrance: Entrance
) -> None:
    await add(database, "info@shop.example")
    for typed in (
        "İNFO@shop.example",
        "INFO@SHOP.EXAMPLE",
        " ınfo@shop.example ",
        "i̇nfo@shop.example",
    ):
        signed_in = await entrance.sign_in(typed, PASSWORD, address=ADDRESS)
        assert signed_in.account.email == "info@shop.example"
        with pytest.raises(Refusal) as refusal:
            await add(database, typed)
        assert refusal.value.code is Code.TAKEN


@pytest.mark.parametrize(
    "email", ["", "ada", "ada@", "@shop.example", "a b@c.example", "ş@shop.example"]
)
async def test_what_is_no_email_is_refused(database: Database, email: str) -> None:
    with pytest.raises(Refusal) as refusal:
        await add(database, email)
    assert refusal.value.code is Code.BAD_REQUEST


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\u202eb"])
async def test_a_name_is_short_and_printable(database: Database, name: str) -> None:
    with pytest.raises(Refusal) as refusal:
        await add(database, name=name)
    assert refusal.value.code is Code.BAD_REQUEST


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("123456789", "short"),
        ("ada@shop.example", "email"),
        ("ADA@Shop.example", "email"),
        ("x" * 1025, "long"),
        (PASSWORD, None),
    ],
)
def test_a_password_is_long_and_not_the_email(password: str, problem: str | None) -> None:
    assert password_problem(password, email="ada@shop.example") == problem


def test_a01_passwords_are_hashed_with_argon2id_of_more_than_19_mib() -> None:
    parameters = extract_parameters(make_hasher().hash(PASSWORD))
    assert parameters.type is Type.ID
    assert parameters.memory_cost >= 19 * 1024
    assert parameters.time_cost >= 2
    assert make_hasher().hash(PASSWORD) != make_hasher().hash(PASSWORD)


class CountingHasher(PasswordHasher):
    """Records how many hash at one time."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.lock = threading.Lock()
        self.now = self.most = self.total = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        with self.lock:
            self.now += 1
            self.total += 1
            self.most = max(self.most, self.now)
        time.sleep(0.002)
        try:
            return super().verify(hash, password)
        finally:
            with self.lock:
                self.now -= 1


async def test_a01_a_hundred_sign_ins_at_once_hash_two_at_a_time(
    database: Database, clock: ManualClock
) -> None:
    hasher = CountingHasher()
    entrance = Entrance(database, clock, Passwords(hasher), SignInLimits(1000))
    await add(database)
    answers = await asyncio.gather(
        *(entrance.sign_in("ada@shop.example", PASSWORD, address=ADDRESS) for _ in range(100))
    )
    assert len({answer.token for answer in answers}) == 100
    assert (hasher.most, hasher.total) == (2, 100)


async def test_a01_an_old_weak_hash_is_replaced_at_sign_in(
    database: Database, clock: ManualClock
) -> None:
    account = await add(database)
    stronger = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    await Entrance(database, clock, Passwords(stronger)).sign_in(
        account.email, PASSWORD, address=ADDRESS
    )
    _, stored = await database.read(staff.get, account.id)
    assert stored is not None
    assert extract_parameters(stored).memory_cost == 16
    assert stronger.verify(stored, PASSWORD)


async def test_a02_unknown_disabled_invited_and_wrong_get_one_answer_after_the_same_work(
    database: Database, clock: ManualClock
) -> None:
    hasher = CountingHasher()
    entrance = Entrance(database, clock, Passwords(hasher))
    await add(database, "ada@shop.example")
    await add(database, "invited@shop.example", password_hash=None)
    gone = await add(database, "gone@shop.example")
    await database.write(service.disable_account, gone.id, now_ms=2)
    answers = set()
    for number, (email, password) in enumerate(
        [
            ("ada@shop.example", "wrong"),
            ("nobody@shop.example", PASSWORD),
            ("invited@shop.example", PASSWORD),
            ("gone@shop.example", PASSWORD),
            ("not an address", PASSWORD),
            ("ada@shop.example", "x" * 5000),
        ],
        start=1,
    ):
        with pytest.raises(Refusal) as refusal:
            await entrance.sign_in(email, password, address=ADDRESS)
        answers.add((refusal.value.code, refusal.value.message, refusal.value.after_ms))
        assert hasher.total == number
    assert len(answers) == 1


async def failed(entrance: Entrance, email: str, address: str, password: str = "no") -> Code:
    with pytest.raises(Refusal) as refusal:
        await entrance.sign_in(email, password, address=address)
    return refusal.value.code


async def test_a02_guessing_is_stopped_even_when_all_guesses_come_at_once(
    database: Database, entrance: Entrance
) -> None:
    await add(database)
    codes = await asyncio.gather(
        *(failed(entrance, "ada@shop.example", ADDRESS, f"guess {n}") for n in range(50))
    )
    assert codes.count(Code.UNAUTHENTICATED) == 6
    assert codes.count(Code.RATE_LIMITED) == 44
    with pytest.raises(Refusal) as refusal:
        await entrance.sign_in("ada@shop.example", PASSWORD, address=ADDRESS)
    assert refusal.value.code is Code.RATE_LIMITED
    assert refusal.value.after_ms == 60_000


async def test_a02_an_unknown_account_locks_just_like_a_known_one(
    database: Database, entrance: Entrance
) -> None:
    await add(database)
    known = [await failed(entrance, "ada@shop.example", ADDRESS) for _ in range(8)]
    unknown = [await failed(entrance, "eda@shop.example", "192.0.2.8") for _ in range(8)]
    assert known == unknown


async def test_a02_one_address_cannot_lock_somebody_out_of_their_account(
    database: Database, entrance: Entrance
) -> None:
    await add(database)
    for _ in range(30):
        await failed(entrance, "ada@shop.example", "198.51.100.66")
    assert await entrance.sign_in("ada@shop.example", PASSWORD, address=ADDRESS)


async def test_a02_spraying_many_accounts_from_one_address_is_stopped(
    database: Database, entrance: Entrance
) -> None:
    codes = [await failed(entrance, f"a{n}@shop.example", ADDRESS) for n in range(40)]
    assert codes.count(Code.UNAUTHENTICATED) == 30


async def test_a02_guessing_one_account_from_many_addresses_is_stopped(
    database: Database, entrance: Entrance
) -> None:
    codes = [await failed(entrance, "ada@shop.example", f"192.0.2.{n}") for n in range(40)]
    assert codes.count(Code.UNAUTHENTICATED) == 30


async def test_a02_the_lock_ends_by_itself(database: Database, clock: ManualClock) -> None:
    storage = MemoryStorage()
    entrance = Entrance(
        database,
        clock,
        Passwords(QUICK),
        SignInLimits(2, LocalWindows(MovingWindowRateLimiter(storage))),
    )
    await add(database)
    for _ in range(10):
        await failed(entrance, "ada@shop.example", ADDRESS)
    for key in list(storage.events):  # what the window forgets by itself when time goes by
        storage.events[key] = []
    assert await entrance.sign_in("ada@shop.example", PASSWORD, address=ADDRESS)


async def test_a02_the_right_password_gives_the_tries_back(
    database: Database, entrance: Entrance
) -> None:
    await add(database)
    for _ in range(4):
        for _ in range(5):
            assert await failed(entrance, "ada@shop.example", ADDRESS) is Code.UNAUTHENTICATED
        await entrance.sign_in("ada@shop.example", PASSWORD, address=ADDRESS)


async def live(database: Database, clock: ManualClock, token: str) -> bool:
    found = await database.read(service.account_of_session, token, now_ms=clock.now_ms())
    return found is not None


async def test_a03_a_session_ends_after_thirty_idle_minutes(
    database: Database, clock: ManualClock, entrance: Entrance
) -> None:
    await add(database)
    token = (await entrance.sign_in("ada@shop.example", PASSWORD, address=ADDRESS)).token
    clock.advance(s=30 * 60)
    assert await live(database, clock, token)
    clock.advance(ms=1)
    assert not await live(database, clock, token)


async def test_a03_a_live_lease_keeps_a_session_but_never_beyond_twelve_hours(
    database: Database, clock: ManualClock, entrance: Entrance
) -> None:
    account = await add(database)
    token = (await entrance.sign_in("ada@shop.example", PASSWORD, address=ADDRESS)).token
    for _ in range(71):
        clock.advance(s=600)
        await database.write(agents.renew_lease, account.id, until_ms=clock.now_ms() + 30_000)
        assert await live(database, clock, token)
    clock.advance(s=600)
    await database.write(agents.renew_lease, account.id, until_ms=clock.now_ms() + 30_000)
    assert not await live(database, clock, token)


async def test_a03_use_keeps_a_session(
    database: Database, clock: ManualClock, entrance: Entrance
) -> None:
    await add(database)
    token = (await entrance.sign_in("ada@shop.example", PASSWORD, address=ADDRESS)).token
    for _ in range(3):
        clock.advance(s=29 * 60)
        found = await database.read(service.account_of_session, token, now_ms=clock.now_ms())
        assert found is not None
        assert service.needs_touch(found[1], now_ms=clock.now_ms())
        await database.write(service.touch_session, found[1].id, now_ms=clock.now_ms())


async def test_a03_signing_in_gives_a_new_token_and_ends_the_old_session(
    database: Database, clock: ManualClock, entrance: Entrance
) -> None:
    await add(database)
    first = await entrance.sign_in("ada@shop.example", PASSWORD, address=ADDRESS)
    second = await entrance.sign_in(
        "ada@shop.example", PASSWORD, address=ADDRESS, instead_of=first.token
    )
    assert first.token != second.token
    assert not await live(database, clock, first.token)
    assert await live(database, clock, second.token)


async def test_a03_signing_out_ends_the_session_on_the_server(
    database: Database, clock: ManualClock, entrance: Entrance
) -> None:
    await add(database)
    token = (await entrance.sign_in("ada@shop.example", PASSWORD, address=ADDRESS)).token
    await database.write(service.sign_out, token)
    assert not await live(database, clock, token)
    assert await database.write(service.sign_out, token) is None


async def test_a03_a_new_password_ends_every_other_session(
    database: Database, clock: ManualClock, entrance: Entrance
) -> None:
    account = await add(database)
    tokens = [
        (await entrance.sign_in("ada@shop.example", PASSWORD, address=ADDRESS)).token
        for _ in range(3)
    ]
    found = await database.read(service.account_of_session, tokens[0], now_ms=clock.now_ms())
    assert found is not None
    with pytest.raises(Refusal):
        await entrance.change_password(
            account, old="wrong", new="yeni bir şifre", keep=found[1].id, address=ADDRESS
        )
    ended = await entrance.change_password(
        account, old=PASSWORD, new="yeni bir şifre", keep=found[1].id, address=ADDRESS
    )
    assert ended == 2
    assert [await live(database, clock, token) for token in tokens] == [True, False, False]
    assert await entrance.sign_in("ada@shop.example", "yeni bir şifre", address=ADDRESS)


async def test_a03_sessions_are_listed_and_only_ones_own_is_ended(
    database: Database, clock: ManualClock, entrance: Entrance
) -> None:
    ada, eda = await add(database), await add(database, "eda@shop.example")
    await entrance.sign_in("ada@shop.example", PASSWORD, address=ADDRESS, device="Firefox")
    mine = await database.read(service.list_sessions, ada.id, now_ms=clock.now_ms())
    assert [session.device for session in mine] == ["Firefox"]
    with pytest.raises(Refusal) as refusal:
        await database.write(service.end_session, eda.id, mine[0].id)
    assert refusal.value.code is Code.NOT_FOUND
    await database.write(service.end_session, ada.id, mine[0].id)
    assert await database.read(service.list_sessions, ada.id, now_ms=clock.now_ms()) == []


async def test_a03_a_disabled_account_is_out_at_once(
    database: Database, clock: ManualClock, entrance: Entrance
) -> None:
    account = await add(database)
    token = (await entrance.sign_in("ada@shop.example", PASSWORD, address=ADDRESS)).token
    assert await database.write(service.disable_account, account.id, now_ms=3) == 1
    assert not await live(database, clock, token)


async def test_s01_tokens_are_stored_only_as_hashes(
    database: Database, clock: ManualClock, entrance: Entrance
) -> None:
    link = await database.write(service.create_setup_link, None, 1)
    await add(database)
    token = (await entrance.sign_in("ada@shop.example", PASSWORD, address=ADDRESS)).token

    def hashes(connection: Connection) -> list[str]:
        return [
            *connection.execute(select(staff_session.c.token_hash)).scalars(),
            *connection.execute(select(setup_link.c.token_hash)).scalars(),
        ]

    assert len(token) >= 43
    stored = await database.read(hashes)
    assert all(secret not in value for secret in (token, link) for value in stored)


async def test_a06_the_first_account_is_made_once_by_a_link_of_which_only_the_newest_works(
    database: Database, clock: ManualClock
) -> None:
    older = await database.write(service.create_setup_link, None, clock.now_ms())
    token = await database.write(service.create_setup_link, None, clock.now_ms())

    def use(connection: Connection, token: str) -> StaffAccount:
        return service.use_setup_link(
            connection,
            token,
            email="ada@shop.example",
            name="Ada",
            password_hash=QUICK.hash(PASSWORD),
            now_ms=clock.now_ms(),
        )

    async def code(token: str) -> Code:
        with pytest.raises(Refusal) as refusal:
            await database.write(use, token)
        return refusal.value.code

    assert await code(older) is Code.NOT_FOUND
    account = await database.write(use, token)
    assert account.role is Role.ADMIN
    assert await code(token) is Code.NOT_FOUND
    with pytest.raises(Refusal) as refusal:
        await database.write(service.create_setup_link, None, clock.now_ms())
    assert refusal.value.code is Code.FORBIDDEN


async def test_a06_two_who_use_a_link_at_once_make_one_account(
    database: Database, clock: ManualClock
) -> None:
    token = await database.write(service.create_setup_link, None, clock.now_ms())

    def use(connection: Connection, email: str) -> StaffAccount:
        return service.use_setup_link(
            connection, token, email=email, name="Ada", password_hash="x", now_ms=clock.now_ms()
        )

    results = await asyncio.gather(
        *(database.write(use, f"a{n}@shop.example") for n in range(8)), return_exceptions=True
    )
    assert sum(isinstance(result, StaffAccount) for result in results) == 1
    assert len(await database.read(staff.every)) == 1


async def test_a06_a_link_runs_out_after_a_day(database: Database, clock: ManualClock) -> None:
    token = await database.write(service.create_setup_link, None, clock.now_ms())
    clock.advance(s=24 * 3600)
    with pytest.raises(Refusal):
        await database.read(service.find_setup_link, token, now_ms=clock.now_ms())


async def test_a07_an_invited_account_gets_its_password_and_old_sessions_end(
    database: Database, clock: ManualClock, entrance: Entrance
) -> None:
    account = await add(database)
    token = (await entrance.sign_in("ada@shop.example", PASSWORD, address=ADDRESS)).token
    link = await database.write(service.create_setup_link, account.id, clock.now_ms())
    found = await database.read(service.find_setup_link, link, now_ms=clock.now_ms())
    assert found.account == account
    await database.write(
        service.use_setup_link, link, password_hash=QUICK.hash("yeni"), now_ms=clock.now_ms()
    )
    assert not await live(database, clock, token)
    assert await entrance.sign_in("ada@shop.example", "yeni", address=ADDRESS)


async def test_s03_logs_name_accounts_by_id_and_never_carry_email_password_or_token(
    database: Database, entrance: Entrance
) -> None:
    with capture_logs() as lines:
        await add(database)
        token = (await entrance.sign_in("ada@shop.example", PASSWORD, address=ADDRESS)).token
        await failed(entrance, "ada@shop.example", ADDRESS, "wrong password")
        await database.write(service.sign_out, token)
    assert [line["event"] for line in lines] == [
        "account created",
        "signed in",
        "sign-in refused",
        "signed out",
    ]
    for canary in ("ada@", token, PASSWORD, "wrong password"):
        assert canary not in repr(lines)
