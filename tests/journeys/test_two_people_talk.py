"""Two people talk over real sockets; what each sees, and what survives."""

import asyncio
import json
import random
import time
import urllib.request
from collections.abc import Callable
from typing import Any

import socketio

from tests.clients import AgentClient, VisitorClient, fresh_client_id
from tests.journeys.conftest import Furnished

NETWORK = (socketio.exceptions.SocketIOError, TimeoutError, ConnectionError, OSError)
NewServer = Callable[..., Furnished]


async def open_conversation(server: Any, accounts: Any) -> tuple[VisitorClient, AgentClient, str]:
    agent = AgentClient(server.origin, accounts[0])
    await agent.connect()
    await agent.available()
    visitor = VisitorClient(server.origin)
    await visitor.start()
    answer = await visitor.say("merhaba")
    conversation = str(answer["conversation"])
    await agent.until(lambda: agent.of("offer_made"), what="an offer")
    assert (await agent.accept(conversation))["ok"]
    await agent.ask("conversation_sync", wants=[{"conversation": conversation, "after": 0}])
    return visitor, agent, conversation


async def test_a_message_reaches_the_other_side_both_ways(new_server: NewServer) -> None:
    server, accounts = new_server()
    visitor, agent, conversation = await open_conversation(server, accounts)
    assert (await agent.reply(conversation, "Buyurun, size nasıl yardımcı olayım?"))["ok"]
    await visitor.until(
        lambda: any(
            item["message"]["body"].get("text", "").startswith("Buyurun")
            for item in visitor.of("message_created")
        ),
        what="the reply",
    )
    await visitor.say("kargom nerede")
    await agent.until(
        lambda: any(
            item["message"]["body"].get("text") == "kargom nerede"
            for item in agent.of("message_created")
        ),
        what="the question",
    )
    states = [item["state"] for item in visitor.of("conversation_updated")]
    assert states[-1]["status"] == "open"
    assert states[-1]["agent"] == "Grace"
    await visitor.close()
    await agent.close()


async def test_a_note_never_reaches_the_visitor_and_leaves_no_gap(new_server: NewServer) -> None:
    server, accounts = new_server()
    visitor, agent, conversation = await open_conversation(server, accounts)
    secret = "musteri-cok-sinirli-canary"
    assert (await agent.reply(conversation, secret, kind="note"))["ok"]
    await agent.ask("typing_set", conversation=conversation, typing=True, note=True)
    assert (await agent.reply(conversation, "Hemen bakıyorum"))["ok"]
    await visitor.until(
        lambda: any(
            item["message"]["body"].get("text") == "Hemen bakıyorum"
            for item in visitor.of("message_created")
        ),
        what="the reply",
    )
    visitor.conversation = conversation
    log = await visitor.sync()
    previous = 0
    for message in log:
        assert message["previous_seq"] == previous
        previous = message["seq"]
    assert secret not in str(visitor.heard) + str(log)
    assert visitor.of("typing_changed") == []
    assert secret in str(agent.heard)
    await visitor.close()
    await agent.close()


async def test_a_resent_message_is_stored_once_and_answered_the_same(
    new_server: NewServer,
) -> None:
    server, _accounts = new_server()
    visitor = VisitorClient(server.origin)
    await visitor.start()
    identity = fresh_client_id()
    first = await visitor.say("merhaba", client_id=identity)
    visitor.cut()
    await visitor.connect()
    again = await visitor.say("merhaba", client_id=identity)
    assert (again["conversation"], again["seq"], again["at_ms"]) == (
        first["conversation"],
        first["seq"],
        first["at_ms"],
    )
    assert again["duplicate"] and not first["duplicate"]
    other = await visitor.say("başka", client_id=identity)
    assert other["code"] == "client_id_conflict" and not other["retry"]
    await visitor.close()


async def test_what_was_missed_is_there_after_coming_back(new_server: NewServer) -> None:
    server, accounts = new_server()
    visitor, agent, conversation = await open_conversation(server, accounts)
    before = await visitor.sync()
    visitor.cut()
    for number in range(230):
        assert (await agent.reply(conversation, f"satır {number}"))["ok"]
    ready = await visitor.connect()
    assert ready["authenticated"]
    assert ready["conversations"][0]["conversation"] == conversation
    missed = await visitor.sync(after=before[-1]["seq"])
    texts = [item["body"]["text"] for item in missed if item["kind"] == "text"]
    assert texts == [f"satır {number}" for number in range(230)]
    await visitor.close()
    await agent.close()


async def test_two_tabs_of_one_visitor_see_the_same(new_server: NewServer) -> None:
    server, _accounts = new_server()
    first = VisitorClient(server.origin)
    await first.start()
    second = VisitorClient(server.origin)
    second.token = first.token
    ready = await second.connect()
    assert ready["authenticated"]
    identity = fresh_client_id()
    answers = await asyncio.gather(
        first.say("iki sekme", client_id=identity), second.say("iki sekme", client_id=identity)
    )
    assert {answer["seq"] for answer in answers} == {answers[0]["seq"]}
    assert sorted(answer["duplicate"] for answer in answers) == [False, True]
    await second.until(
        lambda: (
            [item["message"]["body"].get("text") for item in second.of("message_created")].count(
                "iki sekme"
            )
            == 1
        ),
        what="the message in the other tab",
    )
    await first.close()
    await second.close()


async def test_the_message_owed_at_a_crash_gets_its_turn_after_the_restart(
    new_server: NewServer,
) -> None:
    server, _accounts = new_server()
    visitor = VisitorClient(server.origin)
    await visitor.start()
    await visitor.say("merhaba")
    identity, rng = fresh_client_id(), random.Random(1)
    sending = asyncio.ensure_future(visitor.say_until_acked("kargom nerede", identity, rng=rng))
    await asyncio.sleep(0.01)
    server.kill()
    server.start()
    await sending
    for _ in range(200):
        try:
            if visitor.gone.is_set() or not visitor.io.connected:
                await visitor.connect()
            log = await visitor.sync()
        except NETWORK:  # the ack may have come just before the end of the old line
            await asyncio.sleep(0.05)
            continue
        asked = [item["seq"] for item in log if item["client_id"] == identity]
        if any(item["author"]["kind"] == "bot" and item["seq"] > asked[0] for item in log):
            break
        await asyncio.sleep(0.05)
    else:
        raise AssertionError("the bot swallowed its turn")
    assert len(asked) == 1
    await visitor.close()


async def test_a_beacon_tells_what_an_emit_lost(new_server: NewServer) -> None:
    """Heads are repeated until acknowledged, so a connected client finds every hole by itself."""
    server, accounts = new_server()
    visitor, agent, conversation = await open_conversation(server, accounts)
    await agent.reply(conversation, "bir")
    await visitor.until(lambda: visitor.of("heads"), timeout_s=12, what="a beacon")
    heads = {
        row["conversation"]: row["head"] for item in visitor.of("heads") for row in item["heads"]
    }
    log = await visitor.sync()
    assert heads[conversation] == log[-1]["seq"]
    await visitor.close()
    await agent.close()


async def test_sigterm_tells_clients_finishes_commits_and_exits_with_0(
    new_server: NewServer,
) -> None:
    server, accounts = new_server()
    visitor, agent, conversation = await open_conversation(server, accounts)
    sending = [
        asyncio.ensure_future(
            visitor.ask(
                "message_send",
                client_id=fresh_client_id(),
                conversation=conversation,
                kind="text",
                body={"text": f"son {number}"},
            )
        )
        for number in range(20)
    ]
    await asyncio.sleep(0.02)
    status = await asyncio.to_thread(server.terminate)
    assert status == 0
    answers = await asyncio.gather(*sending, return_exceptions=True)
    acked = [item for item in answers if isinstance(item, dict) and item["ok"]]
    refused = [item for item in answers if isinstance(item, dict) and not item["ok"]]
    assert all(item["code"] == "draining" for item in refused)
    assert visitor.of("drain") and agent.of("drain")
    server.start()
    await visitor.connect()
    stored = {item["seq"] for item in await visitor.sync()}
    assert {item["seq"] for item in acked} <= stored
    await visitor.close()


async def test_an_open_long_poll_does_not_keep_the_server_from_stopping(
    new_server: NewServer,
) -> None:
    server, _accounts = new_server()
    url = f"{server.origin}/socket.io/?EIO=4&transport=polling"
    headers = {"Origin": server.origin, "User-Agent": "polls"}

    def get(address: str) -> bytes:
        request = urllib.request.Request(address, headers=headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return bytes(answer.read())

    sid = json.loads((await asyncio.to_thread(get, url))[1:])["sid"]
    auth = json.dumps({"version": 1, "site": "demo", "client": fresh_client_id()})
    post = urllib.request.Request(
        f"{url}&sid={sid}", headers=headers, data=f"40/visitor,{auth}".encode()
    )
    await asyncio.to_thread(lambda: urllib.request.urlopen(post, timeout=5).close())
    heard = b""
    while b'"ready"' not in heard:
        heard += await asyncio.to_thread(get, f"{url}&sid={sid}")
    polling = asyncio.ensure_future(asyncio.to_thread(get, f"{url}&sid={sid}"))
    await asyncio.sleep(0.3)
    began = time.monotonic()
    assert await asyncio.to_thread(server.terminate) == 0
    assert time.monotonic() - began < 10
    await asyncio.gather(polling, return_exceptions=True)
