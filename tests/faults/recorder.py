"""Notes what every client asked for, what became of it, and what it shows of each conversation."""

import itertools
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.clients import AgentClient, VisitorClient
from tests.staff import Account

Outcome = Literal["unknown", "acked", "refused"]
"""`unknown`: no answer came. It may have been done all the same, or be done yet."""


@dataclass(slots=True)
class Op:
    """One thing that a client asked for.

    Args:
        who: the person; the same over all of their sockets.
        number: of all that anybody asked for, in the order of asking.
        code, retry: of a refusal.
    """

    who: str
    event: str
    data: dict[str, Any]
    number: int = 0
    outcome: Outcome = "unknown"
    answer: dict[str, Any] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return str(self.answer.get("code", ""))

    @property
    def retry(self) -> bool:
        return bool(self.answer.get("retry", False))


@dataclass(frozen=True, slots=True)
class Shown:
    """One message as somebody sees it on their screen."""

    seq: int
    previous_seq: int
    client_id: str | None
    author: str
    kind: str
    body: str


def gist(body: dict[str, Any]) -> str:
    """Return what a body says, for telling two apart: on the wire and in SQL it is the same."""
    return next((str(body[key]) for key in ("entry", "text", "type") if key in body), "")


def shown(message: dict[str, Any]) -> Shown:
    """Return what a screen shows of a message of the wire."""
    return Shown(
        seq=message["seq"],
        previous_seq=message["previous_seq"],
        client_id=message["client_id"],
        author=message["author"]["kind"],
        kind=message["kind"],
        body=gist(message["body"]),
    )


@dataclass(slots=True)
class Screen:
    """A client's copy of one conversation, kept by the contract's rule for receiving.

    Args:
        head: the newest seq that the client was told of, be it by a message, a head or an ack.
    """

    epoch: str = ""
    head: int = 0
    messages: list[Shown] = field(default_factory=list)

    @property
    def last(self) -> int:
        return self.messages[-1].seq if self.messages else 0

    @property
    def is_behind(self) -> bool:
        return self.head > self.last

    def take(self, message: dict[str, Any]) -> None:
        """Apply what comes next, drop what is known; anything else only says that more is there."""
        if message["epoch"] != self.epoch:
            self.start_over(message["epoch"])
        self.head = max(self.head, message["seq"])
        if message["seq"] > self.last and message["previous_seq"] == self.last:
            self.messages.append(shown(message))

    def take_answer(self, answer: dict[str, Any]) -> None:
        """Apply the answer of a `conversation_sync`."""
        if answer["reset"] or answer["epoch"] != self.epoch:
            self.start_over(answer["epoch"])
        for message in answer["messages"]:
            self.take(message)
        self.head = max(self.last, answer["head"]) if not answer["more"] else answer["head"]

    def start_over(self, epoch: str) -> None:
        self.epoch = epoch
        self.messages, self.head = [], 0


@dataclass
class History:
    """Everything that was noted.

    Args:
        screens: by person, then by conversation.
        audience: of each person: `everyone` or `agents`.
        sent: the messages that were acknowledged, by their client_id.
    """

    ops: list[Op] = field(default_factory=list)
    screens: dict[str, dict[str, Screen]] = field(default_factory=dict)
    audience: dict[str, Literal["everyone", "agents"]] = field(default_factory=dict)
    sent: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._numbers = itertools.count()

    def note(self, who: str, event: str, data: dict[str, Any]) -> Op:
        """Note that something is asked for, before it goes out."""
        op = Op(who, event, data, next(self._numbers))
        self.ops.append(op)
        return op

    def screen(self, who: str, conversation: str) -> Screen:
        return self.screens.setdefault(who, {}).setdefault(conversation, Screen())

    def acked(self, *events: str) -> list[Op]:
        return [op for op in self.ops if op.outcome == "acked" and op.event in events]


class Recording:
    """What both kinds of clients note; stands before their class."""

    history: History
    who: str

    async def ask(self, event: str, timeout_s: float = 15, **data: Any) -> dict[str, Any]:
        """Ask, and note what becomes of it."""
        op = self.history.note(self.who, event, data)
        answer: dict[str, Any] = await super().ask(event, timeout_s, **data)  # type: ignore[misc]
        op.answer, op.outcome = answer, "acked" if answer["ok"] else "refused"
        if event == "message_send" and answer["ok"]:
            self.history.sent.add(data["client_id"])
        return answer

    def on_event(self, event: str, data: Any) -> None:
        """Show what is told, or note that there is more than is shown."""
        mine = self.history.screens.setdefault(self.who, {})
        if event == "message_created":
            message = data["message"]
            if self.shows(message["conversation"]):
                self.history.screen(self.who, message["conversation"]).take(message)
            return
        heads = data.get("heads", []) if event in {"heads", "ready"} else []
        if event == "ready":
            heads = [*heads, *data.get("conversations", [])]
        for item in heads:
            if item["conversation"] in mine:
                screen = mine[item["conversation"]]
                screen.head = max(screen.head, item["head"])

    def shows(self, conversation: str) -> bool:
        """Whether this client has the conversation before it."""
        return True

    async def level(self, *, everything: bool = False) -> None:
        """Ask for what is missing, where something is known to be.

        Args:
            everything: ask for all conversations, as at a resume.
        """
        for conversation, screen in list(self.history.screens.get(self.who, {}).items()):
            first = everything
            while first or screen.is_behind:
                first = False
                want: dict[str, Any] = {"conversation": conversation, "after": screen.last}
                if screen.epoch:
                    want["epoch"] = screen.epoch
                answer = await self.ask("conversation_sync", wants=[want])
                if not answer["ok"]:
                    return
                (one,) = answer["conversations"]
                if one["missing"]:
                    break
                screen.take_answer(one)


class RecordedVisitor(Recording, VisitorClient):
    """A shopper's panel under observation."""

    def __init__(self, origin: str, who: str, history: History) -> None:
        VisitorClient.__init__(self, origin)
        self.who, self.history = who, history
        history.audience[who] = "everyone"


class RecordedAgent(Recording, AgentClient):
    """A console under observation; it shows the conversations that it has accepted."""

    def __init__(self, origin: str, account: Account, history: History) -> None:
        AgentClient.__init__(self, origin, account)
        self.who, self.history = account.name, history
        history.audience[self.who] = "agents"

    def shows(self, conversation: str) -> bool:
        return conversation in self.history.screens.get(self.who, {})
