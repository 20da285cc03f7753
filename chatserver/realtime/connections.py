"""Who is connected to this process right now; nothing here is the truth about anything else."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from chatserver.domain.ids import ConversationId, PublicId, SiteId, StaffId, TeamId, VisitorId
from chatserver.domain.people import Visitor
from chatserver.domain.sites import Site
from chatserver.protocol.conversations import Heads
from chatserver.realtime.rates import Bucket

K = TypeVar("K")

MAX_FOLLOWED = 60
"""Conversations one agent's browser follows; the oldest is let go."""


@dataclass(slots=True)
class Connection:
    """One live socket in one namespace.

    Args:
        acked: beacon rows this socket has acknowledged; an emit never counts as sent.
        followed: conversations an agent's browser follows, oldest first.
        rooms: those it hears, its own aside.
        strikes: how often it sent what no client of ours sends.
        token_hash: of the token that a visitor's socket came with, or was given.
        identified: whether that token was given for the site's word.
        leaving: closes by itself once what it was told is acknowledged.
    """

    sid: str
    eio_sid: str
    namespace: str
    address: str
    bucket: Bucket
    client: str
    site: Site | None = None
    visitor: Visitor | None = None
    device: str = ""
    token_hash: str = ""
    identified: bool = False
    leaving: bool = False
    agent: StaffId | None = None
    agent_name: str = ""
    agent_public_id: PublicId | None = None
    session: int | None = None
    teams: frozenset[TeamId] = frozenset()
    acked: dict[PublicId, Heads] = field(default_factory=dict)
    pending: dict[PublicId, Heads] = field(default_factory=dict)
    acked_revision: int = 0
    followed: dict[ConversationId, PublicId] = field(default_factory=dict)
    rooms: set[str] = field(default_factory=set)
    strikes: int = 0
    typing_at: float = 0.0


class Connections:
    """The live sockets of this process, by socket id and by who they are."""

    def __init__(self) -> None:
        self._by_sid: dict[str, Connection] = {}
        self._by_visitor: dict[VisitorId, dict[str, Connection]] = {}
        self._by_agent: dict[StaffId, dict[str, Connection]] = {}

    def add(self, connection: Connection) -> None:
        """Take in a socket that was let in."""
        self._by_sid[connection.sid] = connection
        self._index(connection)

    def identify(self, connection: Connection, visitor: Visitor) -> None:
        """Note which visitor a socket turned out to be."""
        connection.visitor = visitor
        self._index(connection)

    def _index(self, connection: Connection) -> None:
        if connection.visitor is not None:
            self._by_visitor.setdefault(connection.visitor.id, {})[connection.sid] = connection
        if connection.agent is not None:
            self._by_agent.setdefault(connection.agent, {})[connection.sid] = connection

    def remove(self, sid: str) -> Connection | None:
        """Forget a socket that ended."""
        connection = self._by_sid.pop(sid, None)
        if connection is None:
            return None
        if connection.visitor is not None:
            _drop(self._by_visitor, connection.visitor.id, sid)
        if connection.agent is not None:
            _drop(self._by_agent, connection.agent, sid)
        return connection

    def get(self, sid: str | None) -> Connection | None:
        """Return a live socket."""
        return self._by_sid.get(sid) if sid else None

    def __iter__(self) -> Iterator[Connection]:
        return iter(list(self._by_sid.values()))

    def __len__(self) -> int:
        return len(self._by_sid)

    def of_visitor(self, visitor: VisitorId) -> list[Connection]:
        """Return a visitor's live sockets here."""
        return list(self._by_visitor.get(visitor, {}).values())

    def of_agent(self, agent: StaffId) -> list[Connection]:
        """Return an agent's live sockets here."""
        return list(self._by_agent.get(agent, {}).values())

    def of_agents(self) -> list[Connection]:
        """Return all agents' live sockets here, without looking through the visitors'."""
        return [item for sockets in self._by_agent.values() for item in sockets.values()]

    def agents(self) -> list[StaffId]:
        """Return the agents with a live socket here."""
        return list(self._by_agent)

    def visitors(self) -> list[VisitorId]:
        """Return the visitors with a live socket here."""
        return list(self._by_visitor)

    def visitor_sites(self) -> set[SiteId]:
        """Return the sites that have visitors here."""
        return {item.site.id for item in self if item.site is not None}


def _drop(index: dict[K, dict[str, Connection]], key: K, sid: str) -> None:
    sockets = index.get(key, {})
    sockets.pop(sid, None)
    if not sockets:
        index.pop(key, None)
