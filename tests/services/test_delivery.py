"""The delivery contract as a machine: people, lost acks, resends, crashes, in virtual time.

Hypothesis drives visitors and agents through whatever may happen in any order. A recorder keeps
what each was told; after every step the database is held against it.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Awaitable
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    rule,
)

from chatserver.bot.knowledge import FaqKnowledge
from chatserver.domain.ids import ClientId, StaffId
from chatserver.domain.messages import Message, MessageKind, TextBody
from chatserver.domain.people import Availability, Visitor
from chatserver.domain.routing import ASK_AGAIN_MS, is_suitable
from chatserver.errors import Code, Refusal
from chatserver.services import assigning, ending, opening, posting, presence, reading
from chatserver.services.chat import Chat
from chatserver.storage import agents, bodies, conversations, offers
from chatserver.storage.database import Database
from tests.cast import (
    LEASE_MS,
    SHELF,
    START_MS,
    RecordingBroadcaster,
    Stage,
    build_stage,
    client_id,
)
from tests.databases import prepare

T = TypeVar("T")
TEXTS = st.sampled_from(
    ["merhaba", "kargom nerde", "temsilci istiyorum", "asdf", "evet", "iade etmek istiyorum", "2"]
)
WHO = st.sampled_from(["ada", "alan"])
AGENTS = st.sampled_from(["grace", "linus"])
SENDABLE = {Code.NOT_FOUND, Code.NOT_ASSIGNED, Code.RESOLVED, Code.TAKEN, Code.FULL} | {
    Code.NOT_AVAILABLE
}


class Delivery(RuleBasedStateMachine):
    """Two visitors, two agents, one server that may die at any moment."""

    sent = Bundle("sent")
    in_doubt = Bundle("in_doubt")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp(prefix="delivery-"))
        url = f"sqlite:///{self.folder / 'chat.sqlite3'}"
        prepare(url, now_ms=START_MS)
        self.stage: Stage = self.run(build_stage(url))
        self.acked: dict[tuple[int, ClientId], tuple[str, int, str]] = {}
        self.order: dict[int, list[ClientId]] = {}
        self.fences: dict[str, int] = {}
        self.copies: dict[tuple[str, str], list[Message]] = {}

    def run(self, work: Awaitable[T]) -> T:
        async def bounded() -> T:
            return await asyncio.wait_for(work, 20)

        return self.loop.run_until_complete(bounded())

    def teardown(self) -> None:
        self.run(self.stage.close())
        self.loop.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def who(self, name: str) -> Visitor:
        visitor: Visitor = getattr(self.stage, name)
        return visitor

    def agent(self, name: str) -> StaffId:
        agent: StaffId = getattr(self.stage, name)
        return agent

    def current(self, name: str) -> str | None:
        found = self.run(self.stage.chat.read(conversations.newest_of, self.who(name).id, limit=1))
        return found[0].public_id if found else None

    def attempt(self, work: Awaitable[T]) -> T | None:
        """Let the domain refuse, but only with a code that people can do something about."""
        try:
            result = self.run(work)
        except Refusal as refusal:
            assert refusal.code in SENDABLE, refusal.code
            return None
        self.run(self.stage.chat.settle())
        return result

    # What visitors do

    def _post(self, name: str, text: str, identity: ClientId) -> posting.Posted:
        return self.run(
            self.stage.chat.do(
                posting.post_visitor_message,
                self.who(name),
                conversation=self.current(name),
                client_id=identity,
                body=TextBody(text),
            )
        )

    def _record(self, name: str, text: str, identity: ClientId, done: posting.Posted) -> None:
        known = self.acked.get((self.who(name).id, identity))
        if known is not None:
            assert known[:2] == (done.conversation, done.seq), "a resend landed elsewhere"
            assert done.duplicate
        self.acked[self.who(name).id, identity] = (done.conversation, done.seq, text)

    @rule(target=sent, name=WHO, text=TEXTS)
    def visitor_sends(self, name: str, text: str) -> Any:
        identity = client_id()
        self.order.setdefault(self.who(name).id, []).append(identity)
        done = self._post(name, text, identity)
        assert not done.duplicate
        self._record(name, text, identity, done)
        self.run(self.stage.chat.settle())
        return (name, text, identity)

    @rule(target=in_doubt, name=WHO, text=TEXTS)
    def visitor_sends_and_the_ack_is_lost(self, name: str, text: str) -> Any:
        identity = client_id()
        self.order.setdefault(self.who(name).id, []).append(identity)
        self._post(name, text, identity)
        return (name, text, identity)

    @rule(target=in_doubt, name=WHO, text=TEXTS)
    def visitor_sends_and_the_socket_closes_at_once(self, name: str, text: str) -> Any:
        identity = client_id()
        visitor, conversation = self.who(name), self.current(name)
        self.order.setdefault(visitor.id, []).append(identity)

        async def cut() -> None:
            task = asyncio.ensure_future(
                self.stage.chat.do(
                    posting.post_visitor_message,
                    visitor,
                    conversation=conversation,
                    client_id=identity,
                    body=TextBody(text),
                )
            )
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        self.run(cut())
        return (name, text, identity)

    @rule(message=consumes(in_doubt), target=sent)
    def visitor_resends_what_is_in_doubt(self, message: tuple[str, str, ClientId]) -> Any:
        name, text, identity = message
        done = self._post(name, text, identity)
        self._record(name, text, identity, done)
        return message

    @rule(message=sent)
    def visitor_resends_what_was_acked(self, message: tuple[str, str, ClientId]) -> Any:
        name, text, identity = message
        self._record(name, text, identity, self._post(name, text, identity))

    @rule(message=sent)
    def another_text_under_a_used_client_id_is_refused(
        self, message: tuple[str, str, ClientId]
    ) -> None:
        name, text, identity = message
        before = self.run(self.stage.log(self.current(name) or ""))
        try:
            self._post(name, text + "!", identity)
        except Refusal as refusal:
            assert refusal.code is Code.CLIENT_ID_CONFLICT
        else:
            raise AssertionError("stored twice under one client_id")
        assert self.run(self.stage.log(self.current(name) or "")) == before

    @rule(name=WHO)
    def visitor_wants_a_person(self, name: str) -> None:
        self.attempt(
            self.stage.chat.do(
                opening.request_person,
                self.who(name),
                conversation=self.current(name),
                client_id=client_id(),
            )
        )

    @rule(name=WHO)
    def visitor_leaves(self, name: str) -> None:
        current = self.current(name)
        if current is not None:
            self.attempt(
                self.stage.chat.do(ending.leave, self.who(name), current, client_id=client_id())
            )

    # What agents do

    @rule(name=AGENTS)
    def agent_becomes_available(self, name: str) -> None:
        self.run(self.stage.available(self.agent(name)))

    @rule(name=AGENTS, what=st.sampled_from(list(Availability)))
    def agent_declares(self, name: str, what: Availability) -> None:
        self.attempt(self.stage.chat.do(presence.declare, self.agent(name), what))

    @rule(name=AGENTS, visitor=WHO)
    def agent_accepts_or_takes(self, name: str, visitor: str) -> None:
        current = self.current(visitor)
        if current is not None:
            done = self.attempt(
                self.stage.chat.do(assigning.accept_offer, self.agent(name), current)
            )
            if done is not None:
                assert done.fence >= self.fences.get(current, 0), "a fence went back"
                self.fences[current] = done.fence

    @rule(name=AGENTS, visitor=WHO)
    def agent_declines(self, name: str, visitor: str) -> None:
        current = self.current(visitor)
        if current is not None:
            self.attempt(self.stage.chat.do(assigning.decline_offer, self.agent(name), current))

    @rule(name=AGENTS, visitor=WHO, late=st.booleans(), note=st.booleans())
    def agent_writes(self, name: str, visitor: str, late: bool, note: bool) -> None:
        current = self.current(visitor)
        if current is None:
            return
        before = self.run(self.stage.conversation(current))
        fence = before.fence - 1 if late else before.fence
        done = self.attempt(
            self.stage.replies(self.agent(name), current, "yanıt", fence=fence, note=note)
        )
        if done is not None and not note:
            assert not late, "a stale fence passed"
            assert before.holder == self.agent(name)

    @rule(giver=AGENTS, visitor=WHO, to_team=st.booleans())
    def agent_transfers(self, giver: str, visitor: str, to_team: bool) -> None:
        current = self.current(visitor)
        if current is None:
            return
        fence = self.run(self.stage.conversation(current)).fence
        other = self.run(self.stage.agent(self.agent("linus" if giver == "grace" else "grace")))
        self.attempt(
            self.stage.chat.do(
                assigning.transfer,
                self.agent(giver),
                current,
                fence=fence,
                client_id=client_id(),
                to_agent=None if to_team else other.public_id,
                to_team=self.stage.support.public_id if to_team else None,
                reason="",
            )
        )

    @rule(name=AGENTS, visitor=WHO)
    def agent_resolves(self, name: str, visitor: str) -> None:
        current = self.current(visitor)
        if current is not None:
            fence = self.run(self.stage.conversation(current)).fence
            self.attempt(self.stage.chat.do(ending.resolve, self.agent(name), current, fence=fence))

    @rule(name=AGENTS, visitor=WHO)
    def agent_reopens(self, name: str, visitor: str) -> None:
        current = self.current(visitor)
        if current is not None:
            self.attempt(self.stage.chat.do(ending.reopen, self.agent(name), current))

    @rule(name=AGENTS)
    def agent_signs_out(self, name: str) -> None:
        self.attempt(self.stage.chat.do(presence.sign_out, self.agent(name)))

    # What time and machines do

    @rule(
        seconds=st.sampled_from([1, 5, 21, 31, 46, 80, 3600, 90_000]),
        awake=st.sets(AGENTS),
    )
    def time_passes(self, seconds: int, awake: set[str]) -> None:
        self.run(
            self.stage.later(s=seconds, awake=tuple(self.agent(name) for name in sorted(awake)))
        )

    @rule(down_s=st.sampled_from([0, 10, 600]))
    def server_dies_and_starts_again(self, down_s: int) -> None:
        """Whatever was in memory is gone: tasks in flight, turns triggered, facts untold."""
        old = self.stage
        self.run(old.chat.do(presence.beat))
        self.run(old.chat.tasks.stop())
        self.run(old.database.close())
        old.clock.advance(s=down_s)
        database, told = Database(old.database.url), RecordingBroadcaster()
        chat = Chat(
            database,
            clock=old.clock,
            broadcaster=told,
            knowledge=FaqKnowledge(SHELF.base),
            lease_ms=LEASE_MS,
        )
        old.database, old.chat, old.told = database, chat, told
        self.run(chat.do(presence.forgive_downtime, lease_ms=LEASE_MS))
        self.run(old.later(s=0))

    # What readers see

    @rule(name=WHO)
    def visitor_syncs(self, name: str) -> None:
        current = self.current(name)
        if current is None:
            return
        copy = self.copies.setdefault((name, current), [])
        after = copy[-1].seq if copy else 0
        while True:
            (answer,) = self.run(
                self.stage.chat.read(
                    reading.sync_visitor,
                    self.who(name),
                    [(current, None, after)],
                    now_ms=self.stage.clock.now_ms(),
                )
            )
            for message in answer.messages:
                previous = copy[-1].seq if copy else 0
                assert message.previous_seq == previous, "the visitor sees a gap"
                assert message.kind is not MessageKind.NOTE
                copy.append(message)
            after = copy[-1].seq if copy else 0
            if not answer.more:
                break
        assert after == answer.head
        full = [m for m in self.run(self.stage.log(current)) if m.audience == "everyone"]
        assert copy == full, "resumed in steps, a log differs from the whole"

    # What must hold

    @invariant()
    def the_database_is_sound(self) -> None:
        self.run(self.stage.check_invariants())

    @invariant()
    def what_was_acked_is_stored_once_and_in_its_senders_order(self) -> None:
        stored = self.run(self.stage.chat.read(_everything))
        for (visitor, identity), (conversation, seq, text) in self.acked.items():
            found = [m for m in stored if m[0] == visitor and m[1] == identity]
            assert len(found) == 1, f"{len(found)} copies of an acked message"
            assert found[0][2:] == (conversation, seq, text)
        for visitor, sent in self.order.items():
            places = {m[1]: index for index, m in enumerate(stored) if m[0] == visitor}
            kept = [places[identity] for identity in sent if identity in places]
            assert kept == sorted(kept), "one sender's messages changed their order"

    @invariant()
    def nobody_waits_unoffered_while_somebody_suitable_is_free(self) -> None:
        self.run(self.stage.chat.settle())
        self.run(self.stage.chat.route())
        self.run(self.stage.chat.settle())
        now_ms = self.stage.clock.now_ms()

        def unoffered(connection: Any) -> list[str]:
            people = agents.every(connection)
            return [
                item.public_id
                for item in conversations.waiting_unoffered(connection)
                if any(
                    is_suitable(
                        agent,
                        team=item.team,
                        now_ms=now_ms,
                        asked_lately=offers.asked_since(connection, item.id, now_ms - ASK_AGAIN_MS),
                    )
                    for agent in people
                )
            ]

        assert self.run(self.stage.chat.read(unoffered)) == []

    @invariant()
    def nobody_holds_a_conversation_whose_grace_is_over(self) -> None:
        now_ms = self.stage.clock.now_ms()
        self.run(self.stage.chat.sweep())
        self.run(self.stage.chat.settle())

        def held(connection: Any) -> list[str]:
            return [
                item.public_id
                for agent in agents.every(connection)
                if agent.lease_until_ms + 45_000 <= now_ms
                for item in conversations.held_by(connection, agent.id)
            ]

        assert self.run(self.stage.chat.read(held)) == []

    @invariant()
    def the_bot_owes_nothing_once_things_are_quiet(self) -> None:
        self.run(self.stage.chat.settle())
        owing = self.run(self.stage.chat.read(conversations.owing_bot_turn))
        for conversation in owing:
            self.stage.chat.start_turn(conversation)
        self.run(self.stage.chat.settle())
        assert self.run(self.stage.chat.read(conversations.owing_bot_turn)) == []


def _everything(connection: Any) -> list[tuple[int, str, str, int, str]]:
    """Every visitor's message: visitor, client_id, conversation, seq, text; in order of storing."""
    from sqlalchemy import select

    from chatserver.storage.schema import conversation, message

    rows = connection.execute(
        select(message, conversation.c.public_id)
        .join(conversation, conversation.c.id == message.c.conversation_id)
        .where(message.c.author_key.like("v%"), message.c.kind == "text")
        .order_by(message.c.id)
    )
    found = []
    for row in rows:
        body = bodies.read(row.id, row.kind, row.body)[1]
        assert isinstance(body, TextBody)
        found.append((int(row.author_key[1:]), row.client_id, row.public_id, row.seq, body.text))
    return found


TestDelivery = Delivery.TestCase
TestDelivery.settings = settings(
    max_examples=int(os.environ.get("DELIVERY_EXAMPLES", "12")),
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
