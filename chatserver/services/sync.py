"""What a reader misses of conversations, and the pages before; changes nothing.

Every look-up goes through whoever asks, so what is not theirs looks like what is not there.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from chatserver.domain.conversations import Conversation
from chatserver.domain.ids import PublicId, StaffId
from chatserver.domain.messages import Audience, Message
from chatserver.domain.people import Visitor
from chatserver.services.sight import may_see
from chatserver.services.states import AgentState, VisitorState, agent_states, visitor_state
from chatserver.storage import agents, conversations, installation, messages

MAX_SYNC_MESSAGES = 200
"""Messages in one answer, over all conversations asked for."""


@dataclass(frozen=True, slots=True)
class Synced:
    """What was missing of one conversation.

    Args:
        messages: oldest first.
        more: whether there is more to fetch.
        reset: the reader must start over.
    """

    conversation: PublicId
    head: int
    messages: tuple[Message, ...]
    more: bool
    reset: bool
    visitor_state: VisitorState | None = None
    agent_state: AgentState | None = None
    missing: bool = False


def _lines(
    connection: Connection,
    found: Conversation,
    after: int,
    latest: int | None,
    *,
    room: int,
    audience: Audience,
) -> list[Message]:
    """Return messages after a seq, one more than there is room for; or the newest few."""
    if after == 0 and latest is not None:
        most = min(latest, room)
        return messages.before(connection, found, found.last_seq + 1, limit=most, audience=audience)
    return messages.after(connection, found, after, limit=room + 1, audience=audience)


def _missed(
    connection: Connection,
    wants: Iterable[tuple[str, str | None, int]],
    latest: Mapping[str, int],
    *,
    find: Callable[[str], Conversation | None],
    audience: Audience,
) -> list[tuple[Synced, Conversation | None]]:
    """Return what is missing, beside each its conversation; None where `find` shows none."""
    epoch = installation.epoch(connection)
    room = MAX_SYNC_MESSAGES
    answers: list[tuple[Synced, Conversation | None]] = []
    for public_id, known_epoch, after in wants:
        found = find(public_id)
        if found is None:
            nothing = Synced(PublicId(public_id), 0, (), more=False, reset=False, missing=True)
            answers.append((nothing, None))
            continue
        head = found.last_public_seq if audience is Audience.EVERYONE else found.last_seq
        reset = (known_epoch not in (None, epoch)) or after > head
        lines = _lines(
            connection,
            found,
            0 if reset else after,
            latest.get(public_id),
            room=room,
            audience=audience,
        )
        more, lines = len(lines) > room, lines[:room]
        room -= len(lines)
        answers.append((Synced(found.public_id, head, tuple(lines), more=more, reset=reset), found))
    return answers


def sync_visitor(
    connection: Connection,
    visitor: Visitor,
    wants: Iterable[tuple[str, str | None, int]],
    *,
    now_ms: int,
    latest: Mapping[str, int] | None = None,
) -> list[Synced]:
    """Return what a visitor misses.

    Args:
        wants: public id, the epoch the reader knows (None at first), the newest seq it has.
        latest: of a conversation it has nothing of, only so many of the newest are wanted.
    """

    def find(public_id: str) -> Conversation | None:
        return conversations.find_of_visitor(connection, visitor.id, public_id)

    missed = _missed(connection, wants, latest or {}, find=find, audience=Audience.EVERYONE)
    return [
        answer
        if found is None
        else replace(answer, visitor_state=visitor_state(connection, found, now_ms=now_ms))
        for answer, found in missed
    ]


def sync_agent(
    connection: Connection,
    agent_id: StaffId,
    wants: Iterable[tuple[str, str | None, int]],
    *,
    latest: Mapping[str, int] | None = None,
) -> list[Synced]:
    """Return what an agent misses; arguments as for `sync_visitor`."""
    agent = agents.get(connection, agent_id)

    def find(public_id: str) -> Conversation | None:
        found = conversations.find(connection, public_id)
        return None if found is None or not may_see(agent, found) else found

    missed = _missed(connection, wants, latest or {}, find=find, audience=Audience.AGENTS)
    # All of them at once: who comes back follows dozens, and a state is a handful of statements.
    seen = {found.public_id: found for _, found in missed if found is not None}
    states = dict(zip(seen, agent_states(connection, seen.values()), strict=True))
    return [replace(answer, agent_state=states.get(answer.conversation)) for answer, _ in missed]
