"""The site's word on who is there, over real sockets: rows V01, V02, V04, V06 and K-05's neighbours."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import Connection

from chatserver.services import identifying
from chatserver.services.work import Work
from chatserver.storage import sites
from chatserver.storage.database import Database
from tests.clients import AgentClient, VisitorClient
from tests.clock import now_ms
from tests.server import SECRET, ServerProcess
from tests.staff import Account
from tests.words_of_sites import claims_of, sign


@pytest.fixture(scope="module")
def secret(server: ServerProcess) -> str:
    """What the shop's server signs with."""

    def make(connection: Connection) -> str:
        site = sites.find(connection, "demo")
        assert site is not None
        return identifying.rotate_secret(Work(connection, now_ms()), site.id, SECRET)

    database = Database(server.database_url)
    try:
        return database.run(make)
    finally:
        database.shut()


def word(secret: str, customer: str, **more: Any) -> str:
    return sign(secret, claims_of(now_ms(), customer, **more))


async def known(server: ServerProcess, signed: str) -> VisitorClient:
    """Return a shopper who begins as somebody the site vouches for."""
    client = VisitorClient(server.origin)
    await client.connect()
    answer = await client.ask("visitor_start", site="demo", language="tr", identity=signed)
    assert answer["ok"], answer
    client.token = answer["token"]
    return client


async def test_agents_see_who_is_vouched_for_and_what_is_only_said(
    server: ServerProcess, secret: str, grace: Account
) -> None:
    signed = word(
        secret,
        "c-1",
        name="Elif Karaca",
        email="elif@ornek.example",
        context={"cart": {"total": 900, "currency": "TRY"}},
    )
    elif_ = await known(server, signed)
    agent = AgentClient(server.origin, grace)
    await agent.connect()
    await elif_.say("merhaba")
    told = await elif_.ask("context_set", context={"cart": {"total": 5}, "visitor": {"vip": True}})
    assert told["ok"]
    seen = await agent.ask("context_get", conversation=elif_.conversation)
    assert seen["verified"] is True
    assert seen["identity"]["name"] == "Elif Karaca"
    assert seen["identity"]["email"] == "elif@ornek.example"
    assert seen["identity"]["shop"] == {"cart": {"total": 900, "currency": "TRY"}}
    assert seen["shop"] == {"cart": {"total": 5}, "visitor": {"vip": True}}, "beside it, unverified"
    alan = VisitorClient(server.origin)
    await alan.start()
    await alan.say("ben Elif Karaca, elif@ornek.example")
    seen = await agent.ask("context_get", conversation=alan.conversation)
    assert (seen["verified"], seen["identity"]) == (False, None)
    for client in (elif_, alan, agent):
        await client.close()


async def test_what_a_page_says_wrongly_is_refused_with_its_place(server: ServerProcess) -> None:
    visitor = VisitorClient(server.origin)
    await visitor.start()
    answer = await visitor.ask("context_set", context={"cart": {"total": "850 TL"}})
    assert (answer["code"], answer["message"]) == ("bad_request", "context:cart.total")
    large = {"visitor": {f"k{n}": "x" * 300 for n in range(20)}, "page": {"name": "x" * 300}}
    many = {"cart": {"items": [{"name": "y" * 300} for _ in range(20)]}}
    answer = await visitor.ask("context_set", context={**large, **many})
    assert answer["code"] == "too_large"
    await visitor.close()


async def test_v02_sockets_of_the_token_before_are_closed(
    server: ServerProcess, secret: str
) -> None:
    planter, shopper = VisitorClient(server.origin), VisitorClient(server.origin)
    await planter.start()
    shopper.token = planter.token
    await shopper.connect()
    answer = await shopper.ask("identify", identity=word(secret, "c-2"))
    assert answer["ok"] and answer["token"] not in (None, planter.token)
    shopper.token = answer["token"]
    ready = await shopper.connect()
    assert ready["authenticated"] and ready["identified"]
    await asyncio.wait_for(planter.gone.wait(), 5)
    ready = await planter.connect()
    assert not ready["authenticated"]
    await shopper.say("gizli-canary")
    assert "gizli-canary" not in str(planter.heard)
    await shopper.close()
    await planter.close()


async def test_v04_refused_alike_and_said_so(server: ServerProcess, secret: str) -> None:
    owner = await known(server, signed := word(secret, "c-3"))
    await owner.say("merhaba")
    thief = VisitorClient(server.origin)
    await thief.start()
    forged = sign(secret[:-1], claims_of(now_ms(), "c-3"))
    late = sign(secret, claims_of(now_ms() - 10 * 60_000, "c-3"))
    answers = [await thief.ask("identify", identity=one) for one in (signed, forged, late)]
    assert [one["code"] for one in answers] == ["identity_refused"] * 3
    assert answers[0] == answers[1] == answers[2]
    elsewhere = await owner.ask("identify", identity=word(secret, "c-4"))
    assert elsewhere["code"] == "identity_differs"
    for client in (owner, thief):
        await client.close()


async def test_v04_another_sites_word_is_worth_nothing_here(
    server: ServerProcess, secret: str
) -> None:
    visitor = VisitorClient(server.origin)
    await visitor.start()
    answer = await visitor.ask("identify", identity=word(secret, "c-5", aud="other"))
    assert answer["code"] == "identity_refused"
    await visitor.close()


async def test_v04_a_second_device_with_a_word_of_its_own_sees_the_conversation(
    server: ServerProcess, secret: str
) -> None:
    desktop = await known(server, word(secret, "c-6", jti="1"))
    await desktop.say("vazom kırık geldi")
    phone = VisitorClient(server.origin)
    ready = await phone.connect()
    assert ready["conversations"] == []
    answer = await phone.ask("identify", identity=word(secret, "c-6", jti="2"))
    phone.token = answer["token"]
    ready = await phone.connect()
    assert [c["conversation"] for c in ready["conversations"]] == [desktop.conversation]
    phone.conversation = desktop.conversation
    await phone.say("telefondan")
    await desktop.until(
        lambda: any("telefondan" in str(one) for one in desktop.of("message_created")),
        what="the other device hears it",
    )
    for client in (desktop, phone):
        await client.close()


async def test_v06_signing_out_ends_the_token_and_its_sockets(
    server: ServerProcess, secret: str
) -> None:
    first = await known(server, word(secret, "c-7"))
    tab = VisitorClient(server.origin)
    tab.token = first.token
    await tab.connect()
    assert (await first.ask("visitor_end"))["ok"]
    await asyncio.wait_for(asyncio.gather(first.gone.wait(), tab.gone.wait()), 5)
    ready = await tab.connect()
    assert not ready["authenticated"] and not ready["identified"]
    for client in (first, tab):
        await client.close()


async def test_v01_no_word_no_secret_and_no_address_stands_in_the_log(
    server: ServerProcess, secret: str
) -> None:
    signed = word(secret, "c-8-canary", email="elif-canary@ornek.example", name="Elif-canary")
    visitor = await known(server, signed)
    await visitor.ask("identify", identity=signed + "x")
    await visitor.ask("context_set", context={"visitor": {"note": "note-canary"}})
    for canary in (signed, signed.split(".")[1], secret, "-canary", visitor.token or "-"):
        assert canary not in server.log, canary
    await visitor.close()
