"""Holds what clients noted against what the database has: the rules of the contract, one each.

Every rule is a function of a history and a snapshot that yields a sentence for whatever breaks it,
so that a broken history can be shown to each (`test_checker.py`).
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import msgspec
from sqlalchemy import Connection, select

from chatserver.storage.database import Database
from chatserver.storage.schema import conversations as s
from chatserver.storage.schema.staff import staff as staff_table
from tests.faults.recorder import History, Op, Shown, gist

AGENTS_MAY_HEAR = {"not_assigned", "resolved", "taken", "full", "not_available", "not_found"}
"""Final refusals that are part of an agent's work; a visitor is told no such thing."""

GIVEN_UP = {"agent_lost", "agent_left", "transferred", "resolved"}


@dataclass(frozen=True, slots=True)
class Stored:
    """One message as the database has it."""

    conversation: str
    shown: Shown
    author_key: str
    author_name: str
    audience: str
    actor: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """One conversation as the database has it."""

    public_id: str
    status: str
    holder: str | None
    last_seq: int
    last_public_seq: int


@dataclass(frozen=True, slots=True)
class Person:
    """One agent as the database has them."""

    name: str
    load: int
    capacity: int


@dataclass(frozen=True)
class Snapshot:
    """The database at one moment; messages by conversation and seq.

    Args:
        offers: live ones: conversation and whom it is offered to.
    """

    messages: list[Stored]
    conversations: list[Kept]
    agents: list[Person]
    offers: list[tuple[str, str]]

    @cached_property
    def logs(self) -> dict[str, list[Stored]]:
        logs: dict[str, list[Stored]] = defaultdict(list)
        for one in self.messages:
            logs[one.conversation].append(one)
        return logs

    def of(self, conversation: str) -> list[Stored]:
        return self.logs.get(conversation, [])


def read_snapshot(connection: Connection) -> Snapshot:
    """Return what the database has."""
    m, c, p = s.message.c, s.conversation.c, staff_table.c
    names = {row.id: row.name for row in connection.execute(select(staff_table))}
    public = {row.id: row.public_id for row in connection.execute(select(s.conversation))}
    rows = connection.execute(select(s.message).order_by(m.conversation_id, m.seq))
    stored = []
    for row in rows:
        body = msgspec.json.decode(row.body)
        stored.append(
            Stored(
                conversation=public[row.conversation_id],
                shown=Shown(
                    seq=row.seq,
                    previous_seq=row.previous_seq,
                    client_id=row.client_id,
                    author=row.author_kind,
                    kind=row.kind,
                    body=gist(body),
                ),
                author_key=row.author_key,
                author_name=row.author_name,
                audience=row.audience,
                actor=str(body.get("actor", "")),
            )
        )
    live = select(s.offer).where(s.offer.c.outcome == "live")
    return Snapshot(
        messages=stored,
        conversations=[
            Kept(
                row.public_id,
                row.status,
                None if row.holder_id is None else names[row.holder_id],
                row.last_seq,
                row.last_public_seq,
            )
            for row in connection.execute(select(s.conversation).order_by(c.id))
        ],
        agents=[
            Person(row.name, row.load, row.capacity)
            for row in connection.execute(select(staff_table).order_by(p.id))
        ],
        offers=[
            (public[row.conversation_id], names[row.staff_id]) for row in connection.execute(live)
        ],
    )


def _sends(history: History) -> list[Op]:
    return history.acked("message_send")


def acked_is_stored(history: History, snapshot: Snapshot) -> Iterator[str]:
    """What was acknowledged is there: under its number, in its conversation, with its text."""
    places = {
        (one.shown.client_id, one.conversation, one.shown.seq): one.shown.body
        for one in snapshot.messages
        if one.shown.client_id is not None
    }
    for op in _sends(history):
        place = (op.data["client_id"], op.answer["conversation"], op.answer["seq"])
        if place not in places:
            yield f"lost: {op.who} was told of {place}"
        elif places[place] != op.data["body"]["text"]:
            yield f"another text: {op.who} at {place}"


def stored_once(history: History, snapshot: Snapshot) -> Iterator[str]:
    """However often something was sent, it is there once, and every ack named the same place."""
    counted = Counter(
        (one.author_key, one.shown.client_id)
        for one in snapshot.messages
        if one.shown.client_id is not None
    )
    for key, count in counted.items():
        if count > 1:
            yield f"stored {count} times: {key}"
    told: dict[tuple[str, str], tuple[str, int]] = {}
    for op in _sends(history):
        place = (op.answer["conversation"], op.answer["seq"])
        if told.setdefault((op.who, op.data["client_id"]), place) != place:
            yield f"acked at two places: {op.who} {op.data['client_id']}"


def one_order(history: History, snapshot: Snapshot) -> Iterator[str]:
    """Numbers run from 1 without a hole, and each message names the public one before it."""
    for kept in snapshot.conversations:
        log = snapshot.of(kept.public_id)
        if [one.shown.seq for one in log] != list(range(1, kept.last_seq + 1)):
            yield f"a hole in {kept.public_id}"
        public = 0
        for one in log:
            if one.shown.previous_seq != public:
                yield f"a wrong predecessor in {kept.public_id} at {one.shown.seq}"
            if one.audience == "everyone":
                public = one.shown.seq
        if public != kept.last_public_seq:
            yield f"a wrong public head of {kept.public_id}"


def senders_order(history: History, snapshot: Snapshot) -> Iterator[str]:
    """Whoever sends one after the other finds it in that order."""
    first: dict[tuple[str, str], int] = {}
    for op in history.ops:
        if op.event == "message_send":
            first.setdefault((op.who, op.data["client_id"]), op.number)
    sent: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for op in _sends(history):
        number = first[op.who, op.data["client_id"]]
        sent[op.who, op.answer["conversation"]].append((number, op.answer["seq"]))
    for (who, conversation), pairs in sent.items():
        seqs = [seq for _number, seq in sorted(set(pairs))]
        if seqs != sorted(seqs):
            yield f"{who}'s messages changed their order in {conversation}"


def _is_reply(one: Stored) -> bool:
    return (one.shown.author, one.shown.kind) == ("agent", "text")


def one_holder(history: History, snapshot: Snapshot) -> Iterator[str]:
    """A fence is one agent's, and nobody else speaks under it."""
    holders: dict[tuple[str, int], str] = {}
    for op in history.acked("offer_accept", "conversation_take", "conversation_reopen"):
        fence = (op.answer["conversation"], op.answer["fence"])
        if holders.setdefault(fence, op.who) != op.who:
            yield f"two hold {fence}: {holders[fence]} and {op.who}"
    for op in _sends(history):
        fence = (op.answer["conversation"], op.data.get("fence") or -1)
        if op.data["kind"] == "text" and holders.get(fence, op.who) != op.who:
            yield f"{op.who} spoke under {holders[fence]}'s fence {fence}"
    for kept in snapshot.conversations:
        holder = ""
        for one in snapshot.of(kept.public_id):
            if one.shown.kind == "activity":
                if one.shown.body in {"agent_joined", "reopened"}:
                    holder = one.actor
                elif one.shown.body in GIVEN_UP:
                    holder = ""
            elif _is_reply(one) and one.author_name != holder:
                yield f"{one.author_name} spoke in {kept.public_id} while {holder!r} held it"
        if holder != (kept.holder or ""):
            yield f"{kept.public_id} is {kept.holder}'s, its log says {holder!r}"


def load_is_true(history: History, snapshot: Snapshot) -> Iterator[str]:
    """Everybody's load is what they hold and are offered, within their capacity."""
    held = Counter(kept.holder for kept in snapshot.conversations if kept.status == "open")
    held.update(name for _conversation, name in snapshot.offers)
    waiting = {kept.public_id for kept in snapshot.conversations if kept.status == "waiting"}
    for conversation, _name in snapshot.offers:
        if conversation not in waiting:
            yield f"{conversation} is offered and does not wait"
    for agent in snapshot.agents:
        if agent.load != held[agent.name]:
            yield f"{agent.name}'s load is {agent.load}, held and offered {held[agent.name]}"
        if agent.load > agent.capacity:
            yield f"{agent.name} is over capacity"


def screens_are_level(history: History, snapshot: Snapshot) -> Iterator[str]:
    """Every screen shows the log: all that its reader may see, in order, and nothing else."""
    for who, screens in history.screens.items():
        audience = history.audience[who]
        for conversation, screen in screens.items():
            wanted, previous = [], 0
            for one in snapshot.of(conversation):
                if audience == "agents" or one.audience == "everyone":
                    wanted.append(replace(one.shown, previous_seq=previous))
                    previous = one.shown.seq
            there = screen.messages
            if wanted != there:
                yield f"{who} shows {len(there)} of {len(wanted)} messages of {conversation}"


def nothing_failed(history: History, snapshot: Snapshot) -> Iterator[str]:
    """Nobody was told that something is impossible that only needed patience."""
    for op in history.ops:
        if op.outcome == "refused" and not op.retry:
            visitor = history.audience[op.who] == "everyone"
            if visitor or op.code not in AGENTS_MAY_HEAR:
                yield f"refused for good: {op.who} {op.event} {op.code}"


Rule = Callable[[History, Snapshot], Iterator[str]]

RULES: tuple[Rule, ...] = (
    acked_is_stored,
    stored_once,
    one_order,
    senders_order,
    one_holder,
    load_is_true,
    screens_are_level,
    nothing_failed,
)


def findings(history: History, snapshot: Snapshot) -> list[str]:
    """Return what breaks any rule."""
    return [f"{rule.__name__}: {said}" for rule in RULES for said in rule(history, snapshot)]


def check(history: History, url: str) -> Snapshot:
    """Assert that a history and a database keep every rule; return what the database has."""
    database = Database(url)
    try:
        snapshot = database.run(read_snapshot)
    finally:
        database.shut()
    found = findings(history, snapshot)
    assert not found, "\n".join(found[:20])
    return snapshot
