"""Where units meet the world: run one, tell its facts, start what must follow.

*Events trigger, sweeps guarantee*: what a fact calls for (a bot turn, routing) is started here at
once, and found again by `sweep` from a cursor or row that the same commit wrote.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar

import structlog
from sqlalchemy import Connection

from chatserver.bot.dialogue import give_up, take_turn
from chatserver.bot.turn import Decision, Knowledge
from chatserver.clock import Clock
from chatserver.domain.conversations import IDLE_MS, Conversation
from chatserver.domain.ids import ConversationId, StaffId
from chatserver.domain.routing import ASK_AGAIN_MS, is_suitable
from chatserver.errors import Refusal
from chatserver.services import assigning, bot_turns, ending, presence, routing
from chatserver.services.facts import (
    AgentChanged,
    Broadcaster,
    Fact,
    QueueChanged,
    TurnOwed,
)
from chatserver.services.order_desk import NoOrderDesk, OrderDesk
from chatserver.services.questions import Listening
from chatserver.services.sharing import Sharing
from chatserver.services.tasks import Supervisor
from chatserver.services.work import Work
from chatserver.storage import agents, conversations, offers
from chatserver.storage.database import Database

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

Done = tuple[R, list[Fact]]
"""What a unit returned, and what is to be told of it."""

log = structlog.get_logger(__name__)


class Chat:
    """Runs units of work and sees to what follows from them.

    Args:
        broadcaster: told the facts of each commit, in order.
        knowledge: what the bot may ask of the FAQ; may be swapped while running.
        lease_ms: how long an agent's proof of life holds.
        greeting_pause_ms: how long the bot waits after a greeting alone for what comes next.
        turn_grace_ms: how long the sweep leaves an owed turn to the process that owes it.
        desk: whom the bot asks about orders; nobody when left out.
        has_mail: whether the server can send e-mail, so that the bot may promise one.
    """

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock,
        broadcaster: Broadcaster,
        knowledge: Knowledge,
        lease_ms: int = 30_000,
        greeting_pause_ms: int = 0,
        turn_grace_ms: int = 0,
        desk: OrderDesk | None = None,
        has_mail: bool = False,
    ) -> None:
        self.database = database
        self.clock = clock
        self.knowledge = knowledge
        self.knowledge_at: Callable[[bot_turns.OwedTurn], Knowledge] | None = None
        """What holds where a shopper is; everything of `knowledge` when None."""
        self.numbers: Mapping[str, int] = {}
        """By key, how often the FAQ's entries were published; swapped with `knowledge`."""
        self.lease_ms = lease_ms
        self.greeting_pause_ms = greeting_pause_ms
        self.turn_grace_ms = turn_grace_ms
        self.desk: OrderDesk = desk or NoOrderDesk()
        self.has_mail = has_mail
        self.tasks = Supervisor()
        self.sharing = Sharing(self.tasks)
        self._broadcaster = broadcaster
        self._turns: set[ConversationId] = set()
        self._turns_again: set[ConversationId] = set()
        self._routing = False
        self._route_again = False
        self._in_flight = 0
        self._together: dict[Any, Any] = {}

    async def do(
        self, unit: Callable[Concatenate[Work, P], R], /, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a unit, tell its facts after the commit, and return its result.

        The facts are told even when the caller is gone by then.

        Raises:
            Refusal: what the unit refused; nothing of it was kept.
        """

        def run(connection: Connection) -> Done[R]:
            work = Work(connection, self.clock.now_ms())
            return unit(work, *args, **kwargs), work.facts

        future = self.database.submit_job(run, after=self._committed)
        self._in_flight += 1
        return (await future)[0]

    async def do_with_others(
        self,
        unit: Callable[[Work, T], R],
        together: Callable[[Work, Sequence[T]], Sequence["Done[R] | None"]],
        item: T,
    ) -> R:
        """Do the same for a unit of which many come at once.

        Args:
            together: does for many items what the unit does for one, facts included, in a few
                statements; None for an item that it leaves to the unit.

        Raises:
            Refusal: as `do`.
        """

        def run(connection: Connection) -> Done[R]:
            work = Work(connection, self.clock.now_ms())
            return unit(work, item), work.facts

        future: asyncio.Future[Done[R]] = self.database.submit_job(
            run, after=self._committed, together=self._grouped(together), item=item
        )
        self._in_flight += 1
        return (await future)[0]

    def _grouped(self, together: Any) -> Any:
        """Return the same function each time: what is run together is told by it."""
        known = self._together.get(together)
        if known is None:

            def run(connection: Connection, items: Sequence[Any]) -> Any:
                return together(Work(connection, self.clock.now_ms()), items)

            known = self._together[together] = run
        return known

    async def read(
        self, unit: Callable[Concatenate[Connection, P], R], /, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a reading unit and return its result."""
        return await self.database.read(unit, *args, **kwargs)

    def _committed(self, done: "Done[Any] | None") -> None:
        self._in_flight -= 1
        if done is not None and (facts := done[1]):
            self._broadcaster.tell(tuple(facts))
            self._follow(facts)

    def _follow(self, facts: list[Fact]) -> None:
        route = False
        for fact in facts:
            match fact:
                case TurnOwed(conversation=conversation):
                    self.start_turn(conversation)
                case QueueChanged() | AgentChanged():
                    route = True
                case _:
                    pass
        if route:
            self.start_routing()

    # The bot's turns

    def start_turn(self, conversation: ConversationId) -> None:
        """Let the bot look at a conversation; one turn at a time in each."""
        if conversation in self._turns:
            self._turns_again.add(conversation)
            return
        self._turns.add(conversation)
        self.tasks.start(self._turn(conversation), name=f"turn {conversation}")

    async def _turn(self, conversation: ConversationId) -> None:
        try:
            while True:
                self._turns_again.discard(conversation)
                while await self.take_turn(conversation):
                    pass
                if conversation not in self._turns_again:
                    return
        except Refusal as refusal:
            log.warning("turn postponed", conversation=conversation, code=refusal.code)
        finally:
            self._turns.discard(conversation)

    async def take_turn(self, conversation: ConversationId) -> bool:
        """Take the turn the bot owes, if it owes one.

        Returns:
            Whether something was said or the cursor moved.
        """
        owed = await self.read(
            bot_turns.read_turn,
            conversation,
            now_ms=self.clock.now_ms(),
            desk=self.desk,
            has_mail=self.has_mail,
        )
        if owed is None:
            return False
        pause_ms = owed.heard_ms + self.greeting_pause_ms - self.clock.now_ms()
        if pause_ms > 0 and owed.is_greeting_alone:
            await asyncio.sleep(pause_ms / 1000)
            return True
        knowledge = self.knowledge if self.knowledge_at is None else self.knowledge_at(owed)
        listening = Listening(knowledge, self.numbers)
        started = time.perf_counter()
        decision = await asyncio.to_thread(self._decide, owed, listening)
        if decision.order is not None:
            outcome = await self.desk.ask(owed.visitor, owed.conversation, decision.order)
            second = bot_turns.goes_on(owed, decision, outcome)
            decision = bot_turns.together(
                decision, await asyncio.to_thread(self._decide, second, listening)
            )
        took_ms = (time.perf_counter() - started) * 1000
        return await self.do(
            bot_turns.write_turn, owed, decision, took_ms=took_ms, listening=listening
        )

    def _decide(self, owed: bot_turns.OwedTurn, knowledge: Knowledge | None = None) -> Decision:
        """Let the bot decide; a fault of its own hands the conversation to people."""
        if not owed.heard:
            return Decision((), owed.state)
        try:
            return take_turn(owed.state, owed.heard, owed.situation, knowledge or self.knowledge)
        except Exception:
            # The bot is no edge, but a shopper must not wait for ever for its mistake.
            log.exception("bot failed", conversation=owed.conversation.id)
            return give_up(owed.state, owed.situation)

    # Routing

    def start_routing(self) -> None:
        """Look for waiting conversations and free agents; what comes meanwhile is not missed."""
        if self._routing:
            self._route_again = True
            return
        self._routing = True
        self.tasks.start(self._route(), name="routing")

    async def _route(self) -> None:
        try:
            while True:
                self._route_again = False
                await self.route()
                if not self._route_again:
                    return
        except Refusal as refusal:
            log.warning("routing postponed", code=refusal.code)
        finally:
            self._routing = False

    async def route(self) -> int:
        """Offer each waiting conversation that is offered to nobody; in order of the queue.

        Returns:
            How many offers were made.
        """
        made = 0
        for conversation in await self.read(_to_route, now_ms=self.clock.now_ms()):
            made += await self.do(routing.offer_or_cover, conversation)
        return made

    # The net under it all

    async def sweep(self) -> None:
        """Find again whatever is due: offers, patience, leases, idleness, routing, bot turns."""
        now_ms = self.clock.now_ms()
        due = await self.read(
            _due,
            now_ms=now_ms,
            turns_before_ms=now_ms - self.turn_grace_ms if self.turn_grace_ms else None,
        )
        for offer in due.offers:
            await self._attempt(self.do(assigning.expire_offer, offer))
        for conversation in due.impatient:
            await self._attempt(self.do(routing.lose_patience, conversation))
        for agent in due.lost:
            await self._attempt(self.do(presence.return_lost, agent))
        for conversation in due.idle:
            await self._attempt(
                self.do(ending.resolve_idle, conversation, before_ms=now_ms - IDLE_MS)
            )
        if due.waiting:
            self.start_routing()
        for conversation in due.turns:
            self.start_turn(conversation)

    async def _attempt(self, work: Any) -> None:
        try:
            await work
        except Refusal as refusal:
            log.warning("sweep postponed", code=refusal.code)

    async def settle(self) -> None:
        """Wait until every unit is committed and nothing that followed still runs."""
        while self._in_flight or len(self.tasks):
            await asyncio.sleep(0)
            await asyncio.sleep(0.001)


@dataclass(frozen=True, slots=True)
class _Due:
    offers: list[offers.Offer]
    impatient: list[ConversationId]
    lost: list[StaffId]
    idle: list[ConversationId]
    waiting: bool
    turns: list[ConversationId]


def _due(connection: Connection, *, now_ms: int, turns_before_ms: int | None) -> _Due:
    grace_ms = presence.shortest_grace_ms(connection)
    return _Due(
        offers=offers.due(connection, now_ms=now_ms),
        impatient=conversations.out_of_patience(connection, now_ms=now_ms),
        lost=agents.lost(connection, ended_before_ms=now_ms - grace_ms),
        idle=conversations.idle_since(connection, now_ms - IDLE_MS),
        waiting=bool(conversations.waiting_unoffered(connection, limit=1)),
        turns=conversations.owing_bot_turn(connection, before_ms=turns_before_ms),
    )


def _to_route(connection: Connection, *, now_ms: int) -> list[ConversationId]:
    """Return who waits unoffered and can be helped now: by an offer, or by the bot stepping in."""
    free = [agent for agent in agents.every(connection) if agent.can_take_one(now_ms)]

    def can_be_offered(item: Conversation) -> bool:
        asked = offers.asked_since(connection, item.id, now_ms - ASK_AGAIN_MS)
        return any(
            is_suitable(agent, team=item.team, now_ms=now_ms, asked_lately=asked) for agent in free
        )

    return [
        item.id
        for item in conversations.waiting_unoffered(
            connection, teams={team for agent in free for team in agent.teams}
        )
        if not item.bot_active or can_be_offered(item)
    ]
