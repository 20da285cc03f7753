"""One message as one audience sees it."""

from chatserver.protocol.bodies import BodyView
from chatserver.protocol.fields import Fact


class AuthorView(Fact, frozen=True):
    """Who wrote it. kind: visitor | agent | bot | system. id: an agent's public id, else null."""

    kind: str
    name: str
    id: str | None = None


class WhyView(Fact, frozen=True):
    """Why the bot said it.

    kind: entry | clarify | none | rule | flow | small_talk | handoff | helped | order | guard |
    error. key: of the entry, rule or flow, with its version. runner_up: the entry that came second.
    slots: details read from what the visitor said. judgement: helped | did_not_help, or empty.
    """

    kind: str
    key: str
    version: str
    confidence: float | None
    runner_up: str
    runner_up_confidence: float | None
    slots: tuple[str, ...]
    judgement: str
    language: str
    took_ms: float


class MessageView(Fact, frozen=True):
    """One message as one audience sees it.

    previous_seq: the message before it *in what this audience may see*, so no gap shows where
    notes stand. at_ms: milliseconds UTC. client_id: the sender's, null for bot and system.
    why: of the bot's messages, agents only.
    """

    conversation: str
    epoch: str
    seq: int
    previous_seq: int
    at_ms: int
    client_id: str | None
    author: AuthorView
    kind: str
    body: BodyView
    why: WhyView | None = None
