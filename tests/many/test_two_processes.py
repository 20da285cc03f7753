"""A shopper on one process and an agent on another: they notice nothing of it."""

import asyncio
import contextlib
import http.client
import os
import socket
import time
from typing import Any

import psutil
import pytest

from chatserver.clock import SystemClock
from chatserver.realtime.envelope import EMIT, ORDER, Emit, Order, Seal, derive_key
from tests.clients import AgentClient, VisitorClient, fresh_client_id
from tests.many.conftest import NewCluster, settle, talking, texts
from tests.server import SECRET


async def test_a_shopper_and_an_agent_on_different_processes(new_cluster: NewCluster) -> None:
    cluster = new_cluster()
    a, b = cluster.processes
    agent = AgentClient(b.origin, cluster.accounts[0])
    await agent.connect()
    await agent.available()
    visitor, conversation = await talking(a, agent=agent)
    await visitor.until(
        lambda: any(
            item["state"]["status"] == "open" for item in visitor.of("conversation_updated")
        ),
        what="that somebody has accepted",
    )
    for number in range(5):
        assert (await visitor.say(f"soru {number}"))["ok"]
        assert (await agent.reply(conversation, f"cevap {number}"))["ok"]
    wanted = [word for n in range(5) for word in (f"soru {n}", f"cevap {n}")]
    await agent.until(lambda: texts(agent) == wanted, what="everything, in order")
    await visitor.until(
        lambda: [t for t in texts(visitor) if t in wanted] == wanted, what="everything, in order"
    )
    # A note is for agents alone, whichever process they are on.
    colleague = AgentClient(a.origin, cluster.accounts[1])
    await colleague.connect()
    await colleague.ask("conversation_sync", wants=[{"conversation": conversation, "after": 0}])
    assert (await agent.reply(conversation, "gizli", kind="note"))["ok"]
    await colleague.until(
        lambda: any(m["message"]["kind"] == "note" for m in colleague.of("message_created")),
        what="the note",
    )
    assert "gizli" not in str(visitor.heard)
    # Typing, both ways, and who has read what.
    await visitor.ask("typing_set", conversation=conversation, typing=True)
    await agent.until(lambda: agent.of("typing_changed"), what="that the visitor types")
    await agent.ask("typing_set", conversation=conversation, typing=True)
    await visitor.until(lambda: visitor.of("typing_changed"), what="that the agent types")
    head = (await visitor.sync())[-1]["seq"]
    await visitor.ask("messages_seen", conversation=conversation, seq=head)
    await agent.until(lambda: agent.of("messages_seen_by"), what="how far was read")
    # The agent's card knows that the visitor is here, though on another process.
    card = await agent.ask("context_get", conversation=conversation)
    assert card["ok"] and card["online"] is True
    # Resolving is seen at once, and so is that the visitor has gone.
    answer = await agent.ask(
        "conversation_resolve", conversation=conversation, fence=agent.fences[conversation]
    )
    assert answer["ok"], answer
    await visitor.until(
        lambda: visitor.of("conversation_updated")[-1]["state"]["status"] == "resolved",
        what="the end",
    )
    await visitor.close()
    await settle()
    card = await agent.ask("context_get", conversation=conversation)
    assert card["online"] is False
    await agent.close()
    await colleague.close()


async def test_people_and_places_are_told_on_every_process(new_cluster: NewCluster) -> None:
    cluster = new_cluster(agents=1, capacity=1)
    a, b = cluster.processes
    agent = AgentClient(a.origin, cluster.accounts[0])
    ready = await agent.connect()
    watcher = VisitorClient(b.origin)
    await watcher.connect()
    await agent.available()
    await watcher.until(
        lambda: (
            any(item["people"]["state"] == "here" for item in watcher.of("people_changed"))
            or watcher.of("people_changed")
        ),
        what="that somebody is there",
    )
    assert ready["me"]["availability"] == "offline"
    await talking(a, agent=agent)
    waiting = []
    for _ in range(2):
        visitor = VisitorClient(b.origin)
        await visitor.start()
        assert (await visitor.say("kimse var mı"))["ok"]
        assert (
            await visitor.ask(
                "handoff_request", conversation=visitor.conversation, client_id=fresh_client_id()
            )
        )["ok"]
        waiting.append(visitor)
        await settle(0.1)

    def place(visitor: VisitorClient) -> Any:
        updates = visitor.of("conversation_updated")
        return updates[-1]["state"].get("position") if updates else None

    await waiting[1].until(lambda: place(waiting[1]) == 2, what="the second place")
    # The first one goes, through its own process; the agent's process hears of the queue.
    answer = await waiting[0].ask(
        "conversation_leave", conversation=waiting[0].conversation, client_id=fresh_client_id()
    )
    assert answer["ok"], answer
    await waiting[1].until(lambda: place(waiting[1]) == 1, what="the first place")
    for client in (agent, watcher, *waiting):
        await client.close()


async def test_signing_out_closes_the_sockets_on_every_process(new_cluster: NewCluster) -> None:
    cluster = new_cluster()
    a, b = cluster.processes
    account = cluster.accounts[0]
    agent = AgentClient(b.origin, account)
    await agent.connect()
    await agent.available()
    visitor, _conversation = await talking(a, agent=agent)
    status = await asyncio.to_thread(_sign_out, a.origin, account.token)
    assert status in {200, 302, 303}
    await asyncio.wait_for(agent.gone.wait(), 2)
    await visitor.until(
        lambda: visitor.of("conversation_updated")[-1]["state"]["status"] == "waiting",
        what="that the conversation waits again",
    )
    await visitor.close()
    await agent.close()


async def test_a_shopper_who_signs_out_is_gone_from_every_process(new_cluster: NewCluster) -> None:
    a, b = new_cluster().processes
    phone, desktop = VisitorClient(a.origin), VisitorClient(b.origin)
    await phone.start()
    desktop.token = phone.token
    assert (await desktop.connect())["authenticated"]
    assert (await phone.ask("visitor_end"))["ok"]
    await asyncio.wait_for(asyncio.gather(phone.gone.wait(), desktop.gone.wait()), 5)
    assert not (await desktop.connect())["authenticated"]
    for client in (phone, desktop):
        await client.close()


def _sign_out(origin: str, token: str) -> int:
    host = origin.removeprefix("http://")
    line = http.client.HTTPConnection(host, timeout=5)
    with contextlib.closing(line):
        return _post(line, origin, token)


def _post(line: http.client.HTTPConnection, origin: str, token: str) -> int:
    line.request(
        "POST",
        "/sign-out",
        headers={
            "Cookie": f"__Host-staff={token}",
            "Origin": origin,
            "Sec-Fetch-Site": "same-origin",
            "Content-Length": "0",
        },
    )
    return line.getresponse().status


async def test_nobody_who_writes_to_redis_gets_into_a_chat(new_cluster: NewCluster) -> None:
    cluster = new_cluster(1)
    (a,) = cluster.processes
    visitor = VisitorClient(a.origin)
    await visitor.start()
    assert (await visitor.say("merhaba"))["ok"]
    await settle()
    # Whoever reads Redis sees the channels; what they lack is the installation's secret.
    listing = _channels(cluster.redis.port)
    rooms = [name for name in listing if b":visitor:" in name or b":site:" in name]
    assert rooms

    def evil() -> list[Any]:
        return [item for item in visitor.heard if "http://evil" in str(item)]

    body = (
        b'["message_created","/visitor",'
        b'{"message":{"conversation":"x","seq":99,"body":{"text":"click http://evil"}}}]'
    )
    thief = Seal(derive_key("what a thief would guess 123456789", "fan-out"), b"xxxxxxxx")
    for channel in rooms:
        for payload in (body, thief.close(channel, EMIT, body, now_ms=SystemClock().now_ms())):
            cluster.redis.say("PUBLISH", channel.decode(), payload.decode("latin-1"))
    await settle()
    assert not evil()
    assert "nobody of ours" in a.log
    # The same bytes by one of ours do arrive: it was the seal that kept them out.
    ours = Seal(derive_key(SECRET, "fan-out"), b"ouroneee")
    for channel in rooms:
        sealed = ours.close(channel, EMIT, body, now_ms=SystemClock().now_ms())
        cluster.redis.say("PUBLISH", channel.decode(), sealed.decode("latin-1"))
    await visitor.until(evil, what="a message of ours")
    await visitor.close()


def _channels(port: int) -> list[bytes]:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        line.sendall(b"*2\r\n$6\r\nPUBSUB\r\n$8\r\nCHANNELS\r\n")
        time.sleep(0.2)
        return [part for part in line.recv(1 << 20).split(b"\r\n") if part.startswith(b"chat:")]


async def test_a_process_that_has_nobody_of_a_chat_hears_nothing_of_it(
    new_cluster: NewCluster,
) -> None:
    cluster = new_cluster(3)
    a, b, bystander = cluster.processes
    agent = AgentClient(b.origin, cluster.accounts[0])
    await agent.connect()
    await agent.available()
    visitor, _conversation = await talking(a, agent=agent)
    watcher = VisitorClient(bystander.origin)
    await watcher.connect()
    await settle(0.5)
    before = len(watcher.heard)
    assert bystander.process is not None
    process = psutil.Process(bystander.process.pid)
    messages = int(os.environ.get("BYSTANDER_MESSAGES", "60"))
    cpu, began = sum(process.cpu_times()[:2]), time.monotonic()
    for number in range(messages):
        assert (await visitor.say(f"mesaj {number}"))["ok"]
    used, took = sum(process.cpu_times()[:2]) - cpu, time.monotonic() - began
    print(f"\n{messages / took:.0f} messages/s; a bystander used {used / took:.1%} of a core")
    await agent.until(lambda: len(texts(agent)) >= messages, what="every message")
    assert len(watcher.heard) == before
    for client in (visitor, agent, watcher):
        await client.close()


async def test_orders_of_a_stranger_do_nothing(new_cluster: NewCluster) -> None:
    cluster = new_cluster(1)
    (a,) = cluster.processes
    agent = AgentClient(a.origin, cluster.accounts[0])
    await agent.connect()
    await settle()
    thief = Seal(derive_key("what a thief would guess 123456789", "fan-out"), b"xxxxxxxx")
    for channel in _channels(cluster.redis.port):
        body = b'["agent",%d]' % cluster.accounts[0].id
        sealed = thief.close(channel, ORDER, body, now_ms=SystemClock().now_ms())
        cluster.redis.say("PUBLISH", channel.decode(), sealed.decode("latin-1"))
    await settle()
    assert agent.io.connected
    await agent.close()


@pytest.mark.parametrize("order", [Order("agent", 1), Order("state", 1)])
def test_an_order_carries_an_id_and_nothing_to_read(order: Order) -> None:
    assert set(order.__struct_fields__) == {"what", "id"}
    assert Emit.__struct_fields__ == ("name", "namespace", "data")
