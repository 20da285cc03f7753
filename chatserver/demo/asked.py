"""What shoppers asked the bot alone, over two weeks: stories of a question, and the log of others."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import msgspec
import yaml
from sqlalchemy import Connection

from chatserver.bot.turn import Knowledge
from chatserver.demo.stories import DATA, SEED, Step, Story
from chatserver.domain.ids import SiteId
from chatserver.storage import question_log

MINUTE_MS = 60_000
DAY_MINUTES = 24 * 60
FIRST_MINUTES = 70
"""Nobody asked within the last hour: who starts the demo asks next."""

DEVICES = (
    "Chrome · Android", "Mobile Safari · iOS", "Chrome · Windows", "Safari · macOS",
    "Samsung Internet · Android",
)  # fmt: skip


class Topic(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that is asked in several words.

    Args:
        days: how many days ago it was asked, once for each.
        helped: how many of ten who were answered say that it helped; None where nobody says.
        page: key of the shop's page on which it was asked.
    """

    days: list[int]
    asks: list[str]
    page: str
    language: Literal["tr", "en"] = "tr"
    helped: int | None = None


def load_topics() -> list[Topic]:
    """Return every topic of the file."""
    raw = yaml.safe_load((DATA / "questions.yaml").read_text(encoding="utf-8"))
    return msgspec.convert(raw, list[Topic])


@dataclass(frozen=True, slots=True)
class Ask:
    """One time that something was asked. helped: what the shopper said of the answer, if anything."""

    topic: Topic
    text: str
    at_ms: int
    device: str
    helped: bool | None

    def story(self, now_ms: int) -> Story:
        """Return it as a conversation."""
        steps: list[Step] = [{"says": self.text}]
        if self.helped is not None:
            steps.append({"press": 1 if self.helped else 2})
        return Story(
            steps=[*steps, {"idle": None}],
            device=self.device,
            pages=[self.topic.page],
            ago=(now_ms - self.at_ms) // MINUTE_MS,
            language=self.topic.language,
        )


def asks(topics: list[Topic], now_ms: int) -> Iterator[Ask]:
    """Yield everything that was asked, the same each time."""
    chance = random.Random(SEED)
    for topic in topics:
        for number, day in enumerate(topic.days):
            ago = max(FIRST_MINUTES, day * DAY_MINUTES + chance.randrange(-300, 300))
            yield Ask(
                topic,
                topic.asks[number % len(topic.asks)],
                now_ms - ago * MINUTE_MS,
                chance.choice(DEVICES),
                None if topic.helped is None else number * 7 % 10 < topic.helped,
            )


def note(connection: Connection, site: SiteId, knowledge: Knowledge, one: Ask) -> None:
    """Keep what was asked without its conversation, as it stands when that was forgotten."""
    look = knowledge.find(one.text, one.topic.language)
    first = look.found[0] if look.found else None
    question_log.add(
        connection,
        site=site,
        language=one.topic.language,
        message=one.text,
        verdict=look.verdict,
        confidence=first.confidence if first else 0.0,
        entry=first.entry if first else None,
        entry_number=1,
        feedback="helped" if one.helped else None,
        at_ms=one.at_ms,
    )
