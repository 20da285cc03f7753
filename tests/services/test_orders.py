"""The order desk: who is told what, what is told to nobody, and how often one may guess."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import structlog.testing
from sqlalchemy import select

from chatserver.domain.conversations import Conversation
from chatserver.domain.orders import (
    CodeSent,
    CodeWrong,
    OrderDeskOff,
    OrderFound,
    OrderKind,
    OrderLocked,
    OrderNeed,
    OrderOutcome,
    OrderSilent,
    OrderStatus,
    OrderStep,
    OrderUnknown,
    ShopOrder,
)
from chatserver.domain.people import Visitor
from chatserver.errors import MailError
from chatserver.outbound import Outbound
from chatserver.services.mail import Mail
from chatserver.services.orders import CODES_PER_HOUR, GRID_S, WRONG_PER_DAY, OrderCounter
from chatserver.services.orders_codes import CODE_MINUTES, GRANT_MS, TRIES, figures, new_code
from chatserver.services.orders_source import new_key
from chatserver.storage import identities, orders
from chatserver.storage.identities import Identity
from chatserver.storage.schema.orders import order_code
from tests.cast import Stage
from tests.endpoints import Serve, endpoint, says, silent

SECRET = "a-test-secret-0123456789-abcdefghijklm"
ELIF = "elif@ornek.example"
MINE = ShopOrder(OrderStatus("AV-20418", OrderStep.SHIPPED), ELIF, "0532 123 45 67", "c-17")
THEIRS = ShopOrder(OrderStatus("AV-20391", OrderStep.DELIVERED), "can@ornek.example", "", "c-18")
MUTE = ShopOrder(OrderStatus("AV-20377", OrderStep.DELIVERED), "", "0532 123 45 67")


class Post:
    """Keeps mail instead of sending it."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.fails: list[MailError] = []

    async def send(self, mail: Mail) -> None:
        if self.fails:
            raise self.fails.pop(0)
        self.mails.append(mail)

    @property
    def code(self) -> str:
        found = re.search(r"\b(\d{3}) (\d{3})\b", self.mails[-1].subject)
        assert found is not None
        return found[1] + found[2]


@dataclass
class Desk:
    """The desk of a stage, with a visitor and a conversation in front of it."""

    stage: Stage
    counter: OrderCounter
    post: Post
    visitor: Visitor
    conversation: Conversation
    slept: list[float] = field(default_factory=list)

    async def asks(
        self, number: str | None = "AV-20418", contact: str | None = ELIF, code: str | None = None
    ) -> OrderOutcome:
        need = OrderNeed(OrderKind.TRACK, number, contact, code)
        outcome = await self.counter.ask(self.visitor, self.conversation, need)
        await self.stage.chat.settle()
        return outcome

    async def stands(self, visitor: Visitor) -> "Desk":
        """Return the same desk with somebody else in front of it."""
        said = await self.stage.says(visitor, "siparişim nerede")
        return replace(
            self, visitor=visitor, conversation=await self.stage.conversation(said.conversation)
        )


async def desk_of(stage: Stage, *, mail: bool = True) -> Desk:
    post, slept = Post(), []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    counter = OrderCounter(
        stage.chat,
        mailer=post if mail else None,
        outbound=Outbound(allow_local=True),
        secret_key=SECRET,
        sleep=sleep,
    )
    said = await stage.says(stage.ada, "siparişim nerede")
    conversation = await stage.conversation(said.conversation)
    return Desk(stage, counter, post, stage.ada, conversation, slept)


async def upload(stage: Stage, *found: ShopOrder) -> None:
    def work(connection: Any) -> None:
        batch = orders.begin_upload(connection, stage.site.id, now_ms=1)
        orders.put(connection, stage.site.id, batch, found)
        orders.end_upload(connection, stage.site.id, batch)

    await stage.database.write(work)


@pytest.fixture
async def desk(sqlite_stage: Stage) -> AsyncIterator[Desk]:
    await upload(sqlite_stage, MINE, THEIRS, MUTE)
    yield await desk_of(sqlite_stage)


@pytest.fixture
async def any_desk(stage: Stage) -> AsyncIterator[Desk]:
    await upload(stage, MINE, THEIRS, MUTE)
    yield await desk_of(stage)


async def test_number_and_contact_then_the_code_then_the_order(any_desk: Desk) -> None:
    desk = any_desk
    assert await desk.asks() == CodeSent("e•••@ornek.example")
    assert [mail.to for mail in desk.post.mails] == [ELIF]
    assert await desk.asks(code=desk.post.code) == OrderFound((MINE.status,))
    assert await desk.asks("av 20418") == OrderFound((MINE.status,)), "once proven, for a while"
    desk.stage.clock.advance(ms=GRANT_MS)
    assert await desk.asks() == CodeSent("e•••@ornek.example")


async def test_a_phone_number_will_do_and_the_code_goes_to_the_orders_address(desk: Desk) -> None:
    assert await desk.asks(contact="+905321234567") == CodeSent("")
    assert [mail.to for mail in desk.post.mails] == [ELIF]
    assert await desk.asks("AV-20377", "+905321234567") == CodeSent("")
    assert len(desk.post.mails) == 1, "an order without an address can't be proven"


NOT_ONES_OWN = [
    ("AV-20418", "can@ornek.example"),
    ("AV-20391", ELIF),
    ("AV-99999", ELIF),
    ("x", ELIF),
    ("AV-20377", ELIF),
    ("AV-20418", ""),
]


@pytest.mark.parametrize(("number", "contact"), NOT_ONES_OWN)
async def test_what_is_not_ones_own_looks_like_what_is(
    desk: Desk, number: str, contact: str
) -> None:
    own = await desk.asks()
    before = len(desk.post.mails)
    other = await (await desk.stands(desk.stage.alan)).asks(number, contact)
    assert type(other) is type(own) is CodeSent
    assert len(desk.post.mails) == before, "nobody is mailed to"
    rows = await desk.stage.database.read(lambda c: list(c.execute(select(order_code))))
    assert len({(len(row.code_hash), row.tries_left) for row in rows}) == 1
    stranger = await desk.stands(desk.stage.alan)
    outcomes = [await stranger.asks(number, contact, "000000") for _ in range(TRIES)]
    assert outcomes == [*(CodeWrong(left) for left in range(TRIES - 1, 0, -1)), OrderLocked()]


async def test_a_code_that_was_not_sent_is_not_guessed_by_any_number(desk: Desk) -> None:
    await desk.asks("AV-99999")
    for code in ("", "0", "000000", "      ", "None"):
        assert not isinstance(await desk.asks("AV-99999", code=code), OrderFound)


async def test_a_code_is_good_once_here_for_ten_minutes_and_for_this_order(desk: Desk) -> None:
    await desk.asks()
    first = desk.post.code
    elsewhere = await desk.stands(desk.stage.alan)
    assert isinstance(await elsewhere.asks(code=first), CodeSent), "there it was never sent"
    assert isinstance(await elsewhere.asks(code=first), CodeWrong)
    assert isinstance(await desk.asks("AV-20391", code=first), CodeSent)
    await desk.asks()
    newer = desk.post.code
    if newer != first:
        assert isinstance(await desk.asks(code=first), CodeWrong), "the newest alone counts"
    desk.stage.clock.advance(s=CODE_MINUTES * 60)
    assert isinstance(await desk.asks(code=newer), CodeSent), "too old: a new one is on its way"
    spaced = f" {desk.post.code[:3]}-{desk.post.code[3:]} "
    assert await desk.asks(code=spaced) == OrderFound((MINE.status,))


async def test_wrong_codes_end_after_five_even_when_all_come_at_once(any_desk: Desk) -> None:
    desk = any_desk
    await desk.asks()
    right = desk.post.code
    wrong = [f"{(int(right) + by) % 10**6:06d}" for by in range(1, 31)]
    outcomes = await asyncio.gather(*(desk.asks(code=code) for code in wrong))
    assert sum(isinstance(outcome, CodeWrong) for outcome in outcomes) == TRIES - 1
    assert isinstance(await desk.asks(code=right), OrderLocked), "spent is spent"


async def test_new_codes_are_no_way_around_the_limit(desk: Desk) -> None:
    told = []
    for _ in range(CODES_PER_HOUR + 2):
        told.append(await desk.asks())
    assert told == [CodeSent("e•••@ornek.example")] * CODES_PER_HOUR + [OrderLocked()] * 2
    assert len(desk.post.mails) == CODES_PER_HOUR
    other = await desk.stands(desk.stage.alan)
    assert await other.asks() == OrderLocked(), "for the order, whoever asks"
    assert await other.asks("AV-20391", "can@ornek.example") == CodeSent("c•••@ornek.example")


async def test_the_limits_are_the_same_where_there_is_no_order(desk: Desk) -> None:
    told = [await desk.asks("AV-99999", "no@ornek.example") for _ in range(CODES_PER_HOUR + 1)]
    assert told == [CodeSent("n•••@ornek.example")] * CODES_PER_HOUR + [OrderLocked()]


async def test_wrong_tries_of_a_day_are_counted_over_all_codes(desk: Desk) -> None:
    wrong = 0
    for _round in range(CODES_PER_HOUR):
        if not isinstance(await desk.asks(), CodeSent):
            break
        off = f"{(int(desk.post.code) + 1) % 10**6:06d}"
        for _ in range(TRIES):
            outcome = await desk.asks(code=off)
            wrong += isinstance(outcome, CodeWrong | OrderLocked)
        if wrong > WRONG_PER_DAY:
            break
    assert isinstance(await desk.asks(code=desk.post.code), OrderLocked)


async def test_whom_the_site_vouches_for_needs_no_code(any_desk: Desk) -> None:
    desk = any_desk
    stage = desk.stage
    now_ms = stage.clock.now_ms()
    identity = Identity("c-17", ELIF, now_ms + 1000)
    await stage.database.write(identities.save, desk.visitor.id, identity, now_ms=now_ms)
    assert await stage.database.read(desk.counter.is_verified, desk.visitor)
    assert await desk.asks(contact=None) == OrderFound((MINE.status,))
    assert await desk.asks(None, None) == OrderFound((MINE.status,))
    assert await desk.asks("AV-20391", None) == OrderUnknown()
    assert await desk.asks("AV-99999", None) == OrderUnknown()
    stranger = Identity("c-99", "", now_ms + 1000)
    await stage.database.write(identities.save, desk.visitor.id, stranger, now_ms=now_ms)
    assert await desk.asks(None, None) == OrderFound(())
    named = Identity("c-99", "", now_ms + 1000, orders=("av 20391",))
    await stage.database.write(identities.save, desk.visitor.id, named, now_ms=now_ms)
    assert isinstance(await desk.asks("AV-20391", None), OrderFound), "by the site's own word"
    assert isinstance(await desk.asks(None, None), OrderFound)
    await stage.database.write(identities.save, desk.visitor.id, identity, now_ms=now_ms)
    assert desk.post.mails == []
    stage.clock.advance(s=1)
    assert not await stage.database.read(desk.counter.is_verified, desk.visitor)
    assert isinstance(await desk.asks(), CodeSent)


async def test_without_orders_or_without_mail_there_is_no_desk(sqlite_stage: Stage) -> None:
    desk = await desk_of(sqlite_stage)
    assert await desk.asks() == OrderDeskOff()
    assert not await desk.stage.database.read(desk.counter.serves, desk.stage.site.id)
    await upload(sqlite_stage, MINE)
    assert await desk.stage.database.read(desk.counter.serves, desk.stage.site.id)
    assert await desk.asks(None) == OrderDeskOff(), "nobody vouches, and no number"
    assert await (await desk_of(sqlite_stage, mail=False)).asks() == OrderDeskOff()


async def test_a_mail_is_tried_again_where_that_may_help(desk: Desk) -> None:
    desk.post.fails = [MailError("busy", retry=True), MailError("busy", retry=True)]
    assert isinstance(await desk.asks(), CodeSent)
    assert len(desk.post.mails) == 1
    desk.post.fails = [MailError("no such user", retry=False)]
    assert isinstance(await desk.asks(), CodeSent), "and nobody can tell by the answer"
    assert len(desk.post.mails) == 1


def found(*items: dict[str, Any], after_s: float = 0.0) -> Serve:
    answer = says(json.dumps({"orders": items}).encode())

    async def serve(asked: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(after_s)
        await answer(asked, writer)

    return serve


WIRE = {"number": "AV-20418", "status": "shipped", "email": ELIF}


async def connect(stage: Stage, url: str) -> None:
    await stage.database.write(orders.connect, stage.site.id, url=url, key=new_key(), now_ms=1)


async def test_the_shops_endpoint_is_asked_where_there_is_one(sqlite_stage: Stage) -> None:
    desk = await desk_of(sqlite_stage)
    async with endpoint(found(WIRE)) as shop:
        await connect(sqlite_stage, shop.url)
        assert await desk.asks() == CodeSent("e•••@ornek.example")
        outcome = await desk.asks(code=desk.post.code)
        assert isinstance(outcome, OrderFound) and outcome.orders[0].number == "AV-20418"
        shop.answer = says(b"", "302 Found", "Location: http://169.254.169.254/latest/meta-data/")
        assert await desk.asks() == OrderSilent()
        shop.answer = says(b" " * 10_000_000)
        assert await desk.asks() == OrderSilent()
        shop.answer = says(b"<html>")
        assert await desk.asks() == OrderSilent()
    assert await desk.asks() == OrderSilent(), "nobody there"
    await connect(sqlite_stage, "https://10.0.0.5/orders")
    assert await desk.asks() == OrderSilent()


@pytest.mark.slow
async def test_a_silent_endpoint_is_told_in_bounded_time(sqlite_stage: Stage) -> None:
    desk = await desk_of(sqlite_stage)
    async with endpoint(silent) as shop:
        await connect(sqlite_stage, shop.url)
        async with asyncio.timeout(5):
            assert await desk.asks() == OrderSilent()


async def test_answers_come_at_the_same_time_whatever_the_shop_had_to_look_for(
    sqlite_stage: Stage,
) -> None:
    stage = sqlite_stage
    counter = OrderCounter(
        stage.chat, mailer=Post(), outbound=Outbound(allow_local=True), secret_key=SECRET
    )
    loop = asyncio.get_running_loop()
    took = []
    for at, (serve, contact) in enumerate(
        [
            (found(WIRE, after_s=0.15), ELIF),
            (found(WIRE, after_s=0.15), "can@ornek.example"),
            (found(), ELIF),
        ]
    ):
        async with endpoint(serve) as shop:
            await connect(stage, shop.url)
            visitor = await stage.new_visitor()
            said = await stage.says(visitor, "siparişim nerede")
            conversation = await stage.conversation(said.conversation)
            need = OrderNeed(OrderKind.TRACK, "AV-20418", contact if at else ELIF)
            began = loop.time()
            assert isinstance(await counter.ask(visitor, conversation, need), CodeSent)
            took.append(loop.time() - began)
    assert all(GRID_S <= one < 1.3 * GRID_S for one in took), took


def test_codes_are_six_figures_however_they_are_typed() -> None:
    codes = {new_code() for _ in range(200)}
    assert all(re.fullmatch(r"\d{6}", code) for code in codes) and len(codes) > 190
    assert figures(" 482-913 ") == figures("٤٨٢٩١٣") == "482913"
    assert figures("Kodum: 482 913.") == "482913"
    assert len(figures("1" * 1000)) < 20


async def test_s01_s03_no_code_and_no_contact_stands_in_the_database_or_the_log(
    desk: Desk,
) -> None:
    with structlog.testing.capture_logs() as logged:
        await desk.asks()
    rows = await desk.stage.database.read(
        lambda c: [str(tuple(row)) for row in c.execute(select(order_code))]
    )
    assert any(line["event"] == "code mailed" for line in logged)
    for secret in (desk.post.code, ELIF):
        assert secret not in " ".join(rows) and secret not in str(logged)
