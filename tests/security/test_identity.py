"""Who is who, and what is whose: rows V01 to V05 and Z01 to Z05, with two actors on a real server.

The matrix below is held against the registry: an event that is not in it fails the test.
"""

import asyncio
import re
from typing import Any

import msgspec
import pytest
import socketio
from sqlalchemy import Connection, update

from chatserver.protocol.registry import AGENT, CLIENT_EVENTS, SERVER_EVENTS, VISITOR
from chatserver.storage.database import Database
from chatserver.storage.schema.visitors import visitor as visitor_table
from tests.clients import AgentClient, VisitorClient, fresh_client_id
from tests.server import SECRET, ServerProcess
from tests.staff import Account

MISSING = "no-such-conversation-id"

# What each event carries when it is well formed; {c} is the conversation in question.
PAYLOADS: dict[tuple[str, str], dict[str, Any]] = {
    (VISITOR, "visitor_start"): {"site": "demo"},
    (VISITOR, "message_send"): {
        "client_id": "{id}",
        "conversation": "{c}",
        "kind": "text",
        "body": {"text": "a"},
    },
    (VISITOR, "conversation_sync"): {"wants": [{"conversation": "{c}", "after": 0}]},
    (VISITOR, "messages_seen"): {"conversation": "{c}", "seq": 1},
    (VISITOR, "typing_set"): {"conversation": "{c}", "typing": True},
    (VISITOR, "page_viewed"): {"page": {"url": "https://shop.example/", "title": "Avlu"}},
    (VISITOR, "handoff_request"): {"client_id": "{id}", "conversation": "{c}"},
    (VISITOR, "conversation_leave"): {"client_id": "{id}", "conversation": "{c}"},
    (VISITOR, "transcript_link"): {"conversation": "{c}"},
    (VISITOR, "transcript_mail"): {"conversation": "{c}", "email": "a@shop.example"},
    (VISITOR, "answers_get"): {"conversation": "{c}"},
    (VISITOR, "answers_mail"): {"conversation": "{c}", "email": "a@shop.example"},
    (VISITOR, "answers_stop"): {"conversation": "{c}"},
    (VISITOR, "history_get"): {"conversation": "{c}", "before": 9},
    (VISITOR, "csat_submit"): {"conversation": "{c}", "client_id": "{id}", "score": 5},
    (VISITOR, "file_offer"): {
        "conversation": "{c}",
        "client_id": "{id}",
        "name": "a.png",
        "size": 9,
    },
    (VISITOR, "file_links"): {"conversation": "{c}", "files": ["file-000000000001"]},
    (VISITOR, "details_give"): {"details": {}},
    (VISITOR, "context_set"): {"context": {"cart": {"total": 1}}},
    (VISITOR, "consent_set"): {"given": False, "version": "1"},
    (VISITOR, "privacy_get"): {},
    (VISITOR, "data_export"): {},
    (VISITOR, "data_erase"): {},
    (VISITOR, "identify"): {"identity": "not.a.word.of.the.site"},
    (VISITOR, "visitor_end"): {},
    (VISITOR, "rule_count"): {"rule": "welcome", "step": "opened"},
    (AGENT, "message_send"): {
        "client_id": "{id}",
        "conversation": "{c}",
        "kind": "note",
        "body": {"text": "a"},
    },
    (AGENT, "conversation_sync"): {"wants": [{"conversation": "{c}", "after": 0}]},
    (AGENT, "history_get"): {"conversation": "{c}", "before": 9},
    (AGENT, "card_send"): {
        "conversation": "{c}",
        "client_id": "{id}",
        "fence": 1,
        "link": {"title": "a", "url": "https://shop.example/"},
    },
    (AGENT, "file_offer"): {
        "conversation": "{c}",
        "client_id": "{id}",
        "name": "a.png",
        "size": 9,
        "fence": 1,
    },
    (AGENT, "file_links"): {"conversation": "{c}", "files": ["file-000000000001"]},
    (AGENT, "messages_seen"): {"conversation": "{c}", "seq": 1},
    (AGENT, "typing_set"): {"conversation": "{c}", "typing": True},
    (AGENT, "queue_sync"): {},
    (AGENT, "availability_set"): {"availability": "busy"},
    (AGENT, "offer_accept"): {"conversation": "{c}"},
    (AGENT, "offer_decline"): {"conversation": "{c}"},
    (AGENT, "conversation_take"): {"conversation": "{c}"},
    (AGENT, "conversation_transfer"): {
        "conversation": "{c}",
        "fence": 1,
        "client_id": "{id}",
        "team": "team-of-another-site",
    },
    (AGENT, "conversation_resolve"): {"conversation": "{c}", "fence": 1},
    (AGENT, "conversation_reopen"): {"conversation": "{c}"},
    (AGENT, "draft_save"): {"conversation": "{c}", "text": "a"},
    (AGENT, "context_get"): {"conversation": "{c}"},
}


def payload(event: tuple[str, str], conversation: str) -> dict[str, Any]:
    def fill(value: Any) -> Any:
        match value:
            case "{c}":
                return conversation
            case "{id}":
                return fresh_client_id()
            case dict():
                return {key: fill(inner) for key, inner in value.items()}
            case list():
                return [fill(inner) for inner in value]
            case _:
                return value

    filled = fill(PAYLOADS[event])
    assert isinstance(filled, dict)
    return filled


def carries_conversation(event: tuple[str, str]) -> bool:
    return "{c}" in str(PAYLOADS[event])


def test_nothing_registered_is_missing_from_the_matrix() -> None:
    assert set(PAYLOADS) == {(event.namespace, event.name) for event in CLIENT_EVENTS}


@pytest.fixture
async def two(server: ServerProcess) -> Any:
    """Ada and Alan, each with a conversation of their own."""
    ada, alan = VisitorClient(server.origin), VisitorClient(server.origin)
    for visitor, text in ((ada, "ada-canary benim siparişim"), (alan, "alan-canary my order")):
        await visitor.start()
        await visitor.say(text)
    yield ada, alan
    await ada.close()
    await alan.close()


def what_matters(answer: dict[str, Any]) -> Any:
    """What an attacker could tell two answers apart by."""
    if "conversations" in answer:
        return [
            {key: value for key, value in item.items() if key != "conversation"}
            for item in answer["conversations"]
        ]
    return answer


class TestZ01WhatIsNotYoursLooksLikeWhatIsNotThere:
    @pytest.mark.parametrize(
        "event",
        [event for event in PAYLOADS if event[0] == VISITOR and carries_conversation(event)],
    )
    async def test_for_visitors(self, two: Any, event: tuple[str, str]) -> None:
        ada, alan = two
        foreign = await alan.ask(event[1], **payload(event, ada.conversation))
        missing = await alan.ask(event[1], **payload(event, MISSING))
        assert what_matters(foreign) == what_matters(missing)
        if event[1] == "conversation_sync":
            assert foreign["conversations"][0]["missing"]
            assert foreign["conversations"][0]["messages"] == []
        else:
            assert (foreign["ok"], foreign["code"]) == (False, "not_found")
        assert "ada-canary" not in str(alan.heard) + str(foreign)

    @pytest.mark.parametrize(
        "event", [event for event in PAYLOADS if event[0] == AGENT and carries_conversation(event)]
    )
    async def test_for_agents_of_no_team_there(
        self, server: ServerProcess, two: Any, event: tuple[str, str]
    ) -> None:
        stranger = await agent_of_another_site(server)
        ada, _alan = two
        foreign = await stranger.ask(event[1], **payload(event, ada.conversation))
        missing = await stranger.ask(event[1], **payload(event, MISSING))
        assert what_matters(foreign) == what_matters(missing)
        if event[1] != "conversation_sync":
            assert (foreign["ok"], foreign["code"]) == (False, "not_found")
        queue = await stranger.ask("queue_sync")
        assert queue["conversations"] == []
        assert "ada-canary" not in str(stranger.heard) + str(foreign) + str(queue)
        await stranger.close()


async def agent_of_another_site(server: ServerProcess) -> AgentClient:
    """Return a connected agent who belongs to another site's team."""
    from chatserver.domain.people import Role
    from chatserver.services import setup, staff
    from chatserver.storage import sites
    from tests.clock import now_ms

    name = fresh_client_id().lower().replace("_", "").replace("-", "")[:12]
    token = fresh_client_id() + fresh_client_id()

    def make(connection: Any) -> Account:
        if sites.find(connection, "other") is None:
            setup.add_site(
                connection,
                "other",
                name="Other",
                origins=["https://other.example"],
                language="en",
                zone="Europe/London",
                hours=[],
                team="Others",
                now_ms=now_ms(),
            )
        site = sites.find(connection, "other")
        assert site is not None
        account = staff.create_account(
            connection,
            email=f"x{name}@other.example",
            name="Stranger",
            role=Role.AGENT,
            language="en",
            password_hash=None,
            now_ms=now_ms(),
        )
        staff.join_team(connection, account, sites.teams(connection, site.id)[0])
        staff.start_session(connection, account.id, token=token, now_ms=now_ms())
        return Account(account.id, account.public_id, account.name, token)

    database = Database(server.database_url)
    account = await database.write(make)
    await database.close()
    client = AgentClient(server.origin, account)
    await client.connect()
    await client.available()
    return client


class TestZ03EachRoleHasItsOwnEvents:
    async def test_without_a_token_only_becoming_somebody_is_answered(
        self, server: ServerProcess
    ) -> None:
        nobody = VisitorClient(server.origin)
        await nobody.connect()
        for event in PAYLOADS:
            if event[0] == VISITOR and event[1] != "visitor_start":
                answer = await nobody.ask(event[1], **payload(event, MISSING))
                code = "identity_refused" if event[1] == "identify" else "unauthenticated"
                assert (answer["ok"], answer["code"]) == (False, code), event
        await nobody.close()

    async def test_a_visitor_can_not_send_an_agents_events(self, two: Any) -> None:
        ada, _alan = two
        own = {event[1] for event in PAYLOADS if event[0] == VISITOR}
        for event in PAYLOADS:
            if event[0] == AGENT and event[1] not in own:
                fresh = VisitorClient(ada.origin)
                fresh.token = ada.token
                await fresh.connect()
                answer = await fresh.ask(event[1], **payload(event, ada.conversation))
                assert (answer["ok"], answer["code"]) == (False, "bad_request"), event
                await fresh.close()

    async def test_a_visitors_token_opens_no_agents_socket(self, two: Any) -> None:
        ada, _alan = two
        client = AgentClient(ada.origin, Account(0, "", "", ada.token))
        with pytest.raises(socketio.exceptions.ConnectionError):
            await client.connect()
        await client.close()

    async def test_an_unknown_or_ended_session_opens_no_socket(self, server: ServerProcess) -> None:
        for token in ("", "x" * 43, "%00", "a; b"):
            client = AgentClient(server.origin, Account(0, "", "", token))
            with pytest.raises(socketio.exceptions.ConnectionError):
                await client.connect()
            await client.close()


FORBIDDEN_FIELDS = (
    "author", "author_kind", "author_id", "seq", "previous_seq", "at_ms", "role", "site_id",
    "tenant", "verified", "audience", "status", "holder", "epoch", "visitor", "room", "rooms",
    "__proto__", "constructor", "prototype",
)  # fmt: skip


class TestZ04NothingCanBeAssignedByTheWay:
    @pytest.mark.parametrize("event", [event for event in PAYLOADS if event[0] == VISITOR])
    async def test_an_extra_field_is_refused(self, two: Any, event: tuple[str, str]) -> None:
        ada, _alan = two
        for name in {*FORBIDDEN_FIELDS, "fence"} - set(PAYLOADS[event]):
            body = {**payload(event, ada.conversation), name: 1}
            answer = await ada.ask(event[1], **body)
            assert (answer["ok"], answer["code"]) == (False, "bad_request"), name

    def test_every_event_is_closed(self) -> None:
        for event in CLIENT_EVENTS:
            config = event.takes.__struct_config__
            assert config.forbid_unknown_fields, event.name
            own = {field.name for field in msgspec.structs.fields(event.takes)}
            for name in set(FORBIDDEN_FIELDS) - own:
                with pytest.raises(msgspec.ValidationError):
                    msgspec.convert(
                        {**payload((event.namespace, event.name), "c" * 22), name: 1},
                        event.takes,
                    )


class TestZ02NobodyNamesARoom:
    async def test_events_that_look_like_joins_do_nothing(self, two: Any) -> None:
        ada, alan = two
        for name in ("join", "enter_room", "subscribe", "rooms"):
            fresh = VisitorClient(alan.origin)
            fresh.token = alan.token
            await fresh.connect()
            for room in ("staff", "visitor:1", "agents:1", "agent:1", "team:1", ada.io.sid):
                try:
                    answer = await fresh.ask(name, room=room)
                except (ConnectionError, socketio.exceptions.SocketIOError):
                    break
                assert answer["code"] == "bad_request"
            await fresh.close()
        await ada.say("oda-canary")
        await asyncio.sleep(0.3)
        assert "oda-canary" not in str(alan.heard)


class TestZ05OnlyWhatIsListedGoesOut:
    async def test_a_visitor_hears_no_private_field(
        self, server: ServerProcess, grace: Account
    ) -> None:
        agent = AgentClient(server.origin, grace)
        await agent.connect()
        await agent.available()
        visitor = VisitorClient(server.origin)
        await visitor.start()
        conversation = str((await visitor.say("merhaba"))["conversation"])
        await agent.until(lambda: agent.of("offer_made"), what="an offer")
        await agent.accept(conversation)
        await agent.reply(conversation, "not-canary", kind="note")
        await agent.reply(conversation, "Buyurun")
        await visitor.until(
            lambda: "Buyurun" in str(visitor.of("message_created")), what="the reply"
        )
        everything = str(visitor.heard) + str(await visitor.sync())
        for private in ("grace@shop.example", "not-canary", "offer_made", "127.0.0.1", "fence"):
            assert private not in everything, private
        allowed = {event.name for event in SERVER_EVENTS if event.namespace == VISITOR}
        for name, data in visitor.heard:
            assert name in allowed
            check_fields(name, VISITOR, data)
        for name, data in agent.heard:
            check_fields(name, AGENT, data)
        queue = await agent.ask("queue_sync")
        item = next(c for c in queue["conversations"] if c["conversation"] == conversation)
        await agent.ask("conversation_resolve", conversation=conversation, fence=item["fence"])
        await agent.ask("availability_set", availability="offline")
        await visitor.close()
        await agent.close()


def check_fields(name: str, namespace: str, data: Any) -> None:
    """Assert that a fact has the fields it declares, and no other."""
    (event,) = [e for e in SERVER_EVENTS if (e.namespace, e.name) == (namespace, name)]
    assert set(data) == {field.name for field in msgspec.structs.fields(event.carries)}, name


class TestVisitorTokens:
    async def test_v02_a_token_is_never_taken_from_the_client(self, server: ServerProcess) -> None:
        planted = VisitorClient(server.origin)
        planted.token = "planted-by-an-attacker-0123456789"
        ready = await planted.connect()
        assert not ready["authenticated"]
        answer = await planted.ask("visitor_start", site="demo")
        assert answer["ok"] and answer["token"] != planted.token
        await planted.close()

    async def test_v03_a_token_is_worth_nothing_elsewhere_or_afterwards(
        self, server: ServerProcess, two: Any
    ) -> None:
        ada, alan = two
        await (await agent_of_another_site(server)).close()
        auth = {"version": 1, "client": fresh_client_id(), "token": ada.token}
        elsewhere = VisitorClient(server.origin)
        ready = await elsewhere.open({**auth, "site": "other"}, headers={"Origin": server.origin})
        assert not ready["authenticated"] and ready["conversations"] == []
        await elsewhere.close()
        database = Database(server.database_url)
        changes: list[dict[str, int | None]] = [
            {"revoked_ms": 1},
            {"revoked_ms": None, "expires_ms": 1},
        ]
        for values in changes:
            await database.write(_change_visitors, values)
            again = VisitorClient(server.origin)
            again.token = alan.token
            ready = await again.connect()
            assert not ready["authenticated"], values
            await again.close()
        await database.write(_change_visitors, {"expires_ms": 2**52})
        await database.close()

    async def test_v05_an_address_typed_in_reveals_nobodys_history(self, two: Any) -> None:
        ada, alan = two
        await ada.say("adresim ada@shop.example")
        await alan.say("adresim ada@shop.example")
        await asyncio.sleep(0.5)
        again = VisitorClient(alan.origin)
        again.token = alan.token
        ready = await again.connect()
        assert [c["conversation"] for c in ready["conversations"]] == [alan.conversation]
        assert "ada-canary" not in str(alan.heard) + str(again.heard)
        await again.close()

    async def test_v01_no_token_stands_in_the_servers_log(
        self, server: ServerProcess, two: Any, grace: Account
    ) -> None:
        ada, _alan = two
        await ada.say("govde-canary 4111 1111 1111 1111")
        assert ada.token and ada.token not in server.log
        # Times and ports may hold any four digits.
        log = re.sub(r'"timestamp": "[^"]*"|127\.0\.0\.1:\d+', "", server.log)
        for canary in ("govde-canary", "4111", grace.token, "ada-canary", SECRET):
            assert canary not in log, canary


def _change_visitors(connection: Connection, values: dict[str, int | None]) -> None:
    connection.execute(update(visitor_table).values(**values))
