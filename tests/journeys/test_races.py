"""Who gets a conversation: 50 agents at once, one winner; and what happens when one vanishes.

`RACE_ROUNDS=300 pytest tests/journeys/test_races.py -s` runs hundreds.
"""

import asyncio
import os
from collections.abc import Callable
from typing import Any

from chatserver.storage.database import Database
from tests.cast import check_invariants
from tests.clients import AgentClient, VisitorClient
from tests.journeys.conftest import Furnished

ROUNDS = int(os.environ.get("RACE_ROUNDS", "10"))
AGENTS = 50


async def test_of_fifty_agents_at_once_exactly_one_wins(
    new_server: Callable[..., Furnished],
) -> None:
    """One accepts its offer while 49 take the same conversation, through sockets of their own."""
    server, accounts = new_server(agents=AGENTS, capacity=1, env={"CHATSERVER_LEASE_S": "30"})
    agents = [AgentClient(server.origin, account) for account in accounts]
    for agent in agents:
        await agent.connect()
        await agent.available()
    database = Database(server.database_url)
    try:
        for number in range(ROUNDS):
            await one_round(server.origin, agents, number)
            await database.read(check_invariants)
    finally:
        await database.close()
    print(f"\n{ROUNDS} rounds, {AGENTS} agents: one winner each")
    for agent in agents:
        await agent.close()


async def one_round(origin: str, agents: list[AgentClient], number: int) -> None:
    for agent in agents:
        agent.heard.clear()
    visitor = VisitorClient(origin)
    await visitor.start()
    conversation = str((await visitor.say(f"merhaba {number}"))["conversation"])

    def asked() -> list[AgentClient]:
        return [agent for agent in agents if agent.of("offer_made")]

    await agents[0].until(lambda: asked(), what="somebody is asked")

    def attempt(agent: AgentClient) -> Any:
        event = "offer_accept" if agent is asked()[0] else "conversation_take"
        return agent.ask(event, timeout_s=20, conversation=conversation)

    answers = await asyncio.gather(*(attempt(agent) for agent in agents))
    winners = [
        (agent, answer) for agent, answer in zip(agents, answers, strict=True) if answer["ok"]
    ]
    assert len(winners) == 1, f"{len(winners)} winners"
    assert {answer["code"] for answer in answers if not answer["ok"]} == {"taken"}
    winner, answer = winners[0]
    done = await winner.ask(
        "conversation_resolve", conversation=conversation, fence=answer["fence"]
    )
    assert done["ok"], done
    await visitor.close()


async def test_a_vanished_agents_conversation_is_back_and_the_visitor_is_told(
    new_server: Callable[..., Furnished],
) -> None:
    server, accounts = new_server(env={"CHATSERVER_LEASE_S": "2"}, grace_s=10)
    agent = AgentClient(server.origin, accounts[0])
    await agent.connect()
    await agent.available()
    visitor = VisitorClient(server.origin)
    await visitor.start()
    conversation = str((await visitor.say("merhaba"))["conversation"])
    await agent.until(lambda: agent.of("offer_made"), what="an offer")
    await agent.accept(conversation)
    await agent.reply(conversation, "Bakıyorum")
    agent.cut()
    await visitor.say("orada mısınız")

    def told() -> bool:
        return any(
            item["message"]["body"].get("type") == "agent_lost"
            for item in visitor.of("message_created")
        )

    await asyncio.sleep(8)
    assert not told(), "the grace was cut short"
    await visitor.until(told, timeout_s=10, what="the visitor is told")
    await visitor.until(
        lambda: visitor.of("message_created")[-1]["message"]["author"]["kind"] == "bot",
        what="the bot speaks",
    )
    await visitor.until(
        lambda: visitor.of("conversation_updated")[-1]["state"]["status"] == "waiting",
        what="waiting again",
    )
    await agent.connect()
    queue = await agent.ask("queue_sync")
    assert queue["me"]["availability"] == "offline"
    assert [item["status"] for item in queue["conversations"]] == ["waiting"]
    await visitor.close()
    await agent.close()


async def test_nobody_online_the_details_are_there_next_morning(
    new_server: Callable[..., Furnished],
) -> None:
    server, accounts = new_server()
    visitor = VisitorClient(server.origin)
    await visitor.start()

    async def says(text: str, choice: str | None = None) -> dict[str, Any]:
        before = len(visitor.of("message_created"))
        body = {"text": text} | ({"choice": choice} if choice else {})
        answer = await visitor.ask(
            "message_send",
            client_id=os.urandom(16).hex(),
            conversation=visitor.conversation,
            kind="text",
            body=body,
        )
        assert answer["ok"], answer
        visitor.conversation = answer["conversation"]
        await visitor.until(
            lambda: any(
                item["message"]["author"]["kind"] == "bot"
                for item in visitor.of("message_created")[before:]
            ),
            what=f"an answer to {text!r}",
        )
        return dict(visitor.of("message_created")[-1]["message"])

    await says("siparisim hala gelmedi musteri temsilcisi istiyorum")
    await says("Elif Demir")
    last = await says("elif.demir@example.com")
    for _ in range(4):
        if last["kind"] == "choices":
            break
        last = await says("Geç", "skip")
    assert last["kind"] == "choices", last
    await says("Evet", "confirm:yes")
    server.terminate()
    server.start()
    agent = AgentClient(server.origin, accounts[0])
    await agent.connect()
    await agent.available()
    await agent.until(lambda: agent.of("offer_made"), what="an offer after the night")
    state = agent.of("offer_made")[0]["state"]
    assert state["details"]["name"] == "Elif Demir"
    assert state["details"]["email"] == "elif.demir@example.com"
    assert state["visitor_name"] == "Elif Demir"
    await agent.accept(state["conversation"])
    await agent.close()
