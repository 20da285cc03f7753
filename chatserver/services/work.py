"""What one unit of work works with; knows no capability.

A *unit of work* is a plain function that takes a `Work` first: it reads fresh state, lets the
domain refuse, writes through storage and notes the facts to be told after the commit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from chatserver.domain.conversations import Conversation
from chatserver.domain.ids import ClientId, StaffId
from chatserver.domain.messages import (
    SYSTEM,
    ActivityBody,
    ActivityType,
    Audience,
    Author,
    Body,
    Message,
    MessageKind,
)
from chatserver.domain.why import Why
from chatserver.services.facts import (
    AgentChanged,
    ConversationChanged,
    Fact,
    MessagePosted,
    QueueChanged,
    TurnOwed,
)
from chatserver.storage import conversations, installation, messages


@dataclass(slots=True)
class Work:
    """One unit on its way.

    Args:
        connection: inside the transaction.
        now_ms: the unit's time, milliseconds UTC; one moment for all it writes.
        facts: told in this order after the commit, or never.
    """

    connection: Connection
    now_ms: int
    facts: list[Fact] = field(default_factory=list)

    def say(
        self,
        conversation: Conversation,
        *,
        author: Author,
        body: Body,
        kind: MessageKind | None = None,
        audience: Audience = Audience.EVERYONE,
        author_key: str = "",
        client_id: ClientId | None = None,
        also: Mapping[str, object] | None = None,
        why: Why | None = None,
    ) -> Message:
        """Append a message to the log and note that it was; `also` as for `messages.append`."""
        message = messages.append(
            self.connection,
            conversation,
            author=author,
            body=body,
            at_ms=self.now_ms,
            kind=kind,
            audience=audience,
            author_key=author_key,
            client_id=client_id,
            also=also,
            why=why,
        )
        self.facts.append(MessagePosted(message, conversation.visitor))
        return message

    def tell_activity(
        self,
        conversation: Conversation,
        type_: ActivityType,
        *,
        actor: str = "",
        target: str = "",
        reason: str = "",
        details: dict[str, str] | None = None,
        audience: Audience = Audience.EVERYONE,
        author: Author = SYSTEM,
        author_key: str = "",
        client_id: ClientId | None = None,
    ) -> Message:
        """Append a change of state to the log."""
        return self.say(
            conversation,
            author=author,
            body=ActivityBody(type_, actor, target, reason, details or {}),
            audience=audience,
            author_key=author_key,
            client_id=client_id,
        )

    def change(self, conversation: Conversation, **values: Any) -> Conversation:
        """Write columns of a locked conversation that somebody sees; return it fresh."""
        conversations.change(self.connection, conversation.id, now_ms=self.now_ms, **values)
        self.facts.append(ConversationChanged(conversation.id))
        return conversations.get(self.connection, conversation.id)

    def owe_turn(self, conversation: Conversation) -> None:
        """Note that the bot owes an answer; the cursor must be written by this unit."""
        self.facts.append(TurnOwed(conversation.id))

    def queue_changed(self, left: Conversation | None = None) -> None:
        """Note one more change of queue or assignments.

        Args:
            left: the conversation as it was, when it left its team's sight.
        """
        revision = installation.raise_queue_revision(self.connection)
        self.facts.append(
            QueueChanged(revision, None if left is None else (left.public_id, left.team))
        )

    def agent_changed(self, agent: StaffId) -> None:
        """Note that an agent's availability, presence or load changed."""
        self.facts.append(AgentChanged(agent))
