"""What is told equals what is fetched: events folded into an old picture give the fresh one.

An event that forgets a field, or is not told at all, fails here.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from tests.clients import AgentClient, VisitorClient, fresh_client_id
from tests.journeys.conftest import Furnished


class Picture:
    """An agent's picture, kept by events alone."""

    def __init__(self, queue: dict[str, Any], heard: int) -> None:
        self.conversations = {item["conversation"]: item for item in queue["conversations"]}
        self.offers = {item["conversation"]: item for item in queue["offers"]}
        self.agents = {item["id"]: item for item in queue["agents"]}
        self.revision = queue["revision"]
        self.heard = heard

    def fold(self, events: list[tuple[str, Any]]) -> None:
        """Apply what was heard since."""
        for name, data in events[self.heard :]:
            match name:
                case "conversation_updated":
                    state = data["state"]
                    known = self.conversations.get(state["conversation"])
                    if state["status"] == "resolved":
                        # What a colleague resolved leaves the list; it lives in the transcripts.
                        self.conversations.pop(state["conversation"], None)
                    elif known is None or state["version"] >= known["version"]:
                        self.conversations[state["conversation"]] = state
                case "queue_changed":
                    self.revision = max(self.revision, data["revision"])
                    for gone in data["removed"]:
                        self.conversations.pop(gone, None)
                case "offer_made":
                    self.offers[data["offer"]["conversation"]] = data["offer"]
                case "offer_ended":
                    self.offers.pop(data["conversation"], None)
                case "presence_changed":
                    self.agents[data["agent"]["id"]] = data["agent"]
                case "heads":
                    for row in data["heads"]:
                        known = self.conversations.get(row["conversation"])
                        if known is None:
                            continue
                        assert known["version"] >= row["version"], "a change was not told"
                        for mark in ("seen_by_agent", "seen_by_visitor"):
                            known[mark] = max(known[mark], row[mark])
                case _:
                    pass
        self.heard = len(events)


async def check(agent: AgentClient, picture: Picture, what: str) -> None:
    """Fold until quiet, then hold the picture against a fresh one."""
    deadline = time.monotonic() + 8
    while True:
        await asyncio.sleep(0.15)
        picture.fold(agent.heard)
        fresh = await agent.ask("queue_sync")
        picture.fold(agent.heard)
        expected = {item["conversation"]: item for item in fresh["conversations"]}
        folded = picture.conversations
        offers = {item["conversation"]: item for item in fresh["offers"]}
        people = {item["id"]: item for item in fresh["agents"]}
        same = (expected, offers, people, fresh["revision"]) == (
            folded,
            picture.offers,
            picture.agents,
            picture.revision,
        )
        if same:
            return
        if time.monotonic() > deadline:
            assert folded == expected, what
            assert picture.offers == offers, what
            assert picture.agents == people, what
            assert picture.revision == fresh["revision"], what


async def test_every_action_is_told_whole(new_server: Callable[..., Furnished]) -> None:
    server, accounts = new_server()
    watcher = AgentClient(server.origin, accounts[1])
    await watcher.connect()
    picture = Picture(await watcher.ask("queue_sync"), len(watcher.heard))
    agent = AgentClient(server.origin, accounts[0])
    visitor = VisitorClient(server.origin)

    async def step(what: str, action: Any) -> Any:
        answer = await action
        if isinstance(answer, dict):
            assert answer.get("ok", True), (what, answer)
        await check(watcher, picture, what)
        return answer

    await step("a colleague connects", agent.connect())
    await step("a visitor comes", visitor.start())
    await step("asks the bot", visitor.say("kargom nerede"))
    conversation = str(visitor.conversation)
    await step(
        "wants a person",
        visitor.ask("handoff_request", client_id=fresh_client_id(), conversation=conversation),
    )
    await step("leaves a name", visitor.say("Elif Demir"))
    await step("a colleague is free", agent.available())
    await step("accepts", agent.accept(conversation))
    await step("replies", agent.reply(conversation, "Buyurun"))
    await step("notes", agent.reply(conversation, "dikkat", kind="note"))
    await step(
        "the visitor reads", visitor.ask("messages_seen", conversation=conversation, seq=999)
    )
    await step("the visitor writes", visitor.say("teşekkürler"))
    await step("the agent reads", agent.ask("messages_seen", conversation=conversation, seq=999))
    await step("the watcher is free", watcher.available())
    queue = await agent.ask("queue_sync")
    fence = next(
        item["fence"] for item in queue["conversations"] if item["conversation"] == conversation
    )
    await step(
        "transfers to the watcher",
        agent.ask(
            "conversation_transfer",
            conversation=conversation,
            fence=fence,
            client_id=fresh_client_id(),
            agent=accounts[1].public_id,
            reason="fatura",
        ),
    )
    await step("the watcher declines", watcher.ask("offer_decline", conversation=conversation))
    await step("goes back", agent.accept(conversation))
    await step(
        "resolves",
        agent.ask(
            "conversation_resolve",
            conversation=conversation,
            fence=agent.fences[conversation],
        ),
    )
    await step("reopens", agent.ask("conversation_reopen", conversation=conversation))
    await step(
        "the visitor ends it",
        visitor.ask("conversation_leave", conversation=conversation, client_id=fresh_client_id()),
    )
    await step("and comes back", visitor.say("bir şey daha"))
    await step("busy", agent.ask("availability_set", availability="busy"))
    for client in (visitor, agent, watcher):
        await client.close()
